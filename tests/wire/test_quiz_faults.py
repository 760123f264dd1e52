"""A quiz whose connection to Discord fails: the real client over real sockets, requests lost on the way and back."""

import datetime as dt
import logging
from typing import Any

import pytest
from inferbot.bot import Inferbot
from inferbot.playground.api.faults import RESUME, Fault, Faults, cut, rate_limited, refused, repeated
from inferbot.playground.server import Playground
from inferbot.playground.world.model import JSONObject
from inferbot.quiz.running import games, steps
from inferbot.settings import Settings
from support.components import button_id, texts
from wire.conftest import Start
from wire.stage import Stage, eventually
from wire.test_quiz import press, shown, votes

POST, EDIT = "POST /channels/{channel}/messages", "PATCH /channels/{channel}/messages/{message}"


TRANSIENT = [cut(), refused(503)]
# Discord took the message, and its answer was lost.
TAKEN = [cut(effect=True), refused(502, effect=True)]


@pytest.fixture
def faults(playground: Playground) -> Faults:
    return playground.faults


@pytest.fixture
async def stage(start: Start, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(steps, "FIRST_RETRY", 0.05)
    return await start(Inferbot(Settings(fetch_weights=False, discord_token=None)))


@pytest.fixture(autouse=True)
def no_errors(caplog: pytest.LogCaptureFixture, stage: Stage) -> Any:
    """Fail a test in which the bot logs an error, or leaves a task's exception unseen."""
    assert stage
    yield
    assert [one.getMessage() for one in caplog.get_records("call") if one.levelno >= logging.ERROR] == []


async def asked(stage: Stage, *, questions: int = 2) -> JSONObject:
    """Start a game with you in it, and return its first question."""
    await stage.slash("quiz start", pack="basics", questions=questions)
    lobby = await shown(stage, "No one has joined yet")
    await press(stage, stage.you, lobby, button_id(lobby, "Join"))
    await stage.people.click(stage.you, lobby["id"], button_id(lobby, "Start now"))
    return await shown(stage, "Question 1 of")


def posted(stage: Stage, words: str) -> list[JSONObject]:
    return [one for one in stage.people.messages(stage.you, stage.general) if words in texts(one)]


@pytest.mark.parametrize("fault", [*TRANSIENT, *TAKEN])
async def test_a_lobby_lost_on_the_way_opens_once(stage: Stage, faults: Faults, fault: Fault) -> None:
    faults.at(POST, fault)
    await stage.slash("quiz start", pack="basics")
    lobby = await shown(stage, "No one has joined yet")
    assert "You're in." in await press(stage, stage.you, lobby, button_id(lobby, "Join"))
    assert len(posted(stage, "Quiz: Basics")) == 1


@pytest.mark.parametrize("fault", [*TRANSIENT, *TAKEN])
async def test_a_question_lost_on_the_way_is_asked_once(stage: Stage, faults: Faults, fault: Fault) -> None:
    await stage.slash("quiz start", pack="basics", questions=2)
    lobby = await shown(stage, "No one has joined yet")
    await press(stage, stage.you, lobby, button_id(lobby, "Join"))
    faults.at(POST, fault)
    await stage.people.click(stage.you, lobby["id"], button_id(lobby, "Start now"))
    question = await shown(stage, "Question 1 of 2")
    assert "Locked in" in await press(stage, stage.you, question, votes(question)[0])
    assert len(posted(stage, "Question 1 of 2")) == 1
    await shown(stage, "(right)")


@pytest.mark.parametrize("fault", [*TRANSIENT, *TAKEN])
async def test_the_end_lost_on_the_way_frees_the_channel_and_is_shown_once(
    stage: Stage, faults: Faults, fault: Fault
) -> None:
    question = await asked(stage)
    await press(stage, stage.you, question, votes(question)[0])
    faults.at(POST, fault)
    assert "The quiz is over" in texts(await stage.slash("quiz stop"))
    await shown(stage, "Final results")
    await eventually(lambda: len(stage_games(stage)) == 0)
    assert len(posted(stage, "Final results")) == 1
    assert "The lobby is open" in texts(await stage.slash("quiz start", pack="basics"))


def stage_games(stage: Stage) -> Any:
    cog: Any = stage.bot.get_cog("Quiz")
    return cog.quiz.games


@pytest.mark.parametrize("fault", [*TRANSIENT, rate_limited(3600)])
async def test_counts_lost_on_the_way_are_skipped(
    stage: Stage, faults: Faults, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(games, "REFRESH", 0.01)
    question = await asked(stage)
    faults.at(EDIT, fault)
    await press(stage, stage.you, question, votes(question)[0])
    await shown(stage, "(right)")
    assert len(faults.injected) == 1
    assert posted(stage, "Paused") == []


async def test_a_game_goes_on_after_many_lost_requests(stage: Stage, faults: Faults) -> None:
    question = await asked(stage, questions=1)
    faults.at(EDIT, cut(), times=4)
    faults.at(POST, cut(), times=3)
    await press(stage, stage.you, question, votes(question)[0])
    await shown(stage, "(right)")
    await stage.slash("quiz skip")
    await shown(stage, "Final results")
    assert len(posted(stage, "Final results")) == 1


@pytest.mark.parametrize("fault", TRANSIENT)
async def test_a_game_goes_on_by_itself_after_an_outage(stage: Stage, faults: Faults, fault: Fault) -> None:
    """Nothing can be posted or edited, the gateway is cut, and its session is lost; then all is well again."""
    question = await asked(stage, questions=1)

    def nothing_works(place: str, _: int) -> Fault | None:
        return fault if place in (POST, EDIT) else None

    faults.schedule = nothing_works
    faults.at(RESUME, refused(401))
    await press(stage, stage.you, question, votes(question)[0])
    stage.playground.gateway.drop()
    await eventually(lambda: sum(one.place in (POST, EDIT) for one in faults.injected) >= 3)
    faults.clear()
    await stage.playground.gateway.wait_online()
    await shown(stage, "(right)")
    await stage.slash("quiz skip")
    assert "of 1 right" in texts(await shown(stage, "Final results"))
    await eventually(lambda: len(stage_games(stage)) == 0)


async def test_a_quiz_night_whose_lobby_is_lost_on_the_way_still_opens(stage: Stage, faults: Faults) -> None:
    when = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)).isoformat(timespec="seconds")
    draft = await stage.slash("quiz schedule", when=when, pack="basics", questions=1)
    await stage.click(draft, button_id(draft, "Create the event"))
    await stage.people.until(lambda one: "The event is planned" in texts(one))
    (event,) = stage.people.scheduled_events(stage.you)
    faults.at(POST, cut(), times=2)
    stage.people.set_event_status(stage.you, event["id"], type(stage.world.scheduled.get(event["id"]).status).ACTIVE)
    lobby = await shown(stage, "No one has joined yet")
    assert "You're in." in await press(stage, stage.you, lobby, button_id(lobby, "Join"))


async def test_an_interaction_delivered_twice_counts_once(stage: Stage, faults: Faults) -> None:
    faults.at("event INTERACTION_CREATE", repeated(), times=100)
    question = await asked(stage)
    assert "Locked in" in await press(stage, stage.you, question, votes(question)[0])
    assert "Changed to" in await press(stage, stage.you, question, votes(question)[1])
    await shown(stage, "(right)")
    await stage.slash("quiz stop")
    end = await shown(stage, "Final results")
    await stage.people.click(stage.you, end["id"], button_id(end, "Play again"))
    await shown(stage, "No one has joined yet")
    assert len(posted(stage, "Final results")) == 1
    assert len(posted(stage, "Quiz: Basics")) == 2  # the first one's lobby, and this one's
