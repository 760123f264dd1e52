"""Answers to the question of the day: one per person, server and day."""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables
from .records import DailyRecord

_T = tables.daily


async def put(connection: AsyncConnection, record: DailyRecord) -> DailyRecord:
    """Write an answer unless there is one; return the stored one."""
    await connection.execute(upsert(_T).values(asdict(record)).on_conflict_do_nothing())
    mine = (_T.c.guild == record.guild) & (_T.c.day == record.day) & (_T.c.user == record.user)
    return DailyRecord(*(await connection.execute(select(_T).where(mine))).one())


async def of_day(connection: AsyncConnection, guild: int, day: str) -> list[DailyRecord]:
    """Return all answers of one day."""
    return [
        DailyRecord(*row) for row in await connection.execute(select(_T).where(_T.c.guild == guild, _T.c.day == day))
    ]


async def of_user(connection: AsyncConnection, guild: int, user: int) -> list[DailyRecord]:
    """Return all of a person's answers in a server, oldest first."""
    query = select(_T).where(_T.c.guild == guild, _T.c.user == user).order_by(_T.c.day)
    return [DailyRecord(*row) for row in await connection.execute(query)]
