"""What one bot is sent over the gateway: connections come and go, its session keeps what a lost one missed."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

    from ..world.model import JSONObject

_DISPATCH = 0
_MOST_KEPT = 10_000
"""How many events a lost connection may miss before its session can't be resumed."""


class Connection:
    """One WebSocket: what is sent goes out in order, by a task of its own, so that the world never waits for it."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.socket = socket
        self.transport = transport
        self._outbox: asyncio.Queue[str] = asyncio.Queue()

    def send(self, payload: str) -> None:
        """Queue one payload."""
        self._outbox.put_nowait(payload)

    async def write(self) -> None:
        """Send what is queued until cancelled or disconnected."""
        while True:
            payload = await self._outbox.get()
            try:
                await self.socket.send_str(payload)
            except ConnectionError:
                return  # the client went away; its session keeps what it missed


class Session:
    """What one identified bot was sent: numbered and kept for a resume."""

    def __init__(self, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.sequence = 0
        self.connection: Connection | None = None
        self._sent: deque[tuple[int, str]] = deque(maxlen=_MOST_KEPT)

    def dispatch(self, name: str, data: JSONObject) -> None:
        """Send an event, numbered and kept; without a connection it waits for a resume."""
        self.sequence += 1
        payload = json.dumps({"op": _DISPATCH, "t": name, "s": self.sequence, "d": data})
        self._sent.append((self.sequence, payload))
        if self.connection is not None:
            self.connection.send(payload)

    def forget_until(self, sequence: object) -> None:
        """Let go of what a heartbeat says has arrived."""
        while isinstance(sequence, int) and self._sent and self._sent[0][0] <= sequence:
            self._sent.popleft()

    def missed_since(self, sequence: int) -> list[str] | None:
        """List what was sent after that number; None when some of it is not kept any more."""
        kept_from = self._sent[0][0] if self._sent else self.sequence + 1
        if sequence < kept_from - 1:
            return None
        return [payload for number, payload in self._sent if number > sequence]
