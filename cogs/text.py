"""Text that several views share: bars, escaped words, tables, proofs."""

from collections.abc import Sequence

import discord

BAR_WIDTH = 12
FULL, EMPTY = "█", "░"


def bar(share: float, width: int = BAR_WIDTH) -> str:
    """Return `share` (0 to 1) as a bar of `width` blocks; any share above nothing shows at least one."""
    filled = min(width, max(round(share * width), 1 if share > 0 else 0))
    return FULL * filled + EMPTY * (width - filled)


def in_queue(place: int) -> str:
    """Return the sentence for a place in a queue, 1 for the next; nothing for 0."""
    if not place:
        return ""
    return "You're next in the queue." if place == 1 else f"You're number {place} in the queue."


def plain(text: str) -> str:
    """Return someone else's words with Markdown and mentions escaped."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text))


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
