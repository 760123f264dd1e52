"""Scheduled events of the server, by Discord's rules (Guild Scheduled Event resource).

The playground has no voice or stage channels, so every event is an external one: a place in words, a start and an end.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, cast

from .errors import ApiError, Problems, invalid, missing_permissions
from .images import read_image
from .limits import Text, check_fields
from .model import Event, EventKind
from .objects import user_object
from .permissions import Permission
from .snowflakes import iso

if TYPE_CHECKING:
    from .core import Core
    from .model import JSONObject, Upload

MAX_UNCOMPLETED = 100
MAX_IMAGE_BYTES = 10 * 1024 * 1024
UNSTARTED_HOURS = 3
"""Discord cancels an event that no one started "after a few hours"."""
_EXTERNAL = 3
_GUILD_ONLY = 2
_RULES = {"name": Text(1, 100, required=True), "description": Text(1, 1000)}


class Status(IntEnum):
    """Guild Scheduled Event: Event Status."""

    SCHEDULED = 1
    ACTIVE = 2
    COMPLETED = 3
    CANCELED = 4


_NEXT = {
    Status.SCHEDULED: {Status.ACTIVE, Status.CANCELED},
    Status.ACTIVE: {Status.COMPLETED},
    Status.COMPLETED: set[Status](),
    Status.CANCELED: set[Status](),
}
"""Valid Guild Scheduled Event Status Transitions."""


@dataclass(slots=True)
class ScheduledEvent:
    """One event; times in seconds since 1970, `user_ids` are those who said they are interested."""

    id: str
    creator_id: str
    name: str
    location: str
    starts_at: float
    ends_at: float
    description: str | None = None
    status: Status = Status.SCHEDULED
    image: Upload | None = None
    user_ids: list[str] = field(default_factory=list[str])

    @property
    def open(self) -> bool:
        """Whether it is still to come or going on."""
        return self.status in (Status.SCHEDULED, Status.ACTIVE)


class ScheduledEvents:
    """The server's events."""

    def __init__(self, world: Core) -> None:
        self._world = world
        self._by_id: dict[str, ScheduledEvent] = {}

    def listing(self) -> list[ScheduledEvent]:
        """List the events that are scheduled or active, by start."""
        return sorted((event for event in self._by_id.values() if event.open), key=lambda event: event.starts_at)

    def everything(self) -> list[ScheduledEvent]:
        """List all events, also those that are over."""
        return list(self._by_id.values())

    def find(self, event_id: str) -> ScheduledEvent | None:
        """Find an event, also one that is over."""
        return self._by_id.get(event_id)

    def get(self, event_id: str) -> ScheduledEvent:
        """Find an event, also one that is over; or refuse with 10070."""
        event = self.find(event_id)
        if event is None:
            raise ApiError(404, 10070, "Unknown Guild Scheduled Event")
        return event

    def create(self, creator_id: str, body: JSONObject) -> ScheduledEvent:
        """Schedule an event (Create Guild Scheduled Event).

        Raises ApiError 50013 without CREATE_EVENTS, 50035 for wrong fields, 30038 for more than 100 open events.
        """
        self._world.require(creator_id, Permission.CREATE_EVENTS)
        if len(self.listing()) >= MAX_UNCOMPLETED:
            message = f"Maximum number of uncompleted guild scheduled events reached ({MAX_UNCOMPLETED})"
            raise ApiError(400, 30038, message)
        _check_kind(body)
        event = ScheduledEvent(self._world.new_id(), creator_id, "", "", 0.0, 0.0)
        self._fill(event, body, new=True)
        self._by_id[event.id] = event
        self._tell(EventKind.SCHEDULED_EVENT_CREATE, event)
        return event

    def edit(self, event_id: str, user_id: str, body: JSONObject) -> ScheduledEvent:
        """Change an event, or start, end or cancel it by its status (Modify Guild Scheduled Event).

        Raises ApiError 50013 for someone else's event without MANAGE_EVENTS, 180000 for one that is over, 50035.
        """
        event = self.get(event_id)
        self._require_management(event, user_id)
        if not event.open:
            raise ApiError(400, 180000, "Cannot update a finished event")
        status = event.status
        if body.get("status") is not None and body["status"] != event.status:
            status = _next_status(event, body["status"])
        self._fill(event, body, new=False)
        self._set_status(event, status)
        self._tell(EventKind.SCHEDULED_EVENT_UPDATE, event)
        return event

    def delete(self, event_id: str, user_id: str) -> None:
        """Delete an event (Delete Guild Scheduled Event); 50013 as for `edit`."""
        event = self.get(event_id)
        self._require_management(event, user_id)
        del self._by_id[event_id]
        self._tell(EventKind.SCHEDULED_EVENT_DELETE, event)

    def clear(self) -> None:
        """Delete every event."""
        for event in list(self._by_id.values()):
            del self._by_id[event.id]
            self._tell(EventKind.SCHEDULED_EVENT_DELETE, event)

    def set_interest(self, event_id: str, user_id: str, *, interested: bool) -> None:
        """Note whether a user is interested in an event."""
        event = self.get(event_id)
        if interested == (user_id in event.user_ids):
            return
        kind = EventKind.SCHEDULED_EVENT_USER_ADD
        if interested:
            event.user_ids.append(user_id)
        else:
            event.user_ids.remove(user_id)
            kind = EventKind.SCHEDULED_EVENT_USER_REMOVE
        data = {"guild_scheduled_event_id": event.id, "user_id": user_id, "guild_id": self._world.guild_id}
        self._world.emit(Event(kind, data))

    def tick(self) -> None:
        """Let time pass: external events begin at their start, end at their end, and are not left waiting for ever.

        Guild Scheduled Event Status Update Automation.
        """
        now = self._world.clock()
        for event in list(self._by_id.values()):
            before = event.status
            if event.status is Status.SCHEDULED and now >= event.starts_at + UNSTARTED_HOURS * 3600:
                event.status = Status.CANCELED
            elif event.status is Status.SCHEDULED and now >= event.starts_at:
                event.status = Status.ACTIVE
            elif event.status is Status.ACTIVE and now >= event.ends_at:
                event.status = Status.COMPLETED
            if event.status is not before:
                self._tell(EventKind.SCHEDULED_EVENT_UPDATE, event)

    def shown(self) -> list[JSONObject]:
        """Build every open event."""
        return [self.show(event) for event in self.listing()]

    def show(self, event: ScheduledEvent) -> JSONObject:
        """Build a Guild Scheduled Event object."""
        return {
            "id": event.id,
            "guild_id": self._world.guild_id,
            "channel_id": None,
            "creator_id": event.creator_id,
            "creator": user_object(self._world.users[event.creator_id]),
            "name": event.name,
            "description": event.description,
            "image": event.image and event.image.filename,
            "scheduled_start_time": iso(event.starts_at),
            "scheduled_end_time": iso(event.ends_at),
            "privacy_level": _GUILD_ONLY,
            "status": int(event.status),
            "entity_type": _EXTERNAL,
            "entity_id": None,
            "entity_metadata": {"location": event.location},
            "recurrence_rule": None,
            "user_count": len(event.user_ids),
        }

    def _require_management(self, event: ScheduledEvent, user_id: str) -> None:
        """Permissions Requirements: one's own with CREATE_EVENTS or MANAGE_EVENTS, another's with MANAGE_EVENTS."""
        own = event.creator_id == user_id and self._world.may(user_id, Permission.CREATE_EVENTS)
        if not own and not self._world.may(user_id, Permission.MANAGE_EVENTS):
            raise missing_permissions()

    def _fill(self, event: ScheduledEvent, body: JSONObject, *, new: bool) -> None:
        """Take the body's fields over; all of them are checked before any is changed."""
        problems = Problems()
        name_required = {**_RULES} if new else {**_RULES, "name": Text(1, 100)}
        check_fields(body, name_required, problems, ())
        location = event.location
        if new or body.get("entity_metadata") is not None:
            location = _location(body, problems)
        starts_at, ends_at = self._times(event, body, problems, new=new)
        problems.raise_if_any()
        image = event.image
        if "image" in body:
            image = body["image"] and read_image(body["image"], ("image",), most_bytes=MAX_IMAGE_BYTES)
        event.image = image
        event.name = body.get("name") or event.name
        if "description" in body:
            event.description = body["description"]
        event.location, event.starts_at, event.ends_at = location, starts_at, ends_at

    def _times(self, event: ScheduledEvent, body: JSONObject, problems: Problems, *, new: bool) -> tuple[float, float]:
        given = {name: body.get(name) for name in ("scheduled_start_time", "scheduled_end_time")}
        times = {"scheduled_start_time": event.starts_at, "scheduled_end_time": event.ends_at}
        for name, text in given.items():
            moment = None if text is None else _moment(text)
            if moment is not None:
                times[name] = moment
            elif new and text is None:
                problems.add((name,), "BASE_TYPE_REQUIRED", "This field is required")
            elif text is not None:
                problems.add((name,), "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        starts_at, ends_at = times.values()
        if given["scheduled_start_time"] is not None and starts_at < self._world.clock():
            code = "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST"
            problems.add(("scheduled_start_time",), code, "Cannot schedule event in the past.")
        if ends_at <= starts_at:
            code = "GUILD_SCHEDULED_EVENT_END_BEFORE_START"
            problems.add(("scheduled_end_time",), code, "Cannot schedule event to end before it starts.")
        return starts_at, ends_at

    def _set_status(self, event: ScheduledEvent, status: Status) -> None:
        if status is Status.ACTIVE and event.status is Status.SCHEDULED:
            event.starts_at = min(event.starts_at, self._world.clock())
        event.status = status

    def _tell(self, kind: EventKind, event: ScheduledEvent) -> None:
        self._world.emit(Event(kind, self.show(event)))


def _check_kind(body: JSONObject) -> None:
    if body.get("entity_type") != _EXTERNAL:
        if body.get("channel_id") is not None:
            raise ApiError(404, 10003, "Unknown Channel")
        raise invalid(("channel_id",), "BASE_TYPE_REQUIRED", "This field is required")


def _next_status(event: ScheduledEvent, asked: object) -> Status:
    allowed = _NEXT[event.status]
    if asked not in allowed:
        names = ", ".join(str(int(status)) for status in sorted(allowed))
        raise invalid(("status",), "BASE_TYPE_CHOICES", f"Value must be one of {{{names}}}.")
    return Status(cast("int", asked))


def _location(body: JSONObject, problems: Problems) -> str:
    """Field Requirements By Entity Type: an external event has a location of 1 to 100 characters."""
    metadata = body.get("entity_metadata")
    if not isinstance(metadata, dict):
        problems.add(("entity_metadata",), "BASE_TYPE_REQUIRED", "This field is required")
        return ""
    metadata = cast("JSONObject", metadata)
    check_fields(metadata, {"location": Text(1, 100, required=True)}, problems, ("entity_metadata",))
    return str(metadata.get("location") or "")


def _moment(text: Any) -> float | None:
    try:
        parsed = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)).timestamp()
