"""The chart of costs: a bar for each option, on a logarithmic scale."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from ...knowledge.costing import Cost
from ...knowledge.prices import Prices
from ..wording import clip, money
from .canvas import BLUE, FONT, GREEN, GROUND, INK, ORANGE, PALE, SOFT, WIDTH, figure, png

NAME, LABEL = 20, 16
AXIS = "US dollars for a million requests (logarithmic scale)"
HATCHES = {BLUE: "", ORANGE: "//", GREEN: ".."}


def draw_costs(costs: Sequence[Cost], own: Cost | None, prices: Prices) -> bytes:
    """Return the chart as a PNG; `own` is this machine's bar. Takes about 200 ms: call it on a worker thread."""
    tall = 2.6 + 0.46 * len(costs)
    drawn = figure(WIDTH, tall)
    field = drawn.add_axes((0.33, 0.95 / tall, 0.64, (tall - 2.35) / tall), facecolor=GROUND)
    gpus = {one.name for one in prices.gpu}
    for row, cost in enumerate(reversed(costs)):
        rented = any(cost.name.endswith(name) for name in gpus)
        color = GREEN if cost is own else ORANGE if rented else BLUE
        field.barh(row, cost.million, color=color, hatch=HATCHES[color], edgecolor="white", height=0.62)
        box = {"facecolor": GROUND, "edgecolor": "none", "pad": 1}
        field.text(cost.million * 1.4, row, money(cost.million), va="center", color=INK, fontsize=FONT, bbox=box)
    field.set_yticks(range(len(costs)), [clip(cost.name, NAME) for cost in reversed(costs)], color=INK, fontsize=FONT)
    field.set_xscale("log")
    lines = [one.dollars for one in prices.training]
    bars = [cost.million for cost in costs]
    field.set_xlim(min(min(bars) / 10, min(lines) / 5), max(max(lines) * 30, max(bars) * 300))
    for one in prices.training:
        field.axvline(one.dollars, color=INK, linestyle="--", linewidth=1.4)
        label = f"{fill(f'training {one.name}', LABEL)}\n{money(one.dollars)}"
        field.text(one.dollars, len(costs) - 0.35, label, ha="center", va="bottom", fontsize=FONT - 1, color=INK)
    drawn.text(0.02, 0.12 / tall, AXIS, color=SOFT, fontsize=FONT)
    field.tick_params(axis="x", colors=SOFT, labelsize=FONT - 1)
    field.minorticks_off()
    field.xaxis.set_major_locator(_locator())
    field.xaxis.set_major_formatter(_as_money)
    field.grid(axis="x", color=PALE, linewidth=0.6)
    field.set_axisbelow(True)
    for side in ("top", "right", "left"):
        field.spines[side].set_visible(False)
    return png(drawn)


def _as_money(value: float, _: int) -> str:
    return money(value)


def _locator() -> Any:
    """Return what places few enough marks on the scale to read them all."""
    from matplotlib.ticker import LogLocator

    return LogLocator(numticks=5)


def describe_costs(costs: Sequence[Cost], prices: Prices) -> str:
    """Return the chart's alt text."""
    bars = "; ".join(f"{cost.name} {money(cost.million)}" for cost in costs)
    lines = "; ".join(f"{one.name} {money(one.dollars)}" for one in prices.training)
    scale = "Bars on a logarithmic scale, US dollars for a million requests"
    return f"{scale}: {bars}. Dashed lines, training once: {lines}."
