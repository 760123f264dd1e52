"""The chart of costs: a bar for each way of doing it, on a scale where every step is ten times the one before."""

from collections.abc import Sequence
from textwrap import fill

from ...knowledge.costing import Cost
from ...knowledge.prices import Prices
from ..wording import clip, money
from .canvas import BLUE, GREEN, GROUND, INK, ORANGE, PALE, SOFT, figure, png

NAME, LABEL = 24, 22
HATCHES = {BLUE: "", ORANGE: "//", GREEN: ".."}


def draw_costs(costs: Sequence[Cost], own: Cost | None, prices: Prices) -> bytes:
    """Return the chart as a PNG; `own` is this machine's bar. Takes about 200 ms: call it on a worker thread."""
    drawn = figure(9, 1.9 + 0.48 * len(costs))
    field = drawn.add_axes((0.23, 0.2, 0.72, 0.62), facecolor=GROUND)
    gpus = {one.name for one in prices.gpu}
    for row, cost in enumerate(reversed(costs)):
        rented = any(cost.name.endswith(name) for name in gpus)
        colour = GREEN if cost is own else ORANGE if rented else BLUE
        field.barh(row, cost.million, color=colour, hatch=HATCHES[colour], edgecolor="white", height=0.62)
        field.text(cost.million * 1.3, row, money(cost.million), va="center", color=INK, fontsize=10)
    field.set_yticks(range(len(costs)), [clip(cost.name, NAME) for cost in reversed(costs)], color=INK, fontsize=10)
    field.set_xscale("log")
    lines = [one.dollars for one in prices.training]
    bars = [cost.million for cost in costs]
    field.set_xlim(min(min(bars) / 10, min(lines) / 5), max(max(lines) * 30, max(bars) * 100))
    for one in prices.training:
        field.axvline(one.dollars, color=INK, linestyle="--", linewidth=1.2)
        label = f"{fill(f'training {one.name}', LABEL)}\n{money(one.dollars)}"
        field.text(one.dollars, len(costs) - 0.35, label, ha="center", va="bottom", fontsize=8.5, color=INK)
    field.set_xlabel("US dollars for a million requests; each mark is ten times the one before", color=SOFT)
    field.tick_params(colors=SOFT)
    field.grid(axis="x", color=PALE, linewidth=0.6)
    field.set_axisbelow(True)
    for side in ("top", "right", "left"):
        field.spines[side].set_visible(False)
    return png(drawn)


def describe_costs(costs: Sequence[Cost], prices: Prices) -> str:
    """Return the chart's alt text."""
    bars = "; ".join(f"{cost.name} {money(cost.million)}" for cost in costs)
    lines = "; ".join(f"{one.name} {money(one.dollars)}" for one in prices.training)
    scale = "Bars on a logarithmic scale, US dollars for a million requests"
    return f"{scale}: {bars}. Dashed lines, training once: {lines}."
