"""The steps a game takes by itself: ask, wait, close, reveal, end. All but `retry_later` need the session's lock.

No task sleeps: each step sets the timer for the next by the loop's own clock, so a wall clock that jumps does no harm.
A step that can't be shown or written is retried with a back-off, and the time that was lost is given back. Only a
refusal pauses a game: someone has to do something about that.
"""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from ...store.store import Store
from .. import game as games
from ..errors import GameOver, NoPlayers, QuizError
from ..game import Phase
from ..rules import GRACE
from . import saving
from .asked import ask, predicted
from .library import Library
from .outlet import OutletDown, OutletError, OutletForbidden, OutletGone
from .predictor import NoPrediction, Predictor
from .screen import Screen
from .session import GameSession, Step
from .timers import Timers

log = logging.getLogger(__name__)

# A game left alone for longer than this, in seconds, is closed instead of resumed.
AWAY = 600.0
# A resumed game waits at least this long before its next step, in seconds.
BREATH = 3.0
# If our clock is off by more than this, in seconds, the countdown that was sent is corrected.
CLOCKS_APART = 1.0
# A message that was older than this, in seconds, when we heard of it could not be answered so far.
OLD_NEWS = 5.0
# The back-off of retries, in seconds: it doubles from the first to the longest. So many take about ten minutes.
FIRST_RETRY, LONGEST_RETRY, MOST_RETRIES = 1.0, 30.0, 24
# Why a game ended whose lobby, or channel, couldn't be shown: there's no one to show that to.
UNSEEN, GONE = "unseen", "gone"


