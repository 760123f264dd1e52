"""Numbers and texts as people read them: percentages, durations, sizes, counts, money, shortened text."""

import math
import re

MILLION = 1_000_000
PIECE_LENGTH = 14
ELLIPSIS = "…"
# Halves of a character that lost their other half, and control characters, but for tabs and line breaks.
_HALVES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def percent(share: float) -> str:
    """Return `share` (0 to 1) in percent: "74%", "0.4%" below one, "< 0.1%" below that."""
    value = share * 100
    if 0 < value < 0.1:
        return "< 0.1%"
    return f"{value:.1f}%" if value < 1 else f"{value:.0f}%"


def milliseconds(value: float) -> str:
    """Return milliseconds in two or three figures: "0.04", "8.3", "23", "1400"."""
    return f"{value:.{0 if value >= 10 else 1 if value >= 1 else 2}f}"


def duration(value: float) -> str:
    """Return a time in milliseconds as people write it: "0.04 ms", "8.3 ms", "23 ms", "1.4 s"."""
    return f"{value / 1000:.1f} s" if value >= 1000 else f"{milliseconds(value)} ms"


def megabytes(count: int) -> str:
    """Return a number of bytes in megabytes (10^6)."""
    return f"{count / MILLION:.1f} MB"


def mebibytes(count: int) -> str:
    """Return a limit in the megabytes that Discord counts in (2^20 bytes): "10 MB"."""
    return f"{count / 2**20:.3g} MB"


def counted(count: int) -> str:
    """Return a large count in words: "4.7 million", "385 million", "12,000"."""
    if count < MILLION:
        return f"{count:,}"
    return f"{count / MILLION:,.{1 if count < 100 * MILLION else 0}f} million"


def money(dollars: float) -> str:
    """Return dollars in two or three figures: "$0.000013", "$0.018", "$3.75", "$18,000", "$100M"."""
    if dollars >= 1e12:
        return "over $1,000B"
    for size, letter in ((1e9, "B"), (1e6, "M")):
        if dollars >= size:
            return f"${dollars / size:,.3g}{letter}"
    if dollars >= 100:
        return f"${dollars:,.0f}"
    if dollars >= 0.1:
        return f"${dollars:.2f}"
    if dollars < 1e-9:
        return "< $0.000000001"
    digits = 1 - math.floor(math.log10(dollars))
    return f"${dollars:.{digits}f}".rstrip("0").rstrip(".")


def readable(text: str) -> str:
    """Return what someone typed as text every library takes: no lone surrogates, which aren't Unicode, and no NULs.

    All text passes through here: options, forms and messages in the cogs, arguments and standard input in a terminal.
    """
    return _CONTROLS.sub("", _HALVES.sub("\ufffd", text))


def clip(text: str, length: int) -> str:
    """Return `text`, shortened with an ellipsis to at most `length` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + ELLIPSIS


def piece_name(piece: str) -> str:
    """Return a token as people read it: its leading space is left out, and "+" says that it has none."""
    shown = piece.replace("\n", "↵")
    if shown.startswith("<|"):
        return "(end)"
    name = shown[1:] if shown.startswith(" ") and len(shown) > 1 else f"+{shown}"
    return clip(name.replace(" ", "␣").replace("`", "'"), PIECE_LENGTH)
