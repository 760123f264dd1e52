"""The host: what people may do to a game, each act written down before it is acknowledged.

A click is judged by Discord's clock: when it was made, against when the question's message appeared.
"""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from ...store import games as rows
from ...store import votes as vote_rows
from ...store.records import PlayerRecord, VoteRecord
from .. import game as games
from ..drawing import draw
from ..errors import GameOver, LobbyClosed, LobbyFull, NoMoreChanges, TooLate
from ..game import Phase
from ..rules import MAX_PLAYERS, Rules
from ..streaks import season_of
from ..votes import Outcome
from .games import Runner
from .library import EVERYTHING
from .outlet import OutletForbidden, OutletGone
from .session import GameSession, vote_of

# When everybody has voted there is no need to wait, but for a change of mind.
EVERYBODY_VOTED = 2.0


class AlreadyPlaying(Exception):
    """There is a game in that channel already; `table` is the one."""

    def __init__(self, table: GameSession | None) -> None:
        super().__init__()
        self.table = table


class NoGame(Exception):
    """There is no game in that channel."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A game that somebody wants: where, who asks for it, and what is played."""

    guild: int
    channel: int
    host: int
    rules: Rules
    pack: str = EVERYTHING
    event: int | None = None
    interested: tuple[int, ...] = ()


