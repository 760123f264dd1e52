"""`check` in a terminal: what is wrong, in an author's words."""

from pathlib import Path

import pytest
from inferbot.cli import check
from inferbot.knowledge.packs import PACKS


def test_what_is_shipped_passes_its_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.check() == 0
    assert "Every article, every pack, every film and every price passes." in capsys.readouterr().out


def test_a_pack_of_ones_own_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = (PACKS / "myths.toml").read_bytes()
    (tmp_path / "myths.toml").write_bytes(good)
    assert check.check([str(tmp_path / "myths.toml")]) == 0
    (tmp_path / "ours.toml").write_bytes(good)
    assert check.check([str(tmp_path / "ours.toml"), str(tmp_path / "gone.toml")]) == 1
    said = capsys.readouterr().out
    assert "the id must start with the pack's name, ours-." in said
    assert "gone.toml: the file can't be read (No such file or directory)." in said
