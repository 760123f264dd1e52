"""The loss curve: how wrong a model still was after each step of its training."""

from collections.abc import Sequence

from .canvas import BLUE, FONT, figure, png


def draw(losses: Sequence[float]) -> bytes:
    """Return a PNG of the loss by step. Takes about 200 ms, longer the first time: call it on a worker thread."""
    drawn = figure(7, 4)
    axes = drawn.add_axes((0.13, 0.18, 0.83, 0.76))
    steps = range(1, len(losses) + 1)
    axes.plot(steps, losses, color=BLUE, linewidth=3)
    axes.set(ylim=(0, max(losses) * 1.15))
    axes.set_xlabel("training step", fontsize=FONT)
    axes.set_ylabel("loss: how wrong it still is", fontsize=FONT)
    axes.tick_params(labelsize=FONT)
    for step, loss in ((1, losses[0]), (len(losses), losses[-1])):
        place = {"xytext": (12, 0), "ha": "left"} if step == 1 else {"xytext": (0, 10), "ha": "right"}
        axes.annotate(f"{loss:.2f}", (step, loss), textcoords="offset points", fontsize=FONT, **place)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return png(drawn)


def describe(losses: Sequence[float]) -> str:
    """Return the picture's alt text. `losses` has at least one number."""
    return (
        f"A falling line: the loss starts at {losses[0]:.2f}, is {losses[len(losses) // 10]:.2f} after a tenth of the "
        f"{len(losses)} steps, and ends at {losses[-1]:.2f}."
    )
