"""Quiz nights: what happens for an event happens once, whatever else happens at the same time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
from inferbot.quiz.game import Phase
from inferbot.quiz.running import saving
from inferbot.quiz.running.library import NoQuestions
from inferbot.quiz.running.nights import LATE, OVER, PLANNED, RUNNING, Act, CalendarDown, Nights, Status, decide
from inferbot.quiz.running.outlet import OutletDown, OutletForbidden
from inferbot.quiz.running.session import GameSession
from inferbot.store import events as rows
from inferbot.store import games as game_rows
from inferbot.store.records import EventRecord
from support.quiz_games import GUILD, HOST, DiskFull, Hall, due_now, until

CHANNEL, START = 77, 1000.0


@dataclass
class Events:
    """A calendar in memory; `gate` holds back the list of interested people, `down` are the calls that fail."""

    statuses: dict[int, Status] = field(default_factory=dict[int, Status])
    created: list[EventRecord] = field(default_factory=list[EventRecord])
    done: list[str] = field(default_factory=list[str])
    down: set[str] = field(default_factory=set[str])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def _do(self, what: str) -> None:
        if what in self.down:
            raise CalendarDown
        self.done.append(what)

    def reachable(self, guild: int) -> bool:
        return guild == GUILD

    def is_scheduled(self, night: EventRecord) -> bool:
        return self.statuses.get(night.id) is Status.SCHEDULED

    async def status(self, night: EventRecord) -> Status:
        return self.statuses.get(night.id, Status.GONE)

    async def create(self, night: EventRecord, title: str) -> tuple[int, str]:
        self._do("create")
        assert title
        self.created.append(night)
        number = len(self.created)
        self.statuses[number] = Status.SCHEDULED
        return number, f"https://example.com/{number}"

    async def change(self, night: EventRecord, status: Status, winners: GameSession | None = None) -> bool:
        if winners is not None:
            assert winners.record.event == night.id
            self._do("winners")
        else:
            self._do(status.name.lower())
        known = self.statuses.get(night.id)
        self.statuses[night.id] = status
        return known is not None

    async def interested(self, night: EventRecord) -> tuple[int, ...]:
        self.asked.set()
        await self.gate.wait()
        self._do("interested")
        return (night.host,)

    async def apologize(self, night: EventRecord) -> None:
        assert night.channel == CHANNEL
        self._do("apologize")

    async def tell_host(self, night: EventRecord, error: Exception) -> None:
        assert night.host == HOST
        self._do(f"tell {type(error).__name__}")


@dataclass
class Night:
    """A planned night and all it needs."""

    hall: Hall
    nights: Nights
    events: Events

    async def record(self, number: int = 1) -> EventRecord:
        found = await self.hall.store.read(lambda c: rows.get(c, number))
        assert found is not None
        return found

    def game(self) -> GameSession | None:
        return self.hall.games.of_event(1)

    async def at(self, now: float) -> None:
        """Look after every night at that time."""
        self.hall.screen.now = now
        await self.nights.look_after_all()


async def planned(hall: Hall, *, weekly: bool = False, pack: str = "basics") -> Night:
    night = Night(hall, Nights(hall.store, hall.library, hall.games), Events())
    await night.nights.take_up(night.events)
    choices = {"pack": pack, "questions": 1, "seconds": 5, "teams": 0}
    draft = EventRecord(0, GUILD, CHANNEL, HOST, choices, START, "UTC", weekly, PLANNED, None)
    assert await night.nights.plan(draft, night.events) == "https://example.com/1"
    return night


async def test_a_night_opens_its_lobby_once(hall: Hall) -> None:
    night = await planned(hall)
    await night.at(START - 1)
    assert night.game() is None
    night.hall.screen.now = START
    changed = night.nights.changed(1, Status.ACTIVE, START)
    await asyncio.gather(night.nights.look_after_all(), changed, night.nights.look_after_all())
    session = night.game()
    assert session is not None
    assert (await night.record()).game == session.id
    assert session.interested == (HOST,)
    assert [how for how, _ in hall.screen.shown] == ["post"]
    await hall.games.stop(CHANNEL)
    assert (await night.record()).state == OVER
    assert night.events.done == ["create", "active", "interested", "winners"]


async def test_an_event_that_is_deleted_while_its_lobby_opens_has_no_game(hall: Hall) -> None:
    night = await planned(hall)
    night.events.gate.clear()
    opening = asyncio.create_task(night.at(START))
    await night.events.asked.wait()
    await night.nights.deleted(1)
    night.events.gate.set()
    await opening
    assert night.game() is None
    assert (await night.record()).state == OVER


async def test_an_event_that_is_deleted_stops_its_game(hall: Hall) -> None:
    night = await planned(hall, weekly=True)
    await night.at(START)
    await asyncio.gather(night.nights.deleted(1), night.nights.deleted(1))
    assert night.game() is None
    assert len(night.events.created) == 1


async def test_a_weekly_night_whose_lobby_is_refused_plans_the_next_week_once(hall: Hall) -> None:
    night = await planned(hall, weekly=True)
    hall.screen.failure = OutletForbidden()
    await night.at(START)
    assert (await night.record()).state == OVER
    assert night.events.done == ["create", "active", "interested", "tell OutletForbidden", "create", "completed"]
    assert night.events.created[1].starts_at == START + 7 * 86400


async def test_a_weekly_night_without_its_pack_plans_no_next_week(hall: Hall) -> None:
    night = await planned(hall, weekly=True, pack="soup")
    await night.at(START)
    assert night.events.done[-2:] == ["tell NoSuchPack", "completed"]
    assert len(night.events.created) == 1


async def test_a_weekly_night_without_questions_plans_the_next(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    night = await planned(hall, weekly=True)

    def none(*_: object, **__: object) -> None:
        raise NoQuestions

    monkeypatch.setattr(hall.library, "choose", none)
    await night.at(START)
    assert len(night.events.created) == 2


async def test_a_night_is_retried_when_discord_refuses_something(hall: Hall) -> None:
    night = await planned(hall)
    night.events.down = {"interested"}
    await night.at(START)
    assert (await night.record()).state == PLANNED
    night.events.down = set()
    await night.at(START + 15)
    assert night.game() is not None


async def fail(*_: object, **__: object) -> None:
    raise DiskFull


async def test_a_lobby_that_cant_be_posted_yet_belongs_to_its_night(hall: Hall) -> None:
    night = await planned(hall)
    hall.screen.failure = OutletDown()
    await night.at(START)
    session = night.game()
    assert session is not None
    assert ((await night.record()).state, (await night.record()).game) == (RUNNING, session.id)
    hall.screen.failure = None
    due_now(session)
    await until(lambda: hall.screen.shown == [("post", Phase.LOBBY)])


async def test_a_night_whose_lobby_fails_for_any_reason_is_tried_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = await planned(hall)
    with monkeypatch.context() as broken:
        broken.setattr(saving, "add", fail)
        await night.at(START)
    assert (await night.record()).state == PLANNED
    await night.at(START + 15)
    assert night.game() is not None


async def test_a_night_left_without_its_game_is_tried_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    night = await planned(hall)
    with monkeypatch.context() as broken:
        broken.setattr(hall.games, "start", fail)
        broken.setattr(night.events, "interested", stop_writing(broken, hall))
        await night.at(START)
    assert (await night.record()).state == RUNNING
    await night.at(START + 15)
    await night.at(START + 30)
    assert night.game() is not None


def stop_writing(broken: pytest.MonkeyPatch, hall: Hall) -> Callable[[EventRecord], Awaitable[tuple[int, ...]]]:
    """Return a way to ask for the interested people after which the disk is full."""

    async def interested(_: EventRecord) -> tuple[int, ...]:
        broken.setattr(hall.store, "write", fail)
        return ()

    return interested


async def test_one_night_that_fails_stops_no_other_and_is_logged_once(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    night = await planned(hall)
    await night.nights.plan(replace(night.events.created[0], channel=CHANNEL + 1), night.events)
    status = night.events.status

    async def asked(record: EventRecord) -> Status:
        if record.id == 1:
            raise RuntimeError
        return await status(record)

    monkeypatch.setattr(night.events, "status", asked)
    await night.at(START)
    await night.at(START + 15)
    assert hall.games.of_event(2) is not None
    assert [one.message for one in caplog.records if one.levelno >= logging.WARNING] == [
        "an event could not be looked after"
    ]


async def test_a_night_whose_game_cant_be_read_any_more_is_over(hall: Hall) -> None:
    night = await planned(hall, weekly=True)
    await night.at(START)
    session = night.game()
    assert session is not None
    await hall.games.close()
    await hall.store.write(lambda c: game_rows.change(c, session.id, rules={"mood": "good"}))
    await night.at(START + 15)
    assert (await night.record()).state == OVER
    assert night.events.done[-2:] == ["create", "completed"]


async def test_a_night_waits_for_the_game_in_its_channel(hall: Hall) -> None:
    night = await planned(hall)
    hall.channel = CHANNEL - 1
    other = await hall.lobby()
    await night.at(START)
    assert (await night.record()).state == PLANNED
    await hall.games.stop(other.channel)
    await night.at(START + 15)
    assert night.game() is not None


async def test_a_missed_weekly_night_is_canceled_once_and_planned_for_next_week(hall: Hall) -> None:
    night = await planned(hall, weekly=True)
    await night.at(START + LATE + 1)
    await night.at(START + LATE + 16)
    assert night.events.done == ["create", "create", "gone", "apologize"]


async def test_a_rescheduled_night_starts_at_its_new_time(hall: Hall) -> None:
    night = await planned(hall)
    await night.nights.changed(1, Status.SCHEDULED, START + 500)
    await night.at(START + 1)
    assert night.game() is None
    await night.at(START + 500)
    assert night.game() is not None


async def test_nights_interrupted_by_a_restart_are_fixed_first(hall: Hall) -> None:
    night = await planned(hall)
    await night.at(START)
    session = night.game()
    assert session is not None
    await hall.store.write(lambda c: rows.move(c, 1, before=RUNNING, after=RUNNING, game=None))
    again = Nights(hall.store, hall.library, hall.games)
    await again.look_after_all()  # nothing, before it has a calendar
    await again.take_up(night.events)
    assert (await night.record()).game == session.id
    await hall.games.stop(CHANNEL)
    lost = await planned_without_game(hall, night)
    await Nights(hall.store, hall.library, hall.games).take_up(night.events)
    assert (await night.record(lost)).state == PLANNED


async def planned_without_game(hall: Hall, night: Night) -> int:
    """Plan a night, and interrupt it while its lobby opens."""
    await night.nights.plan(night.events.created[0], night.events)
    number = len(night.events.created)
    await hall.store.write(lambda c: rows.move(c, number, before=PLANNED, after=RUNNING))
    return number


async def test_a_game_that_ended_just_before_a_stop_is_completed(hall: Hall) -> None:
    night = await planned(hall)
    await night.at(START)
    hall.games.on_finished = None
    await hall.games.stop(CHANNEL)
    assert (await night.record()).state == RUNNING
    await night.at(START + 15)
    assert (await night.record()).state == OVER
    assert night.events.done[-1] == "winners"


async def test_a_weekly_night_whose_winners_cant_be_shown_plans_the_next_week(hall: Hall) -> None:
    night = await planned(hall, weekly=True)
    await night.at(START)
    night.events.down = {"winners"}
    await hall.games.stop(CHANNEL)
    assert len(night.events.created) == 2


@pytest.mark.parametrize(
    ("state", "status", "now", "game_on", "act"),
    [
        (OVER, Status.ACTIVE, START, False, Act.NOTHING),
        (PLANNED, Status.GONE, START, False, Act.CALL_OFF),
        (RUNNING, Status.COMPLETED, START, False, Act.CALL_OFF),
        (RUNNING, Status.COMPLETED, START, True, Act.NOTHING),
        (RUNNING, Status.ACTIVE, START, False, Act.COMPLETE),
        (PLANNED, Status.ACTIVE, START - 50, False, Act.OPEN),
        (PLANNED, Status.SCHEDULED, START - 1, False, Act.NOTHING),
        (PLANNED, Status.SCHEDULED, START + LATE, False, Act.START),
        (PLANNED, Status.SCHEDULED, START + LATE + 1, False, Act.MISS),
    ],
)
def test_what_each_night_needs(*, state: str, status: Status, now: float, game_on: bool, act: Act) -> None:
    assert decide(state, START, status, now, game_on=game_on) is act
