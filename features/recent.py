"""A short memory for what buttons under an answer need. It lives in this process only and forgets by itself."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_BYTES = 48 * 1024 * 1024
# A timer may fire a little before its time; so much later everything is surely due.
LATER = 0.1


class Forgotten(Exception):
    """The thing asked for was never remembered here, is too old, or had to make room."""


@dataclass(frozen=True, slots=True)
class _Memory(Generic[T]):
    value: T
    size: int
    since: float


class Recent(Generic[T]):
    """Remembers values under random keys for `seconds`, at most `max_bytes` of them; the oldest go first."""

    def __init__(
        self,
        seconds: float,
        *,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
        call_later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        """Forget after `seconds` by `clock`; `call_later` is the event loop's own when there is none given."""
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._clock = clock
        self._call_later = call_later
        self._memories: OrderedDict[str, _Memory[T]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        self._forget_old()
        return len(self._memories)

    def remember(self, value: T, size: int) -> str:
        """Keep `value`, which holds `size` bytes, and return its key (11 characters, safe in a custom id)."""
        self._forget_old()
        key = secrets.token_urlsafe(8)
        self._memories[key] = _Memory(value, size, self._clock())
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._drop_oldest()
        call_later = self._call_later or asyncio.get_running_loop().call_later
        call_later(self._seconds + LATER, self._forget_old)
        return key

    def recall(self, key: str) -> T:
        """Return what is kept under `key`. Raises `Forgotten`."""
        self._forget_old()
        memory = self._memories.get(key)
        if memory is None:
            raise Forgotten(key)
        return memory.value

    def forget(self, key: str) -> None:
        """Forget what is kept under `key`, if anything is."""
        memory = self._memories.pop(key, None)
        if memory is not None:
            self._bytes -= memory.size

    def clear(self) -> None:
        """Forget everything."""
        self._memories.clear()
        self._bytes = 0

    def _forget_old(self) -> None:
        while self._memories and self._clock() - next(iter(self._memories.values())).since >= self._seconds:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, memory = self._memories.popitem(last=False)
        self._bytes -= memory.size
