"""The REST routes that a bot uses: each a plain function from a call to the JSON of its answer (None: 204)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import ApiError, invalid, missing_access, missing_permissions
from .messages import Origin
from .model import ChannelType, Event, EventKind, Message, MessageType
from .objects import channel_object, guild_object, member_object, message_object, role_object, user_object
from .permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .model import JSON, Channel, JSONObject, Upload
    from .state import World


@dataclass(frozen=True)
class Call:
    """One request: the ids in its path, its query, its JSON body and its files by number."""

    world: World
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    uploads: Mapping[int, Upload]
    gateway_url: str

    def channel(self, permission: Permission | None = None) -> Channel:
        """Find the path's channel: 10003 if unknown, 50001 if the bot can't see it, 50013 without `permission`."""
        channel = self.world.channel(self.params["channel"])
        if not self.world.can_view(self.world.bot.id, channel):
            raise missing_access()
        if permission is not None:
            self.world.require(self.world.bot.id, permission, channel)
        return channel

    def message(self, channel: Channel) -> Message:
        """Find the path's message, or refuse with 10008."""
        return self.world.messages.get(channel.id, self.params["message"])

    def in_guild(self) -> None:
        """Refuse with 10004 unless the path names the one server there is."""
        if self.params["guild"] != self.world.guild_id:
            raise ApiError(404, 10004, "Unknown Guild")


Handler: TypeAlias = Callable[[Call], "JSON"]


@dataclass(frozen=True)
class Route:
    """One route below /api/v10; interaction and webhook tokens are in the path, so those need no bot token."""

    method: str
    path: str
    handle: Handler
    needs_token: bool = True


ROUTES: list[Route] = []


def route(method: str, path: str, *, needs_token: bool = True) -> Callable[[Handler], Handler]:
    """Add a function to the routes."""

    def add(handle: Handler) -> Handler:
        ROUTES.append(Route(method, path, handle, needs_token))
        return handle

    return add


# The bot itself and the server


@route("GET", "/users/@me")
def current_user(call: Call) -> JSON:
    """User: Get Current User."""
    return user_object(call.world.bot)


@route("GET", "/users/{user}")
def user(call: Call) -> JSON:
    """User: Get User."""
    found = call.world.users.get(call.params["user"])
    if found is None:
        raise ApiError(404, 10013, "Unknown User")
    return user_object(found)


@route("GET", "/applications/@me")
@route("GET", "/oauth2/applications/@me")
def application(call: Call) -> JSON:
    """Application: Get Current Application."""
    bot = call.world.bot
    return {
        "id": bot.id,
        "name": bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "bot": user_object(bot),
        "summary": "",
        "verify_key": "0" * 64,
        "owner": user_object(call.world.owner),
        "team": None,
        "flags": application_flags(call.world),
        "integration_types_config": {"0": {}},
    }


def application_flags(world: World) -> int:
    """Application: Flags: the limited flags of the three privileged intents, when they are switched on."""
    return (1 << 13) | (1 << 15) | (1 << 19) if world.privileged_intents else 0


@route("GET", "/gateway")
@route("GET", "/gateway/bot")
def gateway_bot(call: Call) -> JSON:
    """Gateway: Get Gateway Bot."""
    limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": call.gateway_url, "shards": 1, "session_start_limit": limit}


@route("GET", "/guilds/{guild}")
def guild(call: Call) -> JSON:
    """Guild: Get Guild."""
    call.in_guild()
    shown = guild_object(call.world, call.world.bot)
    only_at_the_gateway = ("joined_at", "large", "unavailable", "member_count", "voice_states", "members", "channels")
    for name in (*only_at_the_gateway, "threads", "presences", "stage_instances", "guild_scheduled_events"):
        del shown[name]
    return shown


@route("GET", "/guilds/{guild}/channels")
def guild_channels(call: Call) -> JSON:
    """Guild: Get Guild Channels: those the bot sees."""
    call.in_guild()
    return guild_object(call.world, call.world.bot)["channels"]


@route("GET", "/guilds/{guild}/roles")
def guild_roles(call: Call) -> JSON:
    """Guild: Get Guild Roles."""
    call.in_guild()
    return [role_object(role) for role in call.world.roles.values()]


@route("GET", "/guilds/{guild}/members/{user}")
def guild_member(call: Call) -> JSON:
    """Guild: Get Guild Member."""
    call.in_guild()
    found = call.world.users.get(call.params["user"])
    if found is None:
        raise ApiError(404, 10007, "Unknown Member")
    return member_object(found)


@route("GET", "/guilds/{guild}/members")
def guild_members(call: Call) -> JSON:
    """Guild: List Guild Members: needs the privileged members intent."""
    call.in_guild()
    if not call.world.privileged_intents:
        raise missing_access()
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    found = [found for found in call.world.users.values() if int(found.id) > after]
    return [member_object(found) for found in found[:limit]]


@route("POST", "/users/@me/channels")
def create_dm(call: Call) -> JSON:
    """User: Create DM."""
    channel = call.world.dm(str(call.body.get("recipient_id")))
    return channel_object(call.world, channel)


# Commands


@route("PUT", "/applications/{application}/commands")
@route("PUT", "/applications/{application}/guilds/{guild}/commands")
def overwrite_commands(call: Call) -> JSON:
    """Application Commands: Bulk Overwrite Global or Guild Application Commands."""
    return list(call.world.commands.replace(_scope(call), call.body))


