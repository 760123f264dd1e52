"""How costs look: the table and the chart, the calculation with its sources, and what is shared."""

from collections.abc import Sequence
from io import BytesIO

import discord

from ...features.cost import Estimate, Measured
from ...features.drawing.cost import describe_costs
from ...features.wording import clip, duration, money
from ...knowledge.costing import Workload, break_even, busy_seconds
from ...knowledge.prices import Sourced
from ..buttons import buttons_of
from ..limits import ALT_TEXT, TEXT_PER_MESSAGE
from ..text import plain, proof, table
from ..ui import ActionRow, Container, MediaGallery, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x2C6E49)
NAME = 18

RULES = (
    "**Rules of thumb:** one request to a large model costs $0.01 to $0.10, a million of them $10,000 to "
    "$100,000. Training a model of GPT-4's class cost $100 million and more, once."
)
FREE = (
    "**Free inference** comes in two kinds: the free tier of a service, which is limited, and a model on your own "
    "machine, which is unlimited but slower. That one costs electricity and patience."
)


button = buttons_of("Cost")


def key_of(estimate: Estimate, memory: str) -> str:
    """Return everything chosen, and the key under which the estimate is remembered, as a button's key."""
    work, at = estimate.work, estimate.at
    return f"{work.kind},{work.a_day},{work.tokens_in},{work.tokens_out},{at.watts:g},{at.kwh:g},{memory}"


def cost_view(estimate: Estimate, memory: str) -> Shown:
    """Return what the work costs, for its asker. `memory` is the key under which the estimate is remembered."""
    key = key_of(estimate, memory)
    box = _box(estimate)
    box.add_item(
        ActionRow(
            button("Change the numbers", "change", key, discord.ButtonStyle.primary),
            button("Show the calculation", "sums", key),
            button("Sources", "sources", key),
            button("Share the result", "share", key),
        )
    )
    return Shown(layout(box), [_file(estimate)])


def shared_view(estimate: Estimate, sharer: int) -> Shown:
    """Return what the work costs for the whole channel. `sharer` is a user's id."""
    lead = TextDisplay(f"<@{sharer}> worked out what this costs:")
    return Shown(layout(lead, _box(estimate), TextDisplay("-# Try it: `/cost`")), [_file(estimate)])


def _box(estimate: Estimate) -> Container:
    rows = [["in US dollars", "one", "a day", "a month", "a million"]]
    rows += [
        [clip(cost.name, NAME), money(cost.one), money(cost.day), money(cost.month), money(cost.million)]
        for cost in estimate.all_costs
    ]
    described = clip(describe_costs(estimate.all_costs, estimate.prices), ALT_TEXT)
    picture = discord.MediaGalleryItem("attachment://costs.png", description=described)
    return Container(
        TextDisplay(f"## What it costs\n{_asked(estimate.work)}\n{table(rows, right=(1, 2, 3, 4))}\n{_here(estimate)}"),
        MediaGallery(picture),
        TextDisplay(f"{_beside(estimate)}\n{RULES}\n{FREE}"),
        accent_colour=ACCENT,
    )


def _file(estimate: Estimate) -> discord.File:
    return discord.File(BytesIO(estimate.chart), filename="costs.png")


def _asked(work: Workload) -> str:
    a_day = f"{work.a_day:,} a day"
    if work.kind == "photos":
        return f"Labeling photos: {a_day}."
    if work.kind == "pictures":
        return f"Generating images: {a_day}."
    return f"Questions to a language model: {a_day}, each {work.tokens_in:,} tokens in and {work.tokens_out:,} out."


