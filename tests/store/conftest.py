"""A real store in a folder of its own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from inferbot.store.store import Store, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    opened = await open_store(tmp_path)
    yield opened
    await opened.close()
