"""What is stored about a person or a server: to show, to export, to delete."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Column, delete, func, select, true, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from . import events, tables

# A server's data is deleted this long after the bot was removed from it.
RETENTION_DAYS = 30
_DAY = 86400.0

# Each column that holds a person's id, by what is shown and exported of it.
PERSONAL: Mapping[str, Column[int]] = {
    "players": tables.players.c.user,
    "votes": tables.votes.c.user,
    "scores": tables.scores.c.user,
    "daily": tables.daily.c.user,
    "hosted": tables.games.c.host,
    "planned": tables.events.c.host,
    "uploaded": tables.packs.c.uploader,
}
# How a game was played, by everyone in it.
NOT_ABOUT_THEM = frozenset((tables.games.c.rules, tables.games.c.plan, tables.games.c.seed))
OF_A_PERSON = (tables.players, tables.votes, tables.scores, tables.daily)
OF_A_SERVER = (tables.games, tables.scores, tables.packs, tables.events, tables.daily)


async def counts(connection: AsyncConnection, user: int) -> dict[str, int]:
    """Return how many rows of each kind hold a person's id."""
    found: dict[str, int] = {}
    for kind, column in PERSONAL.items():
        query = select(func.count()).select_from(column.table).where(column == user)
        found[kind] = (await connection.execute(query)).scalar_one()
    return found


async def export(connection: AsyncConnection, user: int) -> dict[str, list[dict[str, Any]]]:
    """Return every row that holds a person's id, by kind, as plain JSON."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, column in PERSONAL.items():
        shown = (one for one in column.table.c if one not in NOT_ABOUT_THEM)
        rows = await connection.execute(select(*shown).where(column == user))
        found[kind] = [{name: _plain(value) for name, value in row.items()} for row in rows.mappings()]
    return found


def _plain(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


class Forgotten(NamedTuple):
    """How many rows about a person were deleted, and from how many others their id was removed."""

    deleted: int
    cleared: int


async def forget(connection: AsyncConnection, user: int) -> Forgotten:
    """Delete every row about a person, and their id on what they hosted, if it's over, or uploaded."""
    deleted = cleared = 0
    for table in OF_A_PERSON:
        deleted += (await connection.execute(delete(table).where(table.c.user == user))).rowcount
    for column, over in (
        (tables.games.c.host, tables.games.c.ended_at.is_not(None)),
        (tables.events.c.host, tables.events.c.state.not_in(events.OPEN)),
        (tables.packs.c.uploader, true()),
    ):
        clearing = update(column.table).where(column == user, over).values({column: 0})
        cleared += (await connection.execute(clearing)).rowcount
    return Forgotten(deleted, cleared)


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
