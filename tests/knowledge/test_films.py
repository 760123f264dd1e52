"""The catalog of films: read strictly, checked, and every shipped film passes."""

from pathlib import Path
from typing import get_args

import pytest
from inferbot.knowledge.films import Catalog, Film, Genre, check_catalog, read_catalog

GOOD = """
[[film]]
title = "A Boat"
year = 1999
country = "France"
genres = ["drama"]
themes = ["the sea"]
about = "A man builds a boat in his garden for many years. When it is done, the river is gone and he laughs with all."
"""


def read(tmp_path: Path, text: str) -> Catalog:
    (tmp_path / "some.toml").write_text(text, encoding="utf-8")
    return read_catalog(tmp_path)


def film(**changes: object) -> Film:
    fields = {
        "title": "A Boat",
        "year": 1999,
        "country": "France",
        "genres": ("drama",),
        "themes": ("the sea",),
        "about": "A man builds a boat in his garden for many years. When it is done, the river is gone and he laughs.",
    }
    return Film.model_validate(fields | changes)


def test_every_shipped_film_passes() -> None:
    catalog = read_catalog()
    assert check_catalog(catalog) == []
    assert len(catalog.films) >= 260


def test_the_shipped_films_are_of_many_times_countries_and_kinds() -> None:
    films = read_catalog().films
    assert len({one.year // 10 for one in films}) >= 11
    assert len({one.country for one in films}) >= 25
    assert {genre for one in films for genre in one.genres} == set(get_args(Genre))


def test_a_good_film_is_read(tmp_path: Path) -> None:
    catalog = read(tmp_path, GOOD)
    assert catalog.problems == ()
    (one,) = catalog.films
    assert one.name == "A Boat (1999)"
    assert len(one.key) == 8
    assert one.sentences[1].startswith("When it is done")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("year = 1999", 'year = "1999"'), "`year`"),
        (("year = 1999", "year = 1700"), "`year`"),
        (('genres = ["drama"]', 'genres = ["melodrama"]'), "`genres.1`"),
        (('genres = ["drama"]', "genres = []"), "`genres`"),
        (('country = "France"\n', ""), "`country` is missing"),
        (('country = "France"', 'country = "France"\nstars = 5'), "`stars` isn't a field"),
        (("A man builds", "@everyone builds"), "`about`"),
        (('title = "A Boat"', 'title = " A Boat"'), "`title`"),
        (("[[film]]", "[[movie]]"), "[[film]] tables"),
        (("[[film]]", "[[film"), "isn't valid TOML"),
    ],
)
def test_what_is_wrong_is_a_sentence(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    catalog = read(tmp_path, GOOD.replace(*change))
    assert catalog.films == ()
    assert any(said in problem and problem.startswith("some.toml") for problem in catalog.problems)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "some.toml").write_bytes(b"\xff\xfe")
    assert "isn't UTF-8 text" in read_catalog(tmp_path).problems[0]


@pytest.mark.parametrize(
    ("films", "said"),
    [
        ([film(about="A man builds a boat. " * 8 + "It is done.")], "sentences"),
        ([film(genres=("drama", "drama"))], "`genres` has the same entry twice"),
        ([film(), film()], "the same film"),
        ([film(), film(title="A Ship")], "is nearly the same as that of"),
        ([film()], "needs at least"),
    ],
)
def test_the_checks_find(films: list[Film], said: str) -> None:
    assert any(said in problem for problem in check_catalog(Catalog(tuple(films))))
