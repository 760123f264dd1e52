"""What does it cost? `/cost`: hosted, rented, and on this machine, timed while people wait."""

from typing import Any, cast

import discord
from discord import app_commands

from ...features.cost import Estimate
from ...features.recent import Expired
from ...knowledge.costing import Home, Kind, Workload, home, workload
from .. import errors, sending
from ..feature import FeatureCog, deferred, extension
from ..posting import Post
from ..ui import Interaction, Shown
from . import view as views

A_DAY, TOKENS_IN, TOKENS_OUT = 1_000, 2_000, 500
KINDS = {
    "text": "Ask a language model",
    "photos": "Label photos",
    "pictures": "Generate images",
}
PHOTO_ARTICLES = frozenset({"local-inference"})
FIELDS = 7


class Cost(FeatureCog):
    """Prices a workload, with a model timed live, and shows the calculation."""

    demo = "cost"
    promise = "What inference costs: hosted, rented, and on this machine."

    @app_commands.command(name="cost", description="What inference costs: hosted, rented, and on this machine")
    @app_commands.describe(
        workload="What to price",
        requests_a_day="Requests per day (default 1,000)",
        tokens_in="Input tokens per request: 1,000 is about 750 words (default 2,000)",
        tokens_out="Output tokens per request (default 500)",
        watts="Watts your machine draws under load (default 30)",
        price_per_kwh="Dollars you pay per kilowatt-hour (default 0.30)",
    )
    @app_commands.choices(workload=[app_commands.Choice(name=name, value=key) for key, name in KINDS.items()])
    @deferred
    async def cost(
        self,
        interaction: Interaction,
        workload: str = "text",
        requests_a_day: int = A_DAY,
        tokens_in: int = TOKENS_IN,
        tokens_out: int = TOKENS_OUT,
        watts: float | None = None,
        price_per_kwh: float | None = None,
    ) -> Shown:
        """Price a workload, for the asker alone."""
        usual = await self.services.cost.home()
        numbers = (requests_a_day, tokens_in, tokens_out)
        work = _workload(workload, *map(str, numbers))
        at = home(usual.watts if watts is None else watts, usual.kwh if price_per_kwh is None else price_per_kwh)
        return await self._answer(interaction, work, at)

    async def start(self, interaction: Interaction, about: str) -> Shown:
        """Price a common workload: one this machine is good at, where that's the topic."""
        kind: Kind = "photos" if about in PHOTO_ARTICLES else "text"
        work = Workload(kind, A_DAY, TOKENS_IN, TOKENS_OUT)
        return await self._answer(interaction, work, await self.services.cost.home())

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer `change` (a form), `sums`, `sources` or `share`; the key is everything that was chosen."""
        match action:
            case "change":
                work, at, _ = _chosen(key)
                await sending.ask(interaction, Numbers(self, work, at))
                return None
            case "sums":
                return views.sums_view(await self._recall(interaction, key))
            case "sources":
                return views.sources_view((await self._recall(interaction, key)).prices.rows())
            case "share":
                return await self.share(interaction, lambda: self._shared(interaction, key))
            case _:
                raise errors.OldButton(action)

    async def _shared(self, interaction: Interaction, key: str) -> Post:
        return Post(views.shared_view(await self._recall(interaction, key), interaction.user.id))

    async def _recall(self, interaction: Interaction, key: str) -> Estimate:
        """Return the estimate a button is about, made again if it has expired: the key holds all that was chosen."""
        work, at, remembered = _chosen(key)
        await sending.defer(interaction)
        try:
            return self.services.cost.recent.recall(remembered)
        except Expired:
            return await self.services.cost.estimate(interaction.user.id, work, at)

    @deferred
    async def changed(self, interaction: Interaction, kind: str, typed: tuple[str, ...]) -> Shown:
        """Price the numbers typed into the form."""
        return await self._answer(interaction, _workload(kind, *typed[:3]), home(*typed[3:]))

    async def _answer(self, interaction: Interaction, work: Workload, at: Home) -> Shown:
        estimate = await self.services.cost.estimate(interaction.user.id, work, at)
        return views.cost_view(estimate, self.services.cost.recent.remember(estimate, estimate.size))


class Numbers(discord.ui.Modal, title="Your numbers"):
    """The form for other numbers; what is typed is checked when it's sent."""

    def __init__(self, cog: Cost, work: Workload, at: Home) -> None:
        super().__init__()
        self._cog = cog
        self._kind = work.kind
        self._inputs: list[discord.ui.TextInput[Any]] = []
        for text, value in (
            ("Requests per day", f"{work.a_day}"),
            ("Input tokens per request", f"{work.tokens_in}"),
            ("Output tokens per request", f"{work.tokens_out}"),
            ("Watts your machine draws", f"{at.watts:g}"),
            ("Dollars per kilowatt-hour", f"{at.kwh:g}"),
        ):
            field = discord.ui.TextInput[Any](default=value, max_length=20)
            self._inputs.append(field)
            self.add_item(discord.ui.Label[Any](text=text, component=field))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Hand the numbers to the cog."""
        await self._cog.changed(interaction, self._kind, tuple(field.value for field in self._inputs))


def _workload(kind: str, *numbers: str) -> Workload:
    if kind not in KINDS:
        raise errors.OldButton(kind)
    return workload(cast("Kind", kind), *numbers)


def _chosen(key: str) -> tuple[Workload, Home, str]:
    """Return what a button's key says, and the key of its estimate. Raises `OldButton` for a key that isn't ours."""
    parts = key.split(",")
    if len(parts) != FIELDS:
        raise errors.OldButton(key)
    return _workload(*parts[:4]), home(*parts[4:6]), parts[6]


setup, teardown = extension(__name__, Cost)
