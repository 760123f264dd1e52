"""Is a text fit for everyone's eyes? Asked before anything a person or a model wrote is posted to a channel.

A word list knows no context: it lets some rude texts pass and turns a harmless one away now and then.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from ..models.engine import Engine

LANGUAGES = ["english", "german", "spanish", "french", "portuguese", "italian", "dutch"]
# The library's stricter kinds also read across words, and then found something rude in 13 of the 1,985 sentences of
# our own articles; this one in none.
SEEN_THROUGH = "basic"
# What the lists lack: mostly more than one of what they have.
MISSING_FROM_LISTS = [
    *("whore", "whores", "niggas", "niggers", "faggots", "fag", "fags", "trannies", "kikes", "gooks", "spics"),
    *("raghead", "ragheads", "wetbacks", "retards", "sluts", "cunts", "bitches", "fucked", "fucks", "fuckers"),
    *("motherfuckers", "assholes", "dickheads", "wankers", "twats", "putas", "viado", "viados", "maricón", "maricones"),
]
# "Black" in Spanish and Portuguese, the languages people translate into here; and two words of other lists in English.
HARMLESS = ["negro", "negra", "pot", "lul"]

# Digits and signs written in place of letters. A "1" is an i or an l.
LETTERS_FOR = [str.maketrans("013457@$!", f"o{one}eastasi") for one in "il"]
LOOKALIKE = re.compile(r"[013457@$!]")
WORD = re.compile(r"[^\W_](?:[\w@$!]*[^\W_])?|[@$!][\w@$!]*[^\W_]")
# Single letters with the same sign or spaces between them: "s p a c e d", "d.o.t.t.e.d".
SEPARATOR = re.compile(r"[\W_]")
SPACED = re.compile(r"(?<!\w)[^\W_](?:([ .\-_*]{1,2})[^\W_])(?:\1[^\W_])+(?!\w)")


class NotForAll(Exception):
    """A text that isn't fit for a channel was to be posted there."""


async def check(engine: Engine, *texts: str) -> None:
    """Raise `NotForAll` unless all of `texts` are fit for a channel, or the engine's errors."""
    if texts and not await engine.run(is_decent, "\n".join(texts)):
        raise NotForAll


def is_decent(text: str) -> bool:
    """Say whether `text` has no word of the lists. Blocks: for milliseconds, half a second the first time."""
    text = unicodedata.normalize("NFKC", text)
    return not _filter().is_profane("\n".join([text, *dict.fromkeys(_other_readings(text))]))


def _other_readings(text: str) -> Iterator[str]:
    """Yield words as they are read: without what separates their letters, and with letters for digits."""
    spaced = [SEPARATOR.sub("", match[0]) for match in SPACED.finditer(text)]
    joined = [word for word in spaced if len(set(word)) > 1]
    yield from joined
    for word in (*WORD.findall(text), *joined):
        if LOOKALIKE.search(word) and any(letter.isalpha() for letter in word):
            yield from (word.translate(letters) for letters in LETTERS_FOR)


@cache
def _filter() -> Any:
    from glin_profanity import Filter

    wanted: Any = {
        "languages": LANGUAGES,
        "obfuscation": SEEN_THROUGH,
        "custom_words": MISSING_FROM_LISTS,
        "ignore_words": HARMLESS,
    }
    return Filter(wanted)
