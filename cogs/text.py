"""Text that several views share: bars, escaped words, tables."""

from collections.abc import Sequence

import discord

BAR_WIDTH = 12
FULL, EMPTY = "█", "░"


def bar(share: float, width: int = BAR_WIDTH) -> str:
    """Return `share` (0 to 1) as a bar of `width` blocks; any share above nothing shows at least one."""
    filled = min(width, max(round(share * width), 1 if share > 0 else 0))
    return FULL * filled + EMPTY * (width - filled)


def plain(text: str) -> str:
    """Return somebody else's words with Markdown and mentions switched off."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text))


def code(text: str) -> str:
    """Return somebody else's words for a code block: nothing in them can end it."""
    return text.replace("`", "'")


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return `rows` (the first is the head) as an aligned code block; columns in `right` stand to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(_cell(cell, widths[i], right=i in right) for i, cell in enumerate(row)).rstrip() for row in rows]
    return "```\n" + code("\n".join(lines)) + "\n```"


def _cell(text: str, width: int, *, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)
