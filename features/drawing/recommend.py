"""The map of all films: each a dot, the liked ones stars with letters, the suggested ones squares with numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...knowledge.search.vectors import Float32
from ..wording import clip
from .canvas import BLUE, FONT, GROUND, INK, ORANGE, PALE, SOFT, WIDTH, figure, png

TITLE = 30
LETTERS = "ABC"
STAR, SQUARE = 900, 300
# Inches: the height of the map, and of a line of the legend.
MAP, LINE = 4.2, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class FilmMap:
    """All films as points, float32 [films, 2], and their names.

    `explained` is the share of the variance that the map shows, 0 to 1. `picked` and `suggested` are positions:
    `picked` in the order of the catalog, `suggested` best first.
    """

    points: Float32
    explained: float
    names: Sequence[str]
    picked: tuple[int, ...]
    suggested: tuple[int, ...]


def draw_map(films: FilmMap) -> bytes:
    """Return the map as a PNG, with a legend below. Takes about 200 ms: call it on a worker thread."""
    lines = 1 + max(len(films.picked), len(films.suggested))
    tall = MAP + 0.75 + LINE * lines
    drawn = figure(WIDTH, tall)
    field = drawn.add_axes((0.02, 1 - (MAP + 0.1) / tall, 0.96, MAP / tall), facecolor=GROUND)
    field.set_xticks([])
    field.set_yticks([])
    for side in field.spines.values():
        side.set_color(PALE)
    points = films.points
    field.scatter(points[:, 0], points[:, 1], s=12, color=PALE, edgecolors=SOFT, linewidths=0.3)
    for number, film in reversed(list(enumerate(films.suggested, 1))):
        _mark(field, points[film], "s", ORANGE, str(number))
    for letter, film in zip(LETTERS, films.picked, strict=False):
        _mark(field, points[film], "*", BLUE, letter)
    field.set_xlabel(_caption(films), color=SOFT, fontsize=FONT - 1)
    _legend(drawn, films, tall)
    return png(drawn)


def _mark(field: Any, place: Float32, shape: str, color: str, label: str) -> None:
    x, y = place.tolist()
    size = STAR if shape == "*" else SQUARE
    field.scatter([x], [y], marker=shape, s=size, color=color, edgecolors="white", linewidths=1.2, zorder=3)
    field.text(x, y, label, color="white", fontsize=FONT - 1, fontweight="bold", ha="center", va="center", zorder=4)


def _caption(films: FilmMap) -> str:
    return f"{len(films.names)} films; a flat map shows {films.explained:.0%} of how they differ"


def _legend(drawn: Any, films: FilmMap, tall: float) -> None:
    liked = [(letter, films.names[i]) for letter, i in zip(LETTERS, films.picked, strict=False)]
    nearest = [(str(number), films.names[i]) for number, i in enumerate(films.suggested, 1)]
    for left, heading, color, rows in (
        (0.02, "You like (stars)", BLUE, liked),
        (0.51, "Nearest (squares)", ORANGE, nearest),
    ):
        drawn.text(left, LINE * (len(nearest) + 0.6) / tall, heading, color=INK, fontsize=FONT, fontweight="bold")
        for line, (label, name) in enumerate(rows):
            height = LINE * (len(nearest) - line - 0.5) / tall
            drawn.text(left, height, label, color=color, fontsize=FONT, fontweight="bold")
            drawn.text(left + 0.035, height, clip(name, TITLE), color=INK, fontsize=FONT)


def describe_map(films: FilmMap) -> str:
    """Return the alt text of the map."""
    picks = ", ".join(films.names[i] for i in films.picked)
    near = ", ".join(films.names[i] for i in films.suggested)
    return (
        f"A map of {len(films.names)} films as dots; films with similar descriptions are close together. "
        f"Stars with letters: {picks}. Squares with numbers, the nearest first: {near}."
    )
