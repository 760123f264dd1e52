"""Who may write in a channel or a thread: the bot, and the person who has it post something for everyone."""

import discord

from .ui import Interaction


class MissingPermissions(Exception):
    """The bot is missing permissions in a channel; `names` are Discord's words for them."""

    def __init__(self, names: str) -> None:
        super().__init__(names)
        self.names = names


class NotYourChannel(Exception):
    """Having the bot post in a channel the person can't write in."""


def to_write_in(channel: object) -> discord.Permissions:
    """Return what writing in a channel takes. In a thread, Send Messages has no effect: threads have their own."""
    in_thread = isinstance(channel, discord.Thread)
    return discord.Permissions(view_channel=True, send_messages=not in_thread, send_messages_in_threads=in_thread)


def require(allowed: discord.Permissions, needed: discord.Permissions) -> None:
    """Raise `MissingPermissions` unless the bot is allowed all of `needed`."""
    missing = [name.replace("_", " ").replace("guild", "server").title() for name, there in needed & ~allowed if there]
    if missing:
        raise MissingPermissions(", ".join(missing))


def require_may_write(interaction: Interaction) -> None:
    """Raise `NotYourChannel` unless the person could write themselves what they have the bot post for everyone."""
    if not interaction.permissions.is_superset(to_write_in(interaction.channel)):
        raise NotYourChannel
