"""Votes: one a person and round, changed once by a later click. The database decides, in one statement."""

from dataclasses import asdict
from functools import cache

from sqlalchemy import TextualSelect, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables
from .records import VoteRecord
from .statements import prepared, upsert

_T = tables.votes


@cache
def _put() -> TextualSelect:
    """Return the statement that gives back the row if it has written one."""
    new = upsert(_T)
    e = new.excluded
    written = new.on_conflict_do_update(
        index_elements=[_T.c.game, _T.c.number, _T.c.user],
        set_={"position": e.position, "at": e.at, "left": e.left, "interaction": e.interaction, "changed": true()},
        where=(~_T.c.changed)
        & (_T.c.position != e.position)
        & (tuple_(_T.c.at, _T.c.interaction) < tuple_(e.at, e.interaction)),
    )
    return prepared(written.returning(*_T.c)).columns(*_T.c)


async def put(connection: AsyncConnection, new: VoteRecord) -> VoteRecord:
    """Write a vote and return the one that stands now.

    `new` stands when it is the first, or when it chooses something else, was clicked later, and is the first change.
    """
    row = (await connection.execute(_put(), asdict(new))).first()
    if row is None:  # the one that was there stands
        chosen = (_T.c.game == new.game) & (_T.c.number == new.number) & (_T.c.user == new.user)
        row = (await connection.execute(select(_T).where(chosen))).one()
    return VoteRecord(*row)


async def of_game(connection: AsyncConnection, game: int) -> list[VoteRecord]:
    """Return every vote of a game."""
    query = select(tables.votes).where(tables.votes.c.game == game).order_by(tables.votes.c.number)
    return [VoteRecord(*row) for row in await connection.execute(query)]
