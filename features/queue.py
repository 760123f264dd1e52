"""A fair queue: one place per person, served in order of arrival."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class OneAtATime(Exception):
    """Someone who is already queued or being served wants a second place."""


class QueueFull(Exception):
    """The queue is full; `waiting` is the number of people in it."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} people are waiting.")
        self.waiting = waiting


@dataclass(slots=True, eq=False)
class Ticket:
    """One person's place, returned by `Queue.join`."""

    owner: int
    _line: "Queue"
    _called: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def place(self) -> int:
        """The position in the queue; 0 while being served."""
        return self._line.place(self)

    async def wait(self) -> None:
        """Wait for a slot."""
        await self._called.wait()

    def call(self) -> None:
        """Announce a free slot."""
        self._called.set()


class Queue:
    """Serves `slots` people at a time, with at most `most_waiting` more in the queue. For one event loop."""

    def __init__(self, slots: int, most_waiting: int) -> None:
        self._slots = slots
        self._most_waiting = most_waiting
        self._tickets: list[Ticket] = []

    def join(self, owner: int) -> Ticket:
        """Return a place at the end. Raises `OneAtATime` or `QueueFull`."""
        if any(ticket.owner == owner for ticket in self._tickets):
            raise OneAtATime
        waiting = len(self._tickets) - self._slots
        if waiting >= self._most_waiting:
            raise QueueFull(waiting)
        ticket = Ticket(owner, self)
        self._tickets.append(ticket)
        self._call()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give up a place, being served or not; the next one is called."""
        self._tickets.remove(ticket)
        self._call()

    def place(self, ticket: Ticket) -> int:
        """Return the position of `ticket` in the queue; 0 while it's being served."""
        return max(0, self._tickets.index(ticket) - self._slots + 1) if ticket in self._tickets else 0

    @asynccontextmanager
    async def turn(self, owner: int) -> AsyncGenerator[None]:
        """Join, wait for a slot, and leave after the body. Raises `OneAtATime` or `QueueFull`."""
        ticket = self.join(owner)
        try:
            await ticket.wait()
            yield
        finally:
            self.leave(ticket)

    def _call(self) -> None:
        for ticket in self._tickets[: self._slots]:
            ticket.call()
