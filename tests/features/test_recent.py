"""The short memory: bounded in time and in bytes."""

import asyncio
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.features.recent import Expired, Recent


class Sent:
    """Something that a person sent."""


class Clock:
    """A clock with timers that only a test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        self.timers.append((self.now + seconds, callback))

    def move_to(self, now: float) -> None:
        self.now = now
        for due, callback in self.timers:
            if due <= now:
                callback()


def memory(seconds: float = 60, clock: Clock | None = None, **options: int) -> Recent[Any]:
    clock = clock or Clock()
    return Recent("dog", seconds, clock=clock, call_later=clock.call_later, **options)


def test_recalls_what_it_was_given() -> None:
    recent = memory()
    assert recent.recall(recent.remember("dog", 3)) == "dog"


def test_keys_are_short_and_safe_in_a_custom_id() -> None:
    recent = memory()
    keys = [recent.remember(i, 1) for i in range(100)]
    assert len(set(keys)) == 100
    assert all(len(key) == 11 and ":" not in key for key in keys)


def test_forgets_after_its_time() -> None:
    clock = Clock()
    recent = memory(clock=clock)
    key = recent.remember("dog", 3)
    clock.now = 59.9
    assert recent.recall(key) == "dog"
    clock.now = 60
    with pytest.raises(Expired):
        recent.recall(key)
    assert len(recent) == 0


def test_forgets_even_when_nobody_asks_again() -> None:
    """What a person sent is gone when its time is over, also on a bot that nobody talks to any more."""
    clock = Clock()
    recent = memory(clock=clock)
    sent = Sent()
    gone = weakref.ref(sent)
    recent.remember(sent, 3)
    del sent
    clock.move_to(59)
    assert gone() is not None
    clock.move_to(61)
    assert gone() is None


async def test_the_event_loop_is_its_timer_unless_told_otherwise() -> None:
    recent = Recent[Sent]("dog", 0.01)
    sent = Sent()
    gone = weakref.ref(sent)
    recent.remember(sent, 3)
    del sent
    async with asyncio.timeout(10):
        while gone() is not None:  # noqa: ASYNC110 - there is no event for being forgotten
            await asyncio.sleep(0.01)


def test_never_heard_of_it() -> None:
    with pytest.raises(Expired):
        memory().recall("nothing")


def test_with_no_time_at_all_nothing_is_kept() -> None:
    recent = memory(0)
    with pytest.raises(Expired):
        recent.recall(recent.remember("dog", 3))


@given(st.lists(st.integers(0, 40), max_size=30))
def test_holds_at_most_its_bytes_and_the_newest_that_fit(sizes: list[int]) -> None:
    recent = memory(max_bytes=100)
    keys = [recent.remember(size, size) for size in sizes]
    kept: list[int] = []
    for key in keys:
        try:
            kept.append(recent.recall(key))
        except Expired:
            assert not kept, "an older one was kept while a newer one was not"
    assert sum(kept) <= 100
    assert not sizes or kept[-1] == sizes[-1]
