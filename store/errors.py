"""What keeps the store from opening. Each message is one sentence that says what to do."""

import asyncio


class StoreError(Exception):
    """Base of everything that keeps the store from opening; the message is for people."""


class StoreInUse(StoreError):
    """Another process has the database open."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of this program."""


class StoreDamaged(StoreError):
    """The file is no database, or a broken one."""


class StoreUnwritable(StoreError):
    """The folder can't be written to."""


class StoreClosed(asyncio.CancelledError):
    """The database has been let go of: the program is stopping, so whoever still asks is let go of in silence."""
