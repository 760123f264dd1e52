"""Backing up while a bot writes, and restoring: whole or not at all, and nothing that was there is lost."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from inferbot.store import backup, games
from inferbot.store.backup import back_up, restore
from inferbot.store.errors import (
    NoSuchBackup,
    StoreDamaged,
    StoreFull,
    StoreInUse,
    StoreTooNew,
    StoreUnwritable,
)
from inferbot.store.store import FILE, Store, open_store
from support.rows import game_values

TESTS = str(Path(__file__).parent.parent)

# A bot that only takes votes, and says which it has acknowledged.
WRITER = """
import asyncio, sys
from pathlib import Path
from inferbot.store import games, votes
from inferbot.store.store import open_store
sys.path.insert(0, sys.argv[2])
from support.rows import game_values, vote_record

async def main():
    store = await open_store(Path(sys.argv[1]))
    game = await store.write(lambda c: games.add(c, **game_values()))
    for user in range(1, 1_000_000):
        await store.write(lambda c: votes.put(c, vote_record(game, user, user % 4, 100.0, user)))
        print(user, flush=True)
asyncio.run(main())
"""


@asynccontextmanager
async def writer(folder: Path) -> AsyncGenerator[asyncio.StreamReader]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(folder), TESTS, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        yield process.stdout
    finally:
        process.send_signal(signal.SIGTERM)
        await process.stdout.read()
        await process.wait()


async def next_voters(acknowledged: asyncio.StreamReader, count: int = 20) -> set[int]:
    """Return everyone whose vote has been acknowledged after `count` more."""
    lines = [await acknowledged.readline() for _ in range(count)]
    return set(range(1, int(lines[-1]) + 1))


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def content(path: Path) -> bytes:
    return path.read_bytes()


def voters(path: Path) -> set[int]:
    with closing(sqlite3.connect(path)) as database:
        return {row[0] for row in database.execute("SELECT user FROM votes")}


async def add_game(store: Store, channel: int) -> None:
    await store.write(lambda c: games.add(c, **game_values(channel=channel)))


async def channels(folder: Path) -> list[int]:
    store = await open_store(folder)
    open_games = [
        await store.read(lambda c, n=number: games.get(c, n)) for number in await store.read(games.unfinished)
    ]
    await store.close()
    return [record.channel for record in open_games if record is not None]


@pytest.fixture
async def saved(tmp_path: Path) -> Path:
    """A backup with a game in channel 1, of the folder `data`, in which there is one in channel 2 as well since."""
    store = await open_store(tmp_path / "data")
    await add_game(store, 1)
    back_up(tmp_path / "data", tmp_path / "saved")
    await add_game(store, 2)
    await store.close()
    return tmp_path / "saved"


async def test_a_backup_taken_while_a_bot_writes_has_all_that_was_acknowledged(tmp_path: Path) -> None:
    async with writer(tmp_path / "data") as acknowledged:
        for number in range(5):
            voted = await next_voters(acknowledged)
            target = tmp_path / f"backup-{number}"
            await asyncio.to_thread(back_up, tmp_path / "data", target)
            found = voters(target)
            assert found >= voted
            assert found == set(range(1, len(found) + 1)), "it is one state of the database, not several"
    assert names(tmp_path) == [*(f"backup-{number}" for number in range(5)), "data"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
async def test_a_backup_is_its_owners_alone(saved: Path) -> None:
    assert mode_of(saved) == 0o600


async def test_a_restored_backup_is_what_was_saved_and_the_rest_is_kept(saved: Path, tmp_path: Path) -> None:
    kept = restore(tmp_path / "data", saved)
    assert await channels(tmp_path / "data") == [1]
    assert kept is not None
    with closing(sqlite3.connect(kept)) as database:
        assert list(database.execute("SELECT channel FROM games")) == [(1,), (2,)]
    again = restore(tmp_path / "data", saved)
    assert again not in (None, kept), "what was kept first is still there"


async def test_what_a_killed_bot_left_in_the_log_is_kept_too(saved: Path, tmp_path: Path) -> None:
    async with writer(tmp_path / "killed") as acknowledged:
        voted = await next_voters(acknowledged)
    assert content(tmp_path / "killed" / f"{FILE}-wal")
    kept = restore(tmp_path / "killed", saved)
    assert kept is not None
    assert voters(kept) >= voted
    assert await channels(tmp_path / "killed") == [1]


async def test_a_damaged_database_is_replaced_and_kept_with_its_log(saved: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "data" / FILE
    damaged.write_bytes(b"no database at all, " * 300)
    damaged.with_name(f"{FILE}-wal").write_bytes(b"no log either")
    kept = restore(tmp_path / "data", saved)
    assert kept is not None
    assert kept.read_bytes().startswith(b"no database")
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"no log either"
    assert await channels(tmp_path / "data") == [1]


async def test_a_damaged_database_is_not_backed_up(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / FILE).write_bytes(content(saved)[:9000])
    with pytest.raises(StoreDamaged, match="restore an earlier one"):
        back_up(tmp_path / "data", tmp_path / "other")
    assert not (tmp_path / "other").exists()


async def test_a_backup_is_restored_where_there_was_nothing(saved: Path, tmp_path: Path) -> None:
    assert restore(tmp_path / "new", saved) is None
    assert await channels(tmp_path / "new") == [1]


async def test_nothing_is_restored_while_a_bot_uses_the_data(saved: Path, tmp_path: Path) -> None:
    store = await open_store(tmp_path / "data")
    with pytest.raises(StoreInUse, match="Another Inferbot is running"):
        restore(tmp_path / "data", saved)
    await store.close()
    assert await channels(tmp_path / "data") == [1, 2]


def cut(path: Path) -> None:
    path.write_bytes(content(path)[:9000])


def flip(path: Path) -> None:
    data = bytearray(content(path))
    data[4096 * 3 + 3] ^= 0xFF  # in a page's own header
    path.write_bytes(data)


def replace(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE something_else (id)")


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [cut, flip, replace, Path.unlink, make_folder])
async def test_a_file_that_is_not_a_good_backup_changes_nothing(
    saved: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(saved)
    with pytest.raises(NoSuchBackup):
        restore(tmp_path / "data", saved)
    assert await channels(tmp_path / "data") == [1, 2]
    assert set(names(tmp_path / "data")) <= {FILE, f"{FILE}.lock"}


async def test_a_backup_of_a_newer_version_changes_nothing(saved: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(saved)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    with pytest.raises(StoreTooNew, match="update Inferbot"):
        restore(tmp_path / "data", saved)
    assert await channels(tmp_path / "data") == [1, 2]


async def test_a_backup_never_writes_over_a_file(saved: Path, tmp_path: Path) -> None:
    before = content(saved)
    with pytest.raises(StoreUnwritable, match="exists already"):
        back_up(tmp_path / "data", saved)
    assert content(saved) == before


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NoSuchBackup, match="nothing to back up"):
        back_up(tmp_path, tmp_path / "saved")


async def test_a_folder_that_is_not_there_is_a_sentence(saved: Path, tmp_path: Path) -> None:
    assert saved
    with pytest.raises(StoreUnwritable, match="No such file"):
        back_up(tmp_path / "data", tmp_path / "gone" / "saved")


async def test_a_full_disk_leaves_no_half_backup(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def cramped(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        if path.name.endswith(".part"):
            connection.execute("PRAGMA max_page_count=2")
        return connection

    monkeypatch.setattr(backup.sqlite3, "connect", cramped)
    with pytest.raises(StoreFull, match="The disk is full"):
        back_up(tmp_path / "data", tmp_path / "second")
    assert names(tmp_path) == ["data", saved.name]
