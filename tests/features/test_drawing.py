"""Every drawing is legible at the width Discord shows it, whatever it is of."""

import pytest
from inferbot.features.drawing import canvas, complete, quiz


def test_the_usual_text_is_legible_and_a_point_less_as_well() -> None:
    assert canvas.shown_pixels(canvas.FONT - 1) >= canvas.LEGIBLE


def test_a_chart_with_text_too_small_to_read_is_refused() -> None:
    chart = canvas.figure(canvas.WIDTH, 2)
    chart.text(0.5, 0.5, "tiny", fontsize=9)
    with pytest.raises(ValueError, match="too small to read at 550 pixels"):
        canvas.png(chart)


def test_text_that_is_small_only_because_the_chart_is_wide_is_refused() -> None:
    chart = canvas.figure(3 * canvas.WIDTH, 2)
    chart.text(0.5, 0.5, "wide", fontsize=canvas.FONT)
    with pytest.raises(ValueError, match="too small to read"):
        canvas.png(chart)


@pytest.mark.parametrize(("size", "width"), [(complete.SIZE, complete.WIDTH), (quiz.SMALLEST, quiz.WIDTH)])
def test_pictures_drawn_without_charts_are_legible(size: int, width: int) -> None:
    assert size / width * canvas.SHOWN >= canvas.LEGIBLE
