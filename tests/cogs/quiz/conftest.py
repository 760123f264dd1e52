"""The stage of every quiz test that plays in a simulated Discord."""

import pytest
from simcord.env import Env
from support.fakes import Fakes
from support.quiz_stage import Stage


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(simcord_env, fakes, monkeypatch)
