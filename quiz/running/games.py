"""Games: what people do in them, and the steps they take by themselves (ask, wait, close, reveal, end).

No task sleeps: each step sets the timer for the next by the loop's own clock, so a wall clock that jumps does no harm.
A click counts by Discord's clock: when it was made, against when the question's message appeared. What a person is told
is written first.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from ...store import games as rows
from ...store.store import Store
from .. import game as games
from .. import votes
from ..errors import GameOver, LobbyClosed, NoPlayers, TooLate
from ..game import Phase
from ..rules import GRACE
from ..votes import Outcome, Vote
from . import saving
from .asked import ask, predicted
from .library import Library
from .outlet import Outlet, OutletForbidden, OutletGone
from .predictor import NoPrediction, Predictor
from .screen import Screen
from .session import GameSession, Plan, new_session
from .timers import Step, Timers

log = logging.getLogger(__name__)

# A message's counts are updated at most this often, in seconds: Discord limits edits.
REFRESH = 2.0
# Once everyone has voted there is only this to wait for, in seconds: a change of mind.
ALL_VOTED = 2.0
# A game left alone for longer than this, in seconds, is closed instead of resumed.
AWAY = 600.0
# A resumed game waits at least this long before its next step, in seconds.
BREATH = 3.0
# If our clock is off by more than this, in seconds, the countdown that was sent is corrected.
CLOCKS_APART = 1.0
# Why a game ended whose lobby could not be shown.
UNSEEN = "unseen"


@dataclass(eq=False)
class AlreadyPlaying(Exception):
    """There is already a game in that channel: `session`, if it is still there."""

    session: GameSession | None


class NoGame(Exception):
    """There is no game in that channel."""


class Games:
    """Every game that is on. A step, or a command that replaces one, holds the session's lock; clicks don't."""

    def __init__(self, store: Store, library: Library, predictor: Predictor, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.on_finished: Step | None = None
        self._store = store
        self._library = library
        self._predictor = predictor
        self._screen = Screen(store)
        self._sessions: dict[int, GameSession] = {}
        # Every game this process has had: one that ends while the store is read must not be resumed from that.
        self._known: set[int] = set()
        self._resuming = asyncio.Lock()
        self._timers = Timers(self._failed)

    def __len__(self) -> int:
        return len(self._sessions)

    def session(self, game: int) -> GameSession:
        """Return a game that is on. Raises `GameOver` for any other."""
        if game not in self._sessions:
            raise GameOver
        return self._sessions[game]

    def in_channel(self, channel: int) -> GameSession:
        """Return the game that is on in a channel. Raises `NoGame`."""
        for session in self._sessions.values():
            if session.channel == channel:
                return session
        raise NoGame

    def of_event(self, event: int) -> GameSession | None:
        """Return the game that is on for a scheduled event."""
        return next((one for one in self._sessions.values() if one.record.event == event), None)

    async def find(self, game: int) -> GameSession | None:
        """Return any game, over or not, as it was written last."""
        return await saving.find(self._store, self._library, game)

    # What people do

    async def start(self, plan: Plan) -> GameSession:
        """Open a lobby and return its session.

        Raises `AlreadyPlaying`, the library's errors, or the outlet's; then there is no game.
        """
        session = new_session(plan, self._library, self._predictor, self.clock())
        try:
            await saving.add(self._store, session)
        except rows.GameRunsAlready:
            there = next((one for one in self._sessions.values() if one.channel == plan.channel), None)
            raise AlreadyPlaying(there) from None
        self._keep(session)
        async with session.lock:
            try:
                await self._screen.post(session)
                await saving.save(self._store, session)
            except Exception:
                await self._finish(session, UNSEEN, shown=False)
                raise
            self._timers.after(session, session.game.rules.lobby_seconds, self._step)
        return session

    async def join(self, game: int, user: int, team: int | None = None) -> GameSession:
        """Let a person into a lobby, or into another team. Raises the rules' errors."""
        session = self._open_lobby(game)
        changed = games.join(session.game, user, team)
        with session.writing(changed, user):
            await saving.save_players(self._store, game, [changed.players[user]])
        self._timers.refresh_after(session, REFRESH, self._refresh)
        return session

    async def leave(self, game: int, user: int) -> None:
        """Let a person out of a lobby. Raises the rules' errors."""
        session = self._open_lobby(game)
        with session.writing(games.leave(session.game, user), user):
            await saving.remove_player(self._store, game, user)
        self._timers.refresh_after(session, REFRESH, self._refresh)

    def _open_lobby(self, game: int) -> GameSession:
        session = self.session(game)
        if not session.accepting:
            raise LobbyClosed
        return session

    async def click(
        self, game: int, number: int, user: int, position: int, at: float, interaction: int
    ) -> tuple[Vote, Outcome]:
        """Take a click in a round; once that is safely stored, return the vote that counts and what the click did.

        Raises `GameOver`, `GamePaused`, `TooLate` or `LobbyFull`.
        """
        session = self.session(game)
        if session.game.phase is Phase.ASKING and session.game.paused_at is None:
            await session.posted.wait()
        click = games.click(session.game, number, user, position, at, interaction)
        if not session.accepting:
            raise TooLate
        changed = games.seated(session.game, user)
        newcomer = None if user in session.game.players else changed.players[user]
        with session.writing(changed, user):
            stored = await saving.save_click(self._store, game, number, click, newcomer)
            session.game = games.voted(session.game, number, stored)
        if session.accepting and session.game.all_voted and session.game.paused_at is None:
            self._timers.after(session, ALL_VOTED, self._step, at_most=True)
        self._timers.refresh_after(session, REFRESH, self._refresh)
        # The database has counted the click; counting it again tells what it did.
        return votes.count(stored, click)

    async def begin(self, game: int) -> None:
        """Ask the first question now. Raises `NoPlayers`, `LobbyClosed` or `GameOver`."""
        async with self._held(self.session(game)) as session:
            if session.game.phase is not Phase.LOBBY:
                raise LobbyClosed
            await self._begin(session)

    async def pause(self, channel: int, at: float) -> None:
        """Pause a game from `at` on. Raises `NoGame` or `GameOver`."""
        async with self._held(self.in_channel(channel)) as session:
            await self._pause(session, at)
            await self._show(session)

    async def _pause(self, session: GameSession, at: float) -> None:
        session.stop_timer()
        session.game = games.pause(session.game, at)
        await saving.save(self._store, session)

    async def resume(self, channel: int, at: float) -> None:
        """Resume a game with the time that was left. Raises `NoGame`, `GameOver` or `NotPaused`."""
        async with self._held(self.in_channel(channel)) as session:
            session.game = games.resume(session.game, at)
            session.accepting = True
            await saving.save(self._store, session)
            await self._go_on(session, at)

    async def skip(self, channel: int) -> None:
        """Close the open question without points, or move on from a lobby or a reveal.

        Does nothing when the game moves on by itself just then. Raises `NoGame`, `GameOver` or `NoPlayers`.
        """
        session = self.in_channel(channel)
        seen = session.game.phase, len(session.game.rounds)
        async with self._held(session):
            if seen == (session.game.phase, len(session.game.rounds)):
                await self._next(session, skipped=True)

    async def stop(self, channel: int, why: str = "stopped") -> None:
        """End a game with the points so far. Raises `NoGame` or `GameOver`."""
        async with self._held(self.in_channel(channel)) as session:
            await self._finish(session, why)

    @asynccontextmanager
    async def _held(self, session: GameSession) -> AsyncGenerator[GameSession]:
        """Hold a session's lock. Raises `GameOver` when the game ended first."""
        async with session.lock:
            yield self.session(session.id)

    # The steps, all under the session's lock

    async def _failed(self, session: GameSession) -> None:
        async with session.lock:
            if session.id in self._sessions and session.game.phase is not Phase.OVER:
                await self._in_trouble(session)

    async def _step(self, session: GameSession) -> None:
        try:
            await self._next(session)
        except NoPlayers:
            await self._finish(session, "nobody")

    async def _next(self, session: GameSession, *, skipped: bool = False) -> None:
        match session.game.phase:
            case Phase.LOBBY:
                await self._begin(session)
            case Phase.ASKING:
                await self._close_round(session, skipped=skipped)
            case Phase.REVEAL if not session.game.finished:
                await self._ask(session)
            case _:
                await self._finish(session, "played")

    async def _begin(self, session: GameSession) -> None:
        """Close the lobby and ask the first question. Raises `NoPlayers`."""
        games.begin(session.game)
        await session.settle()
        try:
            session.game = games.begin(session.game)
        except NoPlayers:  # the last one's join could not be written
            session.accepting = True
            raise
        await saving.save_players(self._store, session.id, session.game.players.values())
        if await self._show(session):  # the lobby, closed
            await self._ask(session)

    async def _ask(self, session: GameSession) -> None:
        """Ask the next question that is still there; its time starts when its message appears."""
        session.stop_timer()
        number = len(session.game.rounds)
        while number < len(session.record.plan):
            question = self._library.question(session.record.guild, session.record.plan[number])
            if question is not None:
                break
            del session.record.plan[number]  # its pack was removed
            session.game = replace(session.game, rules=replace(session.game.rules, questions=len(session.record.plan)))
        else:
            await self._finish(session, "played")
            return
        asked = ask(question, session.record.seed)
        session.asked.append(asked)
        session.accepting = True
        session.posted.clear()
        session.message = None
        session.game = games.ask(session.game, asked.id, len(asked.options), asked.answer, self.clock())
        await saving.save(self._store, session)
        await self._open_round(session)

    async def _open_round(self, session: GameSession) -> None:
        """Post the open question; the time to vote runs from its message on."""
        promised = session.game.round.deadline
        try:
            at = await self._screen.post(session)
            session.game = games.opened(session.game, at)
            await saving.save(self._store, session)
            if abs(session.game.round.deadline - promised) > CLOCKS_APART and not await self._show(session):
                return
        except OutletGone:
            await self._finish(session, "gone", shown=False)
        except OutletForbidden:
            await self._in_trouble(session)
        else:
            self._timers.after(session, session.game.rules.seconds + GRACE, self._step)
            self._timers.run(session, lambda one: self._predictor.get_ready(one.question))
        finally:
            session.posted.set()

    async def _close_round(self, session: GameSession, *, skipped: bool) -> None:
        """Close the open question, after the votes still being written: they count."""
        session.stop_timer()
        await session.settle()
        if session.question.answer is None and not skipped:
            try:
                session.asked[-1] = predicted(session.question, await self._predictor.predict(session.question))
            except NoPrediction:
                skipped = True
        session.game = games.close(session.game, self.clock(), right=session.question.answer, skipped=skipped)
        await saving.save(self._store, session)
        if not await self._show(session):
            return
        if session.game.idle:
            await self._finish(session, "idle")
        else:
            self._timers.after(session, session.game.rules.reveal_seconds, self._step)

    async def _finish(self, session: GameSession, why: str, *, shown: bool = True) -> None:
        """End a game: add its scores, show its end, and make room for another, in this order."""
        session.stop_timer()
        await session.settle()
        if session.game.phase is not Phase.OVER:
            session.game = games.stop(session.game, why)
        await saving.save_scores(self._store, session)
        if shown:
            await self._screen.show_end(session)
        await saving.close(self._store, session, self.clock())
        self._sessions.pop(session.id, None)
        if session.refresh is not None:
            session.refresh.cancel()
        if self.on_finished is not None and why != UNSEEN:
            await self.on_finished(session)

    async def _show(self, session: GameSession) -> bool:
        """Update the message; return whether the game goes on."""
        try:
            await self._screen.update(session)
        except OutletGone:
            await self._finish(session, "gone", shown=False)
            return False
        except OutletForbidden:
            await self._in_trouble(session)
            return False
        return True

    async def _in_trouble(self, session: GameSession) -> None:
        await self._pause(session, self.clock())
        await self._screen.tell_paused(session)

    async def _refresh(self, session: GameSession) -> None:
        """Update the message's counts."""
        session.refresh = None
        async with session.lock:
            counting = session.game.phase in (Phase.LOBBY, Phase.ASKING) and session.message is not None
            if counting and session.id in self._sessions:
                await self._show(session)

    # Starting and stopping the program

    def show_through(self, outlet: Outlet) -> None:
        """Show games through `outlet` from now on."""
        self._screen.outlet = outlet

    async def open(self, outlet: Outlet) -> None:
        """Show games through `outlet` from now on, and resume those a restart interrupted."""
        self.show_through(outlet)
        async with self._resuming:
            for session in await saving.unfinished(self._store, self._library):
                if session.id not in self._known:
                    self._keep(session)
                    self._timers.run(session, self._pick_up)

    def _keep(self, session: GameSession) -> None:
        self._known.add(session.id)
        self._sessions[session.id] = session
        if session.message is not None:
            session.posted.set()

    async def _pick_up(self, session: GameSession) -> None:
        async with self._held(session):
            await self._go_on(session, self.clock())

    async def _go_on(self, session: GameSession, now: float) -> None:
        """Show a game as it is and set the timer for its next step."""
        game = session.game
        if game.phase is Phase.OVER:  # stopped between the scores and the last message
            await self._finish(session, game.ended_by)
        elif game.paused_at is not None:
            return
        elif now - game.next_at > AWAY:
            await self._finish(session, "away")
        elif game.phase is Phase.ASKING and session.message is None:
            await self._open_round(session)
        elif await self._show(session):
            # A clock that has stepped back must not lengthen anything.
            self._timers.after(session, min(max(game.next_at - now, BREATH), game.longest_wait), self._step)

    async def close(self) -> None:
        """Stop every timer and wait for steps under way; open games stay open in the store."""
        self._screen.outlet = None
        for session in self._sessions.values():
            session.stop_timer()
            if session.refresh is not None:
                session.refresh.cancel()
        await self._timers.close()
        self._sessions.clear()
