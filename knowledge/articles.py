"""Articles: one Markdown file each, with front matter, a short answer and the sections of a deep dive.

`docs/writing-articles.md` is the author's guide to the format, and `checks.py` holds every article to it.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import frontmatter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yaml import MarkedYAMLError, YAMLError

ARTICLES = Path(__file__).parent / "articles"

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

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Theme = Literal[
    "basics",
    "training",
    "language-models",
    "images-and-more",
    "speed",
    "cost",
    "running-it",
    "quality",
    "society",
]
Demo = Literal["label", "translate", "complete", "recommend", "cost", "isit", "ask"]
Tag = Literal["is-it-inference", "basics", "costs", "hardware", "language-models", "images", "serving", "myths"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Frozen):
    """Where a fact comes from, and the day on which somebody looked."""

    title: Annotated[str, Field(min_length=1, max_length=160)]
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=200)]
    checked: dt.date


class Section(_Frozen):
    """One part of the deep dive: its heading and its Markdown."""

    title: str
    text: str


class Article(_Frozen):
    """One article in its three depths: `answer` (one sentence), `short` (a phone screen) and `sections`."""

    slug: Slug
    title: Annotated[str, Field(min_length=1, max_length=60)]
    theme: Theme
    level: Annotated[int, Field(ge=1, le=3)]
    answer: Annotated[str, Field(min_length=30, max_length=240)]
    aliases: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...]
    related: tuple[Slug, ...]
    demo: Demo | None = None
    tags: tuple[Tag, ...]
    sources: tuple[Source, ...]
    short: str
    sections: tuple[Section, ...]


class ArticleError(Exception):
    """An article can't be read; `sentences` say why, one each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every article that could be read, by slug, and one sentence for each thing that is wrong with the others."""

    articles: dict[str, Article] = field(default_factory=dict[str, Article])
    problems: tuple[str, ...] = ()


def read_shelf(folder: Path = ARTICLES) -> Shelf:
    """Return the articles in `folder`, in the order of their themes, then levels, then titles. Reads files: blocks."""
    articles: list[Article] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.md")):
        try:
            articles.append(parse(path.read_text("utf-8"), path.stem))
        except (OSError, UnicodeDecodeError):
            problems.append(f"{path.name}: the file can't be read as UTF-8 text.")
        except ArticleError as error:
            problems += [f"{path.name}: {sentence}" for sentence in error.sentences]
    themes = list(THEMES)
    articles.sort(key=lambda one: (themes.index(one.theme), one.level, one.title.lower()))
    return Shelf({one.slug: one for one in articles}, tuple(problems))


def parse(text: str, name: str) -> Article:
    """Return the article in `text`, whose file is called `name`.md. Raises `ArticleError`."""
    if not text.startswith("---\n"):
        raise ArticleError(["it must begin with `---` and the front matter (docs/writing-articles.md shows one)."])
    try:
        post = frontmatter.loads(text)
    except YAMLError as error:
        raise ArticleError([_yaml_sentence(error)]) from None
    short, *sections = re.split(r"^## +", post.content, flags=re.MULTILINE)
    body = {"short": short.strip(), "sections": [_section(one) for one in sections]}
    try:
        article = Article.model_validate({**cast("dict[str, Any]", post.metadata), **body})
    except ValidationError as error:
        raise ArticleError([_field_sentence(cast("dict[str, Any]", one)) for one in error.errors()]) from None
    if article.slug != name:
        raise ArticleError([f"`slug` is {article.slug}, but the file is called {name}.md: they must be the same."])
    return article


def _section(text: str) -> dict[str, str]:
    title, _, rest = text.partition("\n")
    return {"title": title.strip(), "text": rest.strip()}


def _yaml_sentence(error: YAMLError) -> str:
    where = ""
    if isinstance(error, MarkedYAMLError) and error.problem_mark:
        where = f" near line {error.problem_mark.line + 1}"
    return f"the front matter is no valid YAML{where}: put quotes around a value with a colon or a bracket in it."


def _field_sentence(detail: Mapping[str, Any]) -> str:
    """Return what pydantic found, in an author's words."""
    name = ".".join(str(part + 1 if isinstance(part, int) else part) for part in detail["loc"])
    given, context = detail["input"], cast("dict[str, Any]", detail.get("ctx", {}))
    pattern = "an address that begins with https://" if name.endswith("url") else "lower-case words with hyphens"
    sentences = {
        "missing": "is missing.",
        "extra_forbidden": "is not a field of an article: remove it.",
        "literal_error": f"is {given!r}; it must be {context.get('expected')}.",
        "string_too_long": f"has {len(str(given))} characters; at most {context.get('max_length')} fit.",
        "string_too_short": f"needs at least {context.get('min_length')} characters.",
        "string_pattern_mismatch": f"is {given!r}; it must be {pattern}.",
        "greater_than_equal": f"is {given!r}; it must be 1, 2 or 3.",
        "less_than_equal": f"is {given!r}; it must be 1, 2 or 3.",
        "tuple_type": "must be a list: [one, two].",
        "date_from_datetime_parsing": "must be a date such as 2026-11-23.",
    }
    otherwise = f"is {given!r}; {str(detail['msg']).lower()}."
    return f"`{name}` {sentences.get(str(detail['type']), otherwise)}"