@route("GET", "/applications/{application}/commands")
@route("GET", "/applications/{application}/guilds/{guild}/commands")
def list_commands(call: Call) -> JSON:
    """Application Commands: Get Global or Guild Application Commands."""
    return list(call.world.commands.listing(_scope(call)))


@route("GET", "/applications/{application}/commands/{command}")
@route("GET", "/applications/{application}/guilds/{guild}/commands/{command}")
def get_command(call: Call) -> JSON:
    """Application Commands: Get Global or Guild Application Command."""
    return call.world.commands.get(_scope(call), call.params["command"])


def _scope(call: Call) -> str | None:
    if call.params["application"] != call.world.bot.id:
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    if "guild" in call.params:
        call.in_guild()
    return call.params.get("guild")


# Channels and messages


@route("GET", "/channels/{channel}")
def get_channel(call: Call) -> JSON:
    """Channel: Get Channel."""
    return channel_object(call.world, call.channel())


@route("POST", "/channels/{channel}/typing")
def typing(call: Call) -> JSON:
    """Channel: Trigger Typing Indicator."""
    channel, world = call.channel(Permission.SEND_MESSAGES), call.world
    data: JSONObject = {"channel_id": channel.id, "user_id": world.bot.id, "timestamp": int(world.clock())}
    if channel.type is ChannelType.TEXT:
        data |= {"guild_id": world.guild_id, "member": member_object(world.bot)}
    world.emit(Event(EventKind.TYPING, data, channel.id, world.audience(channel)))
    return None


@route("GET", "/channels/{channel}/messages")
def list_messages(call: Call) -> JSON:
    """Message: Get Channel Messages: newest first, none without READ_MESSAGE_HISTORY."""
    channel, world = call.channel(), call.world
    if not world.may(world.bot.id, Permission.READ_MESSAGE_HISTORY, channel):
        return []
    limit = int(call.query.get("limit", 50))
    if not 1 <= limit <= 100:  # noqa: PLR2004 - Message: Get Channel Messages
        raise invalid(("limit",), "NUMBER_TYPE_RANGE", "int value should be between 1 and 100.")
    found = world.messages.history(
        channel, world.bot.id, before=call.query.get("before"), after=call.query.get("after"), limit=limit
    )
    public = [message for message in reversed(found) if message.reader_id is None]
    return [world.messages.for_bot(message_object(world, message)) for message in public]


@route("GET", "/channels/{channel}/messages/{message}")
def get_message(call: Call) -> JSON:
    """Message: Get Channel Message: in the server it needs READ_MESSAGE_HISTORY."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    return call.world.messages.for_bot(message_object(call.world, call.message(channel)))


@route("POST", "/channels/{channel}/messages")
def create_message(call: Call) -> JSON:
    """Message: Create Message: SEND_MESSAGES, ATTACH_FILES for files, READ_MESSAGE_HISTORY for a reply."""
    channel, world = call.channel(Permission.SEND_MESSAGES), call.world
    if call.uploads:
        world.require(world.bot.id, Permission.ATTACH_FILES, channel)
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


@route("PATCH", "/channels/{channel}/messages/{message}")
def edit_message(call: Call) -> JSON:
    """Message: Edit Message: only one's own."""
    channel, world = call.channel(), call.world
    message = call.message(channel)
    if message.author_id != world.bot.id:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    world.messages.edit(message, call.body, call.uploads)
    return message_object(world, message)


@route("DELETE", "/channels/{channel}/messages/{message}")
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


@route("POST", "/interactions/{interaction}/{token}/callback", needs_token=False)
def answer_interaction(call: Call) -> JSON:
    """Interactions: Create Interaction Response; with `with_response` it tells what came of it."""
    interaction_id, token = call.params["interaction"], call.params["token"]
    answer = call.world.interactions.answer(interaction_id, token, call.body, call.uploads)
    return answer if call.query.get("with_response") in ("1", "true", "True") else None


@route("POST", "/webhooks/{webhook}/{token}", needs_token=False)
def follow_up(call: Call) -> JSON:
    """Interactions: Create Followup Message."""
    interactions = call.world.interactions
    interaction = interactions.by_token(call.params["webhook"], call.params["token"])
    return message_object(call.world, interactions.follow_up(interaction, call.body, call.uploads))


def _own_message(call: Call) -> Message:
    interactions = call.world.interactions
    interaction = interactions.by_token(call.params["webhook"], call.params["token"])
    return interactions.message(interaction, call.params["message"])


@route("GET", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
def get_interaction_message(call: Call) -> JSON:
    """Interactions: Get Original Interaction Response, Get Followup Message."""
    return message_object(call.world, _own_message(call))


@route("PATCH", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
def edit_interaction_message(call: Call) -> JSON:
    """Interactions: Edit Original Interaction Response, Edit Followup Message."""
    message = _own_message(call)
    call.world.messages.edit(message, call.body, call.uploads)
    return message_object(call.world, message)


@route("DELETE", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
def delete_interaction_message(call: Call) -> JSON:
    """Interactions: Delete Original Interaction Response, Delete Followup Message."""
    call.world.messages.delete(_own_message(call))
    return None
