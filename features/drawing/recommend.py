"""The map of all films: each a dot, the liked ones stars with letters, the suggested ones squares with numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...knowledge.search.vectors import Float32
from ..wording import clip
from .canvas import BLUE, GROUND, INK, ORANGE, PALE, SOFT, figure, png

TITLE = 34
LETTERS = "ABC"
STAR, SQUARE = 620, 190


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
    """Return the map as a PNG of 900×540 pixels, with a legend. Takes some 200 ms: call it on a worker thread."""
    drawn = figure(9, 5.4)
    field = drawn.add_axes((0.02, 0.07, 0.6, 0.86), facecolor=GROUND)
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
    field.set_xlabel(_caption(films), color=SOFT, fontsize=8.5)
    _legend(drawn, films)
    return png(drawn)


def _mark(field: Any, place: Float32, shape: str, colour: str, label: str) -> None:
    x, y = place.tolist()
    size = STAR if shape == "*" else SQUARE
    field.scatter([x], [y], marker=shape, s=size, color=colour, edgecolors="white", linewidths=1.2, zorder=3)
    field.text(x, y, label, color="white", fontsize=9, fontweight="bold", ha="center", va="center", zorder=4)


def _caption(films: FilmMap) -> str:
    return f"Each dot is one of {len(films.names)} films. A flat map can show {films.explained:.0%} of how they differ."


def _legend(drawn: Any, films: FilmMap) -> None:
    top = 0.9
    rows: list[tuple[str, str | None, str]] = [("You like (stars)", None, INK)]
    rows += [(films.names[i], letter, BLUE) for letter, i in zip(LETTERS, films.picked, strict=False)]
    rows += [("Nearest (squares)", None, INK)]
    rows += [(films.names[i], str(number), ORANGE) for number, i in enumerate(films.suggested, 1)]
    for text, label, colour in rows:
        if label is None:
            top -= 0.03
            drawn.text(0.65, top, text, color=INK, fontsize=11, fontweight="bold", va="center")
        else:
            drawn.text(0.655, top, label, color=colour, fontsize=11, fontweight="bold", va="center")
            drawn.text(0.685, top, clip(text, TITLE), color=INK, fontsize=10, va="center")
        top -= 0.075


def describe_map(films: FilmMap) -> str:
    """Return the alt text of the map."""
    picks = ", ".join(films.names[i] for i in films.picked)
    near = ", ".join(films.names[i] for i in films.suggested)
    return (
        f"A map of {len(films.names)} films as dots; films with similar descriptions are close together. "
        f"Stars with letters: {picks}. Squares with numbers, the nearest first: {near}."
    )
