"""Quiz nights: planned as scheduled events, opened when they start, completed when their game ends, found again later.

Every change of a night's state is one conditional update in the store, so what notices first acts, and acts once.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from enum import Enum, auto
from typing import Any, Protocol

from ...store import events as rows
from ...store.records import EventRecord
from ...store.store import Store
from ..errors import GameOver
from ..rules import GRACE, Rules
from ..when import next_week
from ..zones import zone_of
from .games import AlreadyPlaying, Games, NoGame
from .library import Library, NoQuestions, NoSuchPack
from .outlet import OutletForbidden, OutletGone
from .session import GameSession, Plan

log = logging.getLogger(__name__)

# A night whose time came while we were offline still opens if that was at most this long ago, in seconds.
LATE = 2 * 3600.0
PLANNED, RUNNING, OVER = "planned", "running", "over"


def length(choices: Mapping[str, Any]) -> float:
    """Return the seconds to set aside for a night: an hour, or more if every question takes its full time."""
    rules = Rules(questions=choices["questions"], seconds=choices["seconds"])
    one = rules.seconds + GRACE + rules.reveal_seconds
    return max(3600.0, rules.lobby_seconds + rules.questions * one + 600.0)


class Status(Enum):
    """The status of a scheduled event in Discord; GONE when it was cancelled or deleted."""

    SCHEDULED = auto()
    ACTIVE = auto()
    COMPLETED = auto()
    GONE = auto()


class CalendarDown(Exception):
    """Discord refused something about an event, or can't be reached; try again later."""


class Calendar(Protocol):
    """The servers' scheduled events, and the people to tell about them. What is awaited may raise `CalendarDown`."""

    def reachable(self, guild: int) -> bool:
        """Return whether a server is connected now."""
        ...

    def is_scheduled(self, night: EventRecord) -> bool:
        """Return whether the event is still scheduled by what Discord keeps us informed of, so no one has to ask."""
        ...

    async def status(self, night: EventRecord) -> Status:
        """Return the event's status, asked of Discord."""
        ...

    async def create(self, night: EventRecord, title: str) -> tuple[int, str]:
        """Create the event of a night, played with the pack of that title; return its id and address."""
        ...

    async def change(self, night: EventRecord, status: Status, winners: GameSession | None = None) -> bool:
        """Start, complete or cancel the event, if it isn't yet, and show the winners; return False if it's deleted."""
        ...

    async def interested(self, night: EventRecord) -> tuple[int, ...]:
        """Return some of the people who are interested."""
        ...

    async def apologize(self, night: EventRecord) -> None:
        """Say in the channel that the night was missed."""
        ...

    async def tell_host(self, night: EventRecord, error: Exception) -> None:
        """Tell the person who planned it why it could not start."""
        ...


class Act(Enum):
    """What to do for a night."""

    NOTHING = auto()
    START = auto()  # mark the event as active, and open the lobby
    OPEN = auto()  # a person started it by hand: open the lobby
    MISS = auto()  # its time passed too long ago: cancel it
    CALL_OFF = auto()  # it was cancelled: stop its game
    COMPLETE = auto()  # its game is over: complete the event


def decide(state: str, starts_at: float, status: Status, now: float, *, game_on: bool) -> Act:
    """Return what to do for a night in `state`. Deciding twice in a row does no harm."""
    if state == OVER:
        return Act.NOTHING
    if status is Status.GONE or (status is Status.COMPLETED and not game_on):
        return Act.CALL_OFF
    if state == RUNNING:
        return Act.NOTHING if game_on else Act.COMPLETE
    if status is Status.ACTIVE:
        return Act.OPEN
    if now < starts_at:
        return Act.NOTHING
    return Act.START if now - starts_at <= LATE else Act.MISS


