"""REST routes about channels, messages and the bot's answers to interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..world.errors import ApiError, invalid, missing_permissions
from ..world.messages import Origin
from ..world.model import ChannelType, Event, EventKind, Message, MessageType
from ..world.objects import channel_object, member_object, message_object
from ..world.permissions import Permission
from .calls import Call, Routes

if TYPE_CHECKING:
    from ..world.model import JSON, Channel, JSONObject

ROUTES = Routes()


# Channels and messages


@ROUTES.add("GET", "/channels/{channel}")
def get_channel(call: Call) -> JSON:
    """Channel: Get Channel."""
    return channel_object(call.world, call.channel())


@ROUTES.add("POST", "/channels/{channel}/typing")
def typing(call: Call) -> JSON:
    """Channel: Trigger Typing Indicator."""
    channel, world = call.channel(Permission.SEND_MESSAGES), call.world
    data: JSONObject = {"channel_id": channel.id, "user_id": world.bot.id, "timestamp": int(world.clock())}
    if channel.type is ChannelType.TEXT:
        data |= {"guild_id": world.guild_id, "member": member_object(world.bot)}
    world.emit(Event(EventKind.TYPING, data, channel.id, world.audience(channel)))
    return None


@ROUTES.add("GET", "/channels/{channel}/messages/{message}")
def get_message(call: Call) -> JSON:
    """Message: Get Channel Message: in the server it needs READ_MESSAGE_HISTORY."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    return call.world.messages.for_bot(message_object(call.world, call.message(channel)))


@ROUTES.add("POST", "/channels/{channel}/messages")
def create_message(call: Call) -> JSON:
    """Message: Create Message: SEND_MESSAGES, ATTACH_FILES for files, READ_MESSAGE_HISTORY for a reply."""
    channel, world = call.channel(Permission.SEND_MESSAGES), call.world
    if call.uploads:
        world.require(world.bot.id, Permission.ATTACH_FILES, channel)
    nonce = call.body.get("nonce") if call.body.get("enforce_nonce") else None
    if nonce is not None and (sent := world.messages.sent_with(str(nonce), channel)):
        return message_object(world, sent)
    reference, kind = _reference(call, channel), MessageType.DEFAULT
    if reference is not None:
        kind = MessageType.REPLY
    message = world.messages.post(channel, call.body, call.uploads, Origin(world.bot.id, kind, reference=reference))
    return message_object(world, message)


def _reference(call: Call, channel: Channel) -> JSONObject | None:
    """Message: Message Reference Structure: by default a message that is gone fails the reply."""
    asked = call.body.get("message_reference")
    if not isinstance(asked, dict):
        return None
    world = call.world
    if not world.may(world.bot.id, Permission.READ_MESSAGE_HISTORY, channel):
        raise ApiError(400, 160002, "Cannot reply without permission to read message history")
    message_id = str(asked.get("message_id"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    found = world.messages.find(message_id)
    if found is None or found.channel_id != channel.id or found.reader_id is not None:
        if asked.get("fail_if_not_exists", True):  # pyright: ignore[reportUnknownMemberType]
            raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return None
    reference: JSONObject = {"type": 0, "channel_id": channel.id, "message_id": message_id}
    if channel.type is ChannelType.TEXT:
        reference["guild_id"] = world.guild_id
    return reference


@ROUTES.add("PATCH", "/channels/{channel}/messages/{message}")
def edit_message(call: Call) -> JSON:
    """Message: Edit Message: only one's own."""
    channel, world = call.channel(), call.world
    message = call.message(channel)
    if message.author_id != world.bot.id:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    world.messages.edit(message, call.body, call.uploads)
    return message_object(world, message)


@ROUTES.add("DELETE", "/channels/{channel}/messages/{message}")
def delete_message(call: Call) -> JSON:
    """Message: Delete Message: another's needs MANAGE_MESSAGES, in direct messages it can't be done."""
    channel, world = call.channel(), call.world
    message = call.message(channel)
    if message.author_id != world.bot.id:
        if channel.type is ChannelType.DM:
            raise ApiError(403, 50003, "Cannot execute action on a DM channel")
        if not world.may(world.bot.id, Permission.MANAGE_MESSAGES, channel):
            raise missing_permissions()
    world.messages.delete(message)
    return None


# Interactions


@ROUTES.add("POST", "/interactions/{interaction}/{token}/callback", needs_token=False)
def answer_interaction(call: Call) -> JSON:
    """Interactions: Create Interaction Response; with `with_response` it tells what came of it."""
    interaction_id, token = call.params["interaction"], call.params["token"]
    answer = call.world.interactions.answer(interaction_id, token, call.body, call.uploads)
    return answer if call.query.get("with_response") in ("1", "true", "True") else None


@ROUTES.add("POST", "/webhooks/{webhook}/{token}", needs_token=False)
def follow_up(call: Call) -> JSON:
    """Interactions: Create Followup Message."""
    interactions = call.world.interactions
    interaction = interactions.by_token(call.params["webhook"], call.params["token"])
    return message_object(call.world, interactions.follow_up(interaction, call.body, call.uploads))


def _own_message(call: Call) -> Message:
    interactions = call.world.interactions
    interaction = interactions.by_token(call.params["webhook"], call.params["token"])
    return interactions.message(interaction, call.params["message"])


@ROUTES.add("GET", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
def get_interaction_message(call: Call) -> JSON:
    """Interactions: Get Original Interaction Response, Get Followup Message."""
    return message_object(call.world, _own_message(call))


@ROUTES.add("PATCH", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
def edit_interaction_message(call: Call) -> JSON:
    """Interactions: Edit Original Interaction Response, Edit Followup Message."""
    message = _own_message(call)
    call.world.messages.edit(message, call.body, call.uploads)
    return message_object(call.world, message)


@ROUTES.add("DELETE", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
def delete_interaction_message(call: Call) -> JSON:
    """Interactions: Delete Original Interaction Response, Delete Followup Message."""
    call.world.messages.delete(_own_message(call))
    return None
