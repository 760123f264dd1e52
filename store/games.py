"""Games, their rounds and their players. Every function is a piece of work for `Store.read` or `Store.write`."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from sqlalchemy import TextClause, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from . import statements, tables
from .records import GameRecord, PlayerRecord, RoundRecord, ScoreRecord
from .statements import prepared

OVER = "over"


class GameRunsAlready(Exception):
    """There is an open game in that channel."""


async def add(connection: AsyncConnection, **values: Any) -> int:
    """Return the id of a new game. Raises `GameRunsAlready`."""
    try:
        return (await connection.execute(insert(tables.games).values(values).returning(tables.games.c.id))).scalar_one()
    except IntegrityError:
        raise GameRunsAlready from None


async def change(connection: AsyncConnection, game: int, **values: Any) -> None:
    """Set columns of a game."""
    await connection.execute(update(tables.games).where(tables.games.c.id == game).values(values))


async def get(connection: AsyncConnection, game: int) -> GameRecord | None:
    """Return one game."""
    row = (await connection.execute(select(tables.games).where(tables.games.c.id == game))).first()
    return GameRecord(*row) if row else None


async def unfinished(connection: AsyncConnection) -> list[int]:
    """Return the ids of the games that haven't ended. Only ids, so one broken row doesn't hide the others."""
    ids = await connection.execute(select(tables.games.c.id).where(tables.games.c.ended_at.is_(None)))
    return list(ids.scalars())


async def place(connection: AsyncConnection, game: int) -> tuple[int, int] | None:
    """Return the server and the channel of a game."""
    query = select(tables.games.c.guild, tables.games.c.channel).where(tables.games.c.id == game)
    row = (await connection.execute(query)).first()
    return (row.guild, row.channel) if row else None


@cache
def _put_round() -> TextClause:
    new = statements.upsert(tables.rounds)
    keys = [tables.rounds.c.game, tables.rounds.c.number]
    values = {column.name: new.excluded[column.name] for column in tables.rounds.c if not column.primary_key}
    statement = prepared(new.on_conflict_do_update(index_elements=keys, set_=values))
    return statement.bindparams(bindparam("shown", type_=tables.rounds.c.shown.type))


async def put_round(connection: AsyncConnection, record: RoundRecord) -> None:
    """Write a round, new or changed."""
    await connection.execute(_put_round(), asdict(record))


async def rounds(connection: AsyncConnection, game: int) -> list[RoundRecord]:
    """Return a game's rounds, first to last."""
    query = select(tables.rounds).where(tables.rounds.c.game == game).order_by(tables.rounds.c.number)
    return [RoundRecord(*row) for row in await connection.execute(query)]


@cache
def _put_player() -> TextClause:
    new = statements.upsert(tables.players)
    keys = [tables.players.c.game, tables.players.c.user]
    return prepared(
        new.on_conflict_do_update(index_elements=keys, set_={"since": new.excluded.since, "team": new.excluded.team})
    )


async def put_players(connection: AsyncConnection, records: Sequence[PlayerRecord]) -> None:
    """Write players, new or with another team."""
    if records:
        await connection.execute(_put_player(), [asdict(one) for one in records])


async def remove_player(connection: AsyncConnection, game: int, user: int) -> None:
    """Remove a player from a game."""
    table = tables.players
    await connection.execute(delete(table).where(table.c.game == game, table.c.user == user))


async def players(connection: AsyncConnection, game: int) -> list[PlayerRecord]:
    """Return a game's players."""
    rows = await connection.execute(select(tables.players).where(tables.players.c.game == game))
    return [PlayerRecord(*row) for row in rows]


async def end(connection: AsyncConnection, game: GameRecord, *, ended_by: str, scores: Sequence[ScoreRecord]) -> bool:
    """Mark a game as over and add its scores up, in one transaction. Return False if it was already over.

    It stays unfinished, and its channel taken, until its `ended_at` is set.
    """
    ending = (
        update(tables.games)
        .where(tables.games.c.id == game.id, tables.games.c.phase != OVER)
        .values(phase=OVER, ended_by=ended_by, paused_at=None)
        .returning(tables.games.c.id)
    )
    if (await connection.execute(ending)).first() is None:
        return False
    key = {"guild": game.guild, "season": game.season, "pack": game.pack}
    if scores:
        await connection.execute(_add_score(), [key | asdict(one) for one in scores])
    return True


@cache
def _add_score() -> TextClause:
    table = tables.scores
    statement = statements.upsert(table)
    new = statement.excluded
    sums = {name: table.c[name] + new[name] for name in ("points", "games", "wins", "right", "asked")}
    best = func.max(table.c.best_streak, new.best_streak)
    return prepared(
        statement.on_conflict_do_update(
            index_elements=[table.c.guild, table.c.user, table.c.season, table.c.pack],
            set_={**sums, "best_streak": best},
        )
    )
