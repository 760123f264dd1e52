"""The map of all films: each a dot, the liked ones stars with letters, the suggested ones squares with numbers."""

from typing import Any

from ..recommend import Float32, Recommendation
from ..wording import clip
from .canvas import BLUE, GROUND, INK, ORANGE, PALE, SOFT, figure, png

TITLE = 34
LETTERS = "ABC"
STAR, SQUARE = 620, 190


def draw_map(result: Recommendation) -> bytes:
    """Return the map as a PNG of 900×540 pixels, with a legend. Takes some 200 ms: call it on a worker thread."""
    drawn = figure(9, 5.4)
    field = drawn.add_axes((0.02, 0.07, 0.6, 0.86), facecolor=GROUND)
    field.set_xticks([])
    field.set_yticks([])
    for side in field.spines.values():
        side.set_color(PALE)
    points = result.map.places
    field.scatter(points[:, 0], points[:, 1], s=12, color=PALE, edgecolors=SOFT, linewidths=0.3)
    for number, film in reversed(list(enumerate(result.map.suggested, 1))):
        _mark(field, points[film], "s", ORANGE, str(number))
    for letter, film in zip(LETTERS, result.map.picked, strict=False):
        _mark(field, points[film], "*", BLUE, letter)
    field.set_xlabel(_caption(result), color=SOFT, fontsize=8.5)
    _legend(drawn, result)
    return png(drawn)


def _mark(field: Any, place: Float32, shape: str, colour: str, label: str) -> None:
    x, y = place.tolist()
    size = STAR if shape == "*" else SQUARE
    field.scatter([x], [y], marker=shape, s=size, color=colour, edgecolors="white", linewidths=1.2, zorder=3)
    field.text(x, y, label, color="white", fontsize=9, fontweight="bold", ha="center", va="center", zorder=4)


def _caption(result: Recommendation) -> str:
    kept = f"{result.map.kept * 100:.0f} %"
    return f"Each dot is one of {result.compared} films. A flat map can show {kept} of how they differ."


def _legend(drawn: Any, result: Recommendation) -> None:
    top = 0.9
    rows: list[tuple[str, str | None, str]] = [("You like (stars)", None, INK)]
    named = sorted(result.picks, key=lambda film: (film.year, film.title))
    rows += [(film.name, letter, BLUE) for letter, film in zip(LETTERS, named, strict=False)]
    rows += [("Nearest (squares)", None, INK)]
    rows += [(one.film.name, str(number), ORANGE) for number, one in enumerate(result.suggestions, 1)]
    for text, label, colour in rows:
        if label is None:
            top -= 0.03
            drawn.text(0.65, top, text, color=INK, fontsize=11, fontweight="bold", va="center")
        else:
            drawn.text(0.655, top, label, color=colour, fontsize=11, fontweight="bold", va="center")
            drawn.text(0.685, top, clip(text, TITLE), color=INK, fontsize=10, va="center")
        top -= 0.075


def describe_map(result: Recommendation) -> str:
    """Return the text for those who do not see the map."""
    picks = ", ".join(film.name for film in result.picks)
    near = ", ".join(one.film.name for one in result.suggestions)
    return (
        f"A map of {result.compared} films as dots; films with similar descriptions lie close together. "
        f"Stars with letters: {picks}. Squares with numbers, the nearest first: {near}."
    )
