"""`ask` in a terminal: one question, or one a line."""

import json

import pytest
from inferbot.cli import ask
from inferbot.settings import Settings


def test_questions_are_answered_by_words_alone_without_weights(
    empty: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask.ask(empty, ["what is a kv cache?", "how do I boil an egg"], as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [{"question", "slug", "score", "nearest", "ms"}] * 2
    assert [line["slug"] for line in lines] == ["kv-cache", None]
    assert all(len(line["nearest"]) == 3 for line in lines)


def test_a_question_that_no_article_covers_is_turned_away_in_words(
    empty: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask.ask(empty, ["what is a kv cache?", "how do I boil an egg"], as_json=False) == 0
    said = capsys.readouterr().out
    assert "KV cache" in said
    assert "No article covers that. Nearest: " in said
