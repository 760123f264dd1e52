"""Scores: sums over a server's games."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables
from .records import ScoreRecord

_T = tables.scores.c
_SUMS = (
    func.sum(_T.points),
    func.sum(_T.games),
    func.sum(_T.wins),
    func.sum(_T.right),
    func.sum(_T.asked),
    func.max(_T.best_streak),
)


async def board(connection: AsyncConnection, guild: int, season: str | None) -> list[ScoreRecord]:
    """Return every player's sums in a server, most points first; of one season, or of all."""
    query = select(_T.user, *_SUMS).where(_T.guild == guild).group_by(_T.user)
    if season is not None:
        query = query.where(_T.season == season)
    rows = await connection.execute(query.order_by(func.sum(_T.points).desc(), _T.user))
    return [ScoreRecord(*row) for row in rows]


async def by_pack(connection: AsyncConnection, guild: int, user: int) -> dict[str, ScoreRecord]:
    """Return a person's sums in a server, by pack."""
    query = select(_T.pack, _T.user, *_SUMS).where(_T.guild == guild, _T.user == user).group_by(_T.pack)
    return {row[0]: ScoreRecord(*row[1:]) for row in await connection.execute(query.order_by(_T.pack))}
