"""Games: what people do in them, and what a restart does. `steps.py` has what a game does by itself.

A click counts by Discord's clock: when it was made, against when the question's message appeared. What a person is told
is written first.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ...store import games as rows
from ...store.store import Store
from .. import game as games
from .. import votes
from ..errors import GameOver, LobbyClosed, TooLate
from ..game import Phase
from ..votes import Outcome, Vote
from . import saving
from .library import Library
from .outlet import MessageGone, Outlet, OutletError
from .predictor import Predictor
from .session import GameSession, Plan, Step, new_session
from .steps import GONE, Steps

log = logging.getLogger(__name__)

# A message's counts are updated at most this often, in seconds: Discord limits edits.
REFRESH = 2.0
# Once everyone has voted there is only this to wait for, in seconds: a change of mind.
ALL_VOTED = 2.0


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
        self._steps = Steps(store, library, predictor, clock, self._finished)
        self._sessions = self._steps.sessions
        self._timers = self._steps.timers
        # Every game this process has had: one that ends while the store is read must not be resumed from that.
        self._known: set[int] = set()
        self._resuming = asyncio.Lock()

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
        """Open a lobby and return its session; it has no message yet while the outlet is down.

        Raises `AlreadyPlaying`, the library's errors, or the outlet's; then there is no game.
        """
        session = new_session(plan, self._library, self._predictor, self.clock())
        try:
            await saving.add(self._store, session)
        except rows.GameRunsAlready:
            there = next((one for one in self._sessions.values() if one.channel == plan.channel), None)
            raise AlreadyPlaying(there) from None
        self._keep(session)
        async with self._steps.held(session):
            await self._steps.open_lobby(session)
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
            self._steps.close_within(session, ALL_VOTED)
        self._timers.refresh_after(session, REFRESH, self._refresh)
        # The database has counted the click; counting it again tells what it did.
        return votes.count(stored, click)

    async def begin(self, game: int) -> None:
        """Ask the first question now. Raises `NoPlayers`, `LobbyClosed` or `GameOver`."""
        async with self._steps.held(self.session(game)) as session:
            if session.game.phase is not Phase.LOBBY:
                raise LobbyClosed
            await self._steps.begin(session)

    async def pause(self, channel: int, at: float) -> None:
        """Pause a game from `at` on. Raises `NoGame` or `GameOver`."""
        async with self._steps.held(self.in_channel(channel)) as session:
            await self._steps.pause(session, at)
            await self._steps.show(session)

    async def resume(self, channel: int, at: float) -> None:
        """Resume a game with the time that was left. Raises `NoGame`, `GameOver` or `NotPaused`."""
        async with self._steps.held(self.in_channel(channel)) as session:
            session.game = games.resume(session.game, at)
            session.accepting = True
            session.failures = 0
            await saving.save(self._store, session)
            await self._steps.go_on(session, at)

    async def skip(self, channel: int) -> None:
        """Close the open question without points, or move on from a lobby or a reveal.

        Does nothing when the game moves on by itself just then. Raises `NoGame`, `GameOver` or `NoPlayers`.
        """
        session = self.in_channel(channel)
        seen = session.game.phase, len(session.game.rounds)
        async with self._steps.held(session):
            if seen == (session.game.phase, len(session.game.rounds)):
                await self._steps.advance(session, skipped=True)

    async def stop(self, channel: int, why: str = "stopped") -> None:
        """End a game with the points so far. Raises `NoGame` or `GameOver`."""
        async with self._steps.held(self.in_channel(channel)) as session:
            await self._steps.finish(session, why)

    async def leave_guild(self, guild: int) -> None:
        """End the games of a server we were removed from; there's no one to show that to."""
        for session in [one for one in self._sessions.values() if one.record.guild == guild]:
            with suppress(GameOver):
                async with self._steps.held(session):
                    await self._steps.finish(session, GONE)

    async def _finished(self, session: GameSession) -> None:
        try:
            if self.on_finished is not None:
                await self.on_finished(session)
        except Exception:
            log.exception("what follows a game failed", extra={"game": session.id})

    async def _refresh(self, session: GameSession) -> None:
        """Update the message's counts, without the lock: Discord may make that wait. A failure is skipped."""
        counting = session.game.phase in (Phase.LOBBY, Phase.ASKING) and session.message is not None
        if not counting or session.id not in self._sessions:
            return
        try:
            await self._steps.screen.refresh(session)
        except MessageGone:
            with suppress(GameOver):
                async with self._steps.held(session):
                    await self._steps.show(session)
        except OutletError as error:
            log.info("a game's counts could not be updated", extra={"game": session.id, "reason": str(error)})

    # Starting and stopping the program

    def show_through(self, outlet: Outlet) -> None:
        """Show games through `outlet` from now on."""
        self._steps.screen.outlet = outlet

    async def resume_all(self) -> None:
        """Resume the games that a restart interrupted."""
        async with self._resuming:
            for game in await saving.unfinished(self._store):
                try:
                    await self._resume(game)
                except Exception:
                    log.exception("a game could not be resumed", extra={"game": game})

    async def _resume(self, game: int) -> None:
        """Resume a game unless it's known already; one whose rows we can't read is closed."""
        session = None if game in self._known else await self.find(game)
        if game in self._known:
            return
        if session is not None:
            self._keep(session)
            self._timers.run(session, self._pick_up)
            return
        place = await saving.close_unreadable(self._store, game, self.clock())
        if place is not None:
            await self._steps.screen.tell_unreadable(*place)

    def _keep(self, session: GameSession) -> None:
        self._known.add(session.id)
        self._sessions[session.id] = session
        if session.message is not None:
            session.posted.set()

    async def _pick_up(self, session: GameSession) -> None:
        async with self._steps.held(session):
            await self._steps.go_on(session, self.clock())

    async def close(self) -> None:
        """Stop every timer and wait for steps under way; open games stay open in the store."""
        self._steps.screen.outlet = None
        for session in self._sessions.values():
            session.stop_timer()
        await self._timers.close()
        self._sessions.clear()
        self._known.clear()
