"""Games on a real store in a folder of its own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from inferbot.store.store import open_store
from support.quiz_games import Hall, open_hall


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncGenerator[Hall]:
    store = await open_store(tmp_path)
    opened = await open_hall(store)
    yield opened
    await opened.games.close()
    await store.close()
