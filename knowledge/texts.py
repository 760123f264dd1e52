"""Short texts in packs, films and prices: what they may hold, and when two of them look the same."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

# What Discord would turn into a mention, a link to a channel or a command, an emoji or a time.
_MENTION = re.compile(
    r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<a?:\w+:\d+>|<t:-?\d+(?::\w)?>|</[^:<>]+:\d+>|<id:\w+>", re.IGNORECASE
)
_INVISIBLE = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
# Invisible characters that are part of how a text is written: the joiners inside emoji, Persian or Hindi words, the
# direction marks of Hebrew and Arabic, and the tags of regional flags.
_JOINED = re.compile(
    r"(?<![\s\u200c-\u200f\u061c])[\u200c\u200d]|[\u200e\u200f\u061c]|(?<=\U0001f3f4)[\U000e0020-\U000e007f]+"
)


def _safe(text: str) -> str:
    visible = _JOINED.sub("", text)
    if not visible or any(unicodedata.category(one) in _INVISIBLE for one in visible):
        raise ValueError("holds a line break or an invisible character: write it on one line, in visible ones")
    if _MENTION.search(text):
        raise ValueError(
            "would mention someone or become an emoji in Discord: leave out @everyone, @here and codes such as <@1>"
        )
    if text != text.strip():
        raise ValueError("starts or ends with a space")
    return text


_Safe = AfterValidator(_safe)
QuestionText = Annotated[str, Field(min_length=1, max_length=200), _Safe]
OptionText = Annotated[str, Field(min_length=1, max_length=80), _Safe]
WhyText = Annotated[str, Field(min_length=1, max_length=200), _Safe]
ExplanationText = Annotated[str, Field(min_length=1, max_length=400), _Safe]
TitleText = Annotated[str, Field(min_length=1, max_length=60), _Safe]


def same_option(one: str, other: str) -> bool:
    """Return whether people can't tell two options apart: they differ in case, form or invisible characters alone."""
    return _seen(one) == _seen(other)


def _seen(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(one for one in folded if unicodedata.category(one) != "Cf").split())
