"""A bounded queue that is fair between people and between servers. For one event loop, without threads or locks.

The order is that of self-clocked fair queueing (S. J. Golestani, "A Self-Clocked Fair Queueing Scheme for Broadband
Applications", INFOCOM 1994). A ticket gets a finish tag: the virtual time, or the tag of its owner's ticket before it
if that is later, plus its cost divided by the owner's weight. The lowest tag is served first, and the virtual time is
the tag of the ticket served last. So everyone with something in the queue gets the same share of the work, whoever
asks for little goes ahead of those who ask for much, and no one waits forever. A person weighs 1 divided by the number
of people of their server in the queue: a crowd of one server shares that server's part.
"""

import asyncio
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from .errors import EngineBusy, TooManyRequests
from .owner import Owner

# With costs of zero the virtual time would stand still, and small work could overtake large work forever.
LEAST_COST = 0.001


@dataclass(frozen=True, slots=True)
class Share:
    """How many tickets a person and a server may hold, served or waiting, and how many a person has served at once."""

    person: int
    server: int
    served: int

    @classmethod
    def usual(cls, slots: int, size: int) -> "Share":
        """Return shares for ordinary use.

        A person may send two messages of four pictures, a server may send a whole class, and there's room for others
        after that. Half of the slots stay free of any one person, so that no one waits for one person's long jobs.
        """
        return cls(person=max(8, size // 8), server=slots + size - size // 8, served=(slots + 1) // 2)


@dataclass(slots=True, order=True)
class Ticket:
    """A place in a `FairQueue`, ordered by finish tag and number; `called` is done once it's served."""

    finish: float
    number: int
    owner: Owner | None = field(compare=False)
    cost: float = field(compare=False)
    called: asyncio.Future[None] = field(compare=False)
    served: bool = field(default=False, compare=False)
    over: bool = field(default=False, compare=False)

    @property
    def person(self) -> int | None:
        """Whose it is; None if it's the bot's own."""
        return self.owner.person if self.owner else None


@dataclass(slots=True)
class _Person:
    """What a person holds: tickets in all and what they cost, those being served, and the tag of the last one."""

    held: int = 0
    cost: float = 0.0
    served: int = 0
    finish: float = 0.0


@dataclass(slots=True)
class _Server:
    """What a server holds: tickets in all and what they cost, and the tickets of each person there."""

    held: int = 0
    cost: float = 0.0
    people: Counter[int] = field(default_factory=Counter[int])


class FairQueue:
    """Serves `slots` tickets at a time, with at most `size` more waiting; each owner is held to its `share`.

    Costs are in seconds. The bot's own work counts as one more person's, without a share that it's held to.
    """

    def __init__(self, slots: int, size: int, share: Share | None = None) -> None:
        self._slots = slots
        self._size = size
        self._share = share or Share.usual(slots, size)
        self._number = 0
        self._served = 0
        self._virtual_time = 0.0
        self._waiting: list[Ticket] = []  # sorted
        # Only those that hold a ticket.
        self._people: dict[int | None, _Person] = {}
        self._servers: dict[int, _Server] = {}

    @property
    def waiting(self) -> tuple[Ticket, ...]:
        """The tickets that wait, the next one first."""
        return tuple(self._waiting)

    @property
    def depth(self) -> int:
        """How many tickets wait."""
        return len(self._waiting)

    def join(self, owner: Owner | None, cost: float) -> Ticket:
        """Return a ticket for work of about `cost`. Raises `TooManyRequests` or `EngineBusy`."""
        self._check(owner)
        person = self._hold(owner, cost)
        self._number += 1
        start = max(self._virtual_time, person.finish)
        person.finish = start + max(cost, LEAST_COST) * self._crowd(owner)
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ticket = Ticket(person.finish, self._number, owner, cost, called)
        insort(self._waiting, ticket)
        self._serve()
        return ticket

    def leave(self, ticket: Ticket, cost: float | None = None) -> None:
        """Give up a place, served or not; `cost` is what the work took in the end. Leaving twice is fine."""
        if ticket.over:
            return
        ticket.over = True
        person = self._people[ticket.person]
        if ticket.served:
            self._served -= 1
            person.served -= 1
        else:
            del self._waiting[bisect_left(self._waiting, ticket)]
        if cost is not None:
            # The person's next tickets make up for what this one cost more or less than was thought.
            person.finish += (cost - ticket.cost) * self._crowd(ticket.owner)
        self._release(ticket)
        self._serve()

    def place(self, ticket: Ticket) -> int:
        """Return the position of `ticket`, 1 for the next; 0 once it's served."""
        return 0 if ticket.served or ticket.over else bisect_left(self._waiting, ticket) + 1

    def place_of(self, person: int) -> int:
        """Return the position of a person's first ticket that waits; 0 if none does. Looks at every ticket."""
        return next((place for place, one in enumerate(self._waiting, 1) if one.person == person), 0)

    @asynccontextmanager
    async def turn(self, owner: Owner | None, cost: float) -> AsyncGenerator[None]:
        """Join, wait to be served, and leave after the body. Raises like `join`."""
        ticket = self.join(owner, cost)
        try:
            await ticket.called
            yield
        finally:
            self.leave(ticket)

    def _check(self, owner: Owner | None) -> None:
        if owner is not None:
            person = self._people.get(owner.person)
            if person and person.held >= self._share.person:
                raise TooManyRequests(person.cost / self._share.served, person.held)
            server = self._servers.get(owner.server) if owner.server is not None else None
            if server and server.held >= self._share.server:
                raise TooManyRequests(server.cost / self._slots, server.held, of_server=True)
        if self._served + len(self._waiting) >= self._slots + self._size:
            raise EngineBusy(sum(one.cost for one in self._waiting) / self._slots)

    def _hold(self, owner: Owner | None, cost: float) -> _Person:
        person = self._people.setdefault(owner.person if owner else None, _Person())
        person.held += 1
        person.cost += cost
        if owner is not None and owner.server is not None:
            server = self._servers.setdefault(owner.server, _Server())
            server.held += 1
            server.cost += cost
            server.people[owner.person] += 1
        return person

    def _release(self, ticket: Ticket) -> None:
        person, owner = self._people[ticket.person], ticket.owner
        person.held -= 1
        person.cost -= ticket.cost
        if not person.held:
            del self._people[ticket.person]
        if owner is not None and owner.server is not None:
            server = self._servers[owner.server]
            server.held -= 1
            server.cost -= ticket.cost
            server.people[owner.person] -= 1
            if not server.people[owner.person]:
                del server.people[owner.person]
            if not server.held:
                del self._servers[owner.server]

    def _crowd(self, owner: Owner | None) -> int:
        """Return how many people of the owner's server hold tickets."""
        return len(self._servers[owner.server].people) if owner and owner.server is not None else 1

    def _serve(self) -> None:
        while self._served < self._slots and (ticket := self._next()):
            del self._waiting[bisect_left(self._waiting, ticket)]
            ticket.served = True
            self._served += 1
            self._people[ticket.person].served += 1
            self._virtual_time = max(self._virtual_time, ticket.finish)
            # Whoever waits may have been cancelled just now, and is about to leave.
            if not ticket.called.done():
                ticket.called.set_result(None)

    def _next(self) -> Ticket | None:
        """Return the first ticket whose owner may have one more served.

        It's near the front: only the few tickets of people who are being served are passed over.
        """
        return next((one for one in self._waiting if self._may_be_served(one)), None)

    def _may_be_served(self, ticket: Ticket) -> bool:
        return ticket.owner is None or self._people[ticket.owner.person].served < self._share.served
