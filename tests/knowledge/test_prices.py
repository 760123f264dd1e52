"""The price list: strictly read, every row with its source and day."""

import datetime as dt
from pathlib import Path

import pytest
from inferbot.author_errors import AuthorError
from inferbot.knowledge.prices import PRICES, check_prices, read_prices


def test_the_shipped_list_passes() -> None:
    assert check_prices() == []
    assert len(read_prices().rows()) >= 8


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("input = 4.0", "input = 0", "`hosted.1.input`"),
        ("input = 4.0", "input = nan", "`hosted.1.input`"),
        ("input = 4.0", "input = -4.0", "`hosted.1.input`"),
        ("checked = 2026-11-25", "", "`hosted.1.checked` is missing"),
        ('source = "https://platform', 'source = "platform', "`hosted.1.source`"),
        ("input = 4.0", 'input = 4.0\ncolour = "red"', "`hosted.1.colour`"),
        ("[[hosted]]", "[[hosted", "isn't valid TOML"),
        ("[electricity]", "[power]", "`electricity` is missing"),
    ],
)
def test_what_is_wrong_is_a_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    assert any(said in problem for problem in check_prices(path))
    with pytest.raises(AuthorError):
        read_prices(path)


def test_a_day_to_come_is_found() -> None:
    assert any("in the future" in problem for problem in check_prices(today=dt.date(2025, 1, 1)))


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert "can't be read" in check_prices(tmp_path / "none.toml")[0]
