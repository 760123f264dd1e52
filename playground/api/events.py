"""REST routes about scheduled events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..world.objects import member_object, user_object
from .calls import Call, Routes

if TYPE_CHECKING:
    from ..world.model import JSON, JSONObject

ROUTES = Routes()
_PATH = "/guilds/{guild}/scheduled-events"


@ROUTES.add("GET", _PATH)
def list_events(call: Call) -> JSON:
    """Guild Scheduled Event: List Scheduled Events for Guild."""
    call.in_guild()
    return [_shown(call, call.world.scheduled.show(event)) for event in call.world.scheduled.listing()]


@ROUTES.add("POST", _PATH)
def create_event(call: Call) -> JSON:
    """Guild Scheduled Event: Create Guild Scheduled Event."""
    call.in_guild()
    return call.world.scheduled.show(call.world.scheduled.create(call.world.bot.id, call.body))


@ROUTES.add("GET", _PATH + "/{event}")
def get_event(call: Call) -> JSON:
    """Guild Scheduled Event: Get Guild Scheduled Event."""
    call.in_guild()
    return _shown(call, call.world.scheduled.show(call.world.scheduled.get(call.params["event"])))


@ROUTES.add("PATCH", _PATH + "/{event}")
def edit_event(call: Call) -> JSON:
    """Guild Scheduled Event: Modify Guild Scheduled Event."""
    call.in_guild()
    event = call.world.scheduled.edit(call.params["event"], call.world.bot.id, call.body)
    return call.world.scheduled.show(event)


@ROUTES.add("DELETE", _PATH + "/{event}")
def delete_event(call: Call) -> JSON:
    """Guild Scheduled Event: Delete Guild Scheduled Event."""
    call.in_guild()
    call.world.scheduled.delete(call.params["event"], call.world.bot.id)
    return None


@ROUTES.add("GET", _PATH + "/{event}/users")
def event_users(call: Call) -> JSON:
    """Guild Scheduled Event: Get Guild Scheduled Event Users: by id, at most 100, `before` winning over `after`."""
    call.in_guild()
    event, world = call.world.scheduled.get(call.params["event"]), call.world
    limit = min(int(call.query.get("limit", 100)), 100)
    user_ids = sorted(event.user_ids, key=int)
    if "before" in call.query:
        user_ids = [user_id for user_id in user_ids if int(user_id) < int(call.query["before"])][-limit:]
    else:
        user_ids = [user_id for user_id in user_ids if int(user_id) > int(call.query.get("after", 0))][:limit]
    with_member = call.query.get("with_member") in ("1", "true", "True")
    found: list[JSONObject] = []
    for user_id in user_ids:
        entry: JSONObject = {"guild_scheduled_event_id": event.id, "user": user_object(world.users[user_id])}
        if with_member:
            entry["member"] = member_object(world.users[user_id])
        found.append(entry)
    return found


def _shown(call: Call, event: JSONObject) -> JSONObject:
    if call.query.get("with_user_count") not in ("1", "true", "True"):
        del event["user_count"]
    return event
