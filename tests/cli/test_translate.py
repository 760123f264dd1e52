"""`translate` in a terminal: a text a line in, a translation a line out."""

import json

import pytest
from inferbot.cli import translate
from inferbot.features.translate import code_of
from inferbot.models.cards import translation_cards
from inferbot.models.weights.cache import Cache
from inferbot.settings import Settings
from support.tiny_marian import store_tiny_translator


@pytest.fixture
def tiny(empty: Settings) -> Settings:
    """Return settings whose cache has a tiny model from English to Portuguese."""
    store_tiny_translator(Cache(empty.cache_dir), translation_cards()["bergamot-en-pt"])
    return empty


def test_every_line_gets_a_line(tiny: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    texts = ["abc dab", "", "12345 😀", "cab"]
    assert translate.translate(tiny, texts, "pt", None, as_json=False) == 0
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 5
    assert lines[1:3] == ["", "12345 😀"]


def test_json_has_the_source_the_text_and_the_time(tiny: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate.translate(tiny, ["abc dab", ""], "Portuguese", "english", as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(line) for line in lines] == [["source", "text", "ms"]] * 2
    assert [line["source"] for line in lines] == ["abc dab", ""]
    assert lines[0]["ms"] > lines[1]["ms"] >= 0
    assert lines[1]["text"] == ""


def test_a_text_that_is_too_long_does_not_stop_the_rest(tiny: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate.translate(tiny, ["a" * 2000, "abc"], "pt", None, as_json=True) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["text"] is None
    assert "more than 1,000 characters" in first["error"]
    assert second["text"] is not None
    assert translate.translate(tiny, ["a" * 2000, "abc"], "pt", None, as_json=False) == 0
    said = capsys.readouterr()
    assert said.out.startswith("\n")
    assert "send it in parts" in said.err


def test_a_language_without_a_model_says_which_there_are(tiny: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate.translate(tiny, ["abc"], "fi", None, as_json=False) == 1
    assert "no model for English to Finnish here; there are English to Portuguese" in capsys.readouterr().err
    assert translate.translate(tiny, ["abc"], "pt", "German", as_json=False) == 1
    assert "no model for German to Portuguese" in capsys.readouterr().err


def test_without_weights_it_says_how_to_get_them(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate.translate(empty, ["abc"], "pt", None, as_json=False) == 1
    assert "models fetch" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "code"), [("pt", "pt"), ("PT", "pt"), (" Spanish ", "es"), ("klingon", "klingon")])
def test_languages_are_named_by_code_or_in_english(given: str, code: str) -> None:
    assert code_of(given) == code
