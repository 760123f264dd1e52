"""Which chat words are written out, and which look like them but aren't."""

import pytest
from inferbot.models.tasks.chat_words import SHORT, WORDS, spell_out


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("idk what to do", "I don't know what to do"),
        ("Brb, someone's at the door", "Be right back, someone's at the door"),
        ("OMG thx!", "Oh my God thanks!"),
        ("u r right", "you are right"),
        ("thats what he said. dont worry", "that's what he said. don't worry"),
    ],
)
def test_chat_words_are_written_out(text: str, whole: str) -> None:
    assert spell_out(text, "en") == whole


@pytest.mark.parametrize(
    "text", ["GM and BC are names", "U.S. and R&B", "@lol #omg", "a.pic", "I cannot", "/gg", "thx_1"]
)
def test_other_words_stay(text: str) -> None:
    assert spell_out(text, "en") == text


def test_other_languages_stay() -> None:
    assert spell_out("u y gg", "es") == "u y gg"


def test_what_is_written_out_has_nothing_left_to_write_out() -> None:
    assert not [whole for whole in WORDS.values() if SHORT.search(whole)]
