"""The stage for whole journeys: `start` puts any commands.Bot on a playground; at the end nothing may have failed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from inferbot.playground.server import Playground
from wire.stage import Start, body_check, pointed_at, starting

__all__ = ["Start"]


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
    async with pointed_at(Playground(check=check, **playground_options)) as playground:
        yield playground


@pytest.fixture
async def start(playground: Playground) -> AsyncIterator[Start]:
    """Connects a bot to the playground; all bots are closed at the end of the test."""
    async with starting(playground) as start:
        yield start
