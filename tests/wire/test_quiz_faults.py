"""A quiz whose connection to Discord fails: the real client over real sockets, requests lost on the way and back."""

import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from inferbot.bot import Inferbot
from inferbot.playground.api.rest import Rest
from inferbot.playground.world.model import JSONObject
from inferbot.quiz.running import games, steps
from inferbot.settings import Settings
from support.components import button_id, texts
from wire.conftest import Start
from wire.stage import Stage, eventually
from wire.test_quiz import press, shown, votes

POST, EDIT = "POST /channels/{channel}/messages", "PATCH /channels/{channel}/messages/{message}"


@dataclass
class Fault:
    """What happens to the next request of a route: it's lost, before or after Discord did it, or answered by 5xx."""

    route: str
    done: bool
    status: int | None = None


@dataclass
class Wire:
    """Spoils requests as planned, one by one."""

    planned: list[Fault] = field(default_factory=list[Fault])

    def spoil(self, route: str, *, done: bool = False, status: int | None = None, times: int = 1) -> None:
        self.planned += [Fault(route, done, status) for _ in range(times)]

    def next(self, route: str) -> Fault | None:
        found = next((one for one in self.planned if one.route == route), None)
        if found:
            self.planned.remove(found)
        return found


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire, answer = Wire(), getattr(Rest, "_answer")  # noqa: B009 - it has no public name

    async def spoiled(rest: Rest, route: Any, request: web.Request, taken: Any) -> web.Response:
        fault = wire.next(f"{route.method} {route.path}")
        if fault is None:
            return await answer(rest, route, request, taken)
        if fault.done:
            await answer(rest, route, request, taken)
        if fault.status is not None:
            return web.json_response({"message": "not now", "code": 0}, status=fault.status)
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    monkeypatch.setattr(Rest, "_answer", spoiled)
    return wire


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


@pytest.mark.parametrize("done", [False, True])
async def test_a_lobby_lost_on_the_way_opens_once(*, stage: Stage, wire: Wire, done: bool) -> None:
    wire.spoil(POST, done=done)
    await stage.slash("quiz start", pack="basics")
    lobby = await shown(stage, "No one has joined yet")
    assert "You're in." in await press(stage, stage.you, lobby, button_id(lobby, "Join"))
    assert len(posted(stage, "Quiz: Basics")) == 1


@pytest.mark.parametrize(("done", "status"), [(False, None), (True, None), (False, 503), (True, 502)])
async def test_a_question_lost_on_the_way_is_asked_once(
    *, stage: Stage, wire: Wire, done: bool, status: int | None
) -> None:
    await stage.slash("quiz start", pack="basics", questions=2)
    lobby = await shown(stage, "No one has joined yet")
    await press(stage, stage.you, lobby, button_id(lobby, "Join"))
    wire.spoil(POST, done=done, status=status)
    await stage.people.click(stage.you, lobby["id"], button_id(lobby, "Start now"))
    question = await shown(stage, "Question 1 of 2")
    assert "Locked in" in await press(stage, stage.you, question, votes(question)[0])
    assert len(posted(stage, "Question 1 of 2")) == 1
    await shown(stage, "(right)")


@pytest.mark.parametrize("done", [False, True])
async def test_the_end_lost_on_the_way_frees_the_channel_and_is_shown_once(
    *, stage: Stage, wire: Wire, done: bool
) -> None:
    question = await asked(stage)
    await press(stage, stage.you, question, votes(question)[0])
    wire.spoil(POST, done=done)
    assert "The quiz is over" in texts(await stage.slash("quiz stop"))
    await shown(stage, "Final results")
    await eventually(lambda: len(stage_games(stage)) == 0)
    assert len(posted(stage, "Final results")) == 1
    assert "The lobby is open" in texts(await stage.slash("quiz start", pack="basics"))


def stage_games(stage: Stage) -> Any:
    cog: Any = stage.bot.get_cog("Quiz")
    return cog.quiz.games


async def test_counts_lost_on_the_way_are_skipped(stage: Stage, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(games, "REFRESH", 0.01)
    question = await asked(stage)
    wire.spoil(EDIT)
    await press(stage, stage.you, question, votes(question)[0])
    await shown(stage, "(right)")
    assert wire.planned == []
    assert posted(stage, "Paused") == []


async def test_a_game_goes_on_after_many_lost_requests(stage: Stage, wire: Wire) -> None:
    question = await asked(stage, questions=1)
    wire.spoil(EDIT, times=4)
    wire.spoil(POST, times=3)
    await press(stage, stage.you, question, votes(question)[0])
    await shown(stage, "(right)")
    await stage.slash("quiz skip")
    await shown(stage, "Final results")
    assert len(posted(stage, "Final results")) == 1


async def test_a_quiz_night_whose_lobby_is_lost_on_the_way_still_opens(stage: Stage, wire: Wire) -> None:
    when = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)).isoformat(timespec="seconds")
    draft = await stage.slash("quiz schedule", when=when, pack="basics", questions=1)
    await stage.click(draft, button_id(draft, "Create the event"))
    await stage.people.until(lambda one: "The event is planned" in texts(one))
    (event,) = stage.people.scheduled_events(stage.you)
    wire.spoil(POST, times=2)
    stage.people.set_event_status(stage.you, event["id"], type(stage.world.scheduled.get(event["id"]).status).ACTIVE)
    lobby = await shown(stage, "No one has joined yet")
    assert "You're in." in await press(stage, stage.you, lobby, button_id(lobby, "Join"))


async def test_an_interaction_delivered_twice_counts_once(stage: Stage) -> None:
    parsers: Any = getattr(stage.bot, "_connection").parsers  # noqa: B009 - it has no public name
    parse = parsers["INTERACTION_CREATE"]

    def twice(data: JSONObject) -> None:
        parse(data)
        parse(data)

    parsers["INTERACTION_CREATE"] = twice
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
