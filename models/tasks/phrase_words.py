"""How the phrase models cut a sentence into words: training counts with it and translation reads with it."""

import re
from dataclasses import dataclass

from .sentences import NAMES

WORD = re.compile(
    r"\d+(?:[.,:/]\d+)*"  # a number
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*(?:-[^\W\d_]+)*"  # a word, with its apostrophes and hyphens
    r"|\.\.\.|\w|\S"  # any other sign
)
NUMBER = "0"
"""What stands for every number in a phrase, so that "10 horas" and "12 horas" are one phrase."""
KEPT = frozenset({NUMBER, *map(str.lower, NAMES)})
"""Words that are the same on both sides of a phrase: numbers, and the names that stand for mentions."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a sign of a sentence: its text, and where it starts and ends."""

    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The word as the phrase table has it."""
        return NUMBER if self.text[0].isdecimal() else self.text.lower()


def words(text: str) -> list[Word]:
    """Return the words and signs of a text, in order."""
    return [Word(found[0], found.start(), found.end()) for found in WORD.finditer(text)]


def keys(text: str) -> list[str]:
    """Return the words of a text as the phrase table has them."""
    return [word.key for word in words(text)]
