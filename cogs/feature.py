"""What every feature's cog shares: its services, its context menus, its buttons and its way to answer errors."""

from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from ..features import sharing
from ..features.app import Services
from . import errors
from .buttons import FeatureButton, FeatureSelect

Menu = app_commands.ContextMenu
F = TypeVar("F", bound="FeatureCog")
P = ParamSpec("P")
Handler = Callable[Concatenate[F, discord.Interaction[Any], P], Coroutine[Any, Any, None]]


def answered(handler: Handler[F, P]) -> Handler[F, P]:
    """Wrap a command's callback so that its errors end as sentences right here.

    discord.py asks the tree's own handler even after a cog's has answered, and the tree may be a host's: what happens
    in our commands must not reach it.
    """

    @wraps(handler)
    async def wrapper(self: F, interaction: discord.Interaction[Any], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            await handler(self, interaction, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the last resort of every command
            await errors.answer(interaction, error)

    return wrapper


class CommandClash(Exception):
    """The host's bot already has a command of that name, or no room for one more; the message says which."""


class FeatureCog(commands.Cog):
    """Base of our cogs. Works with any `commands.Bot`; the cog's class name is the feature's name in button ids."""

    button_version = "1"
    # What an article calls this feature when it names it as the demo to run; None for one that can't be started so.
    demo: str | None = None
    # What `/demo` promises of it, in one sentence; without one, the description of the command of that name.
    promise: str | None = None

    def __init__(self, bot: commands.Bot, app: Services) -> None:
        self.bot = bot
        self.services = app
        self._added: list[Menu] = []

    def menus(self) -> Sequence[Menu]:
        """Return the feature's context menus (discord.py can't declare those inside a cog)."""
        return ()

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a press of one of the feature's buttons. Raises `OldButton` for an action it does not know."""
        raise errors.OldButton(f"{action}:{key}", interaction.id)

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:
        """Show the feature at work, started from the article `about` (a slug), to the asker alone."""
        raise errors.OldButton(about, interaction.id)

    async def cog_load(self) -> None:
        """Add the context menus and have our buttons recognised."""
        self.bot.add_dynamic_items(FeatureButton, FeatureSelect)
        for menu in self.menus():
            self.bot.tree.add_command(menu)
            self._added.append(menu)

    async def cog_unload(self) -> None:
        """Take back what `cog_load` added; the last feature to go takes the buttons along."""
        for menu in self._added:
            self.bot.tree.remove_command(menu.name, type=menu.type)
        if not any(isinstance(cog, FeatureCog) for cog in self.bot.cogs.values()):
            self.bot.remove_dynamic_items(FeatureButton, FeatureSelect)

    async def cog_app_command_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError
    ) -> None:
        """Answer what fails before a command's callback is reached, such as a check."""
        await errors.answer(interaction, error)


def find_demo(bot: commands.Bot, name: str | None) -> FeatureCog | None:
    """Return the loaded feature that articles call `name`, or None."""
    found = (cog for cog in bot.cogs.values() if isinstance(cog, FeatureCog))
    return next((cog for cog in found if name and cog.demo == name), None)


async def add_feature(bot: commands.Bot, feature: type[FeatureCog], holder: str) -> None:
    """Add one feature's cog to `bot` with the services that `holder` (the extension's name) holds.

    A feature that is there already stays as it is. Raises `CommandClash` with a sentence when the bot has no room for
    its commands, `SettingsError` for a wrong setting.
    """
    held = await sharing.acquire(bot, holder)
    if isinstance(bot.get_cog(feature.__name__), FeatureCog):
        return
    try:
        await bot.add_cog(feature(bot, held))
    except app_commands.CommandAlreadyRegistered as error:
        sentence = (
            f"This bot already has a command named {error.name!r}: rename it, or load only the features you want."
        )
        raise CommandClash(sentence) from None
    except app_commands.CommandLimitReached as error:
        sentence = (
            f"This bot already has {error.limit} commands of the kind {error.type.name}, Discord's limit: remove one."
        )
        raise CommandClash(sentence) from None
    except discord.ClientException:
        sentence = f"This bot already has a cog named {feature.__name__!r}: unload it first."
        raise CommandClash(sentence) from None
