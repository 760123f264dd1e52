"""Reference: Snowflakes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from inferbot.playground.world.snowflakes import Snowflakes, iso, moment


def test_the_snowflake_example_in_discords_reference() -> None:
    assert iso(moment("175928847299117063")) == "2016-04-30T11:18:25.796000+00:00"


@given(st.lists(st.floats(min_value=1_500_000_000, max_value=2_000_000_000), min_size=1, max_size=50))
def test_ids_rise_even_when_the_clock_steps_back(times: list[float]) -> None:
    now = iter(times)
    new_id = Snowflakes(lambda: next(now))
    ids = [int(new_id()) for _ in times]
    assert ids == sorted(set(ids))


def test_a_snowflake_carries_its_time() -> None:
    assert moment(Snowflakes(lambda: 1_800_000_000.123)()) == 1_800_000_000.123


def test_more_than_4096_ids_in_one_millisecond_stay_distinct() -> None:
    new_id = Snowflakes(lambda: 1_800_000_000.0)
    ids = [int(new_id()) for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert all(earlier < later for earlier, later in pairwise(ids))
