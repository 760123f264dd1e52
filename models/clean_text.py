"""Make hostile text harmless before a model reads it: control characters, piled-up marks, reversed direction."""

import re
import unicodedata

# Combining marks, without the one that makes a keycap emoji.
MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20e2\u20e4-\u20ff\ufe20-\ufe2f"
TAB = " " * 4
_MARK = re.compile(f"[{MARKS}]")
# Embeddings, overrides and isolates change the direction of the text after them, ours included.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROL = frozenset({"Cc", "Cs"})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean_text(text: str, *, one_line: bool = False) -> str:
    """Return ``text`` without control characters, direction overrides, and marks that no letter has.

    Line breaks stay and tabs become spaces. With ``one_line`` all whitespace becomes single characters of space, and
    every invisible character goes, such as zero-width spaces and the joiners of emoji.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", TAB)
    if one_line:
        text = re.sub(r"\s", " ", text)
    unwanted = _INVISIBLE if one_line else _CONTROL
    shown = "".join(
        letter
        for letter in text
        if letter == "\n" or (letter not in _DIRECTION and unicodedata.category(letter) not in unwanted)
    )
    # Strip combining marks beyond NFC, so "Zalgo" text can't blow up the tokenizer.
    return unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFC", shown)))


# Small capitals, which phones' "fonts" use and Unicode knows as letters of phonetics.
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_DECORATED = re.compile(
    "[\U0001d400-\U0001d7ff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f149]"
)


def plain_letters(text: str) -> str:
    """Return ``text`` with decorative letters and digits as plain ones: "𝗛𝗲𝗹𝗹𝗼" as "Hello", "ꜱᴜʙ" as "sub"."""  # noqa: RUF002
    text = _DECORATED.sub(lambda found: unicodedata.normalize("NFKC", found[0]).strip("()"), text)
    if sum(letter in _SMALL_CAPITALS for letter in text) < 2:
        return text
    return "".join(_SMALL_CAPITALS.get(letter, letter) for letter in text)
