"""Whose work this is: the person who asked, and the server they asked in.

The cogs set the owner once, where an interaction or a message enters. From there it travels in a context variable,
which asyncio copies into every task that starts on the way. Passing it as an argument would touch each call from the
cogs down to the engine, and one forgotten call would be a way around the queue's limits. Work without an owner is the
bot's own (the quiz's predictions, closing an idle model); it has a place of its own in every queue.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owner:
    """A person (a user's id) and the server they are in; None in direct messages."""

    person: int
    server: int | None = None


_owner: ContextVar[Owner | None] = ContextVar("inferbot_owner", default=None)


def current_owner() -> Owner | None:
    """Return whose work this is; None if it's the bot's own."""
    return _owner.get()


def owner_for(person: int) -> Owner:
    """Return `person` as an owner, in the server of the work at hand."""
    owner = _owner.get()
    return Owner(person, owner.server if owner else None)


@contextmanager
def working_for(owner: Owner | None) -> Generator[None]:
    """Do the body's work for `owner`."""
    token = _owner.set(owner)
    try:
        yield
    finally:
        _owner.reset(token)
