"""`models` in a terminal: what there is, what is missing, what is damaged."""

from pathlib import Path

import pytest
from inferbot.cli import models
from inferbot.models.cards import ImageCard, image_cards, known_cards
from inferbot.models.errors import COMMAND, HashMismatch, NoNetwork
from inferbot.models.weights.cache import Cache, Progress
from inferbot.settings import Settings


def test_the_list_shows_every_model_and_how_to_get_it(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert models.models_list(empty) == 0
    said = capsys.readouterr().out
    assert all(card in said for card in image_cards())
    assert f"{COMMAND} models fetch" in said
    assert str(empty.cache_dir) in said


def test_verify_says_what_was_never_fetched(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert models.models_verify(empty) == 0
    assert capsys.readouterr().out.count("not fetched") == len(known_cards())


def test_a_failed_fetch_is_one_sentence_and_a_status(
    empty: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prepare(_: Cache, card: ImageCard, progress: Progress) -> Path:
        progress(card.id, "download", 10, 100)
        raise NoNetwork("There is no network.")

    monkeypatch.setattr(Cache, "prepare", prepare)
    assert models.models_fetch(empty) == 1
    assert "There is no network." in capsys.readouterr().err


def test_verify_names_the_damaged_one(
    empty: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def verify(_: Cache, card: ImageCard) -> None:
        if card.id == "efficientnet-lite2":
            raise HashMismatch("It is damaged.")

    def is_ready(_: Cache, __: ImageCard) -> bool:
        return True

    monkeypatch.setattr(Cache, "verify", verify)
    monkeypatch.setattr(Cache, "is_ready", is_ready)
    assert models.models_verify(empty) == 1
    said = capsys.readouterr().out
    assert "efficientnet-lite2: It is damaged." in said
    assert "efficientnet-lite0: intact" in said
