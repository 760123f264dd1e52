"""What keeps the store from opening. Each message is one sentence that says what to do."""

import asyncio


class StoreError(Exception):
    """Base of everything that keeps the store from opening; the message is for people."""


class StoreInUse(StoreError):
    """Another process has the database open."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of this program."""


class StoreDamaged(StoreError):
    """The file isn't a database, or is a damaged one."""


class StoreUnwritable(StoreError):
    """The folder can't be written to."""


class StoreClosed(asyncio.CancelledError):
    """The database is closed because the program is stopping; a caller is cancelled without an error message."""
