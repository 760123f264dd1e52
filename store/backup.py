"""Back the database up, also while the bot runs, and restore a backup while it doesn't. Everything here blocks."""

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from .errors import NoSuchBackup, StoreDamaged, StoreFull, StoreTooNew, StoreUnwritable
from .migrations.upgrade import known_versions
from .store import FILE, lock_database

# What SQLite keeps beside a database that is open, or was when its process was killed.
COMPANIONS = ("-wal", "-shm")


def back_up(folder: Path, target: Path) -> None:
    """Write a whole copy of the database in `folder` to `target`, a new file, as it is at this moment.

    Other processes may go on writing. Raises `NoSuchBackup`, `StoreDamaged`, `StoreUnwritable` or `StoreFull`, one
    sentence each.
    """
    path = folder / FILE
    if not path.exists():
        raise NoSuchBackup(f"There is nothing to back up: {path} doesn't exist. Check INFERBOT_DATA_DIR.")
    if target.exists():
        raise StoreUnwritable(f"{target} exists already: choose another name, or delete it first.")
    try:
        _copy(path, target)
    except NoSuchBackup:
        raise StoreDamaged(f"{path} is damaged, so there is no new backup: restore an earlier one.") from None


def restore(folder: Path, source: Path) -> Path | None:
    """Replace the database in `folder` by the backup `source`. Return where the replaced one is kept, if there was one.

    Raises `StoreInUse` while a bot uses it, `NoSuchBackup` or `StoreTooNew` for a file that isn't a good backup, and
    `StoreUnwritable` or `StoreFull`; nothing has changed then.
    """
    check(source)
    path = folder / FILE
    new = path.with_name(f"{FILE}.new")
    lock = lock_database(path)
    try:
        new.unlink(missing_ok=True)
        _copy(source, new)
        kept = _put_aside(path) if path.stat().st_size else None
        new.replace(path)
    finally:
        lock.release()
    return kept


def check(path: Path) -> None:
    """Raise `NoSuchBackup` unless `path` is a whole database of ours, `StoreTooNew` if a newer version wrote it."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            damage = [row[0] for row in database.execute("PRAGMA integrity_check(1)")]
            version = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise NoSuchBackup(f"{path} isn't a backup of Inferbot, or it's damaged ({error}).") from None
    if damage != ["ok"]:
        raise NoSuchBackup(f"{path} is damaged ({damage[0]}): use another backup.")
    if version is None or version[0] not in known_versions():
        raise StoreTooNew(f"{path} was written by a newer version of Inferbot: update Inferbot.")


def _copy(source: Path, target: Path) -> None:
    """Copy a database to a new file that only its owner can read, checked before it gets its name."""
    part = target.with_name(f"{target.name}.part")
    with _plain_errors(target):
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(part)) as written:
                # In one step, so that the copy is one state of the database, whatever is written to it meanwhile.
                read.backup(written)
                # The copy is one file, without a write-ahead log beside it.
                written.execute("PRAGMA journal_mode=DELETE")
            check(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _put_aside(path: Path) -> Path:
    """Keep the database at `path` under a free name beside it, and return that name. The file itself stays."""
    kept = next(one for number in count(1) if not (one := path.with_name(f"{path.name}.old-{number}")).exists())
    with _plain_errors(path):
        try:
            kept.hardlink_to(path)
        except OSError:  # a file system without hard links
            shutil.copy2(path, kept)
        # A killed bot's last commits may be in the log alone; under the kept name's own, SQLite finds them there.
        log, index = (path.with_name(path.name + suffix) for suffix in COMPANIONS)
        if log.exists():
            log.replace(kept.with_name(kept.name + COMPANIONS[0]))
        index.unlink(missing_ok=True)
    return kept


@contextmanager
def _plain_errors(path: Path) -> Generator[None]:
    """Turn an error of the file system or of SQLite into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        name: str = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL":
            raise StoreFull(f"The disk is full: make room for {path}.") from None
        if name in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
            raise NoSuchBackup(f"What should be copied to {path} is damaged ({error}).") from None
        raise StoreUnwritable(f"{path} can't be written ({error}).") from None
    except OSError as error:
        raise StoreUnwritable(f"{path} can't be written ({error.strerror}).") from None