class Host:
    """Takes what people do in the games of `runner`."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    async def start(self, plan: Plan) -> GameSession:
        """Open a lobby and return its table.

        Raises `AlreadyPlaying`, the library's errors, or the outlet's; then there is no game.
        """
        runner = self.runner
        table = self._table_for(plan)
        try:
            await runner.keeper.add(table)
        except rows.GameRunsAlready:
            raise AlreadyPlaying(self.in_channel(plan.channel)) from None
        runner.tables[table.id] = table
        async with table.lock:
            try:
                await runner.post(table)
            except (OutletGone, OutletForbidden):
                await runner.forget(table, "unseen")
                raise
            runner.after(table, table.game.rules.lobby_seconds)
        return table

    def _table_for(self, plan: Plan) -> GameSession:
        library = self.runner.library
        questions = library.choose(
            plan.guild, pack=plan.pack, difficulty=plan.rules.difficulty, fits=self.runner.predictor.can
        )
        seed = secrets.token_hex(8)
        drawn = draw([one.id for one in questions], plan.rules.questions, seed)
        now = self.runner.clock()
        return GameSession(
            id=0,
            guild=plan.guild,
            channel=plan.channel,
            host=plan.host,
            pack=plan.pack,
            title=library.title(plan.guild, plan.pack),
            season=season_of(datetime.fromtimestamp(now, UTC).date()),
            seed=seed,
            plan=drawn,
            game=games.open_lobby(replace(plan.rules, questions=len(drawn)), now),
            started_at=now,
            event=plan.event,
            interested=plan.interested,
        )

    def in_channel(self, channel: int) -> GameSession | None:
        """Return the game that is on in a channel."""
        return next((one for one in self.runner.tables.values() if one.channel == channel), None)

    def table(self, game: int) -> GameSession:
        """Return a game that is on. Raises `GameOver` for any other."""
        if game not in self.runner.tables:
            raise GameOver
        return self.runner.tables[game]

    async def join(self, game: int, user: int, team: int | None = None) -> GameSession:
        """Let somebody into a lobby, or into another team. Raises the rules' errors."""
        table = self.table(game)
        games.join(table.game, user, team)
        async with _written(table):
            await self.runner.store.write(lambda c: rows.put_players(c, [PlayerRecord(game, user, 1, team)]))
            table.game = games.join(table.game, user, team)
        self.runner.refresh_soon(table)
        return table

    async def leave(self, game: int, user: int) -> GameSession:
        """Let somebody out of a lobby. Raises the rules' errors."""
        table = self.table(game)
        games.leave(table.game, user)
        async with _written(table):
            await self.runner.store.write(lambda c: rows.remove_player(c, game, user))
            table.game = games.leave(table.game, user)
        self.runner.refresh_soon(table)
        return table

    async def begin(self, game: int) -> None:
        """Ask the first question now. Raises `NobodyJoined`, `LobbyClosed` or `GameOver`."""
        table = self.table(game)
        async with table.lock:
            if table.game.phase is not Phase.LOBBY:
                raise LobbyClosed
            await self.runner.begin(table)

    async def click(self, game: int, number: int, user: int, position: int, at: float, interaction: int) -> Outcome:
        """Take a vote for a round, and return what it did once it is safely stored.

        Raises `GameOver`, `GamePaused`, `TooLate`, `NoMoreChanges` or `LobbyFull`.
        """
        table = self.table(game)
        if table.game.phase is Phase.ASKING and table.game.paused_at is None:
            await table.posted.wait()
        left = games.judge(table.game, number, at)
        if not 0 <= position < table.game.round.options:
            raise TooLate
        new = [] if user in table.game.players else [self._newcomer(table, user)]
        record = VoteRecord(game, number, user, interaction, position, at, left, position, changed=False)
        async with _written(table):
            stands = await self.runner.store.write(lambda c: _put_vote(c, record, new))
            table.game = games.voted(table.game, number, vote_of(stands))
        if table.accepting and table.game.everybody_voted:
            self.runner.after(table, EVERYBODY_VOTED, at_most=True)
        self.runner.refresh_soon(table)
        return _outcome(record, stands)

    def _newcomer(self, table: GameSession, user: int) -> PlayerRecord:
        if len(table.game.players) >= MAX_PLAYERS:
            raise LobbyFull
        player = games.newcomer(table.game, user)
        return PlayerRecord(table.id, user, player.since, player.team)

    async def pause(self, channel: int, at: float) -> GameSession:
        """Let a game stand still from `at` on. Raises `NoGame`."""
        table = self._in(channel)
        async with table.lock:
            await self.runner.pause(table, at)
            await self.runner.show(table)
        return table

    async def resume(self, channel: int, at: float) -> GameSession:
        """Go on with a game, with the time that was left. Raises `NoGame` or `NotPaused`."""
        table = self._in(channel)
        async with table.lock:
            table.game = games.resume(table.game, at)
            await self.runner.keeper.save_round(table)
            await self.runner.go_on(table, at)
        return table

    async def skip(self, channel: int) -> GameSession:
        """Close the open question for nobody's good, or go on from a lobby or a reveal. Raises `NoGame`."""
        table = self._in(channel)
        async with table.lock:
            if table.game.phase is Phase.LOBBY:
                await self.runner.begin(table)
            elif table.game.phase is Phase.ASKING:
                await self.runner.close_round(table, skipped=True)
            else:
                await self.runner.next_step(table)
        return table

    async def stop(self, channel: int, why: str = "stopped") -> GameSession:
        """End a game with the standings so far. Raises `NoGame`."""
        table = self._in(channel)
        async with table.lock:
            await self.runner.finish(table, why)
        return table

    def _in(self, channel: int) -> GameSession:
        table = self.in_channel(channel)
        if table is None:
            raise NoGame
        return table


@asynccontextmanager
async def _written(table: GameSession) -> AsyncGenerator[None]:
    """Have the next step of the game wait until what is done here is done. Raises `TooLate` when it waits no more."""
    if not table.accepting:
        raise TooLate
    table.writing += 1
    try:
        yield
    finally:
        table.writing -= 1
        if not table.writing:
            table.settled.set()


async def _put_vote(connection: AsyncConnection, vote: VoteRecord, new: list[PlayerRecord]) -> VoteRecord:
    if new:
        await rows.put_players(connection, new)
    return await vote_rows.put(connection, vote)


def _outcome(new: VoteRecord, stands: VoteRecord) -> Outcome:
    if stands.interaction == new.interaction:
        return Outcome.CHANGED if stands.changed else Outcome.LOCKED
    if stands.changed and stands.position != new.position and new.at >= stands.at:
        raise NoMoreChanges(stands.position)
    return Outcome.SAME
