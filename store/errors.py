"""What keeps the store from opening or writing. Each message is one sentence that says what to do."""

import asyncio


class StoreError(Exception):
    """Base of everything that keeps the store from opening or writing; the message is for the bot's owner."""


class StoreInUse(StoreError):
    """Another process has the database open."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of this program."""


class StoreDamaged(StoreError):
    """The file isn't a database, or is a damaged one."""


class StoreUnwritable(StoreError):
    """The folder or a file in it can't be written to."""


class StoreFull(StoreError):
    """The disk is full: nothing of the piece of work was written."""


class NoSuchBackup(StoreError):
    """The file isn't a whole backup of ours, or there is nothing to back up."""


class StoreClosed(asyncio.CancelledError):
    """The database is closed because the program is stopping; a caller is cancelled without an error message."""
