"""A line of people who wait for a seat: one place a person, in the order in which they came."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class OneAtATime(Exception):
    """Somebody who stands in the line already, or sits, wants a second place."""


class QueueFull(Exception):
    """So many people wait that there is no use in joining them; `waiting` is their number."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} people are waiting.")
        self.waiting = waiting


@dataclass(slots=True, eq=False)
class Ticket:
    """One person's place, given by `Line.join`."""

    owner: int
    _line: "Queue"
    _called: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def place(self) -> int:
        """How many people are served before this one sits, itself counted; 0 for who sits."""
        return self._line.place(self)

    async def seat(self) -> None:
        """Wait for a seat."""
        await self._called.wait()

    def call(self) -> None:
        """Say that there is a seat."""
        self._called.set()


class Queue:
    """`seats` people sit at a time, and at most `room` more wait. For one event loop."""

    def __init__(self, seats: int, room: int) -> None:
        self._seats = seats
        self._room = room
        self._tickets: list[Ticket] = []

    def join(self, owner: int) -> Ticket:
        """Return a place at the end. Raises `OneAtATime` or `LineFull`."""
        if any(ticket.owner == owner for ticket in self._tickets):
            raise OneAtATime
        waiting = len(self._tickets) - self._seats
        if waiting >= self._room:
            raise QueueFull(waiting)
        ticket = Ticket(owner, self)
        self._tickets.append(ticket)
        self._call()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give a place up, whether it was a seat or not; the next one is called."""
        self._tickets.remove(ticket)
        self._call()

    def place(self, ticket: Ticket) -> int:
        """Return how far `ticket` is from a seat; 0 is a seat."""
        return max(0, self._tickets.index(ticket) - self._seats + 1) if ticket in self._tickets else 0

    @asynccontextmanager
    async def turn(self, owner: int) -> AsyncGenerator[None]:
        """Join, wait for a seat, and leave it after the body. Raises `OneAtATime` or `LineFull`."""
        ticket = self.join(owner)
        try:
            await ticket.seat()
            yield
        finally:
            self.leave(ticket)

    def _call(self) -> None:
        for ticket in self._tickets[: self._seats]:
            ticket.call()
