"""Planned quiz nights: what Discord's scheduled event doesn't store."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables
from .records import EventRecord

_T = tables.events
OPEN = ("planned", "running")


async def put(connection: AsyncConnection, record: EventRecord) -> None:
    """Write an event, new or changed."""
    values = asdict(record)
    await connection.execute(upsert(_T).values(values).on_conflict_do_update(index_elements=[_T.c.id], set_=values))


async def get(connection: AsyncConnection, event: int) -> EventRecord | None:
    """Return one event."""
    row = (await connection.execute(select(_T).where(_T.c.id == event))).first()
    return EventRecord(*row) if row else None


async def unfinished(connection: AsyncConnection, guild: int | None = None) -> list[EventRecord]:
    """Return the events that are planned or running, soonest first; of one server, or of all."""
    query = select(_T).where(_T.c.state.in_(OPEN)).order_by(_T.c.starts_at)
    if guild is not None:
        query = query.where(_T.c.guild == guild)
    return [EventRecord(*row) for row in await connection.execute(query)]


async def move(connection: AsyncConnection, event: int, *, before: str, after: str, **values: Any) -> bool:
    """Change an event's state from `before` to `after`; return False, and change nothing, if it wasn't in `before`."""
    changing = update(_T).where(_T.c.id == event, _T.c.state == before).values(state=after, **values)
    return (await connection.execute(changing.returning(_T.c.id))).first() is not None
