"""The quiz: is it inference or training? `/quiz`, its games, and everything around them."""

from typing import Any

import discord
from discord.ext import commands

from ...features import sharing
from ..feature import add_feature
from . import sentences as sentences  # enters its sentences into the table
from .game import Playing
from .group import quiz
from .nights import Events
from .outlet import DiscordOutlet
from .packs import Packs
from .practice import Alone

ALONE = ("pick", "next", "end", "daily", "board")
PLANNING = ("plan", "unplan")


class Quiz(Playing, Alone, Packs, Events):
    """The whole feature, put together from its parts."""

    demo = "quiz"
    promise = "Practise telling inference from training, a question at a time."
    group = quiz

    async def cog_load(self) -> None:
        """Go on with the games that a stop of the program interrupted, as soon as Discord is there."""
        await super().cog_load()
        # Somebody may start a game before discord.py says that it is ready.
        self.services.host.runner.show_through(self._outlet())
        if self.bot.is_ready():
            await self.on_ready()

    async def cog_unload(self) -> None:
        """Let go of every game; they stay open in the store."""
        self.watch.cancel()
        await self.services.host.runner.close()
        await super().cog_unload()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Show games from now on, and pick up those that are open; Discord may say so several times."""
        runner = self.services.host.runner
        runner.on_finished = self.complete_event
        await runner.open(self._outlet())
        if not self.watch.is_running():
            await self.take_up_events()
            self.watch.start()

    def _outlet(self) -> DiscordOutlet:
        return DiscordOutlet(self.bot, self.services.ask.articles)

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a button of the quiz."""
        if action in ALONE:
            await self.pressed_alone(interaction, action, key)
        elif action in PLANNING:
            await self.pressed_about_events(interaction, action, key)
        else:
            await self.pressed_in_game(interaction, action, key)


async def setup(bot: commands.Bot) -> None:
    """Add this feature alone. Raises `CommandClash` or `SettingsError`, one sentence each."""
    await add_feature(bot, Quiz, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
