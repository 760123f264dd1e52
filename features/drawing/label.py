"""Show where the model looked: the square that it saw, bright where the evidence for its best label lies."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from ...models.runtime import Float32
from ...models.tasks.image_classification import Classification

# The picture is enlarged by a whole factor to about this side.
SIDE = 672
# What counts as "there": at least this much of the strongest evidence.
REGION = 0.5
# How bright the picture stays where there is no evidence at all.
DIMMED = 0.3
LINE = 2
EDGE = 4
INSIDE = 255
PLACES = (
    ("at the top left", "at the top", "at the top right"),
    ("on the left", "in the middle", "on the right"),
    ("at the bottom left", "at the bottom", "at the bottom right"),
)


def draw(classification: Classification) -> bytes:
    """Return a PNG: the square dimmed by the lack of evidence, with a line around the region that holds the most.

    The line, white with a black edge, says without colour what the brightness says. Raises :class:`ValueError` when
    the classification has no activation.
    """
    square, activation = classification.square, _activation_of(classification)
    side = len(square) * max(1, round(SIDE / len(square)))
    picture = np.asarray(Image.fromarray(square).resize((side, side), Image.Resampling.BICUBIC), np.float32)
    evidence = _enlarge(activation, side)
    shown = picture * (DIMMED + (1 - DIMMED) * evidence)[:, :, np.newaxis]
    region = Image.fromarray((evidence >= REGION).astype(np.uint8) * INSIDE)
    white = _band(region, LINE)
    black = _band(region, EDGE) & ~white
    shown[black] = 0
    shown[white] = 255
    file = io.BytesIO()
    Image.fromarray(shown.round().astype(np.uint8)).save(file, "PNG", compress_level=3)
    return file.getvalue()


def describe(classification: Classification) -> str:
    """Return the text for those who do not see the picture; raises as :func:`draw` does."""
    where = _where(_enlarge(_activation_of(classification), SIDE) >= REGION)
    label = classification.labels[0].name
    return f"The square that the model saw; the evidence for “{label}” lies mostly {where}, inside a line."


def _activation_of(classification: Classification) -> Float32:
    if classification.activation is None:
        raise ValueError(f"{classification.card.id} says nothing about where it looked")
    return classification.activation


def _enlarge(activation: Float32, side: int) -> Float32:
    enlarged = Image.fromarray(activation).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(enlarged).clip(0, 1)


def _band(region: Image.Image, radius: int) -> npt.NDArray[np.bool_]:
    """Return the pixels within ``radius`` of the edge of ``region``: those where a blur mixes inside and outside."""
    blurred = np.asarray(region.filter(ImageFilter.BoxBlur(radius)))
    return (blurred > 0) & (blurred < INSIDE)


def _where(region: npt.NDArray[np.bool_]) -> str:
    rows, columns = np.nonzero(region)
    place = PLACES[int(3 * rows.mean() / len(region))][int(3 * columns.mean() / len(region))]
    return f"{place} ({100 * region.mean():.0f}% of the square)"
