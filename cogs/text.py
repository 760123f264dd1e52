"""Text that several views share: bars, escaped words, tables, proofs."""

import re
from collections.abc import Sequence

import discord

from ..features.wording import ELLIPSIS

BAR_WIDTH = 12
FULL, EMPTY = "█", "░"

# What starts Discord's Markdown anywhere: code, bold, italics, underlines, strikethrough, spoilers, masked links, what
# is between < and > (mentions, emoji, commands, times, links), addresses, and emoji by name (but not 12:30:45).
_ANYWHERE = re.compile(r"[\\`*_~|\[]|<(?=\S)|:(?=//|(?!\d\d:)[\w+-]{1,40}:)")
# What does so at the start of a line: headings, small print, quotes, lists. Any sign may be the last of the text: what
# follows it then is ours, and could be a space.
_LINE = r"(?:\A|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])\s*"
_MARK = re.compile(rf"({_LINE})([-+#>])(?=[\s#>]|\Z)")
_NUMBER = re.compile(rf"({_LINE}\d+)([.)])(?=\s|\Z)")
_SPOILER = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)


def bar(share: float, width: int = BAR_WIDTH) -> str:
    """Return `share` (0 to 1) as a bar of `width` blocks; any share above nothing shows at least one."""
    filled = min(width, max(round(share * width), 1 if share > 0 else 0))
    return FULL * filled + EMPTY * (width - filled)


def in_queue(place: int) -> str:
    """Return the sentence for a place in a queue, 1 for the next; nothing for 0."""
    if not place:
        return ""
    return "You're next in the queue." if place == 1 else f"You're number {place} in the queue."


def plain(text: str, length: int | None = None) -> str:
    """Return someone else's words so that Discord shows them as they are: no Markdown, no mention, no link.

    Escaping at most doubles a text. With a `length`, it's shortened until the result has at most that many characters.
    """
    shown = _escaped(text)
    kept = len(text)
    while length is not None and len(shown) > length:
        kept -= max(1, (len(shown) - length) // 2)
        shown = _escaped(text[: max(0, kept - 1)].rstrip()) + ELLIPSIS
    return shown


def _escaped(text: str) -> str:
    text = _ANYWHERE.sub(r"\\\g<0>", text)
    text = _MARK.sub(r"\1\\\2", text)
    text = _NUMBER.sub(r"\1\\\2", text)
    return discord.utils.escape_mentions(text)


def with_spoilers(text: str, length: int) -> str:
    """Return someone else's words like `plain`, at most `length` characters, with what they hid still hidden."""
    shown = ""
    for number, part in enumerate(_SPOILER.split(text)):
        hidden = number % 2
        room = length - len(shown) - 4 * hidden
        if room <= 0:
            break
        shown += f"||{plain(part, room)}||" if hidden else plain(part, room)
    return shown


def hidden_as(source: str, text: str) -> str:
    """Return `text`, made of `source`, with as much hidden: all of it, if a spoiler was lost on the way."""
    if len(_SPOILER.findall(text)) >= len(_SPOILER.findall(source)):
        return text
    return f"||{text.replace('||', '')}||"


def code(text: str) -> str:
    """Return someone else's words for a code block: nothing in them can end it."""
    return text.replace("`", "'")


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return `rows` (the first is the head) as an aligned code block; columns in `right` are right-aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(_cell(cell, widths[i], right=i in right) for i, cell in enumerate(row)).rstrip() for row in rows]
    return "```\n" + code("\n".join(lines)) + "\n```"


def _cell(text: str, width: int, *, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def short(sha256: str) -> str:
    """Return both ends of a hash, which is what people compare."""
    return f"{sha256[:16]}…{sha256[-8:]}"


def proof(before: str, after: str, of: str, therefore: str = "") -> str:
    """Return the lines that say whether anything was learned: the SHA-256 `of` something, just before and just after.

    `therefore` replaces the usual conclusion.
    """
    if before != after:
        return f"**The fingerprints differ**, please report this: before `{short(before)}`, after `{short(after)}`."
    return (
        f"### Nothing was learned\nThe SHA-256 of {of}, just before and just after this run:\n"
        f"before `{short(before)}`\nafter `{short(after)}`\nThe same to the last bit"
        f"{therefore or ': the model was used, not trained. That is inference.'}"
    )
