"""What in a chat text isn't language: mentions, links, code, emoji, placeholders. It stays as it is.

``mask`` puts one private character in the place of each character that is kept, so that sentences are found as if it
weren't there; which one says what may be done with it.
"""

import re
from functools import cache

from ..clean_text import MARKS

# Kept where it is: the text is cut around it.
MASK = "\ue000"
# A name could take its place inside a sentence; at the edge of one it is cut off. A thing, such as code or a file's
# name, may also begin a sentence ("`x` is a variable"), while a person or a link before one is apart from it.
NAME_MASK, THING_MASK = "\ue001", "\ue002"
MASKS = MASK + NAME_MASK + THING_MASK

LONGEST_WORD = 40
# Languages whose models have only seen Latin letters.
LATIN = frozenset({
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nl", "no", "pl", "pt",
    "ro", "sk", "sl", "sv", "sw", "tr", "vi",
})  # fmt: skip
_OTHER_LETTERS = (
    "\u0370-\u0482\u048a-\u1aaf\u1b00-\u1cff\u1f00-\u1fff\u2c00-\u2c5f\u2c80-\u2dff\u3041-\ua71f\ua800-\uab2f"
    "\uab70-\ud7ff\uf900-\ufaff\ufb13-\ufdff\ufe70-\ufefe\U00010000-\U0001efff\U00020000-\U0003ffff"
)
_PICTURES = (
    "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff\U000e0000-\U000e007f"
    # Joiners, and private characters, which mean nothing outside their own program.
    "\u200d\ufe0e\ufe0f\ue000-\uf8ff\U000f0000-\U0010ffff"
)
_DOMAIN = (
    r"(?:[a-zA-Z0-9-]+\.)+(?:com|org|net|edu|gov|io|dev|app|gg|ai|co|tv|me|info|xyz|uk|eu|es|br|pt|mx|ar|de|fr|it|nl)"
)
_FILE = r"py|js|ts|md|txt|json|toml|yaml|yml|csv|html|css|png|jpe?g|gif|webp|pdf|zip|exe|sh|ini|cfg|mp[34]|docx?|xlsx?"

USER = r"<@!?\d+>|(?<![\w@/.])@(?!everyone\b|here\b)\w[\w.]*\w"
_NAMES = (
    USER,
    r"@everyone\b|@here\b|<@&\d+>",
    r"""[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s<>]*[^\s<>.,;:!?'")\]*|]""",  # a link, without what ends the sentence
    r"""www\.[^\s<>]*[^\s<>.,;:!?'")\]*|]""",
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+",  # an e-mail address
    rf"(?<![\w.-]){_DOMAIN}\b(?:/[^\s<>]*[^\s<>.,;:!?'\")\]*|])?",
)
_THINGS = (
    r"``[^\n]*?``|`[^`\n]*`",  # code
    r"<#\d+>|</[^:>\n]+:\d+>|<id:\w+>|<t:-?\d+(?::[a-zA-Z])?>|(?<!\w)#\w+",  # channels, commands, times
    r"\$\{[^{}\n]{1,40}\}|\{\{[^{}\n]{1,40}\}\}|\{\w{0,40}\}|%(?:\(\w+\))?[sd](?!\w)",  # placeholders
    r"(?<![\w/\\.])(?:[A-Za-z]:\\|~?/|\.{1,2}/)[\w.-]+(?:[/\\][\w.-]+)*[/\\]?\w",  # paths
    rf"(?<![\w.])[\w-]+\.(?:{_FILE})\b",
    r"(?<!\w)[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?!\w)",  # an identifier
)
_CUTS = (
    r"```.*?```",
    r"\[(?=[^\]\n]*\]\(https?://)|\]\(<?https?://[^\s)]*\)",  # a masked link, all but its words
    r"\|\|",  # a spoiler's edge
    r"</?[a-zA-Z][^<>\n]{0,80}>",  # a tag
    r"<a?:\w+:\d+>|(?<![\w:]):[a-z0-9_+-]{2,}:(?!\w)",  # custom emoji
    r"(?<!\S)(?:[:;=8xX]['-]?[)(DPpOo/\\|*3]+|<3+)(?!\S)",  # emoticons
    rf"[0-9#*]\ufe0f?\u20e3|[{_PICTURES}]+",  # keycaps and emoji
)
_LONG = (
    rf"(?<![\w{MARKS}])(?:[^\W_][{MARKS}]*){{{LONGEST_WORD},}}",  # longer than any word
    rf"(?<![\w+/=])[A-Za-z0-9+/=_-]{{{LONGEST_WORD},}}",  # a key or a hash
)


def mask(text: str, language: str) -> str:
    """Return ``text``, of the same length, with the mask of what is kept in the place of each of its characters."""
    return _kept(language).sub(_masked, text)


def mask_all(text: str, language: str) -> str:
    """Return ``text`` like `mask`, but with everything that is kept to be cut around."""
    return _kept(language).sub(lambda found: MASK * len(found[0]), text)


def _masked(found: re.Match[str]) -> str:
    return {"name": NAME_MASK, "thing": THING_MASK}.get(found.lastgroup or "", MASK) * len(found[0])


@cache
def _kept(language: str) -> re.Pattern[str]:
    # Order matters: a code block may hold anything, and a tag is tried after the mentions that look like one.
    code, *cuts = _CUTS
    latin = [*_LONG, rf"[{_OTHER_LETTERS}]+(?:\s+[{_OTHER_LETTERS}]+)*"] if language in LATIN else []
    return re.compile(
        f"{code}|(?P<name>{'|'.join(_NAMES)})|(?P<thing>{'|'.join(_THINGS)})|{'|'.join([*cuts, *latin])}", re.DOTALL
    )
