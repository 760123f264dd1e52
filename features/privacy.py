"""What is stored about people: counted, exported, deleted; and the servers that the bot has left."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ..quiz.running.library import Library
from ..store import people
from ..store.store import Store


class PrivacyFeature:
    """Shows, exports and deletes what the store keeps; `clock` returns Unix seconds."""

    def __init__(self, store: Store, clock: Callable[[], float], library: Library) -> None:
        self._store = store
        self._clock = clock
        self._library = library

    async def counts(self, user: int) -> dict[str, int]:
        """Return how many rows of each table are about a person."""
        return await self._store.read(lambda c: people.counts(c, user))

    async def export(self, user: int) -> dict[str, list[dict[str, Any]]]:
        """Return every row about a person, as plain JSON."""
        return await self._store.read(lambda c: people.export(c, user))

    async def delete(self, user: int) -> people.Forgotten:
        """Delete every row about a person, from the write-ahead log too; return how many there were."""
        gone = await self._store.write(lambda c: people.forget(c, user))
        await self._store.scrub()
        return gone

    async def left(self, guild: int) -> None:
        """Note that the bot was removed from a server: its data stays for a while, in case that was a mistake."""
        await self._store.write(lambda c: people.departed(c, guild, self._clock()))

    async def joined(self, guild: int) -> None:
        """Note that the bot is in a server (again)."""
        await self._store.write(lambda c: people.returned(c, guild))

    async def forget_left(self, here: Collection[int]) -> list[int]:
        """Delete the data of servers left long enough ago, and return their ids. The bot is in the servers `here`.

        First it notes the servers that it left or rejoined while it was offline.
        """
        now = self._clock()

        async def compare(connection: AsyncConnection) -> None:
            for guild in await people.servers(connection):
                if guild in here:
                    await people.returned(connection, guild)
                else:
                    await people.departed(connection, guild, now)

        await self._store.write(compare)
        forgotten = await self._store.write(lambda c: people.forget_departed(c, now))
        if forgotten:
            await self._store.scrub()
        for guild in forgotten:
            self._library.forget(guild)
        return forgotten
