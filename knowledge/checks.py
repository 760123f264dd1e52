"""The checks that every bundled article passes, each with an error that its author understands.

`inferbot check` prints the errors, and a test fails on them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from .articles import ARTICLES, Article, Shelf, read_shelf
from .rendering import ARTICLE_LINK, Block, blocks, discord_text, draw_table, rows

SHORT = (300, 900)
SECTIONS = (2, 5)
SECTION = (300, 1500)
RELATED = (3, 6)
TABLE_COLUMNS = 3
TABLE_WIDTH = 46
DIAGRAM_WIDTH = 44
DIAGRAM_LINES = 12

CITATION = re.compile(r"\[(\d+)\]")
# An amount of money: a sign before digits, or digits before the name of a currency.
PRICE = re.compile(
    r"[$€£¥]\s?\d|\d[\d.,]*\s(?:(?:thousand|million|billion)\s)?(?:US\s)?(?:dollars?|cents?|euros?|pounds?)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]*)\)")
_HTML = re.compile(r"</?[a-zA-Z][^>\n]*>")


def check_folder(folder: Path = ARTICLES) -> list[str]:
    """Return every problem of the articles in `folder`, one sentence each with the file's name; none if all is well.

    Reads files: blocks.
    """
    shelf = read_shelf(folder)
    return [*shelf.problems, *check_shelf(shelf)]


def check_shelf(shelf: Shelf) -> list[str]:
    """Return every problem of valid articles: first those within one article, then those between articles."""
    found = [f"{one.slug}.md: {sentence}" for one in shelf.articles.values() for sentence in check_article(one)]
    return [*found, *_links_between(shelf), *_names_twice(shelf)]


def check_article(article: Article) -> list[str]:
    """Return the problems of one article by itself, one sentence each."""
    checks: tuple[Callable[[Article], Iterator[str]], ...] = (_head, _lengths, _marks, _drawings, _sources)
    return [sentence for check in checks for sentence in check(article)]


def _parts(article: Article) -> list[tuple[str, str]]:
    """Return each Markdown part with what an author calls it."""
    return [("the short answer", article.short), *((f"section “{one.title}”", one.text) for one in article.sections)]


def _head(article: Article) -> Iterator[str]:
    if not article.answer.endswith("."):
        yield "`answer` must be one whole sentence that ends with a period."
    low, high = RELATED
    if not low <= len(article.related) <= high:
        yield f"`related` names {len(article.related)} articles; it must be {low} to {high}."
    if article.slug in article.related:
        yield "`related` names the article itself."
    for name, values in (("related", article.related), ("aliases", [one.lower() for one in article.aliases])):
        if twice := _repeated(values):
            yield f"`{name}` has {twice} twice."


def _lengths(article: Article) -> Iterator[str]:
    if problem := _length("the short answer", article.short, *SHORT):
        yield problem
    low, high = SECTIONS
    if not low <= len(article.sections) <= high:
        yield f"it has {len(article.sections)} sections (`## `); it must have {low} to {high}."
    for one in article.sections:
        if problem := _length(f"section “{one.title}”", one.text, *SECTION):
            yield problem


def _length(name: str, text: str, low: int, high: int) -> str | None:
    size = len(discord_text(text))
    if size > high:
        return f"{name} has {size} characters as shown; at most {high} fit. Move some of it to another section."
    return f"{name} has {size} characters; write at least {low}." if size < low else None


def _marks(article: Article) -> Iterator[str]:
    for name, text in _parts(article):
        words = "\n".join(line for block in blocks(text) if block.kind != "fence" for line in block.lines)
        without_code = re.sub(r"`[^`\n]*`", "", words)
        if text.count("```") % 2:
            yield f"{name}: a block opened with ``` is never closed."
        if re.search(r"^#", without_code, re.MULTILINE):
            yield f"{name}: only `## ` may be used as a heading, with the section's text below it."
        if "![" in without_code:
            yield f"{name}: pictures can't be shown here; draw a small diagram in a ```text block."
        if _HTML.search(without_code):
            yield f"{name}: HTML isn't rendered; use Markdown."
        for target in _LINK.findall(without_code):
            if "/" in target or "." in target:
                yield f"{name}: {target} isn't an article; put it in `sources` and cite it as [1]."


def _drawings(article: Article) -> Iterator[str]:
    for name, text in _parts(article):
        for block in blocks(text):
            if block.kind == "table":
                yield from (f"{name}: {sentence}" for sentence in _table(block))
            elif block.kind == "fence":
                yield from (f"{name}: {sentence}" for sentence in _diagram(block))


def _table(block: Block) -> Iterator[str]:
    cells = rows(block)
    if not cells or len(block.lines) < len(cells) + 1:
        yield "a table needs a header row, a line of dashes under it, and rows."
        return
    if len(cells[0]) > TABLE_COLUMNS:
        yield f"a table has {len(cells[0])} columns; at most {TABLE_COLUMNS} fit a phone."
    if (width := max(map(len, draw_table(block)))) > TABLE_WIDTH:
        yield f"a table is {width} characters wide as drawn; at most {TABLE_WIDTH} fit a phone. Shorten its cells."


def _diagram(block: Block) -> Iterator[str]:
    lines = block.lines[1:-1]
    if lines and (width := max(map(len, lines))) > DIAGRAM_WIDTH:
        yield f"a diagram is {width} characters wide; at most {DIAGRAM_WIDTH} fit a phone."
    if len(lines) > DIAGRAM_LINES:
        yield f"a diagram has {len(lines)} lines; at most {DIAGRAM_LINES} are allowed."


def _sources(article: Article) -> Iterator[str]:
    count = len(article.sources)
    for name, text in _parts(article):
        wrong = sorted({int(one) for one in CITATION.findall(text) if not 1 <= int(one) <= count})
        yield from (f"{name}: [{one}] is cited, but `sources` lists {count}." for one in wrong)
        for passage in _passages(text):
            if (price := PRICE.search(passage)) and not CITATION.search(passage):
                said = passage[max(0, price.start() - 30) : price.end() + 30].replace("\n", " ").strip()
                yield f"{name}: a price has no source: “…{said}…”. Add [1], the number of its source."
    cited = {int(one) for _, text in _parts(article) for one in CITATION.findall(text)}
    unused = [number for number in range(1, count + 1) if number not in cited]
    yield from (f"source {number} is listed but never cited." for number in unused)


def _passages(text: str) -> Iterator[str]:
    """Yield the passages that share a source: a paragraph, a list item, or a table or diagram and its lead-in."""
    lead = ""
    for block in blocks(text):
        if block.kind != "text":
            yield "\n".join([lead, *block.lines])
            continue
        paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", "\n".join(block.lines))
        written = [one for one in paragraphs if one.strip()]
        yield from written
        lead = written[-1] if written else lead


def _links_between(shelf: Shelf) -> Iterator[str]:
    for one in shelf.articles.values():
        for slug in one.related:
            if slug not in shelf.articles:
                yield f"{one.slug}.md: `related` names {slug}, which isn't an article."
        linked = {slug for _, text in _parts(one) for _, slug in ARTICLE_LINK.findall(text)}
        for slug in sorted(linked - set(shelf.articles)):
            yield f"{one.slug}.md: it links to {slug}, which isn't an article."


def _names_twice(shelf: Shelf) -> Iterator[str]:
    """Yield the titles and aliases that mean two articles: a person who types one must get one article."""
    titles: dict[str, str] = {}
    for one in shelf.articles.values():
        key = one.title.lower()
        if key in titles:
            yield f"{one.slug}.md: the title “{one.title}” is taken by {titles[key]}.md."
        titles.setdefault(key, one.slug)
    owners = dict(titles)
    for one in shelf.articles.values():
        for alias in one.aliases:
            owner = owners.setdefault(alias.lower(), one.slug)
            if owner != one.slug or alias.lower() in titles:
                kind = "a title" if alias.lower() in titles else "an alias"
                yield f"{one.slug}.md: the alias “{alias}” is already {kind} of {owner}.md."


def _repeated(values: Iterable[str]) -> str | None:
    return next((one for one, other in pairwise(sorted(values)) if one == other), None)
