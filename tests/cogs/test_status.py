"""`/status` as people use it, in a simulated Discord."""

from typing import Any

import discord
import pytest
from inferbot.cogs.errors import NoPicture, explain
from inferbot.cogs.limits import problems
from inferbot.cogs.status.view import status_view
from inferbot.features.health import REFUSED, UNEXPECTED, HealthStatus
from inferbot.models.cards import known_cards
from simcord.backend.errors import SetupError
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import message_of, text_of


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> Stage:
    return Stage(simcord_env, fakes)


async def status_of(stage: Stage) -> str:
    """Return what someone who may manage the server is told."""
    may = discord.Permissions(manage_guild=True)
    mod = stage.guild.add_member(stage.env.create_user("mod"), roles=[stage.guild.create_role("mods", permissions=may)])
    result = await mod.slash(stage.channel, "status")
    assert result.ephemeral
    return text_of(message_of(result))


async def test_it_says_how_the_bot_is_doing(stage: Stage) -> None:
    stage.fakes.engine.depth = 3
    said = await status_of(stage)
    assert "**Waiting in the queue:** 3, and 0 for texts" in said
    assert "**Models:** all ready" in said
    assert "**Quizzes running now, in all servers:** 0" in said


async def test_it_names_the_models_that_are_not_ready(stage: Stage) -> None:
    stage.fakes.registry.off.add("efficientnet-lite2")
    assert "**Models:** not ready: efficientnet-lite2" in await status_of(stage)


async def test_it_is_offered_to_people_who_may_manage_the_server(stage: Stage) -> None:
    bot: Any = stage.env.bot
    assert bot.tree.get_command("status").guild_only
    with pytest.raises(SetupError, match="not visible to this user"):
        await stage.ann.slash(stage.channel, "status")


def test_the_longest_report_fits() -> None:
    missing = tuple(known_cards()) * 200
    shown = status_view(HealthStatus("1.0", 0.0, None, 10**6, 10**6, 10**6, missing, None))
    assert problems(shown.view) == []


def count_of(cause: str) -> float:
    samples = [sample for family in REFUSED.collect() for sample in family.samples]
    return sum(one.value for one in samples if one.name.endswith("_total") and one.labels["cause"] == cause)


def test_each_error_that_is_answered_is_counted() -> None:
    known, unknown = count_of("NoPicture"), count_of(UNEXPECTED)
    explain(NoPicture())
    explain(ZeroDivisionError())
    assert (count_of("NoPicture"), count_of(UNEXPECTED)) == (known + 1, unknown + 1)
