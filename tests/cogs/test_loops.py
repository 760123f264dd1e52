"""Background loops go on after any error, and say so once."""

import logging
from typing import Any

import pytest
from inferbot.cogs.loops import surviving
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage

DAY = 86400.0


class Counter:
    """Counts its turns; those in `bad` fail."""

    def __init__(self, bad: set[int]) -> None:
        self.bad = bad
        self.turns = 0

    @surviving
    async def turn(self) -> None:
        self.turns += 1
        if self.turns in self.bad:
            raise OSError(self.turns)


async def test_a_turn_that_fails_is_logged_once_until_one_works_again(caplog: pytest.LogCaptureFixture) -> None:
    counter = Counter({2, 3, 4, 6})
    for _ in range(7):
        await counter.turn()
    assert [one.levelno for one in caplog.records if one.levelno >= logging.ERROR] == [logging.ERROR] * 2


async def test_old_data_is_still_deleted_after_a_day_on_which_that_failed(
    simcord_env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(simcord_env, fakes)
    days: list[int] = []

    async def full(here: set[int]) -> list[int]:
        days.append(len(here))
        if len(days) == 1:
            raise RuntimeError
        return []

    privacy = stage.fakes.services.privacy
    monkeypatch.setattr(privacy, "forget_left", full)
    bot: Any = stage.env.bot
    bot.get_cog("Quiz").watch.cancel()
    await stage.env.advance_time(DAY + 1)
    await stage.env.advance_time(DAY + 1)
    assert len(days) == 2
