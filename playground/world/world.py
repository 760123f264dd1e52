"""The world of the playground: pure protocol state. No sockets, no waiting; the clock is passed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import Commands
from .core import Core
from .errors import ApiError
from .events import ScheduledEvents
from .interactions import Interactions
from .messages import Messages
from .model import Channel, ChannelType, Event, EventKind, User
from .objects import channel_object

if TYPE_CHECKING:
    from .model import JSONObject
    from .snowflakes import Clock


class World(Core):
    """The server and all that can happen in it: people, channels, messages, commands, interactions, events."""

    def __init__(self, clock: Clock, *, bot_name: str = "Inferbot") -> None:
        super().__init__(clock, bot_name=bot_name)
        self.messages = Messages(self)
        self.commands = Commands(self)
        self.interactions = Interactions(self, self.messages)
        self.scheduled = ScheduledEvents(self)
        for name in ("general", "quiz", "random"):
            self.add_channel(name)

    # People

    def add_person(self, name: str, *, moderator: bool = False) -> User:
        """Add a person to the server."""
        user = self.new_user(name, role_ids=[self.moderator_role.id] if moderator else [])
        self.emit(Event(EventKind.MEMBERS, {}))
        return user

    def set_roles(self, user: User, role_ids: list[str]) -> None:
        """Give a member these roles and no others."""
        user.role_ids = role_ids
        self.emit(Event(EventKind.MEMBERS, {}))

    def reset(self) -> None:
        """Start over: delete messages, events and direct messages; everyone but the owner and the bot leaves."""
        self.scheduled.clear()
        self.messages.clear()
        self.interactions.clear()
        for channel in [channel for channel in self.channels.values() if channel.recipient_id is not None]:
            del self.channels[channel.id]
        for user in [user for user in self.users.values() if user not in (self.owner, self.bot)]:
            del self.users[user.id]
        self.emit(Event(EventKind.MEMBERS, {}))
        self.emit(Event(EventKind.RESET, {}))

    # Channels

    def add_channel(self, name: str, *, overwrites: list[JSONObject] | None = None) -> Channel:
        """Add a text channel to the server; `overwrites` are Discord's permission overwrites."""
        channel = Channel(
            self.new_id(), ChannelType.TEXT, name, position=len(self.channels), overwrites=overwrites or []
        )
        self.channels[channel.id] = channel
        self.emit(Event(EventKind.CHANNEL, channel_object(self, channel), channel.id, self.audience(channel)))
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
