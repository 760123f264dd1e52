"""Ids of buttons come back from a client, so anyone can send any: each is answered with a sentence of ours."""

import re
from pathlib import Path
from typing import Any

import pytest
from inferbot.cogs import FEATURES
from inferbot.features.health import REFUSED, UNEXPECTED
from simcord.actors import _component_interaction  # pyright: ignore[reportPrivateUsage]
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import message_of, text_of

COGS = Path(__file__).parents[2] / "cogs"
# A game that isn't there, one that no database can hold, several fields, someone else's text.
KEYLESS = {"train"}  # takes no key, and seconds
KEYS = ("0", f"{2**63}", "1:-1:x", "'; DROP TABLE games; --")


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> Stage:
    return Stage(simcord_env, fakes)


def actions_of(cog: Any) -> list[str]:
    """Return every action that a cog's source compares with, or has in a table, and one that is none."""
    source = (COGS / type(cog).__name__.lower() / "__init__.py").read_text(encoding="utf-8")
    compared = re.findall(r'(?:case|action [!=]=|\|) "([a-z]+)"', source)
    actions = dict.fromkeys([*compared, *getattr(cog, "_buttons", {})])
    return [*(one for one in actions if one not in KEYLESS), "nothing"]


def unexpected() -> float:
    samples = [sample for family in REFUSED.collect() for sample in family.samples]
    return sum(one.value for one in samples if one.labels.get("cause") == UNEXPECTED and one.name.endswith("_total"))


async def forge(who: Any, message: Any, custom_id: str) -> str:
    """Press a button that the message doesn't have, and return the answer."""
    stored = who._env.backend.get_message(message.channel.id, message.id)
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": custom_id}]}
    stored.components = [row]
    result = await _component_interaction(who, stored, {"custom_id": custom_id, "component_type": 2})
    return text_of(message_of(result)) if result.response and result.response.message else ""


@pytest.mark.parametrize("feature", [feature.__name__ for feature in FEATURES])
async def test_a_forged_id_is_answered_with_a_sentence(stage: Stage, feature: str) -> None:
    before = unexpected()
    bot: Any = stage.env.bot
    message = message_of(await stage.ann.slash(stage.channel, "demo"))
    broken: list[tuple[str, str]] = []
    for action in actions_of(bot.get_cog(feature)):
        for key in KEYS:
            said = await forge(stage.ann, message, f"inferbot:{feature}:1:{action}:{key}")
            broken += [(action, key)] if "Something broke" in said else []
    assert broken == []
    assert unexpected() == before


@pytest.mark.parametrize("custom_id", ["inferbot:Nothing:1:share:x", "inferbot:Label:999:share:x"])
async def test_another_version_or_feature_is_an_old_button(stage: Stage, custom_id: str) -> None:
    message = message_of(await stage.ann.slash(stage.channel, "demo"))
    assert "belongs to an older version of me" in await forge(stage.ann, message, custom_id)
