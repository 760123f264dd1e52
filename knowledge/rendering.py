"""Articles' Markdown as Discord renders it: tables become aligned code blocks, links to articles become bold words.

Discord renders no tables, and a link can't open another answer of the bot.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

FENCE = "```"
ARTICLE_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\(([a-z0-9-]+)\)")
_RULE = re.compile(r"^\|?[\s:|-]+\|?$")


class Block(NamedTuple):
    """A run of lines of one kind: plain `text`, a `table`, or a `fence` with its opening and closing lines."""

    kind: Literal["text", "table", "fence"]
    lines: list[str]


def blocks(markdown: str) -> Iterator[Block]:
    """Yield the blocks of `markdown`, in order; text comes in one block between two others, blank lines included."""
    current = Block("text", [])
    fenced = False
    for line in markdown.splitlines():
        opens = line.startswith(FENCE)
        kind = "fence" if fenced or opens else "table" if line.startswith("|") else "text"
        if kind != current.kind or (opens and not fenced):
            if current.lines:
                yield current
            current = Block(kind, [])
        current.lines.append(line)
        if opens:
            fenced = not fenced
            if not fenced:
                yield current
                current = Block("text", [])
    if current.lines:
        yield current


def rows(block: Block) -> list[list[str]]:
    """Return the cells of a table, the header first; every row has as many cells as the header."""
    cells = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.lines if not _RULE.match(line)
    ]
    width = len(cells[0]) if cells else 0
    return [(row + [""] * width)[:width] for row in cells]


def draw_table(block: Block) -> list[str]:
    """Return a table as aligned lines with a rule under its header; columns of figures are right-aligned."""
    table = [[_unmarked(cell) for cell in row] for row in rows(block)]
    if not table:
        return []
    columns = range(len(table[0]))
    widths = [max(len(row[column]) for row in table) for column in columns]
    right = [all(_is_figure(row[column]) for row in table[1:]) and len(table) > 1 for column in columns]
    lines = ["  ".join(_pad(row[i], widths[i], right=right[i]) for i in columns).rstrip() for row in table]
    return [lines[0], "  ".join("─" * width for width in widths), *lines[1:]]


def discord_text(markdown: str) -> str:
    """Return an article's Markdown with what Discord doesn't render replaced."""
    drawn: list[str] = []
    for block in blocks(markdown):
        if block.kind == "fence":
            drawn += [FENCE, *block.lines[1:]]
        elif block.kind == "table":
            drawn += [FENCE, *draw_table(block), FENCE]
        else:
            drawn += [_linked(line) for line in block.lines]
    return "\n".join(drawn).strip()


def plain_text(markdown: str) -> str:
    """Return the words of `markdown` without its markup, for a model or a search index; tables as rows of cells."""
    lines: list[str] = []
    for block in blocks(markdown):
        if block.kind == "table":
            lines += [" ".join(row) for row in rows(block)]
        elif block.kind == "text":
            lines += [line.lstrip("> -") for line in block.lines]
    return re.sub(r"\s+", " ", _unmarked("\n".join(lines))).strip()


def _linked(line: str) -> str:
    """Make links to articles bold; in text that is bold already, keep only the link's words."""
    parts = line.split("**")
    for i, part in enumerate(parts):
        parts[i] = ARTICLE_LINK.sub(r"\1" if i % 2 else r"**\1**", part)
    return "**".join(parts)


def _unmarked(text: str) -> str:
    text = ARTICLE_LINK.sub(r"\1", text)
    return re.sub(r"\*\*|`|(?<!\w)[*_]|[*_](?!\w)|\s*\[\d+\]", "", text)


def _is_figure(cell: str) -> bool:
    return not cell or bool(re.match(r"^[~<>≤≥±+-]?\s?[$€£]?\s?\d", cell)) or cell in {"-", "–"}


def _pad(cell: str, width: int, *, right: bool) -> str:
    return cell.rjust(width) if right else cell.ljust(width)
