"""Our answers when Discord refuses them, or loses the connection just then: over real sockets, models make-believe."""

import logging
from pathlib import Path

import discord
import pytest
from discord.ext import commands
from inferbot.features import sharing
from inferbot.playground.api.faults import cut, refused, repeated
from support.components import button_id, texts
from support.fakes import Fakes
from wire.conftest import Start
from wire.stage import Stage, eventually

EDIT, FOLLOW_UP = "PATCH /webhooks/*", "POST /webhooks/*"


class Host(commands.Bot):
    """A host's bot with all of our features."""

    def __init__(self, fakes: Fakes) -> None:
        super().__init__("!", intents=discord.Intents.default())
        sharing.open_with(self, fakes.open)

    async def setup_hook(self) -> None:
        await self.load_extension("inferbot.cogs")
        await self.tree.sync()


@pytest.fixture
async def stage(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = await start(Host(Fakes(tmp_path)))
    monkeypatch.setattr("inferbot.cogs.sending.RETRY_SECONDS", 0.0)
    return stage


def said_in(stage: Stage, *, private: bool) -> list[str]:
    """Return the texts of all messages that one person sees, or that everyone does."""
    found = stage.world.messages.everything()
    return [texts({"components": one.components}) for one in found if (one.reader_id is not None) == private]


@pytest.mark.parametrize("effect", [False, True])
async def test_an_answer_whose_connection_is_lost_is_sent_again(stage: Stage, *, effect: bool) -> None:
    stage.playground.faults.at(EDIT, cut(effect=effect))
    answer = await stage.slash("ask", question="kv cache")
    assert "## KV cache" in texts(answer)


async def test_what_may_have_been_posted_is_not_posted_twice(stage: Stage) -> None:
    answer = await stage.slash("ask", question="kv cache")
    stage.playground.faults.at(FOLLOW_UP, cut(effect=True))
    await stage.click(answer, button_id(answer, "Share the answer"))
    await eventually(lambda: "Discord didn't answer me." in said_in(stage, private=True)[-1])
    assert len(said_in(stage, private=False)) == 1


@pytest.mark.parametrize("code", [200000, 240000])
async def test_what_automod_stops_is_a_sentence(stage: Stage, code: int, caplog: pytest.LogCaptureFixture) -> None:
    answer = await stage.slash("ask", question="kv cache")
    stage.playground.faults.at(FOLLOW_UP, refused(400, code))
    await stage.click(answer, button_id(answer, "Share the answer"))
    await eventually(lambda: "This server's AutoMod stopped that message." in said_in(stage, private=True)[-1])
    assert said_in(stage, private=False) == []
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


async def test_an_interaction_that_is_delivered_twice_is_answered_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.playground.faults.at("event INTERACTION_CREATE", repeated())
    answer = await stage.slash("ask", question="kv cache")
    assert "KV cache" in texts(answer)
    stage.playground.faults.at("event INTERACTION_CREATE", repeated())
    await stage.click(answer, button_id(answer, "Share the answer"))
    await eventually(lambda: "looked this up" in "".join(said_in(stage, private=False)))
    assert len(said_in(stage, private=False)) == 1
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
