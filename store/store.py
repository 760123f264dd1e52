"""One SQLite database, one process, one writer.

Writes wait in a queue (group commit): all that arrived during the last commit goes into one transaction, so 500 votes
in two seconds take a handful of commits. A write is answered only after its commit.
"""

import asyncio
import logging
import os
import sqlite3
import stat
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from filelock import FileLock, Timeout
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from .errors import StoreClosed, StoreDamaged, StoreError, StoreFull, StoreInUse, StoreTooNew, StoreUnwritable

if TYPE_CHECKING:
    import aiosqlite

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

# The newest migration's id. A test compares it with `migrations/versions`.
HEAD = "0001"
FILE = "inferbot.sqlite3"
MOST_AT_ONCE = 200
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON")


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    answer: asyncio.Future[Any]


class Store:
    """Runs pieces of work on the database: `read` at once, `write` in order of arrival.

    Both raise `StoreClosed` once the store is closing.
    """

    def __init__(self, engine: AsyncEngine, lock: FileLock) -> None:
        self._engine = engine
        self._lock = lock
        self._waiting: list[_Job] = []
        self._writing: asyncio.Task[None] | None = None
        self._reading: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def read(self, work: Work[T]) -> T:
        """Return what `work` reads, from one snapshot of the database."""
        self._check_open()
        reading = asyncio.create_task(self._read(work))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        return await _to_its_end(reading)

    def _check_open(self) -> None:
        if self._closed:
            raise StoreClosed("The program is stopping.")

    async def _read(self, work: Work[T]) -> T:
        async with self._engine.connect() as connection:
            return await work(connection)

    async def write(self, work: Work[T]) -> T:
        """Do `work`, and return its result once it's committed; an exception rolls back only its own changes.

        `work` may run twice, the first time rolled back, so it must touch nothing but the database.
        Cancelling the caller doesn't stop it.
        """
        self._check_open()
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Job(work, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await answer

    async def scrub(self) -> None:
        """Empty the write-ahead log, so that what was deleted is in none of our files.

        Deleted rows are overwritten in the database itself (`secure_delete`), but the log still has them.
        """
        if await self.read(_empty_log):
            log.warning("the write-ahead log is in use: it will be emptied later")

    async def close(self) -> None:
        """Finish queued writes and running reads, then close the database."""
        self._closed = True
        while busy := [*self._reading, *([self._writing] if self._writing else [])]:
            await asyncio.wait(busy)
        await self._engine.dispose()
        self._lock.release()

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                jobs, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._commit(jobs)
        finally:
            self._writing = None

    async def _commit(self, jobs: list[_Job]) -> None:
        done: list[tuple[_Job, Any, Exception | None]] = []
        try:
            async with self._engine.begin() as connection:
                done = [(job, await job.work(connection), None) for job in jobs]
        except Exception:  # noqa: BLE001 - rare: nothing was committed; find out which job failed
            done = await self._one_by_one(jobs)
        for job, result, failure in done:
            if job.answer.done():  # the caller was cancelled
                continue
            if failure is None:
                job.answer.set_result(result)
            else:
                job.answer.set_exception(_unwritten(failure) or failure)

    async def _one_by_one(self, jobs: list[_Job]) -> list[tuple[_Job, Any, Exception | None]]:
        """Run each job again in a savepoint, so that a failure rolls back only its own changes."""
        try:
            async with self._engine.begin() as connection:
                return [(job, *await _try(job.work, connection)) for job in jobs]
        except Exception as error:  # noqa: BLE001 - each caller gets it
            return [(job, None, error) for job in jobs]


def _unwritten(error: Exception) -> StoreError | None:
    """Return what keeps SQLite from writing, with one sentence; None for any other error."""
    name: str = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return StoreFull("The disk is full, so nothing can be saved: make room in the data folder.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")):
        return StoreUnwritable("The data folder can't be written to: check its disk and its permissions.")
    return None


