"""What the sub-commands' tests share."""

from pathlib import Path

import pytest
from inferbot.settings import Settings


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", fetch_weights=False)
