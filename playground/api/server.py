"""REST routes about the bot itself, the server, its members and the bot's commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..world.errors import ApiError
from ..world.objects import channel_object, guild_object, member_object, user_object
from .calls import Call, Routes

if TYPE_CHECKING:
    from ..world.model import JSON

ROUTES = Routes()


# The bot itself and the server


@ROUTES.add("GET", "/users/@me")
def current_user(call: Call) -> JSON:
    """User: Get Current User."""
    return user_object(call.world.bot)


@ROUTES.add("GET", "/users/{user}")
def user(call: Call) -> JSON:
    """User: Get User."""
    found = call.world.users.get(call.params["user"])
    if found is None:
        raise ApiError(404, 10013, "Unknown User")
    return user_object(found)


@ROUTES.add("GET", "/applications/@me")
@ROUTES.add("GET", "/oauth2/applications/@me")
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
        "flags": 0,
        "integration_types_config": {"0": {}},
    }


@ROUTES.add("GET", "/gateway")
@ROUTES.add("GET", "/gateway/bot")
def gateway_bot(call: Call) -> JSON:
    """Gateway: Get Gateway Bot."""
    limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": call.gateway_url, "shards": 1, "session_start_limit": limit}


@ROUTES.add("GET", "/guilds/{guild}")
def guild(call: Call) -> JSON:
    """Guild: Get Guild."""
    call.in_guild()
    shown = guild_object(call.world, call.world.bot, call.world.scheduled.shown())
    only_at_the_gateway = ("joined_at", "large", "unavailable", "member_count", "voice_states", "members", "channels")
    for name in (*only_at_the_gateway, "threads", "presences", "stage_instances", "guild_scheduled_events"):
        del shown[name]
    return shown


@ROUTES.add("GET", "/guilds/{guild}/members/{user}")
def guild_member(call: Call) -> JSON:
    """Guild: Get Guild Member."""
    call.in_guild()
    found = call.world.users.get(call.params["user"])
    if found is None:
        raise ApiError(404, 10007, "Unknown Member")
    return member_object(found)


@ROUTES.add("POST", "/users/@me/channels")
def create_dm(call: Call) -> JSON:
    """User: Create DM."""
    channel = call.world.dm(str(call.body.get("recipient_id")))
    return channel_object(call.world, channel)


# Commands


@ROUTES.add("PUT", "/applications/{application}/commands")
@ROUTES.add("PUT", "/applications/{application}/guilds/{guild}/commands")
def overwrite_commands(call: Call) -> JSON:
    """Application Commands: Bulk Overwrite Global or Guild Application Commands."""
    return list(call.world.commands.replace(_scope(call), call.body))


@ROUTES.add("GET", "/applications/{application}/commands")
@ROUTES.add("GET", "/applications/{application}/guilds/{guild}/commands")
def list_commands(call: Call) -> JSON:
    """Application Commands: Get Global or Guild Application Commands."""
    return list(call.world.commands.listing(_scope(call)))


def _scope(call: Call) -> str | None:
    if call.params["application"] != call.world.bot.id:
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    if "guild" in call.params:
        call.in_guild()
    return call.params.get("guild")
