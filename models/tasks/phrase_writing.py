"""Write a phrase translation out: capitals, numbers and spaces as the source has them, and words no phrase has."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .phrase_words import NUMBER, Word

# How a word's spelling differs between the two languages, endings first. Enough for a word that was never counted.
TO_SPANISH = (
    (r"ções$", "ciones"), (r"ção$", "ción"), (r"sões$", "siones"), (r"são$", "sión"), (r"dade$", "dad"),
    (r"ência$", "encia"), (r"ância$", "ancia"), (r"ário$", "ario"), (r"ária$", "aria"), (r"ável$", "able"),
    (r"ível$", "ible"), (r"ões$", "ones"), (r"ão$", "ón"), (r"agem$", "aje"), (r"ê", "é"), (r"â", "á"), (r"ô", "ó"),
    (r"ç", "z"), (r"nh", "ñ"), (r"lh", "ll"), (r"ss", "s"),
)  # fmt: skip
TO_PORTUGUESE = (
    (r"ciones$", "ções"), (r"ción$", "ção"), (r"siones$", "sões"), (r"sión$", "são"), (r"dad$", "dade"),
    (r"encia$", "ência"), (r"ancia$", "ância"), (r"ario$", "ário"), (r"aria$", "ária"), (r"able$", "ável"),
    (r"ible$", "ível"), (r"ones$", "ões"), (r"ón$", "ão"), (r"aje$", "agem"), (r"ñ", "nh"), (r"ll", "lh"),
)  # fmt: skip
SPELLINGS = {("pt", "es"): TO_SPANISH, ("es", "pt"): TO_PORTUGUESE}

NO_SPACE_BEFORE = frozenset(".,;:!?%)]}»”…") | {"..."}
NO_SPACE_AFTER = frozenset("¿¡([{«“€£#@")
QUOTES = frozenset('"“«')
SENTENCE_ENDS = frozenset(".!?…") | {"..."}
# In a phrase that became another number of words, short ones such as "de" stay small.
SMALL_WORD = 3
# Names that begin with this many equal letters are taken for the same one.
SAME_LETTERS = 4

# The first and the last word of the source, and what they became.
Part = tuple[int, int, str]


def spell(word: str, source: str, target: str) -> str:
    """Return a word of one language as the other would spell it."""
    for ending, other in SPELLINGS[source, target]:
        word = re.sub(ending, other, word)
    return word


def write_out(text: str, source: Sequence[Word], parts: Sequence[Part]) -> list[str]:
    """Return each part as it is written in the translation of ``text``, whose words are ``source``.

    The parts took all of the words in order. Joined, what comes back is the translation.
    """
    written = ""
    ends: list[int] = []
    before: Word | None = None
    for first, last, phrase in parts:
        span = source[first : last + 1]
        took = _with_capitals(_with_numbers(phrase.split(" "), span), span, begins=_begins(source, first))
        aligned = len(took) == len(span)
        for place, word in enumerate(took):
            after = span[place] if aligned or place == 0 else None
            written += _space(written, word, text, before, after) + word
            before = after if aligned else None
        before = span[-1]
        ends.append(len(written))
    return [written[start:end] for start, end in pairwise([0, *ends])]


def _begins(source: Sequence[Word], first: int) -> bool:
    """Tell whether a sentence may begin at a word: after a full stop or a quotation mark, or with only signs before."""
    for word in reversed(source[:first]):
        if word.text in SENTENCE_ENDS or word.text in QUOTES:
            return True
        if word.text[0].isalnum():
            return False
    return True


def _with_numbers(written: Sequence[str], span: Sequence[Word]) -> Iterator[str]:
    numbers = iter([word.text for word in span if word.key == NUMBER])
    for word in written:
        yield next(numbers, word) if word == NUMBER else word


def _with_capitals(written: Iterator[str], span: Sequence[Word], *, begins: bool) -> list[str]:
    took = list(written)
    letters = [word.text for word in span if word.text[0].isalpha()]
    opening = next((place for place, word in enumerate(took) if word not in NO_SPACE_AFTER), 0)
    if len(took) - opening == len(span):
        took[opening:] = [_like(word, other.text) for word, other in zip(took[opening:], span, strict=True)]
    elif letters and all(len(word) > 1 and word.isupper() for word in letters):
        took = [word.upper() for word in took]
    elif not begins and letters and all(word[:1].isupper() for word in letters):
        took = [_capital(word) if len(word) > SMALL_WORD else word for word in took]
    else:
        names = [word.lower() for word in letters if word[:1].isupper()]
        took = [_capital(word) if any(_is_alike(word, name) for name in names) else word for word in took]
    if begins and letters and letters[0][:1].isupper():
        place = next((i for i, word in enumerate(took) if word[0].isalpha()), 0)
        took[place] = _capital(took[place])
    return took


def _is_alike(word: str, name: str) -> bool:
    """Tell whether a word may be the same name in the other language."""
    return len(word) > SMALL_WORD and word[:SAME_LETTERS] == name[:SAME_LETTERS]


def _like(word: str, other: str) -> str:
    if len(other) > 1 and other.isupper():
        return word.upper()
    return _capital(word) if other[:1].isupper() else word


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _space(written: str, word: str, text: str, before: Word | None, after: Word | None) -> str:
    """Return the space before a word; ``before`` and ``after`` are the words of the source at this place, if any."""
    if not written or word in NO_SPACE_BEFORE or written[-1] in NO_SPACE_AFTER:
        return ""
    if before is None or after is None or before.end < after.start:
        return " "
    # They touch in the source: a word may have come where a sign was, and then needs its space.
    glued = text[before.end - 1].isalnum() and text[after.start].isalnum()
    return " " if written[-1].isalnum() and word[0].isalnum() and not glued else ""
