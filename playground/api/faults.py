"""Faults for tests: what Discord or the network does to a call now and then. Nothing happens unless one is given.

A place is named after what is called: a REST route as "POST /channels/{channel}/messages", a gateway event as
"event INTERACTION_CREATE", and "resume" and "download". Where a fault is to happen is a pattern of places, so
"PATCH *" is any edit.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeAlias

RESUME, DOWNLOAD = "resume", "download"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    It's held for `delay` seconds, and then refused with `status` and Discord's `code`, or cut: its connection is closed
    without an answer. With neither, it's only late. `effect` says whether a call that is refused or cut was carried out
    first; of a download, half of it comes first. An event comes `times` times.
    """

    delay: float = 0.0
    status: int | None = None
    code: int = 0
    retry_after: float | None = None
    cut: bool = False
    effect: bool = False
    times: int = 1


def late(seconds: float) -> Fault:
    """Make a call or event wait; a download stalls."""
    return Fault(delay=seconds)


def refused(status: int, code: int = 0, *, effect: bool = False) -> Fault:
    """Refuse a call with an HTTP status and one of Discord's JSON error codes."""
    return Fault(status=status, code=code, effect=effect)


def rate_limited(seconds: float) -> Fault:
    """Refuse a call with 429, to be tried again after so long."""
    return Fault(status=429, retry_after=seconds)


def cut(*, effect: bool = False) -> Fault:
    """Close the connection of a call without an answer; with an event, the gateway's."""
    return Fault(cut=True, effect=effect)


def repeated(times: int = 2) -> Fault:
    """Deliver an event more than once."""
    return Fault(times=times)


Schedule: TypeAlias = Callable[[str, int], "Fault | None"]
"""Told a place and how often it was called before; decides what goes wrong there now."""


class Injected(NamedTuple):
    """A fault that happened: the place, and what it was about there: a path, or an event's id."""

    place: str
    about: str
    fault: Fault


@dataclass
class _Planned:
    where: str
    fault: Fault
    skip: int
    times: int


class Faults:
    """The faults of one playground: those planned with `at`, else what `schedule` decides.

    `injected` notes each that happened.
    """

    def __init__(self, schedule: Schedule | None = None) -> None:
        self.schedule = schedule
        self.injected: list[Injected] = []
        self._planned: list[_Planned] = []
        self._called: Counter[str] = Counter()

    def at(self, where: str, fault: Fault, *, skip: int = 0, times: int = 1) -> None:
        """Plan a fault for the next `times` calls that fit a pattern, after `skip` of them."""
        self._planned.append(_Planned(where, fault, skip, times))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._planned.clear()
        self.schedule = None

    def take(self, place: str, about: str = "") -> Fault | None:
        """Count a call; return what goes wrong with it, if anything."""
        before = self._called[place]
        self._called[place] += 1
        fault = self._next_planned(place)
        if fault is None and self.schedule is not None:
            fault = self.schedule(place, before)
        if fault is not None:
            self.injected.append(Injected(place, about, fault))
        return fault

    def _next_planned(self, place: str) -> Fault | None:
        for planned in self._planned:
            if not planned.times or not fnmatchcase(place, planned.where):
                continue
            if planned.skip:
                planned.skip -= 1
                continue
            planned.times -= 1
            return planned.fault
        return None


def at_random(seed: int, chance: float, menu: Mapping[str, Sequence[Fault]]) -> Schedule:
    """Make a schedule that lets about one call in `1 / chance` go wrong, in one of the ways on the menu for its place.

    The same call at the same place meets the same fault under the same seed, whatever else happens in between.
    """

    def schedule(place: str, before: int) -> Fault | None:
        dice = random.Random(f"{seed} {place} {before}")  # noqa: S311 - repeatable is what it must be
        offered = [fault for where, faults in menu.items() if fnmatchcase(place, where) for fault in faults]
        return dice.choice(offered) if offered and dice.random() < chance else None

    return schedule
