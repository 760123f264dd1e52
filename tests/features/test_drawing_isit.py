"""The picture of a training: a real one, and its words."""

from io import BytesIO

from inferbot.features.drawing.isit import describe, draw
from PIL import Image


def test_a_curve_is_a_picture_with_words_for_those_who_do_not_see_it() -> None:
    losses = [1.1, 0.8, 0.5, 0.2]
    picture = Image.open(BytesIO(draw(losses)))
    assert picture.format == "PNG"
    assert picture.size[0] > picture.size[1] > 200
    assert describe(losses) == (
        "A falling line: the loss starts at 1.10, is 1.10 after a tenth of the 4 steps, and ends at 0.20."
    )
