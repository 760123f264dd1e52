"""What every cog shares: its services, context menus and buttons, and how its answers and errors are sent."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import discord
from discord import app_commands
from discord.ext import commands

from ..features import sharing
from ..features.app import Services
from ..features.fair_use import OverLimit
from ..features.wording import readable
from ..models.errors import InferenceError
from ..models.owner import Owner, working_for
from . import errors, posting, sending
from .buttons import FeatureButton, FeatureSelect, buttons_of
from .deliveries import is_repeat
from .posting import Post
from .progress import Cancellable, told
from .text import in_queue
from .ui import ActionRow, Interaction, Shown, TextDisplay, layout

Menu = app_commands.ContextMenu
F = TypeVar("F", bound="FeatureCog")
T = TypeVar("T")
P = ParamSpec("P")
Handler = Callable[Concatenate[F, Interaction, P], Coroutine[Any, Any, Shown | None]]
Suggest = Callable[[F, Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
Callback = Callable[Concatenate[F, Interaction, P], Coroutine[Any, Any, None]]
Hook = Callable[[commands.Bot], Coroutine[Any, Any, None]]
# The action of every Cancel button.
CANCEL = "cancel"


def answered(handler: Handler[F, P]) -> Callback[F, P]:
    """Wrap a command's callback: send the `Shown` it returns to the asker alone, and answer its errors.

    discord.py calls the tree's error handler even after a cog's has answered, and the tree may be a host's: what goes
    wrong in our commands must not reach it.
    """

    @wraps(handler)
    async def wrapper(self: F, interaction: Interaction, *args: P.args, **kwargs: P.kwargs) -> None:
        if is_repeat(interaction):
            return
        async with errors.answering(interaction):
            with self.serving(owner_of(interaction)):
                call = cast("Callable[..., Coroutine[Any, Any, Shown | None]]", handler)
                typed = {name: _readable(value) for name, value in kwargs.items()}
                if shown := await call(self, interaction, *map(_readable, args), **typed):
                    await sending.answer(interaction, shown)

    return wrapper


def _readable(value: object) -> object:
    """Return an option of a command, or the fields of a form, with text that every library takes."""
    if isinstance(value, tuple):
        return tuple(map(_readable, cast("tuple[object, ...]", value)))
    return readable(value) if isinstance(value, str) else value


def deferred(handler: Handler[F, P]) -> Callback[F, P]:
    """Wrap a command's callback like `answered`, and defer first: for everything that isn't answered from memory."""

    @wraps(handler)
    async def wrapper(self: F, interaction: Interaction, *args: P.args, **kwargs: P.kwargs) -> Shown | None:
        await sending.defer(interaction)
        return await handler(self, interaction, *args, **kwargs)

    return answered(wrapper)


def suggested(handler: Suggest[F]) -> Suggest[F]:
    """Wrap an autocomplete callback: it counts as an interaction, and where there's too much it has no suggestions."""

    @wraps(handler)
    async def wrapper(self: F, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        try:
            with self.serving(owner_of(interaction), works=False):
                return await handler(self, interaction, readable(current))
        except (OverLimit, InferenceError):
            return []

    return wrapper


def owner_of(interaction: Interaction) -> Owner:
    """Return whose work an interaction is."""
    return Owner(interaction.user.id, interaction.guild_id)


def owner_of_message(message: discord.Message) -> Owner:
    """Return whose work the answer to a message is."""
    return Owner(message.author.id, message.guild.id if message.guild else None)


class CommandClash(Exception):
    """The host's bot already has a command of that name, or no room for one more; the message says which."""


class FeatureCog(commands.Cog):
    """Base of our cogs. Works with any `commands.Bot`; the cog's class name is the feature's name in button ids."""

    button_version = "1"
    # The name under which articles and `/demo` start this feature; None if they can't.
    demo: str | None = None
    # What `/demo` says about it, in one sentence; without one, the description of the command of that name.
    promise: str | None = None
    # Whether it runs models, so that people who used up their time on the threads have to wait.
    works = True

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self._added: list[Menu] = []
        self._sharing: set[tuple[int, int]] = set()
        self._cancellable = Cancellable()

    def menus(self) -> Sequence[Menu]:
        """Return the feature's context menus (discord.py can't declare those inside a cog)."""
        return ()

    @contextmanager
    def serving(self, owner: Owner, *, works: bool | None = None) -> Generator[None]:
        """Do the body's work for `owner`. Raises `OverLimit` if that person or server has asked for too much."""
        self.services.fair_use.admit(owner, works=self.works if works is None else works)
        with working_for(owner):
            yield

    async def waiting(
        self,
        interaction: Interaction,
        work: Coroutine[Any, Any, T],
        place: Callable[[int], int],
        progress: Callable[[], str] = lambda: "",
    ) -> T:
        """Return what `work` returns. If that takes long, show its place in the queue, or else its `progress`.

        There's a button to cancel it. `place` is asked for a person's place in the queue, 0 while it's their turn. The
        caller has deferred. Raises `Cancelled`, and what `work` raises.
        """
        task = asyncio.create_task(work)
        person = interaction.user.id
        with self._cancellable.offered(person, task) as key:

            async def edit(text: str) -> None:
                cancel = buttons_of(type(self).__name__)("Cancel", CANCEL, key)
                await sending.finish(interaction, Shown(layout(TextDisplay(text), ActionRow(cancel))))

            async with told(edit, lambda: in_queue(place(person)) or progress()):
                try:
                    return await task
                except asyncio.CancelledError:
                    me = asyncio.current_task()
                    if me is None or me.cancelling():  # not the button, but a bot that stops
                        raise
                    raise errors.Cancelled from None

    async def press(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button of the feature: Cancel here, all others in `pressed`."""
        if action == CANCEL:
            if not self._cancellable.cancel(key, interaction.user.id):
                raise errors.AlreadyDone
            await sending.defer_update(interaction)
            return None
        with self.serving(owner_of(interaction)):
            return await self.pressed(interaction, action, key)

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button of the feature; what's returned is sent to its presser alone.

        Raises `OldButton` for an action this version doesn't know.
        """
        raise errors.OldButton(f"{action}:{key}", interaction.id)

    async def start(self, interaction: Interaction, about: str) -> Shown | None:
        """Return the feature at work, started from the article `about` (a slug); the caller has deferred."""
        raise errors.OldButton(about, interaction.id)

    async def share(
        self, interaction: Interaction, make: Callable[[], Awaitable[Post]], *, said: str = "Shared below."
    ) -> None:
        """Post what `make` returns to the channel, if all may see it, and say so to the presser.

        Raises `AlreadySharing` for the second of two presses at once, and as `posting.publish` does.
        """
        press = (interaction.message.id if interaction.message else 0, interaction.user.id)
        if press in self._sharing:
            raise errors.AlreadySharing
        self._sharing.add(press)
        try:
            await posting.publish(interaction, make, self.services.engine, said=said)
        finally:
            self._sharing.discard(press)

    async def cog_load(self) -> None:
        """Add the context menus, register our buttons, and show the health figures our connection."""
        self.services.health.gateway = self.bot
        self.bot.add_dynamic_items(FeatureButton, FeatureSelect)
        for menu in self.menus():
            self.bot.tree.add_command(menu)
            self._added.append(menu)

    async def cog_unload(self) -> None:
        """Remove what `cog_load` added; the last feature to go removes the buttons."""
        for menu in self._added:
            self.bot.tree.remove_command(menu.name, type=menu.type)
        if not any(isinstance(cog, FeatureCog) for cog in self.bot.cogs.values()):
            self.bot.remove_dynamic_items(FeatureButton, FeatureSelect)

    async def cog_app_command_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Answer what fails before a command's callback is reached, such as a check."""
        await errors.answer(interaction, error)


def find_demo(bot: commands.Bot, name: str | None) -> FeatureCog | None:
    """Return the loaded feature that articles call `name`, or None."""
    found = (cog for cog in bot.cogs.values() if isinstance(cog, FeatureCog))
    return next((cog for cog in found if name and cog.demo == name), None)


async def add_feature(bot: commands.Bot, feature: type[FeatureCog], holder: str) -> None:
    """Add one feature's cog to `bot` with the services that `holder` (the extension's name) holds.

    A feature that's already there stays. Raises `CommandClash` with a sentence if the bot has no room for its commands,
    `SettingsError` for a wrong setting.
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


def extension(name: str, *features: type[FeatureCog]) -> tuple[Hook, Hook]:
    """Return the `setup` and `teardown` of an extension module called `name` that adds `features`."""

    async def setup(bot: commands.Bot) -> None:
        """Add the features. Raises `CommandClash` or `SettingsError`, one sentence each."""
        for feature in features:
            await add_feature(bot, feature, name)

    async def teardown(bot: commands.Bot) -> None:
        """Close the services if no other extension of ours still needs them."""
        await sharing.release(bot, name)

    return setup, teardown
