"""The schedule ends at zero whatever the machine's speed; batches hold every pair once and stay within their size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.training.translate.config import Config, batches

LENGTHS = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20)), min_size=1, max_size=80)


def test_the_rate_rises_to_its_peak_and_falls_to_zero_with_the_clock() -> None:
    config = Config(hours=2, peak=1e-3, warm_up=100)
    assert config.rate(0, 0) == pytest.approx(1e-5)
    assert config.rate(100, 0) == pytest.approx(1e-3)
    assert config.rate(5000, 3600) == pytest.approx(5e-4)
    assert config.rate(9000, 7200) == config.rate(9000, 9999) == 0


def test_a_longer_plan_raises_the_rate_of_a_run_that_goes_on() -> None:
    assert Config(hours=3).rate(5000, 5400) > Config(hours=2).rate(5000, 5400)


@given(LENGTHS, st.integers(0, 3))
def test_an_epoch_holds_every_pair_once_in_batches_of_the_right_size(
    lengths: list[tuple[int, int]], epoch: int
) -> None:
    config = Config(tokens=64)
    sources, targets = ([[5] * length for length in side] for side in zip(*lengths, strict=True))
    found = batches(sources, targets, config, epoch)
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) * max(max(len(sources[i]), len(targets[i])) for i in batch) <= 64
    assert found == batches(sources, targets, config, epoch)
