"""Fair use: how much one person and one server may ask for over time. The queues see to the moment.

Each has token buckets that refill with time. One counts interactions, so that a storm of clicks is refused before it
does anything. The other holds seconds of work on the engines' threads. What a request costs is measured, so it's known
only afterwards: a request may begin while there's anything left, and what it took beyond that has to refill first.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

from ..models.owner import Owner

# How much fits in each bucket, and how much flows back in a second. Generous: playing with everything without a pause
# doesn't reach them, and a server's is enough for a class of thirty who write a few texts each.
INTERACTIONS, INTERACTIONS_PER_SECOND = 100.0, 5.0
PERSON_SECONDS, PERSON_SECONDS_PER_SECOND = 60.0, 0.5
SERVER_SECONDS, SERVER_SECONDS_PER_SECOND = 300.0, 1.5


class OverLimit(Exception):
    """A person, or with `of_server` a server, has asked for too much; there's something left in `retry_after` s."""

    def __init__(self, retry_after: float, *, of_server: bool = False) -> None:
        super().__init__(f"Too much in a short time; try again in {retry_after:.1f} s.")
        self.retry_after = retry_after
        self.of_server = of_server


class Buckets:
    """A token bucket for each key, `size` when full, with `refill` tokens flowing back in a second.

    A bucket is kept as the time when it will be full again (the generic cell rate algorithm), and only until then.
    """

    def __init__(self, size: float, refill: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._refill = refill
        self._clock = clock
        self._full_at: OrderedDict[int, float] = OrderedDict()  # the one that was used last is last

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: int, tokens: float) -> None:
        """Take tokens out, also more than there are."""
        now = self._clock()
        self._full_at[key] = max(now, self._full_at.get(key, now)) + tokens / self._refill
        self._full_at.move_to_end(key)
        while self._full_at and next(iter(self._full_at.values())) <= now:
            self._full_at.popitem(last=False)

    def wait(self, key: int, tokens: float = 0.0) -> float:
        """Return the seconds until the bucket has `tokens`; 0 if it has them now."""
        if key not in self._full_at:
            return 0.0
        seconds = self._full_at[key] - self._clock() - (self._size - tokens) / self._refill
        return max(0.0, round(seconds, 6))  # a sum of fractions is slightly off


class FairUse:
    """Keeps count of what people and servers ask for, and says when it's too much."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._interactions = Buckets(INTERACTIONS, INTERACTIONS_PER_SECOND, clock)
        self._seconds = Buckets(PERSON_SECONDS, PERSON_SECONDS_PER_SECOND, clock)
        self._server_seconds = Buckets(SERVER_SECONDS, SERVER_SECONDS_PER_SECOND, clock)

    def admit(self, owner: Owner, *, works: bool) -> None:
        """Count an interaction. Raises `OverLimit` if there have been too many, or too much work if this one `works`.

        A refused interaction isn't counted: whoever keeps trying gets through at the same time as whoever waits.
        """
        if wait := self._interactions.wait(owner.person, 1):
            raise OverLimit(wait)
        if works:
            if wait := self._seconds.wait(owner.person):
                raise OverLimit(wait)
            if owner.server is not None and (wait := self._server_seconds.wait(owner.server)):
                raise OverLimit(wait, of_server=True)
        self._interactions.take(owner.person, 1)

    def spent(self, owner: Owner, seconds: float) -> None:
        """Take what a job took on a thread out of its owner's buckets."""
        self._seconds.take(owner.person, seconds)
        if owner.server is not None:
            self._server_seconds.take(owner.server, seconds)
