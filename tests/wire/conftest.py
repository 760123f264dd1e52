"""The stage for whole journeys: `start` puts any commands.Bot on a playground; at the end nothing may have failed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import pytest
from discord.ext import commands
from inferbot.playground.client import point_discord_py_at
from inferbot.playground.server import Playground
from wire.stage import Stage, body_check, connect

Start: TypeAlias = Callable[[commands.Bot], Awaitable[Stage]]


@pytest.fixture(scope="session")
def check() -> Any:
    return body_check()


@pytest.fixture
def playground_options() -> dict[str, Any]:
    """What `Playground` is made with; a test module may override it."""
    return {}


@pytest.fixture
async def playground(check: Any, playground_options: dict[str, Any]) -> AsyncIterator[Playground]:
    """A running playground that discord.py is pointed at; fails the test when it recorded a failure."""
    async with Playground(check=check, **playground_options) as playground:
        undo = point_discord_py_at(playground)
        try:
            yield playground
        finally:
            undo()
    assert playground.failures == []


@pytest.fixture
async def start(playground: Playground) -> AsyncIterator[Start]:
    """Connects a bot to the playground; all bots are closed at the end of the test."""
    stages: list[Stage] = []

    async def start(bot: commands.Bot) -> Stage:
        stage = await connect(playground, bot)
        stages.append(stage)
        return stage

    yield start
    for stage in stages:
        await stage.close()
