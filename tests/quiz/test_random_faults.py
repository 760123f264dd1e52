"""Whatever fails, in whatever order: a game that isn't paused has a timer, and ends when all works again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inferbot.quiz.errors import QuizError
from inferbot.quiz.running.games import NoGame
from inferbot.quiz.running.outlet import (
    MessageGone,
    OutletBlocked,
    OutletDown,
    OutletError,
    OutletForbidden,
    Posted,
)
from inferbot.quiz.running.session import GameSession
from inferbot.store import games as rows
from support.quiz_games import DiskFull, Hall, Screen, due_now

FAILURES: dict[str, type[Exception]] = {
    "down": OutletDown,
    "lost": OutletDown,
    "forbidden": OutletForbidden,
    "blocked": OutletBlocked,
    "deleted": MessageGone,
    "broken": RuntimeError,
}
# What the next calls to the outlet, and the next writes, end in; None works.
outcomes = st.lists(st.one_of(st.none(), st.sampled_from(sorted(FAILURES))), min_size=3, max_size=14)
writes = st.lists(st.sampled_from([True, True, False]), max_size=14)
DEEDS = ("due", "due", "due", "vote", "pause", "resume", "skip", "stop", "restart")
deeds = st.lists(st.sampled_from(DEEDS), min_size=4, max_size=14)


class FaultyScreen(Screen):
    """Shows as planned in `outcomes`; then everything works."""

    def __init__(self, outcomes: list[str | None]) -> None:
        super().__init__()
        self.outcomes = outcomes
        self.live: set[int] = set()

    async def post(self, session: GameSession, nonce: str) -> Posted:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome == "deleted":  # there's no message yet
            outcome = None
        if outcome not in (None, "lost"):
            raise FAILURES[outcome]
        posted = await super().post(session, nonce)
        self.live.add(posted.id)
        if outcome == "lost":
            raise OutletDown
        return posted

    async def update(self, session: GameSession) -> None:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome == "deleted":
            self.live.discard(session.message or 0)
        elif outcome is not None:
            raise FAILURES[outcome]
        if session.message not in self.live:
            raise MessageGone
        await super().update(session)


class Trial:
    """One game among faults."""

    def __init__(self, hall: Hall, writes: list[bool]) -> None:
        self.hall = hall
        self.writes = writes
        self.write = hall.store.write

    async def _write(self, work: Any) -> Any:
        if self.writes and not self.writes.pop(0):
            raise DiskFull
        return await self.write(work)

    @asynccontextmanager
    async def faulty(self) -> AsyncGenerator[None]:
        self.hall.store.write = self._write  # type: ignore[method-assign]
        try:
            yield
        finally:
            self.hall.store.write = self.write  # type: ignore[method-assign]

    @property
    def session(self) -> GameSession | None:
        with suppress(NoGame):
            return self.hall.games.in_channel(self.hall.channel)
        return None

    async def do(self, deed: str) -> None:
        """Do something to the game; refusals and failures are what people would be told."""
        session, games = self.session, self.hall.games
        if session is None:
            return
        self.hall.screen.now += 3
        with suppress(QuizError, OutletError, DiskFull, RuntimeError):
            match deed:
                case "due":
                    await self.due(session)
                case "vote":
                    await self.vote(session)
                case "restart":
                    await games.close()
                    await games.resume_all()
                    await self.quiet()
                case "pause" | "resume":
                    await getattr(games, deed)(session.channel, self.hall.screen.now)
                case _:
                    await getattr(games, deed)(session.channel)
        await self.quiet()

    async def vote(self, session: GameSession) -> None:
        """Click in the open round, if it has its message: else the click would wait for that."""
        if session.posted.is_set():
            number, at = session.game.round.number, self.hall.screen.now
            interaction = session.id * 1000 + number * 100 + round(at) % 100
            await self.hall.games.click(session.id, number, session.id, 0, at, interaction)

    async def due(self, session: GameSession) -> None:
        if session.timer is not None and not session.timer.cancelled():
            due_now(session)
            session.timer = None
        await self.quiet()

    async def quiet(self) -> None:
        """Wait for the steps under way."""
        for _ in range(3):
            await asyncio.sleep(0)
            tasks: set[asyncio.Task[None]] = self.hall.games._timers._tasks  # type: ignore[attr-defined]
            if tasks:
                await asyncio.wait(tasks)

    async def check(self) -> None:
        """Check that the game goes on, and that a restart would find it as it is."""
        session = self.session
        if session is None:
            return
        assert session.timer is not None or session.game.paused_at is not None, session
        if session.timer is None or not session.failures:
            assert (await self.hall.stored(session)).game == session.game

    async def to_the_end(self) -> None:
        """Let everything work again, and the game go on to its end."""
        for _ in range(60):
            session = self.session
            if session is None:
                return
            if session.game.paused_at is not None:
                await self.hall.games.resume(session.channel, self.hall.screen.now)
            self.hall.screen.now += 25
            await self.due(session)
        raise AssertionError(self.session)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcomes, writes, deeds)
async def test_a_game_among_faults_has_a_timer_and_ends(
    hall: Hall, outcomes: list[str | None], writes: list[bool], deeds: list[str]
) -> None:
    hall.screen = screen = FaultyScreen([])
    hall.games.show_through(screen)
    trial = Trial(hall, writes)
    session = await hall.lobby(questions=2)
    await hall.games.join(session.id, session.id)
    screen.outcomes = outcomes
    async with trial.faulty():
        for deed in deeds:
            await trial.do(deed)
            await trial.check()
        screen.outcomes.clear()
        trial.writes.clear()
        await trial.to_the_end()
    assert await hall.store.read(rows.unfinished) == []
    assert all(one.games == 1 for one in await hall.scores())
    hall.channel -= 1
    await hall.lobby()  # the channel is free
    await hall.games.stop(hall.channel)
