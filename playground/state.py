"""The world of the playground: pure protocol state. No sockets, no waiting; the time comes from the clock it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from .model import Channel, Event, Interaction, JSONObject, Message, Role, User

if TYPE_CHECKING:
    from .snowflakes import Clock

Listener: TypeAlias = Callable[[Event], None]


class World:
    """One server ("Playground") with its people, channels, messages and interactions.

    Listeners learn of each change at once, in order, inside the call that makes it; they must not block.
    """

    guild_id: str
    guild_name: str
    bot: User
    owner: User
    users: dict[str, User]
    roles: dict[str, Role]
    channels: dict[str, Channel]

    def __init__(self, clock: Clock, *, bot_name: str = "Inferbot") -> None:
        raise NotImplementedError

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with each event from now on; the returned function ends it."""
        raise NotImplementedError

    def channel_named(self, name: str) -> Channel:
        """The server's channel of that name; KeyError when there is none."""
        raise NotImplementedError

    def show(self, message: Message) -> JSONObject:
        """The message as Discord's message object."""
        raise NotImplementedError

    def interaction(self, interaction_id: str) -> Interaction:
        """The record of an interaction; KeyError when there is none."""
        raise NotImplementedError
