"""`backup` and `restore` in a terminal."""

from pathlib import Path

import pytest
from inferbot.bot import arguments
from inferbot.settings import Settings
from inferbot.store.store import open_store


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    await (await open_store(tmp_path / "data")).close()
    return Settings(data_dir=tmp_path / "data", cache_dir=tmp_path)


def run(settings: Settings, *words: object) -> int:
    chosen = arguments(list(map(str, words)))
    return chosen.run(settings, chosen)


def test_there_and_back(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "backup", tmp_path / "saved") == 0
    assert f"{tmp_path / 'saved'} is a whole backup" in capsys.readouterr().out
    assert run(settings, "restore", tmp_path / "saved") == 0
    said = capsys.readouterr().out
    assert "is restored" in said
    assert "inferbot.sqlite3.old-1: delete that when all is well" in said


def test_what_goes_wrong_is_a_sentence(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    assert run(settings, "restore", tmp_path / "photo.jpg") == 1
    assert "isn't a backup of Inferbot" in capsys.readouterr().err
    assert run(settings, "backup", tmp_path / "photo.jpg") == 1
    assert "exists already: choose another name" in capsys.readouterr().err
