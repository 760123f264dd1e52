"""The test sentences are never trained on, not even nearly, and every run splits alike."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inferbot.training.translate.data import Group, Nearness, key_of, read_pairs, split, tidy

WORDS = st.lists(
    st.sampled_from(["i", "you", "see", "a", "the", "red", "big", "dog", "cat", "runs", "can", "cannot", "not"]),
    min_size=1,
    max_size=6,
)
PAIRS = st.lists(st.tuples(WORDS.map(" ".join), st.sampled_from(["uno", "dos", "tres"])), min_size=1, max_size=60)


def words_of(english: str) -> list[str]:
    return key_of(english).replace("cannot", "can not").split()


def test_a_file_is_read_and_tidied(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv.gz"
    path.write_bytes(gzip.compress("It’s  me.\tSoy\u00a0yo.\nHello!\t¡Hola!\n".encode()))
    assert read_pairs(path) == [("It's me.", "Soy yo."), ("Hello!", "¡Hola!")]


def test_composed_and_decomposed_letters_become_the_same() -> None:
    assert tidy("man\u0303ana") == tidy("mañana")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I'm here.", "I am here!"),
        ("Tom can't swim.", "mary CAN NOT swim"),
        ("It won’t rain.", "It will not rain"),
        ("What's that?", "What is that"),
    ],
)
def test_sentences_that_differ_in_form_only_have_the_same_key(one: str, other: str) -> None:
    assert key_of(tidy(one)) == key_of(tidy(other))


def test_other_sentences_have_other_keys() -> None:
    assert key_of("I see a dog.") != key_of("I see a cat.")


def test_nearness_is_three_quarters_of_the_words() -> None:
    nearness = Nearness(["i see the big red dog here"])
    assert nearness.has_like("i see the big red dog")
    assert nearness.has_like("here i see the red big dog now")
    assert not nearness.has_like("i see the cat")
    assert not nearness.has_like("")


@given(PAIRS, st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_no_test_sentence_is_near_a_training_sentence(pairs: list[tuple[str, str]], seed: int) -> None:
    splits = split(pairs, seed, validation=3, test=5)
    trained = [set(words_of(english)) for english, _ in splits.train]
    for group in splits.validation + splits.test:
        words = set(words_of(group.english))
        assert all(len(words & other) / len(words | other) < 0.75 for other in trained)


@given(PAIRS, st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_every_sentence_is_at_most_on_one_side(pairs: list[tuple[str, str]], seed: int) -> None:
    splits = split(pairs, seed, validation=3, test=5)
    sides = [
        {key_of(english) for english, _ in splits.train},
        {key_of(one.english) for one in splits.validation},
        {key_of(one.english) for one in splits.test},
    ]
    assert sum(map(len, sides)) == len(set[str]().union(*sides))
    assert set(splits.train) <= set(pairs)


@given(PAIRS, st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_file_does_not_decide_who_is_tested(pairs: list[tuple[str, str]], seed: int) -> None:
    def tested(rows: list[tuple[str, str]]) -> set[str]:
        splits = split(rows, seed, validation=2, test=2)
        return {key_of(one.english) for one in splits.validation + splits.test}

    assert tested(pairs) == tested(pairs[::-1])


def test_a_tested_sentence_keeps_all_its_translations() -> None:
    rows = [("How are you?", "¿Cómo estás?"), ("How are you?", "¿Qué tal?"), ("How are you?", "¿Qué tal?")]
    splits = split(rows, 1, validation=0, test=3)
    assert splits.test == [Group("How are you?", ("¿Cómo estás?", "¿Qué tal?"))]
    assert splits.train == []
