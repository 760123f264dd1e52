"""What every part of the world shares: ids, clock, users, channels, permissions, and telling listeners of changes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeAlias

from .addresses import Addresses
from .errors import missing_permissions, unknown_channel
from .model import Channel, ChannelType, Event, Interaction, Message, Role, User
from .permissions import (
    ALL_PERMISSIONS,
    DIRECT_MESSAGE,
    EVERYONE,
    MODERATOR,
    Permission,
    base_permissions,
    channel_permissions,
)
from .snowflakes import Snowflakes

if TYPE_CHECKING:
    from collections.abc import Callable

    from .snowflakes import Clock

_log = logging.getLogger(__name__)

Listener: TypeAlias = "Callable[[Event], None]"

BOT_PERMISSIONS = EVERYONE | Permission.MANAGE_EVENTS | Permission.CREATE_EVENTS
"""What the bot's own role allows: what an invite link for a quiz bot would ask for."""


class Core:
    """One server ("Playground"): who and what is there, and who may do what. The parts of the world read and fill it.

    Listeners learn of each change at once, in order, inside the call that makes it; they must not block. Refusals are
    `ApiError`s with Discord's own codes.
    """

    guild_name = "Playground"

    def __init__(self, clock: Clock, *, bot_name: str = "Inferbot") -> None:
        self.clock = clock
        self.new_id = Snowflakes(clock)
        self.guild_id = self.new_id()
        self._listeners: list[Listener] = []
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages_by_id: dict[str, Message] = {}
        self.interactions_by_id: dict[str, Interaction] = {}
        everyone = Role(self.guild_id, "@everyone", EVERYONE, 0)
        self.moderator_role = Role(self.new_id(), "Moderator", MODERATOR, 1)
        self.bot_role = Role(self.new_id(), bot_name, int(BOT_PERMISSIONS), 2)
        self.roles = {role.id: role for role in (everyone, self.moderator_role, self.bot_role)}
        self.owner = self.new_user("You")
        self.bot = self.new_user(bot_name, bot=True, role_ids=[self.bot_role.id])
        self.addresses = Addresses(clock, self.bot.id)

    def new_user(self, name: str, *, bot: bool = False, role_ids: list[str] | None = None) -> User:
        """Add a user, without telling anyone."""
        user = User(self.new_id(), name, bot, role_ids or [], self.clock())
        self.users[user.id] = user
        return user

    # Listeners

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each event from now on; the returned function ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Tell every listener; for the state's own parts only."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - one page's fault must not keep the bot or another page from learning
                _log.exception("A listener failed on %s", event.kind)

    # Channels

    def channel_named(self, name: str) -> Channel:
        """Find the server's channel of that name; KeyError when there is none."""
        for channel in self.channels.values():
            if channel.name == name:
                return channel
        raise KeyError(name)

    def channel(self, channel_id: str) -> Channel:
        """Find a channel by id, or refuse with 10003."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise unknown_channel()
        return channel

    # Who may do and see what

    def permissions(self, user_id: str, channel: Channel | None = None) -> int:
        """Compute a user's permission bits in a channel, or across the server when `channel` is None."""
        if channel is not None and channel.type is ChannelType.DM:
            return DIRECT_MESSAGE if user_id in (channel.recipient_id, self.bot.id) else 0
        if user_id == self.owner.id:
            return ALL_PERMISSIONS
        user = self.users[user_id]
        base = base_permissions([self.roles[self.guild_id], *(self.roles[role_id] for role_id in user.role_ids)])
        if channel is None:
            return base
        return channel_permissions(
            base, channel.overwrites, guild_id=self.guild_id, role_ids=user.role_ids, user_id=user_id
        )

    def may(self, user_id: str, permission: Permission, channel: Channel | None = None) -> bool:
        """Tell whether a user holds a permission there."""
        return bool(self.permissions(user_id, channel) & permission)

    def require(self, user_id: str, permission: Permission, channel: Channel | None = None) -> None:
        """Refuse with 50013 unless the user holds the permission."""
        if not self.may(user_id, permission, channel):
            raise missing_permissions()

    def can_view(self, user_id: str, channel: Channel) -> bool:
        """Tell whether a user sees a channel."""
        return self.may(user_id, Permission.VIEW_CHANNEL, channel)

    def audience(self, channel: Channel, reader_id: str | None = None) -> frozenset[str] | None:
        """Decide who may see what happens in a channel (None: everyone): the one place that decides visibility.

        Ephemeral messages (`reader_id`) are for one person and the bot, direct messages for their two, and a channel of
        the server for everyone who has VIEW_CHANNEL there.
        """
        if reader_id is not None:
            return frozenset({reader_id, self.bot.id})
        if channel.recipient_id is not None:
            return frozenset({channel.recipient_id, self.bot.id})
        if not channel.overwrites and self.roles[self.guild_id].permissions & Permission.VIEW_CHANNEL:
            return None
        return frozenset(user_id for user_id in self.users if self.can_view(user_id, channel))
