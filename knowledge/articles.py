"""Articles: one Markdown file each, with front matter, a short answer and the sections of a deep dive.

`docs/writing-articles.md` is the author's guide to the format, and `checks.py` checks every article against it.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import yaml
from pydantic import Field, ValidationError

from ..author_errors import SLUG, WEB_ADDRESS, AuthorError, Form, sentences
from ..text_files import read_text
from .rendering import plain_text

ARTICLES = Path(__file__).parent / "articles"
_FRONT_MATTER = re.compile(r"---\n(?P<head>.*?)^---$(?P<body>.*)", re.DOTALL | re.MULTILINE)

THEMES: Mapping[str, str] = {
    "basics": "Basics",
    "training": "Training",
    "language-models": "Language models",
    "images-and-more": "Images and more",
    "speed": "Speed",
    "cost": "Cost",
    "running-it": "Running it",
    "quality": "Quality",
    "society": "Society",
}
"""Every theme and its heading, in the order in which people browse them."""

Slug = Annotated[str, Field(pattern=SLUG, max_length=40)]
Theme = Literal[
    "basics", "training", "language-models", "images-and-more", "speed", "cost", "running-it", "quality", "society"
]
Demo = Literal["label", "translate", "complete", "recommend", "cost", "isit", "ask"]


class Source(Form):
    """The source of a fact, and the day it was checked."""

    title: Annotated[str, Field(min_length=1, max_length=160)]
    url: Annotated[str, Field(pattern=WEB_ADDRESS, max_length=200)]
    checked: dt.date


class Section(Form):
    """One part of the deep dive: its heading and its Markdown."""

    title: str
    text: str


class Article(Form):
    """One article in its three depths: `answer` (one sentence), `short` (a phone screen) and `sections`."""

    slug: Slug
    title: Annotated[str, Field(min_length=1, max_length=60)]
    theme: Theme
    level: Literal[1, 2, 3]
    answer: Annotated[str, Field(min_length=30, max_length=240)]
    aliases: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...]
    related: tuple[Slug, ...]
    demo: Demo | None = None
    sources: tuple[Source, ...]
    short: str
    sections: tuple[Section, ...]

    @cached_property
    def plain_texts(self) -> tuple[str, ...]:
        """The short answer and the text of each section, without markup."""
        return tuple(plain_text(text) for text in (self.short, *(one.text for one in self.sections)))


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every valid article, by slug, and one sentence for each error in the others."""

    articles: dict[str, Article] = field(default_factory=dict[str, Article])
    problems: tuple[str, ...] = ()


def read_shelf(folder: Path = ARTICLES) -> Shelf:
    """Return the articles in `folder`, in the order of their themes, then levels, then titles. Reads files: blocks."""
    articles: list[Article] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.md")):
        try:
            articles.append(parse(read_text(path), path.stem))
        except AuthorError as error:
            problems += error.of(path.name)
    themes = list(THEMES)
    articles.sort(key=lambda one: (themes.index(one.theme), one.level, one.title.lower()))
    return Shelf({one.slug: one for one in articles}, tuple(problems))


def parse(text: str, name: str) -> Article:
    """Return the article in `text`, whose file is called `name`.md. Raises `AuthorError`."""
    found = _FRONT_MATTER.fullmatch(text)
    if not found:
        raise AuthorError(["it must begin with `---` and the front matter (docs/writing-articles.md shows one)."])
    short, *sections = re.split(r"^## +", found["body"], flags=re.MULTILINE)
    body = {"short": short.strip(), "sections": [_section(one) for one in sections]}
    try:
        article = Article.model_validate({**_fields(found["head"]), **body})
    except ValidationError as error:
        raise AuthorError(sentences(error)) from None
    if article.slug != name:
        raise AuthorError([f"`slug` is {article.slug}, but the file is called {name}.md: they must be the same."])
    return article


def _section(text: str) -> dict[str, str]:
    title, _, rest = text.partition("\n")
    return {"title": title.strip(), "text": rest.strip()}


def _fields(head: str) -> dict[str, Any]:
    where = ""
    try:
        fields: object = yaml.load(head, yaml.CSafeLoader)
        if isinstance(fields, dict):
            return cast("dict[str, Any]", fields)
    except yaml.MarkedYAMLError as error:
        where = f" near line {error.problem_mark.line + 2}" if error.problem_mark else ""
    except (yaml.YAMLError, ValueError):
        pass
    raise AuthorError(
        [f"the front matter isn't valid YAML{where}: put quotes around a value that has a colon or a bracket."]
    )
