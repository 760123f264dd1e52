"""The world of the playground: pure protocol state. No sockets, no waiting; the clock is passed in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeAlias

from .addresses import Addresses
from .commands import Commands
from .errors import ApiError, missing_permissions, unknown_channel
from .interactions import Interactions
from .messages import Messages
from .model import Channel, ChannelType, Event, EventKind, Role, User
from .objects import channel_object, member_object, user_object
from .permissions import (
    ALL_PERMISSIONS,
    DIRECT_MESSAGE,
    EVERYONE,
    MODERATOR,
    Permission,
    base_permissions,
    channel_permissions,
)
from .scheduled import ScheduledEvents
from .snowflakes import Snowflakes

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import JSONObject
    from .snowflakes import Clock

_log = logging.getLogger(__name__)

Listener: TypeAlias = "Callable[[Event], None]"

BOT_PERMISSIONS = EVERYONE | Permission.MANAGE_EVENTS | Permission.CREATE_EVENTS
"""What the bot's own role allows: what an invite link for a quiz bot would ask for."""


class World:
    """One server ("Playground") with its people, channels, messages, commands and interactions.

    Listeners learn of each change at once, in order, inside the call that makes it; they must not block. Refusals are
    `ApiError`s with Discord's own codes.
    """

    guild_name = "Playground"

    def __init__(self, clock: Clock, *, bot_name: str = "Inferbot", privileged_intents: bool = False) -> None:
        self.clock = clock
        self.privileged_intents = privileged_intents
        self.new_id = Snowflakes(clock)
        self.guild_id = self.new_id()
        self._listeners: list[Listener] = []
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        everyone = Role(self.guild_id, "@everyone", EVERYONE, 0)
        self.moderator_role = Role(self.new_id(), "Moderator", MODERATOR, 1)
        self.bot_role = Role(self.new_id(), bot_name, int(BOT_PERMISSIONS), 2)
        self.roles = {role.id: role for role in (everyone, self.moderator_role, self.bot_role)}
        self.owner = self._add_user("You")
        self.bot = self._add_user(bot_name, bot=True, role_ids=[self.bot_role.id])
        self.addresses = Addresses(clock, self.bot.id)
        self.messages = Messages(self)
        self.commands = Commands(self)
        self.interactions = Interactions(self)
        self.scheduled = ScheduledEvents(self)
        for name in ("general", "quiz", "random"):
            self.add_channel(name)

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

    # People

    def add_person(self, name: str, *, moderator: bool = False) -> User:
        """Let somebody join the server."""
        user = self._add_user(name, role_ids=[self.moderator_role.id] if moderator else [])
        self.emit(Event(EventKind.MEMBER, {**member_object(user), "guild_id": self.guild_id}))
        return user

    def set_roles(self, user: User, role_ids: list[str]) -> None:
        """Give a member these roles and no others."""
        user.role_ids = role_ids
        self.emit(Event(EventKind.MEMBER_UPDATE, {**member_object(user), "guild_id": self.guild_id}))

    def reset(self) -> None:
        """Begin anew: messages, events and direct messages go, and everybody but the owner and the bot leaves."""
        self.scheduled.clear()
        self.messages.clear()
        self.interactions.clear()
        for channel in [channel for channel in self.channels.values() if channel.recipient_id is not None]:
            del self.channels[channel.id]
        for user in [user for user in self.users.values() if user not in (self.owner, self.bot)]:
            del self.users[user.id]
            gone = {"guild_id": self.guild_id, "user": user_object(user)}
            self.emit(Event(EventKind.MEMBER_REMOVE, gone))
        self.emit(Event(EventKind.RESET, {}))

    def _add_user(self, name: str, *, bot: bool = False, role_ids: list[str] | None = None) -> User:
        user = User(self.new_id(), name, bot, role_ids or [], self.clock())
        self.users[user.id] = user
        return user

    # Channels

    def add_channel(self, name: str, *, overwrites: list[JSONObject] | None = None) -> Channel:
        """Add a text channel to the server; `overwrites` are Discord's permission overwrites."""
        channel = Channel(
            self.new_id(), ChannelType.TEXT, name, position=len(self.channels), overwrites=overwrites or []
        )
        self.channels[channel.id] = channel
        self.emit(Event(EventKind.CHANNEL, channel_object(self, channel), channel.id, self.audience(channel)))
        return channel

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

    def dm(self, person_id: str) -> Channel:
        """Give the direct messages between a person and the bot, opened if need be (User: Create DM)."""
        user = self.users.get(person_id)
        if user is None or user.bot:
            # Create DM: only with people; not with bots, and so not with itself.
            raise ApiError(400, 50007, "Cannot send messages to this user")
        for channel in self.channels.values():
            if channel.recipient_id == person_id:
                return channel
        channel = Channel(self.new_id(), ChannelType.DM, recipient_id=person_id)
        self.channels[channel.id] = channel
        self.emit(Event(EventKind.CHANNEL, channel_object(self, channel), channel.id, self.audience(channel)))
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
        """Decide who may see what happens in a channel (None: everybody): the one place where visibility is decided.

        Ephemeral messages (`reader_id`) are for one person and the bot, direct messages for their two, and a channel of
        the server for everybody who holds VIEW_CHANNEL there.
        """
        if reader_id is not None:
            return frozenset({reader_id, self.bot.id})
        if channel.recipient_id is not None:
            return frozenset({channel.recipient_id, self.bot.id})
        if not channel.overwrites and self.roles[self.guild_id].permissions & Permission.VIEW_CHANNEL:
            return None
        return frozenset(user_id for user_id in self.users if self.can_view(user_id, channel))
