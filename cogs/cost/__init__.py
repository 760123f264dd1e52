"""What does it cost? `/cost`: hosted, rented, and on this very machine, which is timed while people wait."""

from typing import Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from ...features import sharing
from ...features.drawing.cost import draw_costs
from ...features.recent import Forgotten
from ...knowledge.costing import Home, Kind, Workload, home, workload
from .. import errors, sending
from ..feature import FeatureCog, add_feature, answered
from ..ui import Shown, sentence_view
from . import view as views

A_DAY, TOKENS_IN, TOKENS_OUT = 1_000, 2_000, 500
SHARED = "Shared below."
KINDS = {
    "text": "Questions to a language model",
    "photos": "Photos to be looked at and named",
    "pictures": "Pictures to be drawn from a text",
}
PHOTO_ARTICLES = frozenset({"local-inference"})
FIELDS = 7


class Cost(FeatureCog):
    """Works out what a workload costs, with a model run live, and shows the sums."""

    demo = "cost"
    promise = "What inference costs: hosted, rented, and on this very machine."

    @app_commands.command(name="cost", description="What inference costs: hosted, rented, and on this very machine")
    @app_commands.describe(
        workload="What is to be done",
        requests_a_day="How often a day (1,000 if you say nothing)",
        tokens_in="Tokens that go in each time: 1,000 are about 750 words (2,000)",
        tokens_out="Tokens that come out each time (500)",
        watts="What your machine draws while it works (30)",
        price_per_kwh="What a kilowatt-hour costs you, in dollars (0.30)",
    )
    @app_commands.choices(workload=[app_commands.Choice(name=name, value=key) for key, name in KINDS.items()])
    @answered
    async def cost(
        self,
        interaction: discord.Interaction[Any],
        workload: str = "text",
        requests_a_day: int = A_DAY,
        tokens_in: int = TOKENS_IN,
        tokens_out: int = TOKENS_OUT,
        watts: float | None = None,
        price_per_kwh: float | None = None,
    ) -> None:
        """Work out a workload, for the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        usual = await self.services.cost.home()
        numbers = (requests_a_day, tokens_in, tokens_out)
        work = _workload(workload, *map(str, numbers))
        at = home(usual.watts if watts is None else watts, usual.kwh if price_per_kwh is None else price_per_kwh)
        await sending.finish(interaction, await self._answer(interaction, work, at))

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:
        """Work out a common workload, to the asker alone: one that this machine does well where that is the topic."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        kind: Kind = "photos" if about in PHOTO_ARTICLES else "text"
        work = Workload(kind, A_DAY, TOKENS_IN, TOKENS_OUT)
        await sending.finish(interaction, await self._answer(interaction, work, await self.services.cost.home()))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer `change` (a form), `sums`, `sources` or `share`; the key is all that was chosen."""
        work, at, memory = _chosen(key)
        if action == "change":
            await interaction.response.send_modal(Numbers(self, work, at))
            return
        if action not in {"sums", "sources", "share"}:
            raise errors.OldButton(action)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            estimate = self.services.estimates.recall(memory)
        except Forgotten:  # worked out anew: all that was chosen stands in the button
            estimate = await self.services.cost.estimate(interaction.user.id, work, at)
        if action == "sums":
            await sending.finish(interaction, views.sums_view(estimate))
        elif action == "sources":
            await sending.finish(interaction, views.sources_view(estimate.prices.rows()))
        else:
            chart = await self.services.engine.run(draw_costs, estimate)
            await sending.finish(interaction, Shown(sentence_view(SHARED)))
            await sending.post(interaction, views.shared_view(estimate, chart, interaction.user.id))

    @answered
    async def changed(self, interaction: discord.Interaction[Any], kind: str, typed: tuple[str, ...]) -> None:
        """Work out the numbers that somebody typed into the form."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        work, at = _workload(kind, *typed[:3]), home(*typed[3:])
        await sending.finish(interaction, await self._answer(interaction, work, at))

    async def _answer(self, interaction: discord.Interaction[Any], work: Workload, at: Home) -> Shown:
        estimate = await self.services.cost.estimate(interaction.user.id, work, at)
        memory = self.services.estimates.remember(estimate, estimate.size)
        return views.cost_view(estimate, await self.services.engine.run(draw_costs, estimate), memory)


class Numbers(discord.ui.Modal, title="Your numbers"):
    """The form in which the numbers are changed; what is typed is checked when it is sent."""

    def __init__(self, cog: Cost, work: Workload, at: Home) -> None:
        super().__init__()
        self._cog = cog
        self._kind = work.kind
        self._inputs: list[discord.ui.TextInput[Any]] = []
        for text, value in (
            ("Requests a day", f"{work.a_day}"),
            ("Tokens in, each time", f"{work.tokens_in}"),
            ("Tokens out, each time", f"{work.tokens_out}"),
            ("Watts that your machine draws", f"{at.watts:g}"),
            ("Dollars for a kilowatt-hour", f"{at.kwh:g}"),
        ):
            field = discord.ui.TextInput[Any](default=value, max_length=20)
            self._inputs.append(field)
            self.add_item(discord.ui.Label[Any](text=text, component=field))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Hand the numbers to the cog."""
        await self._cog.changed(interaction, self._kind, tuple(field.value for field in self._inputs))


def _workload(kind: str, *numbers: str) -> Workload:
    if kind not in KINDS:
        raise errors.OldButton(kind)
    return workload(cast("Kind", kind), *numbers)


def _chosen(key: str) -> tuple[Workload, Home, str]:
    """Return what a button's key says, and the key of its estimate. Raises `OldButton` for one that is not ours."""
    parts = key.split(",")
    if len(parts) != FIELDS:
        raise errors.OldButton(key)
    return _workload(*parts[:4]), home(*parts[4:6]), parts[6]


async def setup(bot: commands.Bot) -> None:
    """Add this feature alone. Raises `CommandClash` or `SettingsError`, one sentence each."""
    await add_feature(bot, Cost, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
