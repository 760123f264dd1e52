"""A few seconds of everything failing at random, under a seed; benchmarks/faults.py does the same for minutes."""

import asyncio
from pathlib import Path

import pytest
from inferbot.client import Inferbot
from inferbot.features import sharing
from inferbot.models.examples import examples
from inferbot.playground.server import Playground
from inferbot.playground.world.model import Upload
from inferbot.quiz.running import games, steps
from inferbot.settings import Settings
from support.fakes import Fakes
from wire.fault_run import fault_run, left_running, live
from wire.stage import connect, eventually

FAULTS, ANSWERS = 40, 3
PATIENCE = 60.0


async def test_whatever_fails_everything_is_answered_once_and_nothing_is_lost(
    playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(games, "ALL_VOTED", 0.1)
    monkeypatch.setattr(steps, "FIRST_RETRY", 0.1)
    fakes = Fakes(tmp_path, Settings(fetch_weights=False, discord_token=None, cache_dir=tmp_path / "cache"))
    bot = Inferbot(fakes.settings)
    sharing.open_with(bot, fakes.open)
    photo = Upload("coffee.jpg", "image/jpeg", examples()["coffee"].read())
    before = asyncio.all_tasks()
    stage = await connect(playground, bot)
    async with fault_run(stage, tmp_path / "inferbot.sqlite3", photo, seed=7, chance=0.15) as run:
        await live(run, lambda: run.injected >= FAULTS and len(run.acknowledged) >= ANSWERS)
        await run.settle(PATIENCE)
        await run.check(PATIENCE)
        await stage.close()
    assert run.broken == []
    await eventually(lambda: not left_running(before), PATIENCE)
