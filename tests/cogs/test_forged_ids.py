"""Ids of buttons come back from a client, so anyone can send any: each is answered with a sentence of ours."""

import itertools
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from inferbot.cogs import FEATURES
from inferbot.cogs.buttons import FeatureButton
from inferbot.features.health import REFUSED, UNEXPECTED
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage

COGS = Path(__file__).parents[2] / "cogs"
KEYLESS = {"train"}  # takes no key, and seconds


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


HUGE = str(2**63)
KEYS = (
    *("x", "0", "-1", HUGE, "9" * 90, f"{HUGE}.1.0", f"1.{HUGE}.0", f"1.1.{HUGE}", f"1.{HUGE}", f"{HUGE}.0", "0.0.0"),
    *("\u0663.\u0661.\u0660", "\u00b2", "1.\u00b2", "h.x:\u00b2", "e.0:\u00b2", f"e.0:{HUGE}", f"e.{HUGE}", "e.", "h."),
    *("e..", "e.coffee.nope:0", "e.nope.x:0", "h.x:0", "x:0", ":", ".", "..", "\ud800", "\udfff.1.0", "e.\ud800:0"),
    *(f"text,{HUGE},1,1,1,1,x", "text,nan,1,1,1,1,x", "text,1,1,1,inf,1,x", "photos,1,1,1,1,1,x", ",,,,,,", "text,1"),
    *("text,1,1,1,1,1,\ud800", "kv-cache.9", f"kv-cache.{HUGE}", "kv-cache.\u00b2", "tt0133093.\ud800", "\0", "'; --"),
)


NUMBERS = itertools.count(1)


async def taken(*_: object, **__: object) -> None:
    """Take whatever answer it is."""


def press(bot: Any) -> Any:
    """Return an interaction that was deferred, and takes whatever answer it gets; each is of another person.

    Nothing but the key is to be refused: no repeated interaction, nobody who presses too much.
    """
    number = next(NUMBERS)
    kind = discord.InteractionResponseType.deferred_channel_message
    response = SimpleNamespace(is_done=lambda: True, defer=taken, send_modal=taken, send_message=taken, type=kind)
    return SimpleNamespace(
        client=bot,
        id=number,
        guild_id=number,
        channel_id=1,
        channel=None,
        extras={},
        user=SimpleNamespace(id=number),
        message=SimpleNamespace(id=1),
        locale=discord.Locale.american_english,
        permissions=discord.Permissions.all(),
        app_permissions=discord.Permissions.all(),
        created_at=discord.utils.utcnow(),
        response=response,
        edit_original_response=taken,
        followup=SimpleNamespace(send=taken),
    )


async def test_a_forged_key_is_a_sentence_however_strange_it_is(stage: Stage) -> None:
    bot: Any = stage.env.bot
    broken: list[str] = []
    for feature, key in itertools.product(FEATURES, KEYS):
        for action in actions_of(bot.get_cog(feature.__name__)):
            before = unexpected()
            forged = FeatureButton("x", feature=feature.__name__, version="1", action=action, key=key)
            await forged.callback(press(bot))
            broken += [f"{feature.__name__} {action} {key!a}"] if unexpected() > before else []
    assert broken == []
