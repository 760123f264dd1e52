"""Votes: one a person and round, changed once by a later click. The database decides, in one statement."""

from dataclasses import asdict

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables
from .records import VoteRecord


async def put(connection: AsyncConnection, new: VoteRecord) -> VoteRecord:
    """Write a vote and return the one that stands now.

    `new` stands when it is the first, or when it chooses something else, was clicked later, and is the first change.
    """
    table = tables.votes
    statement = upsert(table).values(asdict(new))
    clicked = tuple_(statement.excluded.at, statement.excluded.interaction)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.game, table.c.number, table.c.user],
            set_={
                "position": new.position,
                "at": new.at,
                "left": new.left,
                "interaction": new.interaction,
                "changed": True,
            },
            where=(~table.c.changed)
            & (table.c.position != new.position)
            & (tuple_(table.c.at, table.c.interaction) < clicked),
        )
    )
    chosen = (table.c.game == new.game) & (table.c.number == new.number) & (table.c.user == new.user)
    return VoteRecord(*(await connection.execute(select(table).where(chosen))).one())


async def of_game(connection: AsyncConnection, game: int) -> list[VoteRecord]:
    """Return every vote of a game."""
    query = select(tables.votes).where(tables.votes.c.game == game).order_by(tables.votes.c.number)
    return [VoteRecord(*row) for row in await connection.execute(query)]
