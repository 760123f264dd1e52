"""Variations of a pair say the same: British words, other names on both sides, no full stop."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.training.translate.variety import FEMALE, WOMEN, bare, british, enriched, renamed, rough


def chance() -> random.Random:
    return random.Random(3)


@pytest.mark.parametrize(
    ("american", "expected"),
    [
        ("My favorite color is gray.", "My favourite colour is grey."),
        ("Color it!", "Colour it!"),
        ("Is there a movie theater?", "Is there a cinema?"),
        ("I like colorful things.", "I like colorful things."),
    ],
)
def test_american_words_become_british_ones(american: str, expected: str) -> None:
    assert british(american) == expected


def test_a_name_is_changed_on_both_sides() -> None:
    english, spanish = renamed(("Tom sees Mary.", "Tom ve a Mary."), chance())
    he, she = english.removesuffix(".").split(" sees ")
    assert spanish == f"{he} ve a {she}."
    assert he not in {"Tom", *WOMEN}
    assert she in WOMEN


def test_a_name_that_is_translated_stays() -> None:
    pair = ("John sleeps.", "Juan duerme.")
    assert renamed(pair, chance()) == pair


def test_every_name_of_a_woman_is_known_as_a_name() -> None:
    for name in FEMALE:
        assert renamed((f"{name} runs.", f"{name} corre."), chance())[0] != f"{name} runs."


def test_short_phrases_are_repeated_and_the_rest_is_not() -> None:
    pairs = [("Good luck!", "¡Suerte!"), ("I have never been to the sea.", "Nunca he ido al mar.")]
    assert enriched(pairs, 7, short_times=3, renamed_share=1.0) == [*pairs, pairs[0], pairs[0]]


@given(st.lists(st.tuples(st.sampled_from(["Tom runs off today.", "A gray cat runs by."]), st.just("x"))))
def test_the_same_seed_gives_the_same_pairs(pairs: list[tuple[str, str]]) -> None:
    first = enriched(pairs, 7, short_times=2, renamed_share=0.5)
    assert first == enriched(pairs, 7, short_times=2, renamed_share=0.5)
    assert first[: len(pairs)] == pairs


def test_people_in_a_hurry_leave_out_capitals_and_the_full_stop() -> None:
    assert bare("Where is Tom?") == "Where is Tom"
    assert rough("Where is Tom?") == "where is tom"
