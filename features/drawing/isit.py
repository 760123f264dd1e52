"""Draw how wrong a model still was after each step of its training."""

import io
from collections.abc import Sequence
from typing import Any


def draw(losses: Sequence[float]) -> bytes:
    """Return a PNG of the loss by step. Blocks for some tenths of a second, longer the first time."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.4), dpi=110, layout="constrained")
    canvas: Any = FigureCanvasAgg(figure)
    axes: Any = figure.subplots()  # its methods take arguments without types
    steps = range(1, len(losses) + 1)
    axes.plot(steps, losses, color="#1f5f8b", linewidth=2.5)
    axes.set(xlabel="step of the training", ylabel="loss: how wrong it still is", ylim=(0, max(losses) * 1.1))
    for step, loss in ((1, losses[0]), (len(losses), losses[-1])):
        axes.annotate(
            f"{loss:.2f}",
            (step, loss),
            xytext=(-6 if step > 1 else 10, 8),
            textcoords="offset points",
            ha="right" if step > 1 else "left",
            fontsize=12,
        )
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    file = io.BytesIO()
    canvas.print_png(file)
    return file.getvalue()


def describe(losses: Sequence[float]) -> str:
    """Return the text for those who do not see the picture. `losses` has at least one number."""
    return (
        f"A falling line: the loss begins at {losses[0]:.2f}, is {losses[len(losses) // 10]:.2f} after a tenth of the "
        f"{len(losses)} steps, and ends at {losses[-1]:.2f}."
    )
