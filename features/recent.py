"""A short memory for what the buttons under an answer need. It lives in this process only and expires by itself."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_BYTES = 48 * 1024 * 1024
# A timer may fire slightly early; this much later, everything is surely due.
LATER = 0.1


class Expired(Exception):
    """What a button refers to is too old, had to make room, or was never here. `what` says what it was."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    value: T
    size: int
    since: float


class Recent(Generic[T]):
    """Remembers values under random keys for `seconds`, up to `max_bytes` in all; the oldest make room first."""

    def __init__(
        self,
        what: str,
        seconds: float,
        *,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
        call_later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        """Name what is kept (`what`), as "picture"; `call_later` defaults to the event loop's own."""
        self._what = what
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._clock = clock
        self._call_later = call_later
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        self._forget_old()
        return len(self._entries)

    def remember(self, value: T, size: int) -> str:
        """Keep `value`, which holds `size` bytes, and return its key (11 characters, safe in a custom id)."""
        self._forget_old()
        key = secrets.token_urlsafe(8)
        self._entries[key] = _Entry(value, size, self._clock())
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._drop_oldest()
        call_later = self._call_later or asyncio.get_running_loop().call_later
        call_later(self._seconds + LATER, self._forget_old)
        return key

    def recall(self, key: str) -> T:
        """Return what is kept under `key`. Raises `Expired`."""
        self._forget_old()
        entry = self._entries.get(key)
        if entry is None:
            raise Expired(self._what)
        return entry.value

    def forget(self, key: str) -> None:
        """Forget what is kept under `key`, if anything is."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._bytes = 0

    def _forget_old(self) -> None:
        while self._entries and self._clock() - next(iter(self._entries.values())).since >= self._seconds:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, entry = self._entries.popitem(last=False)
        self._bytes -= entry.size
