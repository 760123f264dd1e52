"""The quiz: is it inference or training? `/quiz`, its games, and everything around them."""

import discord
from discord.ext import commands

from ...features.app import Services
from .. import errors
from ..feature import extension
from ..ui import Interaction, Shown
from . import sentences as sentences  # adds its sentences to the table
from .game import GameCommands
from .group import quiz
from .nights import NightCommands
from .outlet import DiscordOutlet
from .packs import PackCommands
from .practice import PracticeCommands


class Quiz(GameCommands, PracticeCommands, NightCommands, PackCommands):
    """One cog, because `/quiz` is one command; its parts add commands to it, and say who answers which button."""

    demo = "quiz"
    promise = "Practice telling inference from training, one question at a time."
    group = quiz

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        super().__init__(bot, services)
        self._buttons = {**self.game_buttons(), **self.practice_buttons(), **self.night_buttons()}

    async def cog_load(self) -> None:
        """Resume the games that a restart interrupted, as soon as Discord is connected."""
        await super().cog_load()
        # A game may be started before discord.py says that it is ready.
        self.quiz.games.show_through(DiscordOutlet(self.bot, self.services.ask.articles))
        if self.bot.is_ready():
            await self.on_ready()

    async def cog_unload(self) -> None:
        """Let go of every game; they stay open in the store."""
        self.watch.cancel()
        await self.quiz.games.close()
        await super().cog_unload()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Resume games and look after quiz nights from now on; Discord may say so several times."""
        if not self.watch.is_running():
            self.watch.start()

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """End the games of a server we were removed from."""
        await self.quiz.games.leave_guild(guild.id)

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button. Raises `OldButton` for an action it doesn't know."""
        if action not in self._buttons:
            raise errors.OldButton(action)
        return await self._buttons[action](interaction, key)


setup, teardown = extension(__name__, Quiz)