def _here(estimate: Estimate) -> str:
    measured, own = estimate.measured, estimate.own
    if measured is None or own is None:
        if estimate.work.kind == "pictures":
            return "**This machine** has no model that draws, so there's nothing to measure here."
        return "**This machine**'s model isn't downloaded yet, so there's nothing to measure."
    at = f"{estimate.at.watts:g} watts and {money(estimate.at.kwh)} a kilowatt-hour"
    ran = f"**This machine**, just now: {plain(measured.model)} {measured.job} in {duration(measured.milliseconds)}"
    small = (
        "It's a tiny model, fluent but often wrong, so treat this as the minimum."
        if estimate.work.kind == "text"
        else "It knows 1,000 labels and nothing else, where a hosted model could chat about the photo."
    )
    return f"{ran}. At {at}, that is the last row: electricity alone.\n-# {small}"


def _beside(estimate: Estimate) -> str:
    training = max(estimate.prices.training, key=lambda one: one.dollars)
    hosted = estimate.costs[0]
    uses = break_even(training, hosted)
    days = uses / estimate.work.a_day
    return (
        f"**For comparison:** training {plain(training.name)} cost {money(training.dollars)} or more. "
        f"{plain(hosted.name)} costs that much after {_count(uses)} requests: {_span(days)} at your pace."
    )


def _count(value: float) -> str:
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{value / size:,.3g} {word}"
    return f"{value:,.0f}"


def _span(days: float) -> str:
    year = 365
    if days < 1:
        return "less than a day"
    if days < year:
        return f"{days:,.0f} days"
    return f"{days / year:,.0f} years" if days < year * 1e6 else "over a million years"


def sums_view(estimate: Estimate) -> Shown:
    """Return how each row was calculated, and the proof that the live run taught the model nothing."""
    work, prices = estimate.work, estimate.prices
    lines = ["## The calculation", "A day is one day's requests, a month is 30 days."]
    if work.kind == "pictures":
        lines.append("**Hosted:** the price of one picture, times the pictures.")
    else:
        lines.append("**Hosted:** (tokens in × price in + tokens out × price out) ÷ 1,000,000.")
        if work.kind == "photos":
            lines.append(f"A photo is about {prices.photo.tokens:,} tokens for a hosted model, its answer about 20.")
    for gpu in prices.gpu:
        busy = busy_seconds(gpu, work, prices) / 86_400
        lines.append(
            f"**{plain(gpu.name)}:** {money(gpu.hour)} × 24 hours, busy or idle; this work keeps one busy for "
            f"{max(busy * 100, 0.01):,.2f}% of the day, so the fuller it is, the less a request costs."
        )
    if estimate.measured and estimate.own:
        lines.append(
            f"**This machine:** seconds × watts ÷ 3,600,000 = kilowatt-hours; × {money(estimate.at.kwh)}. "
            f"{plain(estimate.measured.model)} took {estimate.measured.pace}, so one of your requests takes "
            f"{duration(estimate.measured.one)}{_median(estimate.measured.runs)}."
        )
    box = Container(TextDisplay(clip("\n".join(lines), TEXT_PER_MESSAGE // 2)), accent_colour=ACCENT)
    if estimate.measured:
        box.add_item(Separator())
        box.add_item(TextDisplay(_proof(estimate.measured)))
    return Shown(layout(box))


def _proof(measured: Measured) -> str:
    therefore = ". Training costs so much more because it changes the weights."
    return proof(measured.before.sha256, measured.after.sha256, measured.before.of, therefore)


def _median(runs: int) -> str:
    return f" (the median of {runs} runs)" if runs > 1 else ""


def sources_view(rows: Sequence[tuple[str, Sourced]]) -> Shown:
    """Return where each figure is from and when it was checked."""
    lines = ["## Where the prices are from"]
    for name, row in rows:
        rough = f" Rough: {plain(row.rough)}." if row.rough else ""
        lines.append(f"**{plain(name)}:** <{row.source}>, checked {row.checked:%Y-%m-%d}.{rough}")
    lines.append("-# Prices change several times a year: check the source before you plan.")
    return Shown(layout(Container(TextDisplay(clip("\n".join(lines), TEXT_PER_MESSAGE)), accent_colour=ACCENT)))
