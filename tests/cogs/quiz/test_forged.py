"""Forged ids of buttons: whatever number is in them, the answer is a sentence, and never that something broke."""

import importlib

import discord
import pytest
from support.quiz_stage import SETTLE, Stage

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)

# One more than SQLite's largest integer, and the longest that fits into a custom id.
TOO_LARGE, LONGEST = str(2**63), "9" * 60
KEYS = ("{}", "{}.{}", "{}.{}.{}", "1.1.{}", "all.{}", "-{}", "{}.", "٣{}")
ACTIONS = ("vote", "join", "leave", "begin", "review", "again", "pick", "next", "end", "daily", "board", "plan")


async def answers(stage: Stage, action: str, keys: list[str]) -> list[str]:
    """Press a button of ours with each of these keys, and return what was said."""
    views, buttons = (importlib.import_module(f"inferbot.cogs.{name}") for name in ("ui", "buttons"))
    channel = stage.env.bot.get_channel(stage.channel.id)
    assert isinstance(channel, discord.TextChannel)
    said: list[str] = []
    for key in keys:
        button = buttons.FeatureButton("press", feature="Quiz", version="1", action=action, key=key)
        message = await channel.send(view=views.layout(views.ActionRow(button)))
        said.append(await stage.press(stage.ann, message, "press"))
    return said


@pytest.mark.parametrize("action", ["review", "again"])
async def test_a_number_no_game_can_have_is_an_old_button(stage: Stage, action: str) -> None:
    for said in await answers(stage, action, [TOO_LARGE, LONGEST, "0", "999999999999"]):
        assert "older version of me" in said


@pytest.mark.parametrize("action", ACTIONS)
async def test_no_forged_number_breaks_anything(stage: Stage, action: str, caplog: pytest.LogCaptureFixture) -> None:
    said = await answers(stage, action, [key.replace("{}", number) for key in KEYS for number in (TOO_LARGE, "0")])
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []
    assert all("broke on my end" not in one for one in said), said
