"""Writing games down, and reading them back as they stood."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy.ext.asyncio import AsyncConnection

from ...store import games as rows
from ...store import votes as vote_rows
from ...store.games import Result
from ...store.records import GameRecord
from ...store.store import Store
from ..scoring import Standing, standings
from .library import Library
from .session import GameSession, restored


class Keeper:
    """Tables to rows, and rows to tables."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library

    async def add(self, table: GameSession) -> None:
        """Write a new game and give the table its id. Raises `GameRunsAlready`."""
        values = asdict(table.game_record())
        del values["id"]
        table.id = await self._store.write(lambda connection: rows.add(connection, **values))

    async def save_game(self, table: GameSession) -> None:
        """Write where a game stands."""
        record = table.game_record()
        await self._store.write(lambda connection: _put_game(connection, record))

    async def save_round(self, table: GameSession) -> None:
        """Write where a game and its last round stand."""
        if not table.game.rounds:
            await self.save_game(table)
            return
        record, one = table.game_record(), table.round_record()

        async def work(connection: AsyncConnection) -> None:
            await _put_game(connection, record)
            await rows.put_round(connection, one)

        await self._store.write(work)

    async def count(self, table: GameSession) -> None:
        """Write that a game is over, with the scores of everybody who was asked something in it."""
        record = table.game_record()
        results = _results(standings(table.game))
        await self._store.write(lambda c: rows.end(c, record, ended_by=record.ended_by, results=results))

    async def close(self, table: GameSession, at: float) -> None:
        """Write that nothing is left to do for a game, so that its channel is free again."""
        await self._store.write(lambda c: rows.change(c, table.id, ended_at=at))

    async def unfinished(self) -> list[GameSession]:
        """Return every game that has not ended."""
        return [await self._read(record) for record in await self._store.read(rows.unfinished)]

    async def find(self, game: int) -> GameSession | None:
        """Return any game, over or not, as it was written last."""
        record = await self._store.read(lambda connection: rows.get(connection, game))
        return await self._read(record) if record else None

    async def _read(self, record: GameRecord) -> GameSession:
        async def work(connection: AsyncConnection) -> GameSession:
            return restored(
                record,
                await rows.rounds(connection, record.id),
                await rows.players(connection, record.id),
                await vote_rows.of_game(connection, record.id),
                self._library.title(record.guild, record.pack),
            )

        return await self._store.read(work)


async def _put_game(connection: AsyncConnection, record: GameRecord) -> None:
    await rows.change(
        connection,
        record.id,
        plan=record.plan,
        rules=record.rules,
        phase=record.phase,
        due_at=record.due_at,
        paused_at=record.paused_at,
        message=record.message,
    )


def _results(found: Sequence[Standing]) -> list[Result]:
    """Return what everybody takes home; the best have won, if anybody scored and there was somebody to beat."""
    return [
        Result(
            one.user,
            one.points,
            won=one.rank == 1 and one.points > 0 and len(found) > 1,
            right=one.right,
            asked=one.asked,
            best_streak=one.best_streak,
        )
        for one in found
        if one.asked
    ]
