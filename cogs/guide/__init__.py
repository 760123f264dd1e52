"""Where to begin: `/demo` starts any live demo that is loaded, `/help` finds every command."""

from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from ...features import sharing
from .. import errors, sending
from ..feature import FeatureCog, add_feature, answered, find_demo
from . import view as views
from .view import Entry

# The article that a demo is started from where an article chooses what is shown.
ABOUT = "what-is-inference"


class Guide(FeatureCog):
    """Lists what the other features can do, whichever of them are loaded."""

    @app_commands.command(name="demo", description="Start here: see a model at work, live, with one click")
    @answered
    async def demo_(self, interaction: discord.Interaction[Any]) -> None:
        """List the live demos, for the asker alone."""
        await sending.whisper(interaction, views.demos_view(list(self._demos())))

    @app_commands.command(name="help", description="Everything that I can do, on one page")
    @answered
    async def help_(self, interaction: discord.Interaction[Any]) -> None:
        """List every command and menu, for the asker alone."""
        await sending.whisper(interaction, views.help_view(list(self._commands()), list(self._menus())))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Start the demo `key`, or show the list of them."""
        feature = find_demo(self.bot, key)
        if action == "list":
            await sending.whisper(interaction, views.demos_view(list(self._demos())))
        elif action == "start" and feature is not None:
            await feature.start(interaction, ABOUT)
        else:
            raise errors.OldButton(action)

    def _features(self) -> Iterator[FeatureCog]:
        return (cog for cog in self.bot.cogs.values() if isinstance(cog, FeatureCog))

    def _demos(self) -> Iterator[Entry]:
        for feature in self._features():
            if feature.demo:
                command = self.bot.tree.get_command(feature.demo)
                described = command.description if isinstance(command, app_commands.Command) else ""
                yield Entry(feature.demo, feature.promise or described or "See it at work.")

    def _commands(self) -> Iterator[Entry]:
        for feature in self._features():
            # A group's own commands come before those of groups within it.
            for command in sorted(feature.walk_app_commands(), key=lambda one: one.qualified_name.count(" ")):
                if isinstance(command, app_commands.Command):
                    yield Entry(command.qualified_name, command.description)

    def _menus(self) -> Iterator[str]:
        return (menu.name for feature in self._features() for menu in feature.menus())


async def setup(bot: commands.Bot) -> None:
    """Add this feature alone. Raises `CommandClash` or `SettingsError`, one sentence each."""
    await add_feature(bot, Guide, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