async def _empty_log(connection: AsyncConnection) -> bool:
    """Move the write-ahead log into the database and cut it to nothing. Return whether someone was in the way."""
    # Not through SQLAlchemy, which would begin a transaction first: a checkpoint can't run inside of one.
    raw = await connection.get_raw_connection()
    cursor = await cast("aiosqlite.Connection", raw.driver_connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    row = await cursor.fetchone()
    await cursor.close()
    return bool(row and row[0])


async def _to_its_end(task: asyncio.Task[T]) -> T:
    """Return what `task` returns; a caller cancelled while waiting still waits for its end.

    Cancelling a statement can leave a connection that never closes (aiosqlite 0.22: its thread is gone by then), and
    then the program never exits.
    """
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    task.exception()
    raise cancelled


async def _try(work: Work[Any], connection: AsyncConnection) -> tuple[Any, Exception | None]:
    try:
        async with connection.begin_nested():
            return await work(connection), None
    except Exception as error:  # noqa: BLE001 - its own caller gets it, the others don't
        return None, error


async def open_store(folder: Path) -> Store:
    """Return the store in `folder`, created or migrated first.

    Raises `StoreInUse`, `StoreTooNew`, `StoreDamaged` or `StoreUnwritable`, each with one sentence.
    """
    path = folder / FILE
    lock = await asyncio.to_thread(lock_database, path)
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", hide_parameters=True)
    _prepare(engine)
    try:
        await _to_its_end(asyncio.create_task(_migrate(engine, path)))
    except BaseException:
        await engine.dispose()
        lock.release()
        raise
    return Store(engine, lock)


def lock_database(path: Path) -> FileLock:
    """Return the held lock of the database at `path`, made if it isn't there, along with its folder. Blocks.

    Raises `StoreInUse` or `StoreUnwritable`.
    """
    lock = FileLock(f"{path}.lock", timeout=0, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        with path.open("ab"):
            pass
        _keep_private(path)
    except Timeout:
        sentence = f"Another Inferbot is running with the same data ({path}): stop it, or set INFERBOT_DATA_DIR."
        raise StoreInUse(sentence) from None
    except OSError as error:
        lock.release()
        sentence = f"{path} can't be written ({error.strerror}): make it writable, or set INFERBOT_DATA_DIR."
        raise StoreUnwritable(sentence) from None
    return lock


def _keep_private(path: Path) -> None:
    """Let only their owner read the folder and our files in it; SQLite gives those it adds the database's mode."""
    if os.name != "posix":
        return
    # A folder or file of someone else's stays as it is, and so does a shared one such as /tmp.
    with suppress(PermissionError):
        if not path.parent.stat().st_mode & stat.S_ISVTX:
            path.parent.chmod(0o700)
        for file in path.parent.glob(f"{path.name}*"):
            file.chmod(0o600)


def _prepare(engine: AsyncEngine) -> None:
    """Set up every connection for WAL and foreign keys, and leave transactions to SQLAlchemy.

    Source: SQLAlchemy's documentation, "Serializable isolation / Savepoints / Transactional DDL" for SQLite.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:  # pyright: ignore[reportUnusedFunction] - the event calls it
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction] - the event calls it
        connection.exec_driver_sql("BEGIN")


async def _migrate(engine: AsyncEngine, path: Path) -> None:
    try:
        async with engine.begin() as connection:
            version = await _version(connection)
            if version == HEAD:
                return
            # Imported only when there is something to migrate: Alembic takes a third of a second and some memory.
            from .migrations.upgrade import upgrade

            await connection.run_sync(upgrade, version)
    except DatabaseError as error:
        if unwritten := _unwritten(error):
            raise unwritten from None
        log.warning("the database can't be opened", extra={"reason": str(error.orig)})
        sentence = f"{path} is damaged or isn't a database: restore it from a backup, or move it away to start fresh."
        raise StoreDamaged(sentence) from None
    except LookupError:
        sentence = f"{path} was written by a newer version of Inferbot: update Inferbot."
        raise StoreTooNew(sentence) from None


async def _version(connection: AsyncConnection) -> str | None:
    tables = await connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'"))
    if tables.first() is None:
        return None
    return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
