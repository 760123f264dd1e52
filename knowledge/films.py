"""The catalog of films that `/recommend` chooses from: described in our own words, strictly validated, and checked.

Each `films/*.toml` holds `[[film]]` tables. Every error is a sentence for its author; `inferbot check` prints them.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field, StrictInt, ValidationError

from ..author_errors import PLAIN_WORDS, AuthorError, Form, sentences
from ..text_files import read_toml
from .texts import ExplanationText, TitleText

FILMS = Path(__file__).parent / "films"

Genre = Literal[
    "action", "adventure", "animation", "comedy", "crime", "documentary", "drama", "family", "fantasy", "history",
    "horror", "music", "mystery", "romance", "science fiction", "sport", "thriller", "war", "western",
]  # fmt: skip

FIRST_YEAR, LAST_YEAR = 1895, 2026
SENTENCES = (2, 3)
ABOUT = (100, 400)
AT_LEAST = 250
# Films whose descriptions share more than this part of their words are one film described twice.
TWINS = 0.6
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")

Theme = Annotated[str, Field(min_length=3, max_length=40, pattern=PLAIN_WORDS)]


class Film(Form):
    """One film: facts about it, and `about`, two or three sentences on its plot."""

    title: TitleText
    year: Annotated[StrictInt, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    country: TitleText
    genres: Annotated[tuple[Genre, ...], Field(min_length=1, max_length=4)]
    themes: Annotated[tuple[Theme, ...], Field(min_length=1, max_length=4)]
    about: ExplanationText

    @cached_property
    def name(self) -> str:
        """The title with its year, which tells films with the same title apart: "Solaris (1972)"."""
        return f"{self.title} ({self.year})"

    @cached_property
    def key(self) -> str:
        """Eight characters for the film in a button's id, the same in every version of the catalog."""
        return f"{zlib.crc32(self.name.encode()):08x}"

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of `about`."""
        return tuple(_SENTENCE_END.split(self.about))


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every valid film, oldest first, and one sentence for each error in the others."""

    films: tuple[Film, ...]
    problems: tuple[str, ...] = ()


def read_catalog(folder: Path = FILMS) -> Catalog:
    """Return the films in `folder`. Reads files: blocks."""
    films: list[Film] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        found, wrong = _read(path)
        films += found
        problems += wrong
    films.sort(key=lambda one: (one.year, one.title))
    return Catalog(tuple(films), tuple(problems))


def _read(path: Path) -> tuple[list[Film], list[str]]:
    try:
        table = read_toml(path)
    except AuthorError as error:
        return [], error.of(path.name)
    entries = table.get("film")
    if table.keys() != {"film"} or not isinstance(entries, list):
        return [], [f"{path.name}: it must hold [[film]] tables and nothing else."]
    films: list[Film] = []
    problems: list[str] = []
    for number, entry in enumerate(cast("list[Any]", entries), 1):
        try:
            films.append(Film.model_validate(entry))
        except ValidationError as error:
            problems += [f"{path.name}: film {number} ({_title(entry)}): {one}" for one in sentences(error)]
    return films, problems


def _title(entry: object) -> str:
    title = cast("dict[str, Any]", entry).get("title") if isinstance(entry, dict) else None
    return str(title)[:60] if title else "no title"


def check_catalog(catalog: Catalog) -> list[str]:
    """Return every problem of the bundled films, one sentence each; none if all is well."""
    found = list(catalog.problems)
    for film in catalog.films:
        found += [f"{film.name}: {sentence}" for sentence in _check(film)]
    if len(catalog.films) < AT_LEAST:
        found.append(f"There are {len(catalog.films)} films; the catalog needs at least {AT_LEAST}.")
    return [*found, *_twice(catalog.films), *_twins(catalog.films)]


def _check(film: Film) -> Iterator[str]:
    low, high = SENTENCES
    if not low <= len(film.sentences) <= high:
        yield f"`about` has {len(film.sentences)} sentences; it must have {low} or {high}."
    if not film.about.endswith("."):
        yield "`about` must end with a period."
    low, high = ABOUT
    if not low <= len(film.about) <= high:
        yield f"`about` has {len(film.about)} characters; it must have {low} to {high}."
    for name, values in (("genres", film.genres), ("themes", film.themes)):
        if len(set(values)) < len(values):
            yield f"`{name}` has the same entry twice."


def _twice(films: tuple[Film, ...]) -> Iterator[str]:
    seen: dict[str, Film] = {}
    for film in films:
        if film.key in seen:
            yield f"{film.name}: {seen[film.key].name}, the same film or one with the same key, comes before it."
        seen[film.key] = film


def _twins(films: tuple[Film, ...]) -> Iterator[str]:
    bags = [frozenset(re.findall(r"[a-z]+", film.about.lower())) for film in films]
    for i, film in enumerate(films):
        for j in range(i):
            if len(bags[i] & bags[j]) > TWINS * len(bags[i] | bags[j]):
                yield f"{film.name}: its description is nearly the same as that of {films[j].name}."
