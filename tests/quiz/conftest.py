"""Games on a real store in a folder of its own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from inferbot.store.store import Store, open_store
from support.quiz_games import Hall, open_hall


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    opened = await open_store(tmp_path / "data")
    yield opened
    await opened.close()


@pytest.fixture
async def hall(store: Store) -> AsyncGenerator[Hall]:
    opened = await open_hall(store)
    yield opened
    await opened.games.close()
