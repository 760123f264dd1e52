"""Token buckets: ordinary use never meets them, and a flood is refused with the time to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.features import fair_use
from inferbot.features.fair_use import Buckets, FairUse, OverLimit
from inferbot.models.owner import Owner

ANN, BOB = Owner(1, server=7), Owner(2, server=7)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, 20), st.floats(0.01, 9)), max_size=50))
def test_the_buckets_do_what_buckets_do(taken: list[tuple[int, float, float]]) -> None:
    clock = Clock()
    buckets = Buckets(10, 2, clock)
    levels = dict.fromkeys((1, 2, 3), 10.0)
    for key, later, tokens in taken:
        clock.now += later
        levels = {one: min(10.0, level + 2 * later) for one, level in levels.items()}
        assert buckets.wait(key) == pytest.approx(max(0.0, -levels[key] / 2), abs=1e-6)
        assert buckets.wait(key, 3) == pytest.approx(max(0.0, (3 - levels[key]) / 2), abs=1e-6)
        buckets.take(key, tokens)
        levels[key] -= tokens


def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    buckets = Buckets(10, 2, clock)
    for key in range(1000):
        buckets.take(key, 1)
    assert len(buckets) == 1000
    clock.now += 1
    buckets.take(5, 1)
    assert len(buckets) == 1


def test_a_storm_of_interactions_is_refused_and_the_time_to_wait_is_exact() -> None:
    clock = Clock()
    one = FairUse(clock)
    for _ in range(int(fair_use.INTERACTIONS)):
        one.admit(ANN, works=False)
    with pytest.raises(OverLimit) as error:
        one.admit(ANN, works=False)
    one.admit(BOB, works=False)
    assert not error.value.of_server
    clock.now += error.value.retry_after + 1e-6
    one.admit(ANN, works=False)
    with pytest.raises(OverLimit):
        one.admit(ANN, works=False)


def test_work_is_paid_for_afterwards_and_votes_are_free() -> None:
    clock = Clock()
    one = FairUse(clock)
    one.admit(ANN, works=True)
    one.spent(ANN, fair_use.PERSON_SECONDS + 5)
    with pytest.raises(OverLimit) as error:
        one.admit(ANN, works=True)
    assert error.value.retry_after == pytest.approx(5 / fair_use.PERSON_SECONDS_PER_SECOND)
    one.admit(ANN, works=False)
    one.admit(BOB, works=True)
    clock.now += error.value.retry_after + 1e-6
    one.admit(ANN, works=True)


def test_a_whole_server_has_its_limit_and_direct_messages_have_none() -> None:
    one = FairUse(Clock())
    for person in range(100):
        one.spent(Owner(person, server=7), 4)
    with pytest.raises(OverLimit) as error:
        one.admit(Owner(200, server=7), works=True)
    assert error.value.of_server
    one.admit(Owner(200, server=8), works=True)
    one.admit(Owner(200), works=True)


def test_ordinary_use_is_not_limited() -> None:
    """A class of thirty writes three texts each; fifty players of a quiz all vote and change their minds."""
    clock = Clock()
    one = FairUse(clock)
    for _ in range(3):
        for person in range(30):
            one.admit(Owner(person, server=7), works=True)
            one.spent(Owner(person, server=7), 3)
    for _ in range(20):
        for person in range(50):
            one.admit(Owner(person, server=7), works=False)
            one.admit(Owner(person, server=7), works=False)
        clock.now += 10
