"""The classifier as plain numbers: it learns what can be learnt, the same each time, and survives being stored."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.tasks.situation_classifier import NEITHER, SURE, Trained, decide, load, train, unwrap, words_of
from inferbot.training.isit.space import find_space, save

TEXTS = ["a model answers a question", "a model is trained", "a dog sleeps"] * 12
LABELS = np.array([0, 1, 2] * 12)
LEVELS = np.random.default_rng(3).normal(size=(36, 8)).astype(np.float32)
COUNTS = np.ones(36, np.float32)
SPACE = find_space(LEVELS, TEXTS, 4)
NUMBERS = SPACE.read(LEVELS, TEXTS)


def test_training_lowers_the_loss_and_learns_the_words() -> None:
    losses: list[float] = []
    weights = train(NUMBERS, LABELS, COUNTS, lambda _step, loss: losses.append(loss))
    assert losses[0] == pytest.approx(np.log(3), abs=1e-4)
    assert losses[-1] < 0.3 * losses[0]
    assert (weights.scores(NUMBERS).argmax(1) == LABELS).all()


def test_training_twice_gives_the_same_weights() -> None:
    first, second = train(NUMBERS, LABELS, COUNTS), train(NUMBERS, LABELS, COUNTS)
    assert (first.slopes == second.slopes).all()
    assert (first.biases == second.biases).all()


def test_words_in_rows_are_what_a_whole_table_would_be() -> None:
    slopes = np.random.default_rng(1).normal(size=(NUMBERS.width, 3)).astype(np.float32)
    table = np.zeros((len(TEXTS), NUMBERS.size), np.float32)
    table[NUMBERS.owners, NUMBERS.words] = NUMBERS.shares
    whole = np.hstack([NUMBERS.directions, table])
    assert NUMBERS.times(slopes) == pytest.approx(whole @ slopes, abs=1e-4)
    wrong = np.random.default_rng(2).normal(size=(len(TEXTS), 3)).astype(np.float32)
    assert NUMBERS.gather(wrong) == pytest.approx(whole.T @ wrong, abs=1e-4)
    some = np.array([5, 3])
    assert NUMBERS.of(some).times(slopes) == pytest.approx((whole @ slopes)[some], abs=1e-4)


def test_what_was_stored_gives_the_same_scores(tmp_path: Path) -> None:
    weights = train(NUMBERS, LABELS, COUNTS)
    save(Trained(SPACE, weights, NUMBERS.directions), tmp_path / "weights.npz")
    again = load(tmp_path / "weights.npz")
    assert again.space.vocabulary == SPACE.vocabulary
    read = again.space.read(LEVELS, TEXTS)
    assert again.weights.scores(read) == pytest.approx(weights.scores(NUMBERS), abs=0.02)


def test_a_score_that_is_too_low_is_neither() -> None:
    low = np.array([SURE - 0.01, 0.33, 0.3], np.float32)
    assert decide(low)[0] == NEITHER
    assert decide(np.array([0.1, 0.8, 0.1], np.float32)) == (1, pytest.approx(0.8))


@pytest.mark.parametrize(
    "text",
    [
        "Is this inference or training: my phone unlocks",
        "Is it inference when my phone unlocks?",
        "my phone unlocks. Is that training?",
        "my phone unlocks - inference or training?",
    ],
)
def test_the_question_around_a_situation_is_taken_off(text: str) -> None:
    assert unwrap(text).rstrip("?") == "my phone unlocks"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    words_of(unwrap(text))
    numbers = SPACE.beside(np.zeros((1, 4), np.float32), [text])
    assert np.isfinite(numbers.times(np.ones((numbers.width, 3), np.float32))).all()
