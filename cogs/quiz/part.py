"""What the parts of the quiz's cog share: checks of permissions and places, the keys of buttons, suggestions."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import TypeAlias, TypeVar, get_args

import discord
from discord import app_commands

from ...features.quiz import QuizFeature
from ...features.wording import clip
from ...knowledge.packs import Difficulty
from ...quiz.running.library import EVERYTHING, Library
from .. import sending
from ..errors import OldButton
from ..feature import FeatureCog
from ..limits import CHOICE_NAME, CHOICES
from ..permissions import require, to_write_in
from ..ui import Interaction, Shown

T = TypeVar("T", bound="Part")
# What answers a button: it gets the interaction and the rest of the button's id.
Buttons: TypeAlias = Mapping[str, Callable[[Interaction, str], Awaitable[Shown | None]]]

ALSO_NEEDED = discord.Permissions(attach_files=True, read_message_history=True)
DIFFICULTIES = [app_commands.Choice(name=one, value=one) for one in get_args(Difficulty)]
# A game's id fits into SQLite's integers with this many.
DIGITS = 18
PackName = app_commands.Range[str, 1, CHOICE_NAME]


class Part(FeatureCog):
    """Base of the parts."""

    # A vote always counts, whatever else its voter has asked for.
    works = False

    @property
    def quiz(self) -> QuizFeature:
        """What the quiz does, without Discord."""
        return self.services.quiz


def updating(
    handler: Callable[[T, Interaction, str], Awaitable[Shown]],
) -> Callable[[T, Interaction, str], Awaitable[None]]:
    """Wrap what answers a button: replace the button's own message with the `Shown` it returns."""

    @wraps(handler)
    async def wrapper(self: T, interaction: Interaction, key: str) -> None:
        await sending.defer_update(interaction)
        await sending.finish(interaction, await handler(self, interaction, key))

    return wrapper


def require_can_play(channel: object, allowed: discord.Permissions) -> None:
    """Raise `MissingPermissions` unless the bot, which is `allowed` that in `channel`, can show a game there."""
    require(allowed, to_write_in(channel) | ALSO_NEEDED)


def guild_of(interaction: Interaction) -> int:
    """Return the server a server-only command was used in. Raises `NoPrivateMessage` elsewhere."""
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild_id


def today_of(interaction: Interaction) -> dt.date:
    """Return the day an interaction was made on, in UTC."""
    return interaction.created_at.astimezone(dt.UTC).date()


def numbers(key: str, count: int) -> list[int]:
    """Return the numbers in a button's key. Raises `OldButton` unless there are `count`, as small as we make them."""
    parts = key.split(".")
    if len(parts) != count or not all(part.isdecimal() and len(part) <= DIGITS for part in parts):
        raise OldButton(key)
    return [int(part) for part in parts]


def pack_choices(library: Library, guild: int | None, current: str) -> list[app_commands.Choice[str]]:
    """Return the packs whose title or id contains what is typed, all packs together first."""
    named = {EVERYTHING: library.title(guild, EVERYTHING)}
    return choices(named | {one.id: one.title for one in library.packs(guild).values()}, current)


def choices(named: Mapping[str, str], current: str) -> list[app_commands.Choice[str]]:
    """Return suggestions, by value, whose name or value contains what is typed."""
    typed = current.strip().casefold()
    found = [(value, name) for value, name in named.items() if typed in name.casefold() or typed in value.casefold()]
    return [app_commands.Choice(name=clip(name, CHOICE_NAME), value=value) for value, name in found[:CHOICES]]
