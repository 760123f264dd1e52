"""Snowflakes: Discord's ids, which carry the moment they were made (Reference: Snowflakes)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Tells the time in seconds since 1970 (UTC), as `time.time` does."""

DISCORD_EPOCH_MS = 1_420_070_400_000
_INCREMENTS = 1 << 12


class Snowflakes:
    """Makes ids as decimal strings: strictly rising, with the clock's own milliseconds in the upper 42 bits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def __call__(self) -> str:
        """Make a new id, later than every id made before, even when the clock steps back."""
        earliest = (int(self._clock() * 1000) - DISCORD_EPOCH_MS) << 22
        # Past 4,096 ids in one millisecond the sum runs on into the next one, as a real id generator would wait for.
        step = 1 if (self._last + 1) % _INCREMENTS else (1 << 22) - _INCREMENTS + 1
        self._last = max(earliest, self._last + step)
        return str(self._last)


def moment(snowflake: str) -> float:
    """Read when an id was made, in seconds since 1970."""
    return ((int(snowflake) >> 22) + DISCORD_EPOCH_MS) / 1000


def iso(seconds: float) -> str:
    """Write a moment as Discord does: ISO 8601 with microseconds and offset."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="microseconds")
