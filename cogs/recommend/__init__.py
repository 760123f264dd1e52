"""What might you like? `/recommend`: films that are described much like those that you like."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from ...features import sharing
from ...features.recommend import MAX_TITLE
from ...features.wording import clip
from ...knowledge.film_titles import TitleMatch
from ...knowledge.films import Film
from .. import errors, sending
from ..feature import FeatureCog, add_feature, answered
from ..limits import CHOICE_NAME, CHOICES
from ..ui import Shown, sentence_view
from . import view as views

# What a demo that nobody chose films for begins with.
SHOWN_FILMS = ("The Matrix", "Spirited Away")
SHARED = "Shared below."

Title = app_commands.Range[str, 1, MAX_TITLE]


class Recommend(FeatureCog):
    """Recommends films by their descriptions, shows how, and draws the map."""

    demo = "recommend"
    promise = "Name films you like, and see which are described much like them."

    @app_commands.command(
        name="recommend", description="Name films you like, and see which are described much like them"
    )
    @app_commands.describe(
        film="A film that you like", second_film="Another one, if you like", third_film="And a third, if you like"
    )
    @answered
    async def recommend(
        self,
        interaction: discord.Interaction[Any],
        film: Title,
        second_film: Title | None = None,
        third_film: Title | None = None,
    ) -> None:
        """Recommend films, to the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        named = await self.services.recommend.match([film, second_film or "", third_film or ""])
        picks = [one.film for one in named if one.film]
        unknown = [one for one in named if not one.film]
        if unknown and not picks:
            await sending.finish(interaction, views.unknown_view(unknown))
            return
        await sending.finish(interaction, await self._answer(picks, unknown))

    @recommend.autocomplete("film")
    @recommend.autocomplete("second_film")
    @recommend.autocomplete("third_film")
    async def films_for(self, _: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        """Return the films that fit what is typed so far, from memory."""
        films = await self.services.recommend.suggest(current, CHOICES)
        return [app_commands.Choice(name=clip(film.name, CHOICE_NAME), value=film.name) for film in films]

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:  # noqa: ARG002 - any article
        """Recommend from two well-known films, to the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        named = await self.services.recommend.match(SHOWN_FILMS)
        await sending.finish(interaction, await self._answer([one.film for one in named if one.film]))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer `from` (recommend from these films), `steps` or `share`; the key is the films' own."""
        if action not in {"from", "steps", "share"}:
            raise errors.OldButton(action)
        await interaction.response.defer(ephemeral=True, thinking=True)
        films = await self.services.recommend.by_keys(key.split("."))
        if not films:
            raise errors.OldButton(key)
        if action == "steps":
            await sending.finish(interaction, views.steps_view(await self.services.recommend.steps(films)))
        elif action == "from":
            await sending.finish(interaction, await self._answer(films))
        else:
            await self._share(interaction, films)

    async def _answer(self, films: Sequence[Film], unknown: Sequence[TitleMatch] = ()) -> Shown:
        result, chart = await self.services.recommend.recommend(films)
        return views.recommended_view(result, chart, unknown)

    async def _share(self, interaction: discord.Interaction[Any], films: Sequence[Film]) -> None:
        result, chart = await self.services.recommend.recommend(films)
        await sending.finish(interaction, Shown(sentence_view(SHARED)))
        await sending.post(interaction, views.shared_view(result, chart, interaction.user.id))


async def setup(bot: commands.Bot) -> None:
    """Add this feature alone. Raises `CommandClash` or `SettingsError`, one sentence each."""
    await add_feature(bot, Recommend, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
