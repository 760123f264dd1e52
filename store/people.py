"""What is stored about a person or a server: to show, to export, to delete."""

from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from . import events, tables

# A server's data is deleted this long after the bot was removed from it.
RETENTION_DAYS = 30
_DAY = 86400.0

OF_A_PERSON = (tables.players, tables.votes, tables.scores, tables.daily)
OF_A_SERVER = (tables.games, tables.scores, tables.packs, tables.events, tables.daily)


async def counts(connection: AsyncConnection, user: int) -> dict[str, int]:
    """Return how many rows of each table are about a person."""
    found: dict[str, int] = {}
    for table in OF_A_PERSON:
        query = select(func.count()).select_from(table).where(table.c.user == user)
        found[table.name] = (await connection.execute(query)).scalar_one()
    hosted = select(func.count()).select_from(tables.games).where(tables.games.c.host == user)
    found["hosted"] = (await connection.execute(hosted)).scalar_one()
    return found


async def export(connection: AsyncConnection, user: int) -> dict[str, list[dict[str, Any]]]:
    """Return every row about a person, as plain JSON."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in OF_A_PERSON:
        rows = await connection.execute(select(table).where(table.c.user == user))
        found[table.name] = [dict(row) for row in rows.mappings()]
    g = tables.games.c
    hosted = await connection.execute(select(g.id, g.guild, g.channel, g.pack, g.started_at).where(g.host == user))
    found["hosted"] = [dict(row) for row in hosted.mappings()]
    return found


async def forget(connection: AsyncConnection, user: int) -> int:
    """Delete every row about a person, and their id on what they hosted or uploaded; return the number of rows."""
    gone = 0
    for table in OF_A_PERSON:
        gone += (await connection.execute(delete(table).where(table.c.user == user))).rowcount
    hosted = tables.games.update().where(tables.games.c.host == user, tables.games.c.ended_at.is_not(None))
    await connection.execute(hosted.values(host=0))
    planned = tables.events.update().where(tables.events.c.host == user, tables.events.c.state.not_in(events.OPEN))
    await connection.execute(planned.values(host=0))
    await connection.execute(tables.packs.update().where(tables.packs.c.uploader == user).values(uploader=0))
    return gone


async def departed(connection: AsyncConnection, guild: int, at: float) -> None:
    """Note that the bot has been removed from a server."""
    await connection.execute(upsert(tables.departures).values(guild=guild, left_at=at).on_conflict_do_nothing())


async def returned(connection: AsyncConnection, guild: int) -> None:
    """Note that the bot is in a server, so the server's data stays."""
    await connection.execute(delete(tables.departures).where(tables.departures.c.guild == guild))


async def servers(connection: AsyncConnection) -> set[int]:
    """Return the ids of all servers that have stored data."""
    found: set[int] = set()
    for table in OF_A_SERVER:
        found.update((await connection.execute(select(table.c.guild).distinct())).scalars())
    return found


async def forget_departed(connection: AsyncConnection, now: float) -> list[int]:
    """Delete all data of the servers the bot left long enough ago; return their ids."""
    left = tables.departures
    query = select(left.c.guild).where(left.c.left_at <= now - RETENTION_DAYS * _DAY)
    guilds = list((await connection.execute(query)).scalars())
    for guild in guilds:
        for table in OF_A_SERVER:
            await connection.execute(delete(table).where(table.c.guild == guild))
        await connection.execute(delete(left).where(left.c.guild == guild))
    return guilds
