"""Reactions, by Discord's rules (Message: Create Reaction and its neighbours)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ApiError
from .model import ChannelType, Event, EventKind
from .objects import member_object
from .permissions import Permission

if TYPE_CHECKING:
    from .model import JSONObject, Message
    from .state import World

MAX_REACTIONS = 20
_MOST_CODE_POINTS = 16
_KEYCAP = "\u20e3"


def react(world: World, user_id: str, message: Message, emoji: str) -> None:
    """Add a user's reaction; a second time nothing happens.

    Raises ApiError 50013 without the permissions, 10014 for what is no Unicode emoji (the server has none of its own),
    30010 for more than 20 kinds of them.
    """
    channel = world.channel(message.channel_id)
    world.require(user_id, Permission.READ_MESSAGE_HISTORY, channel)
    if message.reader_id is not None or not _is_emoji(emoji):
        raise ApiError(400, 10014, "Unknown Emoji")
    if emoji not in message.reactions:
        # Create Reaction: ADD_REACTIONS is only needed for a kind that nobody has used on the message yet.
        world.require(user_id, Permission.ADD_REACTIONS, channel)
        if len(message.reactions) >= MAX_REACTIONS:
            raise ApiError(400, 30010, f"Maximum number of reactions reached ({MAX_REACTIONS})")
    users = message.reactions.setdefault(emoji, [])
    if user_id not in users:
        users.append(user_id)
        _tell(world, EventKind.REACTION_ADD, user_id, message, emoji)


def unreact(world: World, user_id: str, message: Message, emoji: str) -> None:
    """Take a user's reaction back; nothing happens when there is none."""
    users = message.reactions.get(emoji, [])
    if user_id in users:
        users.remove(user_id)
        if not users:
            del message.reactions[emoji]
        _tell(world, EventKind.REACTION_REMOVE, user_id, message, emoji)


def _tell(world: World, kind: EventKind, user_id: str, message: Message, emoji: str) -> None:
    channel = world.channel(message.channel_id)
    data: JSONObject = {
        "user_id": user_id,
        "channel_id": channel.id,
        "message_id": message.id,
        "emoji": {"id": None, "name": emoji},
        "burst": False,
        "type": 0,
    }
    if channel.type is ChannelType.TEXT:
        data["guild_id"] = world.guild_id
        if kind is EventKind.REACTION_ADD:
            data["member"] = member_object(world.users[user_id])
    if kind is EventKind.REACTION_ADD:
        data["message_author_id"] = message.author_id
    world.emit(Event(kind, data, channel.id, world.audience(channel, message.reader_id)))


def _is_emoji(text: str) -> bool:
    """Tell a Unicode emoji from other text, roughly: a few code points, none of them letters or plain ASCII."""
    if not 1 <= len(text) <= _MOST_CODE_POINTS:
        return False
    return _KEYCAP in text or not any(character.isascii() or character.isalnum() for character in text)
