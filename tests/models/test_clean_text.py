"""Hostile text is made harmless before a model or a person sees it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.clean_text import clean_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("h\u0337\u0322\u031be\u0334\u0361\u035dllo", "hello"),
        ("man\u0303ana", "mañana"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("a\tb", "a    b"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("1\ufe0f\u20e3 👩\u200d👧", "1\ufe0f\u20e3 👩\u200d👧"),
        ("lone \ud800 half", "lone  half"),
    ],
)
def test_what_no_text_needs_is_left_out(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_one_line_has_plain_spaces_and_nothing_invisible() -> None:
    assert clean_text("a\u200bb\nc\u00a0d\u2028e\ue000\u00ad", one_line=True) == "ab c d e"


@given(st.text(), st.booleans())
def test_cleaning_twice_changes_nothing(text: str, one_line: bool) -> None:  # noqa: FBT001 (hypothesis fills it in)
    cleaned = clean_text(text, one_line=one_line)
    assert clean_text(cleaned, one_line=one_line) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


@given(st.text())
def test_one_line_has_no_line_break(text: str) -> None:
    assert len(clean_text(text, one_line=True).splitlines()) <= 1
