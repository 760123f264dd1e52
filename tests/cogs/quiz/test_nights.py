"""Quiz nights as scheduled events, in a simulated Discord with virtual time."""

import datetime as dt
from typing import Any

import discord
import pytest
from inferbot.quiz.when import parse_when
from inferbot.quiz.zones import zone_of
from inferbot.store import events as rows
from support.quiz_stage import GRACE, SETTLE, Stage
from support.views import message_of, text_of

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)


@pytest.fixture(scope="module", autouse=True)
def dates() -> None:
    """Load what reads dates, once: simcord waits in real time, and a slow machine takes seconds for it."""
    parse_when("tomorrow 19:00", zone_of("UTC"), dt.datetime.now(dt.UTC))


async def refused(stage: Stage, who: Any = None, **options: Any) -> str:
    return text_of(message_of(await (who or stage.mod).slash(stage.channel, "quiz schedule", **options)))


async def plan(stage: Stage, **options: Any) -> discord.ScheduledEvent:
    """Plan a quiz night as mod, and return its event."""
    chosen = {"when": "in 3 minutes", "pack": "basics", "questions": 1} | options
    result = await stage.mod.slash(stage.channel, "quiz schedule", **chosen)
    draft = message_of(result)
    assert "Plan this quiz night?" in text_of(draft), text_of(draft)
    done = await stage.mod.click(draft, label="Create the event")
    assert "The event is planned" in text_of(message_of(done))
    return guild_of(stage).scheduled_events[-1]


def guild_of(stage: Stage) -> discord.Guild:
    return stage.env.bot.guilds[0]


async def wait(stage: Stage, seconds: float) -> None:
    """Let virtual time pass in small steps: each has to settle soon in real time."""
    while seconds > 0:
        await stage.env.advance_time(min(seconds, 40))
        seconds -= 40


async def play(stage: Stage) -> None:
    """Play the one question of a game that is in its lobby."""
    await stage.press(stage.ann, stage.last, "Join")
    await stage.press(stage.mod, stage.last, "Start now")
    await stage.vote(stage.ann, right=True)
    await stage.env.advance_time(GRACE)
    await stage.env.advance_time(12.5)


async def test_a_quiz_night_from_plan_to_podium(stage: Stage) -> None:
    event = await plan(stage)
    assert (event.name, event.location) == ("Quiz night: Basics", "#general")
    assert event.end_time is not None
    await stage.bob.subscribe_event(event)
    assert "Basics" in await stage.command(stage.bob, "events")
    await wait(stage, 200)
    assert f"Interested in the event: {stage.bob.mention}" in text_of(stage.last)
    assert event.status is discord.EventStatus.active
    await play(stage)
    assert "Final results" in text_of(stage.last)
    assert event.status is discord.EventStatus.completed
    assert f"{stage.ann.mention} wins" in (event.description or "")
    assert "No quiz night is planned" in await stage.command(stage.bob, "events")


async def test_a_weekly_night_plans_the_next_one_at_the_same_time(stage: Stage) -> None:
    event = await plan(stage, repeat="weekly")
    await wait(stage, 200)
    await play(stage)
    following = guild_of(stage).scheduled_events[-1]
    assert following.id != event.id
    assert (following.start_time - event.start_time).days == 7
    assert following.status is discord.EventStatus.scheduled


async def test_starting_it_by_hand_opens_the_lobby_once(stage: Stage) -> None:
    event = await plan(stage, when="in 5 hours")
    backend = stage.env.backend
    backend.edit_scheduled_event(guild_of(stage).id, event.id, {"status": 2})
    await stage.env.advance_time(1)
    assert "Quiz: Basics" in text_of(stage.last)
    lobby = stage.last.id
    await wait(stage, 40)
    assert stage.last.id == lobby


async def test_cancelling_the_event_closes_the_lobby(stage: Stage) -> None:
    event = await plan(stage)
    await wait(stage, 200)
    assert stage.session is not None
    stage.env.backend.delete_scheduled_event(guild_of(stage).id, event.id)
    await stage.env.advance_time(1)
    assert stage.session is None
    assert "canceled" in text_of(stage.last)


async def test_a_cancelled_plan_is_forgotten(stage: Stage) -> None:
    event = await plan(stage)
    stage.env.backend.delete_scheduled_event(guild_of(stage).id, event.id)
    await wait(stage, 200)
    assert await stage.fakes.store.read(rows.unfinished) == []
    assert stage.channel.last_message is None


