"""Votes, one per person and round. One conditional upsert enforces the rule of `quiz/votes.py` in the database."""

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
    """Write a click and return the vote that counts now: `new`, if the rule lets it, or the one already there."""
    row = (await connection.execute(_put(), asdict(new))).first()
    if row is None:  # the vote already there counts
        chosen = (_T.c.game == new.game) & (_T.c.number == new.number) & (_T.c.user == new.user)
        row = (await connection.execute(select(_T).where(chosen))).one()
    return VoteRecord(*row)


async def of_game(connection: AsyncConnection, game: int) -> list[VoteRecord]:
    """Return every vote of a game."""
    query = select(tables.votes).where(tables.votes.c.game == game).order_by(tables.votes.c.number)
    return [VoteRecord(*row) for row in await connection.execute(query)]
