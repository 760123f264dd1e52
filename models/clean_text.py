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
