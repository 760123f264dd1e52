"""The short memory: bounded in time and in bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.services.recent import Forgotten, Recent


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_recalls_what_it_was_given() -> None:
    recent = Recent[str](60)
    assert recent.recall(recent.remember("dog", 3)) == "dog"


def test_keys_are_short_and_safe_in_a_custom_id() -> None:
    recent = Recent[int](60)
    keys = [recent.remember(i, 1) for i in range(100)]
    assert len(set(keys)) == 100
    assert all(len(key) == 11 and ":" not in key for key in keys)


def test_forgets_after_its_time() -> None:
    clock = Clock()
    recent = Recent[str](60, clock=clock)
    key = recent.remember("dog", 3)
    clock.now = 59.9
    assert recent.recall(key) == "dog"
    clock.now = 60
    with pytest.raises(Forgotten):
        recent.recall(key)
    assert len(recent) == 0


def test_never_heard_of_it() -> None:
    with pytest.raises(Forgotten):
        Recent[str](60).recall("nothing")


def test_with_no_time_at_all_nothing_is_kept() -> None:
    recent = Recent[str](0)
    with pytest.raises(Forgotten):
        recent.recall(recent.remember("dog", 3))


@given(st.lists(st.integers(0, 40), max_size=30))
def test_holds_at_most_its_bytes_and_the_newest_that_fit(sizes: list[int]) -> None:
    recent = Recent[int](60, max_bytes=100, clock=Clock())
    keys = [recent.remember(size, size) for size in sizes]
    kept: list[int] = []
    for key in keys:
        try:
            kept.append(recent.recall(key))
        except Forgotten:
            assert not kept, "an older one was kept while a newer one was not"
    assert sum(kept) <= 100
    assert not sizes or kept[-1] == sizes[-1]
