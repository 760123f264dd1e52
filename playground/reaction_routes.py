"""REST routes about reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calls import Call, Routes
from .objects import user_object
from .permissions import Permission
from .reactions import react, unreact

if TYPE_CHECKING:
    from .model import JSON

ROUTES = Routes()
_PATH = "/channels/{channel}/messages/{message}/reactions"


@ROUTES.add("PUT", _PATH + "/{emoji}/@me")
def create_reaction(call: Call) -> JSON:
    """Message: Create Reaction."""
    react(call.world, call.world.bot.id, call.message(call.channel()), call.params["emoji"])
    return None


@ROUTES.add("DELETE", _PATH + "/{emoji}/@me")
def delete_own_reaction(call: Call) -> JSON:
    """Message: Delete Own Reaction."""
    unreact(call.world, call.world.bot.id, call.message(call.channel()), call.params["emoji"])
    return None


@ROUTES.add("DELETE", _PATH + "/{emoji}/{user}")
def delete_user_reaction(call: Call) -> JSON:
    """Message: Delete User Reaction: needs MANAGE_MESSAGES."""
    channel = call.channel(Permission.MANAGE_MESSAGES)
    unreact(call.world, call.params["user"], call.message(channel), call.params["emoji"])
    return None


@ROUTES.add("GET", _PATH + "/{emoji}")
def get_reactions(call: Call) -> JSON:
    """Message: Get Reactions: the users, in the order of their ids."""
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 25))
    users = call.message(call.channel()).reactions.get(call.params["emoji"], [])
    found = sorted((user_id for user_id in users if int(user_id) > after), key=int)
    return [user_object(call.world.users[user_id]) for user_id in found[:limit]]


@ROUTES.add("DELETE", _PATH)
def delete_all_reactions(call: Call) -> JSON:
    """Message: Delete All Reactions: needs MANAGE_MESSAGES."""
    message = call.message(call.channel(Permission.MANAGE_MESSAGES))
    for emoji, users in [(emoji, tuple(users)) for emoji, users in message.reactions.items()]:
        for user_id in users:
            unreact(call.world, user_id, message, emoji)
    return None
