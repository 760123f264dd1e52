"""`isit` in a terminal."""

import json
from pathlib import Path

import pytest
from inferbot.cli.isit import isit
from inferbot.settings import Settings, load_settings


@pytest.mark.weights
def test_a_line_of_json_for_each_situation(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["Fine-tuning on your data", "???"]
    assert isit(load_settings(), lines, as_json=True) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["situation"] for one in said] == lines
    assert [one["verdict"] for one in said] == ["training", "neither"]
    assert all(0 < one["score"] <= 1 for one in said)


def test_without_the_model_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(cache_dir=tmp_path, fetch_weights=False)
    assert isit(settings, ["A model is trained"], as_json=False) == 1
    assert "models fetch" in capsys.readouterr().err
