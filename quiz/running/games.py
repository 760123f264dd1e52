"""The steps that a game takes by itself: it asks, waits, closes, reveals and ends; each sets the timer for the next.

There is no task that sleeps. Waiting goes by the loop's own clock, so that a wall clock that jumps does no harm, and
everything is written down before it is shown.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ...store import games as rows
from ...store.store import Store
from .. import game as games
from ..game import Game, Phase
from ..rules import GRACE
from .asked import ask, predicted
from .keeping import Keeper
from .library import Library
from .outlet import Outlet, OutletForbidden, OutletGone
from .predictor import NoPrediction, Predictor
from .session import GameSession

log = logging.getLogger(__name__)

# The counts of a message are brought up to date at most this often, in seconds: Discord limits edits.
REFRESH = 2.0
# A game that was left alone for longer than this, in seconds, is closed instead of resumed.
AWAY = 600.0
BREATH = 3.0
# If our clock is off by more than this, in seconds, the countdown that was sent is corrected.
CLOCKS_APART = 1.0

Clock = Callable[[], float]
Finished = Callable[[GameSession], Awaitable[None]]


class Runner:
    """Every game that is on, by id in `tables`, and the steps under way. A step by hand takes the table's lock."""

    def __init__(self, store: Store, library: Library, predictor: Predictor, clock: Clock) -> None:
        self.clock = clock
        self.library = library
        self.predictor = predictor
        self.store = store
        self.keeper = Keeper(store, library)
        self.tables: dict[int, GameSession] = {}
        self.on_finished: Finished | None = None
        self._outlet: Outlet | None = None
        self.steps: set[asyncio.Task[None]] = set()

    def after(self, table: GameSession, seconds: float, *, at_most: bool = False) -> None:
        """Take the next step in so many seconds; `at_most` leaves an earlier one as it is."""
        loop = asyncio.get_running_loop()
        if at_most and table.timer is not None and table.timer.when() <= loop.time() + seconds:
            return
        self.stop_timer(table)
        table.timer = loop.call_later(max(0.0, seconds), self._do, table, self._step)

    def stop_timer(self, table: GameSession) -> None:
        """Take no step until `after` is called again."""
        if table.timer is not None:
            table.timer.cancel()
            table.timer = None

    def _do(self, table: GameSession, step: Callable[[GameSession], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(self._guarded(table, step))
        self.steps.add(task)
        task.add_done_callback(self.steps.discard)

    async def _guarded(self, table: GameSession, step: Callable[[GameSession], Awaitable[None]]) -> None:
        try:
            await step(table)
        except Exception:
            log.exception("a step of a game failed", extra={"game": table.id})
            async with table.lock:
                if table.id in self.tables:
                    await self._in_trouble(table)

    async def _step(self, table: GameSession) -> None:
        async with table.lock:
            table.timer = None
            if table.game.paused_at is not None or table.id not in self.tables:
                return
            match table.game.phase:
                case Phase.LOBBY if table.game.players:
                    await self.begin(table)
                case Phase.LOBBY:
                    await self.finish(table, "nobody")
                case Phase.ASKING:
                    await self.close_round(table)
                case _:
                    await self.next_step(table)

    async def begin(self, table: GameSession) -> None:
        """Close the lobby and ask the first question. Raises `NobodyJoined`."""
        games.begin(table.game)
        await self._settle(table)
        table.game = games.begin(table.game)
        await self.store.write(lambda c: rows.put_players(c, table.player_records()))
        if await self.show(table):  # the lobby, closed
            await self._ask(table)

    async def next_step(self, table: GameSession) -> None:
        """Ask the next question, or end the game after the last."""
        if table.game.finished:
            await self.finish(table, "played")
        else:
            await self._ask(table)

    async def _ask(self, table: GameSession) -> None:
        """Ask the next question that is still there; its time begins when its message appears."""
        question = None
        while question is None and len(table.game.rounds) < len(table.plan):
            question = self.library.question(table.guild, table.plan[len(table.game.rounds)])
            if question is None:  # its pack was removed meanwhile
                del table.plan[len(table.game.rounds)]
                table.game = replace(table.game, rules=replace(table.game.rules, questions=len(table.plan)))
        if question is None:
            await self.finish(table, "played")
            return
        self.stop_timer(table)
        asked = ask(question, table.seed)
        table.asked.append(asked)
        table.accepting = True
        table.posted.clear()
        table.game = games.ask(table.game, asked.id, len(asked.options), asked.answer, self.clock())
        table.message = None
        await self.keeper.save_round(table)
        await self._show_anew(table)

    async def _show_anew(self, table: GameSession) -> None:
        """Post the open question; from its message on, people have their time."""
        try:
            await self.post(table)
        except OutletGone:
            await self.forget(table, "gone")
        except OutletForbidden:
            await self._in_trouble(table)
        else:
            self.after(table, table.game.rules.seconds + GRACE)
            self._do(table, self._get_ready)
        finally:
            table.posted.set()

    async def _get_ready(self, table: GameSession) -> None:
        await self.predictor.get_ready(table.question)

    async def post(self, table: GameSession) -> None:
        """Send a new message that shows the table. Raises the outlet's errors."""
        if self._outlet is None:
            raise OutletForbidden
        posted = await self._outlet.post(table)
        table.message = posted.id
        if table.game.phase is not Phase.ASKING:
            await self.keeper.save_game(table)
            return
        promised = table.game.round.deadline
        table.game = games.opened(table.game, posted.at)
        table.messages[table.game.round.number] = posted.id
        await self.keeper.save_round(table)
        if abs(table.game.round.deadline - promised) > CLOCKS_APART:
            await self._outlet.update(table)

    async def close_round(self, table: GameSession, *, skipped: bool = False) -> None:
        """Close the open question: first wait for the votes that are being written, since they count."""
        self.stop_timer(table)
        await self._settle(table)
        if table.question.answer is None and not skipped:
            try:
                table.asked[-1] = predicted(table.question, await self.predictor.predict(table.question))
            except NoPrediction:
                skipped = True
        table.game = games.close(table.game, self.clock(), right=table.question.answer, skipped=skipped)
        await self.keeper.save_round(table)
        if await self.show(table):
            if table.game.idle:
                await self.finish(table, "idle")
            else:
                self.after(table, table.game.rules.reveal_seconds)

    async def _settle(self, table: GameSession) -> None:
        """Take no more from people, and wait until what they were told is done is written."""
        table.accepting = False
        while table.writing:
            table.settled.clear()
            await table.settled.wait()

    async def finish(self, table: GameSession, why: str) -> None:
        """End a game: count its scores, show its end, and make room for another, in this order."""
        self.stop_timer(table)
        await self._settle(table)
        table.game = games.stop(table.game, why)
        await self.keeper.count(table)
        await self._show_end(table)

    async def _show_end(self, table: GameSession) -> None:
        try:
            if self._outlet is not None:
                await (self._outlet.post if table.game.rounds else self._outlet.update)(table)
        except (OutletGone, OutletForbidden):
            log.info("the end of a game could not be shown", extra={"game": table.id})
        await self._close(table)

    async def forget(self, table: GameSession, why: str) -> None:
        """End a game that nobody can see any more."""
        self.stop_timer(table)
        table.game = games.stop(table.game, why)
        await self.keeper.count(table)
        await self._close(table)

    async def _close(self, table: GameSession) -> None:
        await self.keeper.close(table, self.clock())
        self.tables.pop(table.id, None)
        if table.refresh is not None:
            table.refresh.cancel()
        if self.on_finished is not None:
            await self.on_finished(table)

    async def show(self, table: GameSession) -> bool:
        """Bring the message up to date, or send it if a stop of the program came first; return whether it goes on."""
        try:
            if self._outlet is not None:
                await (self.post if table.message is None else self._outlet.update)(table)
        except OutletGone:
            await self.forget(table, "gone")
            return False
        except OutletForbidden:
            await self._in_trouble(table)
            return False
        return True

    async def pause(self, table: GameSession, at: float) -> None:
        """Let a game stand still from `at` on, without showing it."""
        self.stop_timer(table)
        table.game = games.pause(table.game, at)
        await self.keeper.save_game(table)

    async def _in_trouble(self, table: GameSession) -> None:
        await self.pause(table, self.clock())
        if self._outlet is not None:
            await self._outlet.trouble(table)

    def refresh_soon(self, table: GameSession) -> None:
        """Bring the message's counts up to date within two seconds."""
        if table.refresh is None:
            loop = asyncio.get_running_loop()
            table.refresh = loop.call_later(REFRESH, self._do, table, self._refresh)

    async def _refresh(self, table: GameSession) -> None:
        table.refresh = None
        async with table.lock:
            if table.id in self.tables and table.game.phase in (Phase.LOBBY, Phase.ASKING):
                await self.show(table)

    def show_through(self, outlet: Outlet) -> None:
        """Show games through `outlet` from now on."""
        self._outlet = outlet

    async def open(self, outlet: Outlet) -> None:
        """Show games through `outlet` from now on, and go on with those that a stop of the program interrupted."""
        self.show_through(outlet)
        for table in await self.keeper.unfinished():
            if table.id not in self.tables:
                self.tables[table.id] = table
                self._do(table, self._pick_up)

    async def _pick_up(self, table: GameSession) -> None:
        async with table.lock:
            await self.go_on(table, self.clock())

    async def go_on(self, table: GameSession, now: float) -> None:
        """Show a table as it stands and set the timer for its next step."""
        game = table.game
        if game.phase is Phase.OVER:  # stopped between the scores and the last message
            await self._show_end(table)
            return
        if game.paused_at is not None:
            return
        asking = game.phase is Phase.ASKING
        due = game.round.deadline + GRACE if asking else game.due_at
        if now - due > AWAY:
            await self.finish(table, "away")
        elif asking and table.messages.get(game.round.number) is None:
            await self._show_anew(table)
        elif await self.show(table):
            # A clock that has stepped back meanwhile must not lengthen anything.
            self.after(table, min(max(due - now, BREATH), _longest(game)))

    async def close(self) -> None:
        """Stop every timer and wait for steps under way; open games stay open in the store."""
        self._outlet = None
        for table in self.tables.values():
            self.stop_timer(table)
            if table.refresh is not None:
                table.refresh.cancel()
        for task in self.steps:
            task.cancel()
        await asyncio.gather(*self.steps, return_exceptions=True)
        self.tables.clear()


def _longest(game: Game) -> float:
    """Return the most seconds that a game waits where it stands."""
    match game.phase:
        case Phase.LOBBY:
            return game.rules.lobby_seconds
        case Phase.ASKING:
            return game.rules.seconds + GRACE
        case _:
            return game.rules.reveal_seconds