class Nights:
    """Every quiz night, in the store and in the calendar that `take_up` is given."""

    def __init__(self, store: Store, library: Library, games: Games) -> None:
        self._store = store
        self._library = library
        self._games = games
        self._calendar: Calendar | None = None
        # Events whose lobby is being opened, and events that went wrong the last time they were looked after.
        self._opening: set[int] = set()
        self._failing: set[int] = set()

    async def planned(self, guild: int) -> list[tuple[EventRecord, str]]:
        """Return a server's nights that are planned or running, soonest first, with their packs' titles."""
        found = await self._store.read(lambda c: rows.unfinished(c, guild))
        return [(one, self._library.title(guild, one.choices["pack"])) for one in found]

    async def plan(self, night: EventRecord, calendar: Calendar) -> str:
        """Create the event of a night, which has no id yet, and return its address. Raises `CalendarDown`."""
        event, address = await calendar.create(night, self._library.title(night.guild, night.choices["pack"]))
        created = replace(night, id=event)
        await self._store.write(lambda c: rows.put(c, created))
        return address

    async def take_up(self, calendar: Calendar) -> None:
        """Work with `calendar` from now on, after fixing what a restart left half done: nights without their game."""
        if self._calendar is None:
            for night in await self._store.read(rows.unfinished):
                if night.state == RUNNING and night.game is None:
                    await self._note_game(night, self._games.of_event(night.id))
        self._calendar = calendar
        self._games.on_finished = self.complete

    async def _note_game(self, night: EventRecord, session: GameSession | None) -> bool:
        if session is None:
            return await self._move(night, RUNNING, PLANNED)
        return await self._move(night, RUNNING, RUNNING, game=session.id)

    async def look_after_all(self) -> None:
        """Do what is due for every night; one that fails doesn't stop the others."""
        calendar = self._calendar
        for night in await self._store.read(rows.unfinished):
            if calendar is None or not calendar.reachable(night.guild):
                continue
            later = night.state == PLANNED and night.starts_at > self._games.clock()
            if not (later and calendar.is_scheduled(night)):
                await self._look_after(night.id)

    async def changed(self, event: int, status: Status, starts_at: float) -> None:
        """Note what was done to an event by hand, and act at once."""
        night = await self._night(event)
        if night is None:
            return
        if night.state == PLANNED and starts_at != night.starts_at:
            await self._move(night, PLANNED, PLANNED, starts_at=starts_at)
        if status is not Status.SCHEDULED:
            await self._look_after(event)

    async def deleted(self, event: int) -> None:
        """Call a night off whose event was deleted."""
        night = await self._night(event)
        if night is not None:
            await self._call_off(night)

    async def complete(self, session: GameSession) -> None:
        """Complete the event of a game that is over, and plan the next week's."""
        night = await self._night(session.record.event)
        if night is None or self._calendar is None or not await self._move(night, RUNNING, OVER):
            return
        try:
            if not await self._calendar.change(night, Status.COMPLETED, session):  # deleted: no one wants another
                return
        except CalendarDown:
            log.warning("an event could not be completed", extra={"event": night.id}, exc_info=True)
        await self._plan_next(night, self._calendar)

    async def _night(self, event: int | None) -> EventRecord | None:
        """Return a night that is not over as it is now."""
        if event is None:
            return None
        night = await self._store.read(lambda c: rows.get(c, event))
        return None if night is None or night.state == OVER else night

    async def _move(self, night: EventRecord, before: str, after: str, **values: Any) -> bool:
        return await self._store.write(lambda c: rows.move(c, night.id, before=before, after=after, **values))

    async def _look_after(self, event: int) -> None:
        night = await self._night(event)
        if night is None or self._calendar is None:
            return
        try:
            await self._act(night, self._calendar)
        except Exception:
            level = logging.DEBUG if event in self._failing else logging.WARNING
            log.log(level, "an event could not be looked after", extra={"event": event}, exc_info=True)
            self._failing.add(event)
        else:
            self._failing.discard(event)

    async def _act(self, night: EventRecord, calendar: Calendar) -> None:
        status = await calendar.status(night)
        game_on = self._games.of_event(night.id) is not None
        match decide(night.state, night.starts_at, status, self._games.clock(), game_on=game_on):
            case Act.START:
                await calendar.change(night, Status.ACTIVE)
                await self._open_lobby(night, calendar)
            case Act.OPEN:
                await self._open_lobby(night, calendar)
            case Act.MISS:
                if await self._move(night, PLANNED, OVER):
                    await self._plan_next(night, calendar)
                    await calendar.change(night, Status.GONE)
                    await calendar.apologize(night)
            case Act.CALL_OFF:
                await self._call_off(night)
            case Act.COMPLETE:
                await self._complete_later(night, calendar)
            case Act.NOTHING:
                pass

    async def _complete_later(self, night: EventRecord, calendar: Calendar) -> None:
        """Complete a night whose game ended just before a restart, or failed to start."""
        if night.game is None:
            if night.id not in self._opening:  # its lobby could not be opened, nor that be written
                await self._move(night, RUNNING, PLANNED)
        elif (session := await self._games.find(night.game)) is not None:
            await self.complete(session)
        elif await self._move(night, RUNNING, OVER):  # its game can't be read any more
            await self._plan_next(night, calendar)
            await calendar.change(night, Status.COMPLETED)

    async def _open_lobby(self, night: EventRecord, calendar: Calendar) -> None:
        """Open the lobby, once, no matter what noticed first that the event has started."""
        if night.id in self._opening:
            return
        self._opening.add(night.id)
        try:
            if await self._move(night, PLANNED, RUNNING):
                await self._start(night, calendar)
        finally:
            self._opening.discard(night.id)

    async def _start(self, night: EventRecord, calendar: Calendar) -> None:
        chosen = night.choices
        rules = Rules(questions=chosen["questions"], seconds=chosen["seconds"], teams=chosen["teams"])
        try:
            users = await calendar.interested(night)
            plan = Plan(night.guild, night.channel, night.host, rules, chosen["pack"], night.id, users)
            session = await self._games.start(plan)
        except (AlreadyPlaying, CalendarDown):  # try again: when that game is over, or Discord is back
            await self._move(night, RUNNING, PLANNED)
        except (OutletForbidden, OutletGone, NoQuestions, NoSuchPack) as error:
            await self._move(night, RUNNING, OVER)
            await calendar.tell_host(night, error)
            if not isinstance(error, (OutletGone, NoSuchPack)):  # those would be missing next week too
                await self._plan_next(night, calendar)
            await calendar.change(night, Status.COMPLETED)
        except Exception:
            await self._move(night, RUNNING, PLANNED)
            raise
        else:
            if not await self._note_game(night, session):  # called off while the lobby was opening
                await self._stop(session)

    async def _call_off(self, night: EventRecord) -> None:
        if not (await self._move(night, RUNNING, OVER) or await self._move(night, PLANNED, OVER)):
            return
        session = self._games.of_event(night.id)
        if session is not None:
            await self._stop(session)

    async def _stop(self, session: GameSession) -> None:
        with suppress(GameOver, NoGame):  # it has just ended
            await self._games.stop(session.channel)

    async def _plan_next(self, night: EventRecord, calendar: Calendar) -> None:
        if not night.weekly:
            return
        zone = zone_of(night.zone)
        now = dt.datetime.fromtimestamp(self._games.clock(), zone)
        start = next_week(dt.datetime.fromtimestamp(night.starts_at, zone), now)
        following = replace(night, id=0, starts_at=start.timestamp(), state=PLANNED, game=None)
        try:
            await self.plan(following, calendar)
        except CalendarDown:
            log.warning("the next event could not be planned", extra={"event": night.id}, exc_info=True)
