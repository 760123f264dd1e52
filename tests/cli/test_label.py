"""`label` in a terminal: lines that other programs can read, and a bad file that stops nothing."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from inferbot.cli import label
from inferbot.models.cards import image_cards
from inferbot.models.errors import COMMAND
from inferbot.models.examples import examples
from inferbot.models.registry import Registry
from inferbot.settings import Settings
from support.fakes import FakeClassifier

GOOD, BROKEN = b"a photo", b"broken"


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_model(_: Registry, model: str) -> FakeClassifier:
        return FakeClassifier(image_cards()[model])

    monkeypatch.setattr(Registry, "open", open_model)


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    """Forty files in a row, every third of them damaged, and one that is not there."""
    paths = [tmp_path / f"{i}.jpg" for i in range(40)]
    for i, path in enumerate(paths):
        path.write_bytes(GOOD if i % 3 else BROKEN)
    return [*map(str, paths), str(tmp_path / "missing.jpg")]


@pytest.mark.usefixtures("fake_model")
def test_json_is_one_line_a_file_in_the_order_given(
    empty: Settings, photos: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert label.label(empty, photos, None, as_json=True) == 0
    lines: list[dict[str, Any]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in lines] == photos
    assert all(set(line) == {"file", "labels", "ms", "error"} for line in lines)
    for i, line in enumerate(lines[:-1]):
        assert (line["error"] is None) == bool(i % 3)
        assert len(line["labels"]) == (5 if i % 3 else 0)
    assert set(lines[1]["labels"][0]) == {"index", "name", "score"}
    assert lines[-1]["error"] == "No such file or directory."


@pytest.mark.usefixtures("fake_model")
def test_plain_output_names_each_file_its_labels_and_its_error(
    empty: Settings, photos: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert label.label(empty, photos[:2], None, as_json=False) == 0
    said = capsys.readouterr().out
    assert "The picture is damaged or incomplete." in said
    assert "74.0%  golden retriever" in said


@pytest.mark.usefixtures("fake_model")
def test_a_file_that_is_too_large_is_not_even_read(
    empty: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(5_000_000_000)
    assert label.label(empty, [str(huge)], None, as_json=True) == 0
    assert "larger than" in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.usefixtures("fake_model")
def test_names_and_kinds_of_files_that_no_program_should_trip_over(
    empty: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "\x1b[31mred.jpg").write_bytes(GOOD)
    assert label.label(empty, [str(tmp_path / "\x1b[31mred.jpg"), str(tmp_path)], None, as_json=False) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\\x1b[31mred.jpg" in said
    assert "The file isn't a picture." in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.usefixtures("fake_model")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    empty: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert label.label(empty, [str(tmp_path / "pipe.jpg"), "/dev/zero"], None, as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["error"] for line in lines] == ["The file isn't a picture."] * 2


def test_an_unknown_model_is_a_sentence_that_says_where_to_look(
    empty: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert label.label(empty, ["x.jpg"], "nope", as_json=True) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "nope: There is no such model here." in said.err
    assert f"`{COMMAND} models`" in said.err


@pytest.mark.weights
def test_real_photos_with_the_real_model(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(examples()[slug].path) for slug in ("cat", "coffee")]
    assert label.label(Settings(), files, None, as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["labels"][0]["name"] for line in lines] == ["tabby cat", "espresso"]
    assert [line["labels"][0]["index"] for line in lines] == [282, 967]
