"""The picture of where the model looked, and its words."""

import io

import numpy as np
import pytest
from inferbot.features.drawing import label
from inferbot.models.cards import image_cards
from inferbot.models.tasks.image_classification import Classification, Label
from inferbot.models.trace import Trace
from PIL import Image


def classification(row: int | None, column: int | None, size: int = 224) -> Classification:
    """Return one whose evidence lies in one cell of a 7×7 map, or everywhere."""
    activation = np.zeros((7, 7), np.float32)
    if row is None or column is None:
        activation[:] = 1
    else:
        activation[row, column] = 1
    square = np.full((size, size, 3), 200, np.uint8)
    card = image_cards()["efficientnet-lite0"]
    return Classification(card, (Label(207, "golden retriever", 0.9),), 0.8, False, Trace(), square, activation)  # noqa: FBT003


def drawn(result: Classification) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(io.BytesIO(label.draw(result))) as image:
        assert image.format == "PNG"
        return np.asarray(image)


@pytest.mark.parametrize("size", [224, 260, 64, 700])
def test_the_picture_is_enlarged_by_a_whole_factor(size: int) -> None:
    side = drawn(classification(3, 3, size)).shape[0]
    assert side % size == 0
    assert side >= 512


def test_where_the_evidence_lies_the_picture_stays_bright_inside_a_line() -> None:
    picture = drawn(classification(1, 5))
    cell = 672 // 7
    bright = picture[int(1.5 * cell), int(5.5 * cell)]
    dim = picture[int(5.5 * cell), int(1.5 * cell)]
    assert bright.tolist() == pytest.approx([200] * 3, abs=10)
    assert dim.tolist() == pytest.approx([60] * 3, abs=10)
    row = picture[int(1.5 * cell)]
    assert (row == 255).all(axis=1).any()
    assert (row == 0).all(axis=1).any()


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (0, 0, "at the top left"),
        (0, 3, "at the top"),
        (1, 6, "at the top right"),
        (3, 0, "on the left"),
        (3, 3, "in the middle"),
        (3, 6, "on the right"),
        (6, 0, "at the bottom left"),
        (6, 3, "at the bottom"),
        (6, 6, "at the bottom right"),
    ],
)
def test_the_words_say_where(row: int, column: int, words: str) -> None:
    text = label.describe(classification(row, column))
    assert f"mostly {words} (" in text
    assert "“golden retriever”" in text


def test_evidence_everywhere_has_no_edge_to_mark() -> None:
    assert (drawn(classification(None, None)) == 200).all()
    assert "in the middle (100% of the square)" in label.describe(classification(None, None))


def test_a_model_that_does_not_say_where_it_looked() -> None:
    result = classification(3, 3)
    silent = Classification(result.card, result.labels, 0.8, False, Trace(), result.square, None)  # noqa: FBT003
    for function in (label.draw, label.describe):
        with pytest.raises(ValueError, match="says nothing"):
            function(silent)
