"""No test writes where the data of a real bot may lie, and none fails because the machine is busy."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every `Settings()` made in a test, or in a process that it starts, name a folder of the test's own."""
    monkeypatch.setenv("INFERBOT_DATA_DIR", str(tmp_path / "data"))
