"""When a model stops writing: at its end, at the longest length, or when it goes round in circles."""

from collections.abc import Generator, Sequence
from itertools import cycle, repeat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.tasks.decoding import REPEATS, DecoderOutput, EncoderOutput, greedy_search, longest_run

END = 0


class Parrot:
    """Writes the tokens that it was given, again and again."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = tokens

    def encode(self, tokens: Sequence[int]) -> EncoderOutput:
        return EncoderOutput(np.zeros((1, len(tokens), 4), np.float32), {})

    def decode(self, encoded: EncoderOutput) -> Generator[DecoderOutput, int]:
        assert encoded.memory == {}
        for token in cycle(self._tokens):
            yield DecoderOutput((token, 8, 9), (0.9, 0.05, 0.01), np.ones(1, np.float32), 0.1)


def write(said: Sequence[int], source: Sequence[int]) -> list[int]:
    network = Parrot(said)
    return [step.best[0] for step in greedy_search(network, network.encode(source), source, END)]


def test_the_end_ends_it() -> None:
    assert write([5, 6, END], [3, 4, END]) == [5, 6, END]


def test_the_length_is_bounded_by_the_source() -> None:
    assert len(write(range(1, 1000), [3, 4, END])) == int(2.5 * 3) + 5


def test_a_refused_token_is_passed_over_and_the_model_hears_of_it() -> None:
    heard: list[int] = []

    class Listener(Parrot):
        def decode(self, encoded: EncoderOutput) -> Generator[DecoderOutput, int]:
            inner = super().decode(encoded)
            while True:
                heard.append((yield next(inner)))

    network = Listener([5, 6, END])
    encoded = network.encode([3, END])
    steps = greedy_search(network, encoded, [3, END], END, lambda tokens: tokens[-1] == 6)
    assert [step.best for step in steps] == [(5, 8, 9), (8, 9), (END, 8, 9)]
    assert [step.scores for step in steps][1] == (0.05, 0.01)
    assert heard == [5, 8]


def test_a_token_is_written_where_all_are_refused() -> None:
    network = Parrot([5, END])
    steps = greedy_search(network, network.encode([3, END]), [3, END], END, lambda _: True)
    assert [step.best for step in steps] == [(5,), (END,)]


@pytest.mark.parametrize("phrase", [[5], [5, 6], [5, 6, 7, 5]])
def test_a_phrase_that_comes_again_and_again_ends_it(phrase: list[int]) -> None:
    assert write(phrase, [*range(1, 60), END]) == phrase * (REPEATS + 1)


def test_what_the_source_repeats_may_be_repeated() -> None:
    source = [7] * 20
    assert write([*repeat(5, 20), END], source) == [5] * 20 + [END]


@pytest.mark.parametrize(
    ("tokens", "times"), [([], 1), ([1], 1), ([1, 1, 1], 3), ([1, 2, 1, 2, 1], 2), ([3, 1, 2, 1, 2, 1, 2], 3)]
)
def test_the_longest_run_is_counted(tokens: list[int], times: int) -> None:
    assert longest_run(tokens) == times


@given(st.lists(st.integers(1, 3), max_size=8), st.integers(2, 6))
def test_a_phrase_said_so_often_is_a_run_of_at_least_so_many(phrase: list[int], times: int) -> None:
    assert longest_run(phrase * times) >= (times if phrase else 1)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.lists(st.integers(1, 3), min_size=1, max_size=30))
def test_it_always_stops(said: list[int], source: list[int]) -> None:
    written = write(said, source)
    assert 1 <= len(written) <= int(2.5 * len(source)) + 5
    assert END not in written[:-1]
