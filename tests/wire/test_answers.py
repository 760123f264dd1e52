"""Our answers when Discord refuses them, or loses the connection just then: each comes once, over real sockets."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest
from discord.ext import commands
from inferbot.cogs import sending
from inferbot.features import sharing
from inferbot.playground.api.faults import Fault, Faults, cut, late, rate_limited, refused, repeated
from inferbot.playground.server import Playground
from inferbot.playground.world.model import InteractionStatus, JSONObject
from support.components import button_id, texts
from support.fakes import Fakes
from wire.conftest import Start
from wire.stage import Stage, eventually

FIRST, EDIT, FOLLOW_UP = "POST /interactions/*", "PATCH /webhooks/*", "POST /webhooks/*"
POST = "POST /channels/{channel}/messages"
GOES_AWAY = [refused(503), cut(), cut(effect=True), refused(502, effect=True), rate_limited(0.1)]
QUESTION = "kv cache"


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
    monkeypatch.setattr(sending, "PAUSES", (0.0, 0.0))
    return stage


@pytest.fixture
def faults(playground: Playground) -> Faults:
    return playground.faults


@pytest.fixture(autouse=True)
def no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which the bot logs an error."""
    yield
    assert [one.getMessage() for one in caplog.get_records("call") if one.levelno >= logging.ERROR] == []


def said_in(stage: Stage, *, private: bool) -> list[str]:
    """Return the texts of all messages that one person sees, or that everyone does."""
    found = stage.world.messages.everything()
    return [texts({"components": one.components}) for one in found if (one.reader_id is not None) == private]


async def test_what_may_have_been_posted_is_not_posted_twice(stage: Stage) -> None:
    answer = await stage.slash("ask", question="kv cache")
    stage.playground.faults.at(FOLLOW_UP, cut(effect=True))
    await stage.click(answer, button_id(answer, "Share the answer"))
    await eventually(lambda: "Discord didn't answer me." in said_in(stage, private=True)[-1])
    assert len(said_in(stage, private=False)) == 1


@pytest.mark.parametrize("code", [200000, 240000])
async def test_what_automod_stops_is_a_sentence(stage: Stage, code: int) -> None:
    answer = await stage.slash("ask", question="kv cache")
    stage.playground.faults.at(FOLLOW_UP, refused(400, code))
    await stage.click(answer, button_id(answer, "Share the answer"))
    await eventually(lambda: "This server's AutoMod stopped that message." in said_in(stage, private=True)[-1])
    assert said_in(stage, private=False) == []


async def test_an_interaction_that_is_delivered_twice_is_answered_once(stage: Stage) -> None:
    stage.playground.faults.at("event INTERACTION_CREATE", repeated())
    answer = await stage.slash("ask", question="kv cache")
    assert "KV cache" in texts(answer)
    stage.playground.faults.at("event INTERACTION_CREATE", repeated())
    await stage.click(answer, button_id(answer, "Share the answer"))
    await eventually(lambda: "looked this up" in "".join(said_in(stage, private=False)))
    assert len(said_in(stage, private=False)) == 1


def by_the_bot(stage: Stage) -> list[JSONObject]:
    return [one for one in stage.people.messages(stage.you, stage.general) if one["author"]["bot"]]


@pytest.mark.parametrize("place", [FIRST, EDIT])
@pytest.mark.parametrize("fault", GOES_AWAY)
async def test_a_command_is_answered_once(stage: Stage, faults: Faults, place: str, fault: Fault) -> None:
    faults.at(place, fault)
    whole = texts(await stage.slash("ask", question=QUESTION))
    assert len(faults.injected) == 1
    assert "## KV cache" in whole
    assert [texts(one) for one in by_the_bot(stage)] == [whole]


@pytest.mark.parametrize("fault", GOES_AWAY)
async def test_a_button_is_answered_once(stage: Stage, faults: Faults, fault: Fault) -> None:
    answer = await stage.slash("ask", question=QUESTION)
    faults.at(FIRST, fault)
    await stage.click(answer, button_id(answer, "How was this found?"))
    assert len(by_the_bot(stage)) == 2


@pytest.mark.parametrize("place", [FIRST, EDIT])
async def test_an_answer_to_a_message_that_was_deleted_or_too_late_is_given_up(
    stage: Stage, faults: Faults, place: str
) -> None:
    faults.at(place, refused(404, 10062 if place == FIRST else 10008))
    stage.world.interactions.answer_seconds = 0.5
    asked = await stage.people.slash(stage.you, stage.general, "ask", {"question": QUESTION})
    await eventually(lambda: len(faults.injected) == 1)
    assert (asked.status is InteractionStatus.FAILED) == (place == FIRST)


async def test_an_acknowledgement_that_comes_too_late_is_no_error(stage: Stage, faults: Faults) -> None:
    stage.world.interactions.answer_seconds = 0.2
    faults.at(FIRST, late(0.3))
    asked = await stage.people.slash(stage.you, stage.general, "ask", {"question": QUESTION})
    assert asked.status is InteractionStatus.FAILED
    stage.world.interactions.answer_seconds = 3
    assert texts(await stage.slash("ask", question=QUESTION))


@pytest.mark.parametrize(
    ("place", "fault"),
    [("event MESSAGE_CREATE", repeated()), *((POST, fault) for fault in GOES_AWAY)],
)
async def test_a_message_is_replied_to_once(stage: Stage, faults: Faults, place: str, fault: Fault) -> None:
    faults.at(place, fault)
    said = stage.people.say(stage.you, stage.general, f"<@{stage.world.bot.id}> {QUESTION}")
    await stage.people.until(lambda one: one["author"]["bot"])
    await stage.slash("help")
    replies = [one for one in by_the_bot(stage) if one.get("message_reference", {}).get("message_id") == said["id"]]
    assert len(replies) == 1


async def test_a_private_answer_keeps_no_task_waiting_for_its_buttons(stage: Stage) -> None:
    """discord.py would keep each one for a quarter of an hour; our buttons carry all they need."""
    await stage.slash("ask", question=QUESTION)
    assert [task for task in asyncio.all_tasks() if "timeout" in str(task.get_coro())] == []
