"""The socket of one open page: what its person does comes in, what changes for them goes out, in order.

The page sends `{"id", "do", …}` and gets `{"id", "ok"}` or `{"id", "error"}`, an error being a plain sentence. Changes
are pushed as `{"event", "data"}`, the first being "state". A page that falls too far behind is let go: it connects
again and loads what it missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeAlias, cast

from aiohttp import WSMsgType, web

from ..world.errors import ApiError, PersonError
from ..world.events import Status
from ..world.model import EventKind, Upload
from ..world.objects import channel_object, role_object, user_object
from ..world.permissions import Permission
from .rendered import components_with_html, event_with_html, names_in, with_html
from .requests import not_understood, number, parsed, record, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..world.forms import FieldValue
    from ..world.model import JSON, Event, JSONObject
    from .context import PageContext
    from .markdown import Names

Action: TypeAlias = Callable[["JSONObject"], "Awaitable[JSON]"]

_LOG = logging.getLogger(__name__)
_MOST_WAITING = 2000
_MOST_REQUEST_BYTES = 1 << 18
_SLOW_SECONDS = 20.0
_MESSAGES_AT_ONCE = 50
_CHANGES_STATE = frozenset(
    {
        EventKind.COMMANDS,
        EventKind.CHANNEL,
        EventKind.MEMBERS,
        EventKind.BOT,
        EventKind.SCHEDULED_EVENT_CREATE,
        EventKind.SCHEDULED_EVENT_UPDATE,
        EventKind.SCHEDULED_EVENT_DELETE,
        EventKind.SCHEDULED_EVENT_USER_ADD,
        EventKind.SCHEDULED_EVENT_USER_REMOVE,
    }
)
_CHANGES_MESSAGE = frozenset({EventKind.GIVEN_UP})
_WITH_MESSAGE = frozenset({EventKind.MESSAGE, EventKind.MESSAGE_EDIT})
_STATE: JSONObject = {"event": "state"}
"""A placeholder in the outbox for the state, which is built when it is sent."""
_AS_THEY_ARE = frozenset({EventKind.MESSAGE_DELETE, EventKind.INTERACTION, EventKind.TYPING})


class PageSocket:
    """Serves one tab, in which one person looks at the playground."""

    def __init__(self, context: PageContext, person: str) -> None:
        self._context = context
        self._people = context.people
        self._world = context.world
        self._person = person
        self._uploads = context.uploads
        self._rendered = context.rendered
        self._state_waits = False
        self._transport: asyncio.Transport | None = None
        self._socket = web.WebSocketResponse(heartbeat=15.0, max_msg_size=_MOST_REQUEST_BYTES)
        self._outbox: asyncio.Queue[JSONObject] = asyncio.Queue(_MOST_WAITING)
        self._running: set[asyncio.Task[None]] = set()
        self._actions: Mapping[str, Action] = {
            "messages": self._messages,
            "find": self._find,
            "say": self._say,
            "slash": self._slash,
            "autocomplete": self._autocomplete,
            "context_menu": self._context_menu,
            "click": self._click,
            "submit": self._submit,
            "dismiss": self._dismiss,
            "open_dm": self._open_dm,
            "add_person": self._add_person,
            "set_moderator": self._set_moderator,
            "create_event": self._create_event,
            "set_event_status": self._set_event_status,
            "set_interest": self._set_interest,
            "reset": self._reset,
        }

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Talk until either side closes."""
        self._transport = request.transport
        await self._socket.prepare(request)
        unsubscribe = self._world.subscribe(self._on_event)
        sender = asyncio.create_task(self._send_all())
        self._push_state()
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self._start(message.data)
        finally:
            unsubscribe()
            for task in (sender, *self._running):
                task.cancel()
            await asyncio.gather(sender, *self._running, return_exceptions=True)
        return self._socket

    async def close(self) -> None:
        """Send the page away; it tries to come back."""
        await self._socket.close()

    # Out

    async def _send_all(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                packet = await self._outbox.get()
                if packet is _STATE:
                    self._state_waits = False
                    packet = {"event": "state", "data": self._state()} if self._is_here else self._gone()
                try:
                    await asyncio.wait_for(self._socket.send_json(packet), _SLOW_SECONDS)
                except TimeoutError:
                    self._let_go()
                    return

    def _push(self, event: str, data: JSON) -> None:
        self._put({"event": event, "data": data})

    def _push_state(self) -> None:
        """Send the state as it will be then; many changes in a row make one packet."""
        if not self._state_waits:
            self._state_waits = True
            self._put(_STATE)

    def _put(self, packet: JSONObject) -> None:
        try:
            self._outbox.put_nowait(packet)
        except asyncio.QueueFull:
            self._let_go()

    def _let_go(self) -> None:
        """Cut a connection that no longer takes what is sent; the page will reload everything."""
        if self._transport is not None:
            self._transport.abort()

    def _on_event(self, event: Event) -> None:
        sees = event.seen_by(self._person) if self._is_here else event.kind is EventKind.MEMBERS
        if not sees:
            return
        if event.kind in _CHANGES_STATE:
            self._push_state()
        elif event.kind in _WITH_MESSAGE:
            self._push(str(event.kind), self._rendered(event.data))
        elif event.kind in _CHANGES_MESSAGE:
            message = self._people.message(self._person, event.data["message_id"])
            self._push("message_edit", self._shown(message, names_in(self._world)))
        elif event.kind is EventKind.MODAL:
            components = components_with_html(event.data["modal"]["components"], names_in(self._world))
            self._push("modal", {**event.data, "modal": {**event.data["modal"], "components": components}})
        elif event.kind is EventKind.RESET:
            self._push_state()
            self._push("reset", {})
        elif event.kind in _AS_THEY_ARE:
            self._push(str(event.kind), event.data)

    def _shown(self, message: JSONObject, names: Names) -> JSONObject:
        """Add to a message what the page shows: its texts as HTML, and why it has none when the bot never came back."""
        stored = self._world.messages.find(message["id"])
        failure = None if stored is None else self._world.interactions.given_up(stored)
        return with_html(message, names) | ({"failure": failure} if failure else {})

    @property
    def _is_here(self) -> bool:
        return self._person in self._world.users

    def _gone(self) -> JSONObject:
        """Tell a page whose person left the server, or never was in it, as whom it can go on."""
        persons = [user_object(user) for user in self._people.persons()]
        return {"event": "gone", "data": {"guild": self._world.guild_name, "persons": persons}}

    def _state(self) -> JSONObject:
        """Return all that the page shows around the messages."""
        world = self._world
        moderator, names = world.moderator_role.id, names_in(world)
        commands, usable = self._people.usable_commands(self._person)
        return {
            "me": self._person,
            "guild": {"id": world.guild_id, "name": world.guild_name, "owner_id": world.owner.id},
            "bot": {**user_object(world.bot), "online": self._context.gateway.online},
            "users": [
                {**user_object(user), "role_ids": user.role_ids, "moderator": moderator in user.role_ids}
                for user in world.users.values()
            ],
            "roles": [role_object(role) for role in world.roles.values()],
            "channels": [channel_object(world, channel) for channel in self._people.channels_for(self._person)],
            "commands": commands,
            "usable": usable,
            "events": [event_with_html(event, names) for event in self._people.scheduled_events(self._person)],
            "may_create_events": world.may(self._person, Permission.CREATE_EVENTS),
            "may_manage_events": world.may(self._person, Permission.MANAGE_EVENTS),
            "suggestions": [asdict(suggestion) for suggestion in self._context.suggestions],
        }

    # In

    def _start(self, packet: str) -> None:
        task = asyncio.create_task(self._answer(packet))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, packet: str) -> None:
        request: JSONObject = {}
        try:
            request = parsed(packet)
            self._put({"id": request.get("id"), "ok": await self._act(request)})
        except (PersonError, ApiError) as error:
            self._put({"id": request.get("id"), "error": str(error)})
        except Exception:  # noqa: BLE001
            # One act that breaks must leave neither its person waiting nor the other acts of this page undone.
            _LOG.exception("a page's request failed")
            self._put({"id": request.get("id"), "error": "That broke something in the playground; its log says what."})

    async def _act(self, request: JSONObject) -> JSON:
        action = self._actions.get(str(request.get("do")))
        if action is None:
            raise not_understood()
        return await action(request)

    async def _messages(self, request: JSONObject) -> JSON:
        before = request.get("before")
        found = self._people.messages(
            self._person, text(request, "channel"), before=before and str(before), limit=_MESSAGES_AT_ONCE
        )
        names = names_in(self._world)
        return [self._shown(message, names) for message in found]

    async def _find(self, request: JSONObject) -> JSON:
        self._people.find(self._person, text(request, "channel"), text(request, "message"))
        return None

    async def _say(self, request: JSONObject) -> JSON:
        upload_ids = texts(request.get("uploads") or [])
        files = [self._uploads.get(self._person, upload_id) for upload_id in upload_ids]
        reply_to = request.get("reply_to")
        message = self._people.say(
            self._person,
            text(request, "channel"),
            text(request, "content"),
            files=files,
            reply_to=None if reply_to is None else str(reply_to),
        )
        self._forget(upload_ids)
        return {"id": message["id"]}

    async def _slash(self, request: JSONObject) -> JSON:
        options, upload_ids = self._options(request)
        interaction = await self._people.slash(self._person, text(request, "channel"), text(request, "name"), options)
        self._forget(upload_ids)
        return interaction.as_json()

    async def _autocomplete(self, request: JSONObject) -> JSON:
        options, _ = self._options(request)
        return await self._people.autocomplete(
            self._person, text(request, "channel"), text(request, "name"), options, text(request, "focused")
        )

    async def _context_menu(self, request: JSONObject) -> JSON:
        interaction = await self._people.context_menu(
            self._person, text(request, "channel"), text(request, "name"), text(request, "target")
        )
        return interaction.as_json()

    async def _click(self, request: JSONObject) -> JSON:
        values = request.get("values")
        interaction = await self._people.click(
            self._person,
            text(request, "message"),
            text(request, "custom_id"),
            None if values is None else texts(values),
        )
        return interaction.as_json()

    async def _submit(self, request: JSONObject) -> JSON:
        upload_ids: list[str] = []
        fields = {name: self._field(value, upload_ids) for name, value in record(request.get("fields")).items()}
        interaction = await self._people.submit(self._person, text(request, "interaction"), fields)
        self._forget(upload_ids)
        return interaction.as_json()

    async def _dismiss(self, request: JSONObject) -> JSON:
        self._people.dismiss(self._person, text(request, "message"))
        return None

    async def _open_dm(self, _: JSONObject) -> JSON:
        return channel_object(self._world, self._people.open_dm(self._person))

    async def _add_person(self, request: JSONObject) -> JSON:
        user = self._people.add(text(request, "name"), moderator=request.get("moderator") is True)
        return user_object(user)

    async def _set_moderator(self, request: JSONObject) -> JSON:
        self._people.set_moderator(self._person, text(request, "person"), moderator=request.get("moderator") is True)
        return None

    async def _create_event(self, request: JSONObject) -> JSON:
        event = self._people.create_event(
            self._person,
            name=text(request, "name"),
            location=text(request, "location"),
            starts_at=number(request, "starts_at"),
            ends_at=number(request, "ends_at"),
            description=text(request, "description") or None,
        )
        return {"id": event["id"]}

    async def _set_event_status(self, request: JSONObject) -> JSON:
        try:
            status = Status(int(number(request, "status")))
        except ValueError as error:
            raise not_understood() from error
        self._people.set_event_status(self._person, text(request, "event"), status)
        return None

    async def _set_interest(self, request: JSONObject) -> JSON:
        self._people.set_interest(self._person, text(request, "event"), interested=request.get("interested") is True)
        return None

    async def _reset(self, _: JSONObject) -> JSON:
        self._people.reset(self._person)
        return None

    def _field(self, value: object, upload_ids: list[str]) -> FieldValue:
        """Read a modal's field: text, picked values, or `{"upload": id}`s; note the ids of those."""
        if isinstance(value, str):
            return value
        if not isinstance(value, list):
            raise not_understood()
        entries = cast("list[object]", value)
        if not entries or isinstance(entries[0], str):
            return texts(entries)
        ids = [text(record(entry), "upload") for entry in entries]
        upload_ids += ids
        return [self._uploads.get(self._person, upload_id) for upload_id in ids]

    def _options(self, request: JSONObject) -> tuple[dict[str, JSON | Upload], list[str]]:
        """Read a command's options, `{"upload": id}` standing for a file; return the ids of those too."""
        options: dict[str, JSON | Upload] = {}
        upload_ids: list[str] = []
        for name, value in record(request.get("options")).items():
            if isinstance(value, dict):
                upload_ids.append(text(cast("JSONObject", value), "upload"))
                options[name] = self._uploads.get(self._person, upload_ids[-1])
            else:
                options[name] = cast("JSON", value)
        return options, upload_ids

    def _forget(self, upload_ids: list[str]) -> None:
        for upload_id in upload_ids:
            self._uploads.forget(self._person, upload_id)
