"""The one gate for everything posted for everyone: whether the person and the bot may, and the words are fit."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import discord

from ..features import decency
from ..models.engine import Engine
from . import sending
from .permissions import require, require_may_write, to_write_in
from .ui import Interaction, Shown, sentence

FILES = discord.Permissions(attach_files=True)


@dataclass(frozen=True, slots=True)
class Post:
    """A message for everyone, and the words in it that aren't ours: what people or models `wrote`."""

    shown: Shown
    wrote: tuple[str, ...] = ()


async def publish(interaction: Interaction, make: Callable[[], Awaitable[Post]], engine: Engine, *, said: str) -> None:
    """Post what `make` returns to the channel, and tell the person who asked for it what was `said`.

    Raises `NotYourChannel`, `MissingPermissions`, `NotForAll`, and what `make` raises.
    """
    in_server = interaction.guild_id is not None
    if in_server:
        require_may_write(interaction)
        require(interaction.app_permissions, to_write_in(interaction.channel))
    await sending.defer(interaction)
    post = await make()
    if in_server and post.shown.files:
        require(interaction.app_permissions, FILES)
    await decency.check(engine, *post.wrote)
    # The first follow-up takes the place of the "thinking…", so the private answer goes first.
    await sending.finish(interaction, sentence(said))
    await sending.post(interaction, post.shown)
