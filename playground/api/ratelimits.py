"""Rate limits per route, told in each answer's headers (Topics: Rate Limits)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..world.snowflakes import Clock

_MOST_WINDOWS = 2000


@dataclass(frozen=True)
class Taken:
    """The headers of an answer; `retry_after` is set, in seconds, when the request is one too many."""

    headers: dict[str, str]
    retry_after: float | None


@dataclass(slots=True)
class _Window:
    ends: float
    used: int


class RateLimits:
    """Counts requests per route and major parameter in windows of one second.

    Discord advises not to build on its figures; ours are generous, so that a test is not slowed down by them.
    """

    def __init__(self, clock: Clock, *, limit: int = 50, seconds: float = 1.0) -> None:
        self._clock = clock
        self._limit = limit
        self._seconds = seconds
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, route: str, major: str) -> Taken:
        """Count one request; `major` is the channel, server or webhook in its path, which share no limit."""
        now = self._clock()
        window = self._windows.get((route, major))
        if window is None or window.ends <= now:
            self._forget_old(now)
            window = self._windows[route, major] = _Window(now + self._seconds, 0)
        window.used += 1
        after = window.ends - now
        headers = {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(max(0, self._limit - window.used)),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }
        if window.used <= self._limit:
            return Taken(headers, None)
        return exceeded(headers, after)

    def _forget_old(self, now: float) -> None:
        if len(self._windows) >= _MOST_WINDOWS:
            self._windows = {key: window for key, window in self._windows.items() if window.ends > now}


def exceeded(headers: dict[str, str], seconds: float) -> Taken:
    """Make the headers of a 429, with which a client should come back after so long."""
    told = {
        "Retry-After": str(int(seconds) + 1),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset-After": f"{seconds:.3f}",
        "X-RateLimit-Scope": "user",
        "Via": "1.1 playground",
    }
    return Taken({**headers, **told}, seconds)
