"""The gateway: one bot's WebSocket, its session, and what was sent, so that a resumed session loses nothing."""

from __future__ import annotations

import asyncio
import json
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web

from ..world.model import Event, EventKind
from ..world.objects import guild_object, member_object, user_object
from .faults import RESUME, Faults
from .sessions import Connection, Session

if TYPE_CHECKING:
    from ..world.model import JSONObject
    from ..world.world import World


class Op(IntEnum):
    """Gateway Events: opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    VOICE_STATE_UPDATE = 4
    RESUME = 6
    RECONNECT = 7
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    """Gateway: close event codes."""

    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    SESSION_TIMED_OUT = 4009
    INVALID_SHARD = 4010
    INVALID_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Intent(IntFlag):
    """Gateway: the intents that decide what is dispatched here."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
_MOST_INTENTS = 1 << 26
# Answered at once, a heartbeat's answer overtakes discord.py's own note of when it sent it, and the log then warns of a
# connection that is a whole interval behind. Over a network it never comes so soon.
ROUND_TRIP_SECONDS = 0.1

# What each change is called at the gateway, and the intents it needs in the server and in direct messages (0: none).
_DISPATCH: dict[EventKind, tuple[str, int, int]] = {
    EventKind.MESSAGE: ("MESSAGE_CREATE", Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    EventKind.MESSAGE_EDIT: ("MESSAGE_UPDATE", Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    EventKind.MESSAGE_DELETE: ("MESSAGE_DELETE", Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    EventKind.MESSAGE_DELETE_BULK: ("MESSAGE_DELETE_BULK", Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    EventKind.INTERACTION_CREATE: ("INTERACTION_CREATE", 0, 0),
    EventKind.TYPING: ("TYPING_START", Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING),
    EventKind.CHANNEL: ("CHANNEL_CREATE", Intent.GUILDS, Intent.GUILDS),
    EventKind.SCHEDULED_EVENT_CREATE: ("GUILD_SCHEDULED_EVENT_CREATE", Intent.GUILD_SCHEDULED_EVENTS, 0),
    EventKind.SCHEDULED_EVENT_UPDATE: ("GUILD_SCHEDULED_EVENT_UPDATE", Intent.GUILD_SCHEDULED_EVENTS, 0),
    EventKind.SCHEDULED_EVENT_DELETE: ("GUILD_SCHEDULED_EVENT_DELETE", Intent.GUILD_SCHEDULED_EVENTS, 0),
    EventKind.SCHEDULED_EVENT_USER_ADD: ("GUILD_SCHEDULED_EVENT_USER_ADD", Intent.GUILD_SCHEDULED_EVENTS, 0),
    EventKind.SCHEDULED_EVENT_USER_REMOVE: ("GUILD_SCHEDULED_EVENT_USER_REMOVE", Intent.GUILD_SCHEDULED_EVENTS, 0),
}


class ClosingError(Exception):
    """Ends a connection with a close code."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gateway:
    """Serves /gateway for one bot; a new identify takes over from an earlier one."""

    def __init__(self, world: World, *, token: str, failures: list[str], faults: Faults) -> None:
        self._world = world
        self._token = token
        self._failures = failures
        self._faults = faults
        self._session: Session | None = None
        self._connected = asyncio.Event()
        self.heartbeat_seconds = 41.25
        self.url = ""
        world.subscribe(self._on_event)

    @property
    def online(self) -> bool:
        """Whether the bot is connected and identified."""
        return self._session is not None and self._session.connection is not None

    async def wait_online(self) -> None:
        """Wait until the bot is connected and identified."""
        await self._connected.wait()

    # For tests and the page: what a network or Discord itself does to a connection

    def drop(self) -> None:
        """Cut the bot's connection without a goodbye, as a failing network does."""
        connection = self._session.connection if self._session else None
        if connection is not None and connection.transport is not None:
            connection.transport.abort()

    def ask_to_reconnect(self) -> None:
        """Send RECONNECT: the client should reconnect and resume."""
        self._send_op({"op": Op.RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send INVALID_SESSION: the client should resume, or identify again if it is not resumable."""
        self._send_op({"op": Op.INVALID_SESSION, "d": resumable})

    def _send_op(self, payload: JSONObject) -> None:
        if self._session is not None and self._session.connection is not None:
            self._session.connection.send(json.dumps(payload))

    # One connection

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket. Payloads are plain text, which clients that ask for compression take as well."""
        socket = web.WebSocketResponse(compress=False, max_msg_size=1 << 20)
        await socket.prepare(request)
        connection = Connection(socket, request.transport)
        writer = asyncio.create_task(connection.write())
        try:
            await self._converse(connection, request.query.get("v", "10"))
        except ClosingError as closing:
            if closing.code in (Close.UNKNOWN_OPCODE, Close.DECODE_ERROR):
                self._failures.append(f"gateway: {closing.reason}")
            await socket.close(code=closing.code, message=closing.reason.encode())
        finally:
            writer.cancel()
            self._lost(connection)
        return socket

    async def close(self) -> None:
        """Say goodbye to the bot."""
        if self._session is not None and self._session.connection is not None:
            await self._session.connection.socket.close(code=WSCloseCode.GOING_AWAY)

    async def _converse(self, connection: Connection, version: str) -> None:
        if version != "10":
            raise ClosingError(Close.INVALID_VERSION, "Only version 10 of the gateway is served here.")
        connection.send(json.dumps({"op": Op.HELLO, "d": {"heartbeat_interval": int(self.heartbeat_seconds * 1000)}}))
        while True:
            try:
                message = await connection.socket.receive(timeout=self.heartbeat_seconds * 1.5)
            except TimeoutError as error:
                raise ClosingError(Close.SESSION_TIMED_OUT, "No heartbeat came.") from error
            if message.type is not WSMsgType.TEXT:
                if message.type is WSMsgType.BINARY:
                    raise ClosingError(Close.DECODE_ERROR, "Payloads are JSON text.")
                return
            await self._receive(connection, message.data)

    async def _receive(self, connection: Connection, text: str) -> None:
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ClosingError(Close.DECODE_ERROR, f"This is no payload: {text[:200]}") from error
        identified = self._session is not None and self._session.connection is connection
        match op:
            case Op.HEARTBEAT:
                if identified and self._session is not None:
                    self._session.forget_until(data)
                answer = json.dumps({"op": Op.HEARTBEAT_ACK})
                asyncio.get_running_loop().call_later(ROUND_TRIP_SECONDS, connection.send, answer)
            case Op.IDENTIFY:
                if identified:
                    raise ClosingError(Close.ALREADY_AUTHENTICATED, "Already identified.")
                self._identify(connection, data)
            case Op.RESUME:
                await self._resume(connection, data)
            case Op.PRESENCE_UPDATE | Op.VOICE_STATE_UPDATE if identified:
                pass  # no status is shown, and no one talks, in a playground
            case Op.PRESENCE_UPDATE | Op.VOICE_STATE_UPDATE:
                raise ClosingError(Close.NOT_AUTHENTICATED, "Identify first.")
            case _:
                raise ClosingError(Close.UNKNOWN_OPCODE, f"There is no opcode {op!r} to send.")

    def _identify(self, connection: Connection, data: Any) -> None:
        token, intents = _fields(data, "token", "intents")
        if str(token).removeprefix("Bot ") != self._token:
            raise ClosingError(Close.AUTHENTICATION_FAILED, "Authentication failed.")
        if not isinstance(intents, int) or not 0 <= intents < _MOST_INTENTS:
            raise ClosingError(Close.INVALID_INTENTS, "Invalid intents.")
        if intents & PRIVILEGED:
            raise ClosingError(Close.DISALLOWED_INTENTS, "Disallowed intents: privileged ones are switched off here.")
        if data.get("shard") not in (None, [0, 1]):
            raise ClosingError(Close.INVALID_SHARD, "There is one shard: [0, 1].")
        session = self._session = Session(intents)
        session.connection = connection
        ready: JSONObject = {
            "v": 10,
            "user": user_object(self._world.bot),
            "guilds": [{"id": self._world.guild_id, "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [0, 1],
            "application": {"id": self._world.bot.id, "flags": 0},
        }
        session.dispatch("READY", ready)
        if intents & Intent.GUILDS:
            # Gateway Events: Guild Create: without the privileged intents the bot is its only listed member.
            shown = guild_object(self._world, self._world.bot, self._world.scheduled.shown())
            session.dispatch("GUILD_CREATE", {**shown, "members": [member_object(self._world.bot)]})
        self._tell_online()

    async def _resume(self, connection: Connection, data: Any) -> None:
        fault = self._faults.take(RESUME)
        if fault is not None:
            await asyncio.sleep(fault.delay)
        token, session_id, sequence = _fields(data, "token", "session_id", "seq")
        if str(token).removeprefix("Bot ") != self._token:
            raise ClosingError(Close.AUTHENTICATION_FAILED, "Authentication failed.")
        session = self._session
        missed = None
        if session is not None and session.id == session_id and isinstance(sequence, int):
            if sequence > session.sequence:
                raise ClosingError(Close.INVALID_SEQUENCE, "No event had that number yet.")
            missed = session.missed_since(sequence)
        if session is None or missed is None or (fault is not None and fault.status is not None):
            connection.send(json.dumps({"op": Op.INVALID_SESSION, "d": False}))
            return
        for payload in missed:
            connection.send(payload)
        session.connection = connection
        session.dispatch("RESUMED", {})
        self._tell_online()

    def _lost(self, connection: Connection) -> None:
        if self._session is not None and self._session.connection is connection:
            self._session.connection = None
            self._tell_online()

    def _tell_online(self) -> None:
        if self.online:
            self._connected.set()
        else:
            self._connected.clear()
        self._world.emit(Event(EventKind.BOT, {"online": self.online}))

    # What the bot learns

    def _on_event(self, event: Event) -> None:
        session = self._session
        if session is None or event.kind not in _DISPATCH or not event.seen_by(self._world.bot.id):
            return
        name, in_server, in_direct = _DISPATCH[event.kind]
        needed = in_server if "guild_id" in event.data else in_direct
        if needed and not session.intents & needed:
            return
        data = event.data
        if event.kind in (EventKind.MESSAGE, EventKind.MESSAGE_EDIT):
            data = self._world.messages.for_bot(data)
        if event.kind is EventKind.CHANNEL and "guild_id" not in data:
            return  # Gateway Events: Channel Create is for the server's channels only
        fault = self._faults.take(f"event {name}", str(data.get("id")))
        if fault is None:
            session.dispatch(name, data)
            return
        asyncio.get_running_loop().call_later(fault.delay, self._dispatch, name, data, fault.times)
        if fault.cut:
            self.drop()

    def _dispatch(self, name: str, data: JSONObject, times: int) -> None:
        for _ in range(times):
            if self._session is not None:
                self._session.dispatch(name, data)


def _fields(data: Any, *names: str) -> list[Any]:
    if not isinstance(data, dict):
        raise ClosingError(Close.DECODE_ERROR, "This payload needs an object in d.")
    return [data.get(name) for name in names]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
