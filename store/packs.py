"""The packs that servers uploaded, each private to its server."""

from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables
from .records import PackRecord

_T = tables.packs


async def put(connection: AsyncConnection, record: PackRecord) -> None:
    """Write a pack; one of the same id is replaced."""
    values = asdict(record)
    await connection.execute(
        upsert(_T).values(values).on_conflict_do_update(index_elements=[_T.c.guild, _T.c.id], set_=values)
    )


async def everything(connection: AsyncConnection) -> list[PackRecord]:
    """Return the packs of all servers."""
    return [PackRecord(*row) for row in await connection.execute(select(_T))]


async def remove(connection: AsyncConnection, guild: int, pack: str) -> bool:
    """Remove a pack; return whether there was one."""
    done = await connection.execute(delete(_T).where(_T.c.guild == guild, _T.c.id == pack).returning(_T.c.id))
    return done.first() is not None
