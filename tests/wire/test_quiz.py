"""The quiz with the real client over real sockets: a whole game, a quiz night, and a process that is killed."""

import asyncio
import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from inferbot.bot import Inferbot
from inferbot.playground.world.model import JSONObject
from inferbot.settings import Settings
from support.components import button_id, texts, walk
from wire.conftest import Start
from wire.stage import Stage, eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def stage(start: Start) -> Stage:
    return await start(Inferbot(Settings(fetch_weights=False, discord_token=None)))


async def shown(stage: Stage, words: str) -> JSONObject:
    """Return the first message that everyone sees with these words in it."""
    return await stage.people.until(lambda one: not one["flags"] & 64 and words in texts(one), within=60)


async def press(stage: Stage, person: str, message: JSONObject, custom_id: str) -> str:
    """Press a button as a person, and return what they are told."""
    return texts(await stage.people.reply(await stage.people.click(person, message["id"], custom_id)))


def votes(message: JSONObject) -> list[str]:
    ids = [part.get("custom_id", "") for part in walk(message)]
    return [one for one in ids if ":vote:" in one]


async def play(stage: Stage, robin: str, lobby: JSONObject) -> JSONObject:
    """Play a game of one question from its lobby on; return the message of its end."""
    for person in (stage.you, robin):
        assert "You're in." in await press(stage, person, lobby, button_id(lobby, "Join"))
    await stage.people.click(stage.you, lobby["id"], button_id(lobby, "Start now"))
    question = await shown(stage, "Question 1 of 1")
    first, second = votes(question)[:2]
    assert "Locked in" in await press(stage, stage.you, question, first)
    assert "Changed to" in await press(stage, stage.you, question, second)
    assert "Locked in" in await press(stage, robin, question, first)
    await shown(stage, "(right)")
    await stage.slash("quiz skip")
    return await shown(stage, "Final results")


async def test_a_whole_game_is_played(stage: Stage) -> None:
    robin = stage.people.add("Robin").id
    await stage.slash("quiz start", pack="basics", questions=1)
    end = await play(stage, robin, await shown(stage, "No one has joined yet"))
    assert "of 1 right" in texts(end)
    assert "missed" in await press(stage, robin, end, button_id(end, "What did I miss?"))
    assert "No one" not in texts(await stage.slash("quiz leaderboard"))


async def test_a_quiz_night_from_its_plan_to_its_winners(stage: Stage) -> None:
    robin = stage.people.add("Robin").id
    when = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)).isoformat(timespec="seconds")
    draft = await stage.slash("quiz schedule", when=when, pack="basics", questions=1)
    await stage.click(draft, button_id(draft, "Create the event"))
    await stage.people.until(lambda one: "The event is planned" in texts(one))
    (event,) = stage.people.scheduled_events(stage.you)
    stage.people.set_interest(robin, event["id"], interested=True)
    stage.people.set_event_status(stage.you, event["id"], type(stage.world.scheduled.get(event["id"]).status).ACTIVE)
    lobby = await shown(stage, "Interested in the event")
    assert robin in texts(lobby)
    await play(stage, robin, lobby)
    await eventually(lambda: stage.people.scheduled_events(stage.you) == [])
    assert "took part" in (stage.world.scheduled.get(event["id"]).description or "")


async def test_no_acknowledged_answer_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    """The benchmark kills a hundred times; it fails by itself when something is lost or a game never ends."""
    command = [sys.executable, str(ROOT / "benchmarks" / "quiz.py"), "kills", "--kills", "2"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "games played / never ended" in done.stdout