class Steps:
    """Takes the steps of the games in `sessions`."""

    def __init__(
        self, store: Store, library: Library, predictor: Predictor, clock: Callable[[], float], on_finished: Step
    ) -> None:
        self.sessions: dict[int, GameSession] = {}
        self.screen = Screen(store)
        self.timers = Timers(self.sessions, self.retry_later)
        self._store = store
        self._library = library
        self._predictor = predictor
        self._clock = clock
        self._on_finished = on_finished

    @asynccontextmanager
    async def held(self, session: GameSession) -> AsyncGenerator[GameSession]:
        """Hold a session's lock. Raises `GameOver` when the game ended first; what fails is retried."""
        async with session.lock:
            if self.sessions.get(session.id) is not session:
                raise GameOver
            try:
                yield session
            except QuizError:  # refused: nothing has changed
                raise
            except Exception:
                self.retry_later(session)
                raise

    # From one step to the next

    async def advance(self, session: GameSession, *, skipped: bool = False) -> None:
        """Take the step that follows the phase. Raises `NoPlayers`."""
        match session.game.phase:
            case Phase.LOBBY:
                await self.begin(session)
            case Phase.ASKING:
                await self._close_round(session, skipped=skipped)
            case Phase.REVEAL if not (session.game.finished or session.game.idle):
                await self._ask(session)
            case _:
                await self.finish(session, "idle" if session.game.idle else "played")

    async def _advance_in_time(self, session: GameSession) -> None:
        try:
            await self.advance(session)
        except NoPlayers:
            await self.finish(session, "nobody")

    def close_within(self, session: GameSession, seconds: float) -> None:
        """Close the open question after `seconds`, or at its time if that comes first."""
        self.timers.after(session, seconds, self._advance_in_time, at_most=True)

    async def open_lobby(self, session: GameSession) -> None:
        """Show a new lobby, later if need be. Raises what forbids it; then the game is over."""
        try:
            await self.screen.update(session)
        except OutletDown:
            self.retry_later(session)
        except Exception:
            await self.finish(session, UNSEEN)
            raise
        else:
            self.timers.after(session, session.game.rules.lobby_seconds, self._advance_in_time)

    async def begin(self, session: GameSession) -> None:
        """Close the lobby and ask the first question. Raises `NoPlayers`."""
        games.begin(session.game)
        await session.settle()
        try:
            session.game = games.begin(session.game)
        except NoPlayers:  # the last one's join could not be written
            session.accepting = True
            raise
        await saving.save_players(self._store, session.id, session.game.players.values())
        await self.timers.stop_refreshing(session)
        with suppress(OutletError):  # the lobby, closed; the question's message will tell what is wrong
            await self.screen.update(session)
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
            await self.finish(session, "played")
            return
        asked = ask(question, session.record.seed)
        session.asked.append(asked)
        session.accepting = True
        session.message = None
        session.game = games.ask(session.game, asked.id, len(asked.options), asked.answer, self._clock())
        await saving.save(self._store, session)
        await self._open_round(session)

    async def _open_round(self, session: GameSession) -> None:
        """Post the open question; the time to vote runs from its message on."""
        session.posted.clear()
        promised, retried = session.game.round.deadline, session.failures > 0
        if not await self._shown(session, self._post_question):
            return
        wrong = abs(session.game.round.deadline - promised) > CLOCKS_APART
        if (wrong or retried) and not await self.show(session):
            return
        self.timers.after(session, session.game.rules.seconds + GRACE, self._advance_in_time)
        self.timers.run(session, lambda one: self._predictor.get_ready(one.question))

    async def _post_question(self, session: GameSession) -> None:
        at = await self.screen.post(session)
        if session.failures and self._clock() - at > OLD_NEWS:
            at = self._clock()  # Discord took it at an earlier try, but no one could answer it
        session.game = games.opened(session.game, at)
        await saving.save(self._store, session)

    async def _close_round(self, session: GameSession, *, skipped: bool) -> None:
        """Close the open question, after the votes still being written: they count."""
        session.stop_timer()
        await session.settle()
        if session.question.answer is None and not skipped:
            skipped = not await self._predict(session)
        session.game = games.close(session.game, self._clock(), right=session.question.answer, skipped=skipped)
        await saving.save(self._store, session)
        if not await self.show(session):
            return
        if session.game.idle:
            await self.finish(session, "idle")
        else:
            self.timers.after(session, session.game.rules.reveal_seconds, self._advance_in_time)

    async def _predict(self, session: GameSession) -> bool:
        """Have the model answer the question; return whether it could."""
        try:
            session.asked[-1] = predicted(session.question, await self._predictor.predict(session.question))
        except NoPrediction:
            return False
        except Exception:
            log.exception("a model failed in a game", extra={"game": session.id})
            return False
        return True

    async def finish(self, session: GameSession, why: str) -> None:
        """End a game: add its scores, show its end, and make room for another, in this order. It may be repeated."""
        session.stop_timer()
        await session.settle()
        if session.game.phase is not Phase.OVER:
            session.game = games.stop(session.game, why)
        session.posted.set()
        await saving.save_scores(self._store, session)
        await self.timers.stop_refreshing(session)
        if not await self._end_shown(session):
            return
        await saving.close(self._store, session, self._clock())
        self.sessions.pop(session.id, None)
        if session.game.ended_by != UNSEEN:
            await self._on_finished(session)

    async def _end_shown(self, session: GameSession) -> bool:
        """Show the end of a game, once; return whether that's done, or can't be."""
        if session.end_shown or session.game.ended_by in (UNSEEN, GONE) or session.failures > MOST_RETRIES:
            return True
        try:
            await self.screen.show_end(session)
        except OutletDown:
            self.retry_later(session)
            return False
        except OutletError:
            log.info("the end of a game could not be shown", extra={"game": session.id})
        session.end_shown = True
        return True

    # Showing a game

    async def show(self, session: GameSession) -> bool:
        """Update the message; return whether the game goes on."""
        return await self._shown(session, self.screen.update)

    async def _shown(self, session: GameSession, showing: Step) -> bool:
        """Show a game; return whether it goes on. If not, it is over, paused, or will be shown again."""
        began = self._clock()
        await self.timers.stop_refreshing(session)
        try:
            await showing(session)
        except OutletGone:
            await self.finish(session, GONE)
        except OutletForbidden as refusal:
            await self._refused(session, refusal)
        except OutletDown as hitch:
            level = logging.DEBUG if session.failures else logging.WARNING
            log.log(level, "a game can't be shown; I'll retry", extra={"game": session.id, "reason": str(hitch)})
            self.retry_later(session, began)
        else:
            session.failures = 0
            session.posted.set()
            return True
        return False

    async def _refused(self, session: GameSession, refusal: OutletForbidden) -> None:
        """Pause a game that may not be shown, and tell the person who started it."""
        told = session.game.paused_at is not None
        await self.pause(session, self._clock())
        if not told:
            self.timers.run(session, lambda one: self.screen.tell_paused(one, refusal))

    async def pause(self, session: GameSession, at: float) -> None:
        """Pause a game from `at` on. Raises `GameOver`."""
        session.game = games.pause(session.game, at)  # not if it's over: then its timer closes it
        session.stop_timer()
        session.posted.set()
        await saving.save(self._store, session)

    def retry_later(self, session: GameSession, since: float | None = None) -> None:
        """Plan to show and write a game again, which couldn't be since then (Unix seconds; None: since now)."""
        if session.id not in self.sessions:
            return
        delay = min(FIRST_RETRY * 2 ** min(session.failures, MOST_RETRIES), LONGEST_RETRY)
        session.failures += 1
        session.stuck_since = self._clock() if since is None else since
        self.timers.after(session, delay, self._retry)

    async def _retry(self, session: GameSession) -> None:
        now = self._clock()
        if session.game.phase is not Phase.OVER:
            if session.game.paused_at is None:
                session.game = games.delayed(session.game, session.stuck_since, now)
                session.stuck_since = now
            await saving.save(self._store, session)
        await self.go_on(session, now)

    async def go_on(self, session: GameSession, now: float) -> None:
        """Show a game as it is and set the timer for its next step."""
        game = session.game
        if game.phase is Phase.OVER:
            await self.finish(session, game.ended_by)
        elif game.paused_at is not None:
            if 0 < session.failures <= MOST_RETRIES:
                await self.show(session)
        elif now - game.next_at > AWAY or session.failures > MOST_RETRIES:
            await self.finish(session, "away")
        elif game.phase is Phase.ASKING and session.message is None:
            await self._open_round(session)
        else:
            session.accepting = True
            if await self.show(session):
                # A clock that has stepped back must not lengthen anything.
                wait = min(max(session.game.next_at - self._clock(), BREATH), game.longest_wait)
                self.timers.after(session, wait, self._advance_in_time)
