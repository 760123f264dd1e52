"""The terminal's `label` and `models`: lines that other programs can read, and a bad file that stops nothing."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from inferbot import terminal
from inferbot.knowledge.packs import PACKS
from inferbot.models.cards import ModelCard, bundled_cards
from inferbot.models.errors import HashMismatch, NoNetwork
from inferbot.models.examples import examples
from inferbot.models.weights import Cache, Progress
from inferbot.settings import Settings
from support.fakes import FakeClassifier

GOOD, BROKEN = b"a photo", b"broken"


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", fetch_weights=False)


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def classifier(_: Settings, model: str) -> FakeClassifier:
        return FakeClassifier(bundled_cards()[model])

    monkeypatch.setattr(terminal, "_classifier", classifier)


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
    assert terminal.label(empty, photos, None, as_json=True) == 0
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
    assert terminal.label(empty, photos[:2], None, as_json=False) == 0
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
    assert terminal.label(empty, [str(huge)], None, as_json=True) == 0
    assert "larger than" in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.usefixtures("fake_model")
def test_names_and_kinds_of_files_that_no_program_should_trip_over(
    empty: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "\x1b[31mred.jpg").write_bytes(GOOD)
    assert terminal.label(empty, [str(tmp_path / "\x1b[31mred.jpg"), str(tmp_path)], None, as_json=False) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\\x1b[31mred.jpg" in said
    assert "The file is not a picture." in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.usefixtures("fake_model")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    empty: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert terminal.label(empty, [str(tmp_path / "pipe.jpg"), "/dev/zero"], None, as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["error"] for line in lines] == ["The file is not a picture."] * 2


def test_an_unknown_model_is_a_sentence_that_says_where_to_look(
    empty: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.label(empty, ["x.jpg"], "nope", as_json=True) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "nope: There is no such model here." in said.err
    assert "python bot.py models" in said.err


def test_the_list_shows_every_model_and_how_to_get_it(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.models_list(empty) == 0
    said = capsys.readouterr().out
    assert all(card in said for card in bundled_cards())
    assert "python bot.py models fetch" in said
    assert str(empty.cache_dir) in said


def test_verify_says_what_was_never_fetched(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.models_verify(empty) == 0
    assert capsys.readouterr().out.count("not fetched") == len(bundled_cards()) + 1


def test_a_failed_fetch_is_one_sentence_and_a_status(
    empty: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prepare(_: Cache, card: ModelCard, progress: Progress) -> Path:
        progress(card.id, "download", 10, 100)
        raise NoNetwork("There is no network.")

    monkeypatch.setattr(Cache, "prepare", prepare)
    assert terminal.models_fetch(empty) == 1
    assert "There is no network." in capsys.readouterr().err


def test_verify_names_the_damaged_one(
    empty: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def verify(_: Cache, card: ModelCard) -> None:
        if card.id == "efficientnet-lite2":
            raise HashMismatch("It is damaged.")

    def is_ready(_: Cache, __: ModelCard) -> bool:
        return True

    monkeypatch.setattr(Cache, "verify", verify)
    monkeypatch.setattr(Cache, "is_ready", is_ready)
    assert terminal.models_verify(empty) == 1
    said = capsys.readouterr().out
    assert "efficientnet-lite2: It is damaged." in said
    assert "efficientnet-lite0: intact" in said


@pytest.mark.weights
def test_real_photos_with_the_real_model(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(examples()[slug].path) for slug in ("cat", "coffee")]
    assert terminal.label(Settings(), files, None, as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["labels"][0]["name"] for line in lines] == ["tabby cat", "espresso"]
    assert [line["labels"][0]["index"] for line in lines] == [282, 967]


def test_questions_are_answered_by_words_alone_without_weights(
    empty: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.ask(empty, ["what is a kv cache?", "how do I boil an egg"], as_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [{"question", "slug", "score", "nearest", "ms"}] * 2
    assert [line["slug"] for line in lines] == ["kv-cache", None]
    assert all(len(line["nearest"]) == 3 for line in lines)


def test_a_question_that_no_article_covers_is_turned_away_in_words(
    empty: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.ask(empty, ["what is a kv cache?", "how do I boil an egg"], as_json=False) == 0
    said = capsys.readouterr().out
    assert "KV cache" in said
    assert "No article covers that. Nearest: " in said


def test_what_is_shipped_passes_its_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.check() == 0
    assert "Every article and every pack passes." in capsys.readouterr().out


def test_a_pack_of_ones_own_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = (PACKS / "myths.toml").read_bytes()
    (tmp_path / "myths.toml").write_bytes(good)
    assert terminal.check([str(tmp_path / "myths.toml")]) == 0
    (tmp_path / "ours.toml").write_bytes(good)
    assert terminal.check([str(tmp_path / "ours.toml"), str(tmp_path / "gone.toml")]) == 1
    said = capsys.readouterr().out
    assert "the id must begin with the pack's own name, ours-." in said
    assert "gone.toml: the file can't be read (No such file or directory)." in said