async def test_a_night_missed_while_offline_starts_late(stage: Stage) -> None:
    await plan(stage)
    await stage.stop()
    await wait(stage, 600)
    await stage.begin_again()
    assert "Quiz: Basics" in text_of(stage.last)


async def test_never_mind_plans_no_night(stage: Stage) -> None:
    draft = message_of(await stage.mod.slash(stage.channel, "quiz schedule", when="in 3 minutes"))
    dropped = await stage.mod.click(draft, label="Never mind")
    assert text_of(message_of(dropped)) == "Nothing was planned."
    assert not guild_of(stage).scheduled_events


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("yesterday 19:00", "has passed"),
        ("31 February 19:00", "doesn't exist"),
        ("tomorrow 25:00", "doesn't exist. Check the date, the hour,"),
        ("friday", "“friday” has no time of day. Add one, like `19:00` or `7pm`."),
        ("wednesday 2026-12-24 19:00", "24 December 2026 is a Thursday, not a Wednesday."),
        ("9999-12-31 23:59", "too far ahead"),
        ("2027-02-31 19:00", "doesn't exist"),
        ("soonish", "can't read “soonish” as a time"),
        ("2031-01-01 19:00", "too far ahead"),
        ("@everyone 19:00", "can't read"),
    ],
)
async def test_texts_that_arent_valid_times(stage: Stage, when: str, sentence: str) -> None:
    assert sentence in await refused(stage, when=when)


async def test_an_unknown_zone_gets_similar_names(stage: Stage) -> None:
    assert "Try `Europe/Berlin`" in await refused(stage, when="tomorrow 19:00", zone="Berlni")


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [
        ("USA", "Try `America/New_York` or `America/Chicago` or `America/Denver` or `America/Los_Angeles`."),
        ("Middle Earth", "Try `Europe/Berlin` or `UTC`."),
    ],
)
async def test_a_zone_that_could_be_several_is_asked_for(stage: Stage, zone: str, sentence: str) -> None:
    assert sentence in await refused(stage, when="tomorrow 19:00", zone=zone)


@pytest.mark.parametrize(
    ("when", "zone", "read_in"),
    [
        ("tomorrow 19:00", "Germany", "Europe/Berlin"),
        ("tomorrow 19:00", "UTC+2", "UTC+02:00"),
        ("tomorrow 8pm ET", "Germany", "America/New_York"),
        ("tomorrow 8pm in Tokyo", None, "Asia/Tokyo"),
        ("tomorrow 8pm", None, "UTC"),
    ],
)
async def test_the_plan_names_the_zone_it_was_read_in(stage: Stage, when: str, zone: str | None, read_in: str) -> None:
    options = {"when": when} | ({"zone": zone} if zone else {})
    assert f"Read as a time in {read_in}." in (await refused(stage, **options)).replace("\\", "")


async def test_zones_are_suggested_by_any_name(stage: Stage) -> None:
    async def offered(typed: str) -> list[str]:
        found = await stage.mod.autocomplete(stage.channel, "quiz schedule", "zone", typed)
        return [one["value"] for one in found]

    assert await offered("germ") == ["Europe/Berlin"]
    assert (await offered("GMT+2"))[0] == "UTC+02:00"
    assert len(await offered("")) == 25
    assert not any("Etc/" in one for one in await offered("gmt"))


async def test_the_time_is_read_in_the_zone_that_was_named(stage: Stage) -> None:
    event = await plan(stage, when="2026-07-01 19:00", zone="Europe/Berlin")
    assert event.start_time.isoformat() == "2026-07-01T17:00:00+00:00"


async def test_members_cant_plan(stage: Stage) -> None:
    assert "permission to create or manage events" in await refused(stage, stage.bob, when="tomorrow 19:00")


async def test_a_night_is_planned_without_its_banner_when_no_thread_is_free_to_draw_it(stage: Stage) -> None:
    await plan(stage)
    stage.fakes.engine.full = True
    await plan(stage, when="in 5 hours")
    bodies = [one.json for one in stage.env.http_requests if one.path.endswith("/scheduled-events") and one.json]
    assert [bool(body.get("image")) for body in bodies] == [True, False]
