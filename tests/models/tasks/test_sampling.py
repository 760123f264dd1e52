"""Choosing the next token: pure functions, with any numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from inferbot.models.runtime import Float32, softmax
from inferbot.models.tasks.sampling import STYLES, Scored, Style, best, candidates, draw

LOGITS = arrays.arrays(
    np.float32, st.integers(1, 60), elements=st.floats(-40, 40, width=32, allow_nan=False), fill=st.nothing()
)
ANY_STYLE = st.builds(
    Style,
    temperature=st.sampled_from([0.0, 0.1, 0.7, 1.0, 1.3, 2.0]),
    top_k=st.integers(1, 80),
    top_p=st.floats(0.01, 1.0),
    repetition=st.floats(1.0, 2.0),
)


@given(LOGITS, ANY_STYLE, st.lists(st.integers(0, 0), max_size=3))
def test_what_may_be_drawn_is_best_first_and_adds_up_to_one(logits: Float32, style: Style, written: list[int]) -> None:
    found = candidates(logits, style, written)
    scores = [one.score for one in found]
    assert 1 <= len(found) <= style.top_k
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-5)
    assert len({one.token for one in found}) == len(found)


@given(LOGITS)
def test_temperature_zero_is_the_best_token(logits: Float32) -> None:
    (only,) = candidates(logits, STYLES["greedy"])
    assert only == Scored(int(logits.argmax()), 1.0)


@given(LOGITS, st.floats(0, 1, exclude_max=True), ANY_STYLE)
def test_whatever_is_drawn_was_to_be_had(logits: Float32, number: float, style: Style) -> None:
    found = candidates(logits, style)
    assert draw(found, number) in found


@given(LOGITS)
def test_a_number_near_one_draws_too(logits: Float32) -> None:
    found = candidates(logits, STYLES["wild"])
    assert draw(found, float(np.nextafter(1, 0))) in found


def test_tokens_are_drawn_as_often_as_their_scores_say() -> None:
    found = (Scored(3, 0.7), Scored(1, 0.2), Scored(2, 0.1))
    random = np.random.default_rng(0)
    drawn = [draw(found, float(random.random())).token for _ in range(4000)]
    for one in found:
        assert drawn.count(one.token) / len(drawn) == pytest.approx(one.score, abs=0.03)


@given(LOGITS)
def test_a_higher_temperature_never_helps_the_best_token(logits: Float32) -> None:
    cool, warm, hot = (best(logits, 1, temperature)[0].score for temperature in (0.5, 1.0, 2.0))
    assert cool >= warm - 1e-6
    assert warm >= hot - 1e-6


@given(LOGITS, st.integers(1, 20))
def test_the_best_are_those_of_a_full_sort(logits: Float32, count: int) -> None:
    found = best(logits, count)
    expected = sorted(range(len(logits)), key=lambda i: (-logits[i], i))[:count]
    # Of equals at the edge any may be taken.
    assert [logits[one.token] for one in found] == [logits[i] for i in expected]
    assert [one.score for one in found] == pytest.approx([softmax(logits)[one.token] for one in found], abs=1e-6)


def test_top_p_keeps_as_few_as_hold_that_much() -> None:
    logits = np.log(np.array([0.5, 0.3, 0.15, 0.05], np.float32))
    tokens = {p: [one.token for one in candidates(logits, Style(1.0, top_p=p))] for p in (0.4, 0.6, 0.9, 1.0)}
    assert tokens == {0.4: [0], 0.6: [0, 1], 0.9: [0, 1, 2], 1.0: [0, 1, 2, 3]}


def test_what_stands_there_already_is_made_worse_whatever_its_sign() -> None:
    logits = np.array([2.0, -2.0, 1.0], np.float32)
    style = Style(1.0, repetition=2.0)
    assert [one.token for one in candidates(logits, style, [0, 0, 1])] == [0, 2, 1]
    assert [one.token for one in candidates(np.array([2.0, 1.5], np.float32), style, [0])] == [1, 0]
    assert logits.tolist() == [2.0, -2.0, 1.0]
