"""Opening the database, and the one writer."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from inferbot.store import games, people, tables, votes
from inferbot.store.errors import StoreClosed, StoreDamaged, StoreFull, StoreInUse, StoreTooNew, StoreUnwritable
from inferbot.store.migrations.upgrade import config_for, known_versions
from inferbot.store.store import FILE, HEAD, Store, open_store
from sqlalchemy import JSON, Column, Connection, LargeBinary, MetaData, String, create_engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from support.rows import game_values, round_record, vote_record


async def count(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.count()).select_from(tables.games))).scalar_one()


async def test_what_the_migrations_make_is_what_the_tables_say(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))

    async def work(connection: AsyncConnection) -> list[object]:
        return await connection.run_sync(differences)

    assert await store.read(work) == []


def test_the_newest_migration_is_the_one_the_store_expects() -> None:
    assert ScriptDirectory.from_config(config_for()).get_current_head() == HEAD


async def test_writes_survive_reopening(tmp_path: Path) -> None:
    first = await open_store(tmp_path)
    number = await first.write(lambda connection: games.add(connection, **game_values()))
    await first.close()
    second = await open_store(tmp_path)
    record = await second.read(lambda connection: games.get(connection, number))
    await second.close()
    assert record is not None
    assert record.plan == ["basics-001"]


async def test_a_second_process_gets_a_sentence(store: Store, tmp_path: Path) -> None:
    assert store
    with pytest.raises(StoreInUse, match="Another Inferbot is running"):
        await open_store(tmp_path)


async def test_a_database_from_the_future_is_left_alone(tmp_path: Path) -> None:
    await (await open_store(tmp_path)).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreTooNew, match="newer version"):
        await open_store(tmp_path)


async def test_a_damaged_file_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, " * 300)
    with pytest.raises(StoreDamaged, match="damaged or isn"):
        await open_store(tmp_path)


async def test_a_data_folder_that_is_a_file_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StoreUnwritable, match="can't be written"):
        await open_store(tmp_path / "data")


async def test_a_failing_write_does_not_fail_its_neighbours(store: Store) -> None:
    def add(channel: int) -> asyncio.Task[int]:
        return asyncio.create_task(
            store.write(lambda connection: games.add(connection, **game_values(channel=channel)))
        )

    tasks = [add(1), add(1), add(2)]
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(second, games.GameRunsAlready)
    assert first != third
    assert await store.read(count) == 2


async def test_canceling_one_write_affects_no_other(store: Store) -> None:
    async def add(channel: int) -> int:
        return await store.write(lambda connection: games.add(connection, **game_values(channel=channel)))

    cancelled, other = asyncio.create_task(add(1)), asyncio.create_task(add(2))
    await asyncio.sleep(0)
    cancelled.cancel()
    await other
    await store.write(lambda connection: games.change(connection, 1, phase="over"))
    assert await store.read(count) == 2


async def test_closing_finishes_queued_writes(tmp_path: Path) -> None:
    opened = await open_store(tmp_path)
    writes = [
        asyncio.create_task(opened.write(lambda c, channel=n: games.add(c, **game_values(channel=channel))))
        for n in range(5)
    ]
    await asyncio.sleep(0)
    await opened.close()
    assert len({task.result() for task in writes}) == 5


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
    print("game", game, flush=True)
    async def vote(user):
        await store.write(lambda c: votes.put(c, vote_record(game, user, user % 4, 100.0, user)))
        print("saved", user, flush=True)
    for start in range(1, 100_000, 7):
        await asyncio.gather(*(vote(user) for user in range(start, start + 7)))
asyncio.run(main())
"""


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    chance = random.Random(5)
    tests = str(Path(__file__).parent.parent)
    for attempt in range(5):
        folder = tmp_path / str(attempt)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(folder), tests, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        acknowledged: set[int] = set()
        wanted = chance.randint(1, 120)
        game = int((await process.stdout.readline()).split()[1])
        while len(acknowledged) < wanted:
            acknowledged.add(int((await process.stdout.readline()).split()[1]))
        os.kill(process.pid, signal.SIGKILL)
        rest = (await process.stdout.read()).decode().splitlines(keepends=True)
        acknowledged |= {int(line.split()[1]) for line in rest if line.endswith("\n")}
        await process.wait()
        opened = await open_store(folder)
        kept = await opened.read(lambda connection, number=game: votes.of_game(connection, number))
        await opened.close()
        assert acknowledged <= {one.user for one in kept}


async def test_reading_waits_for_no_writer(store: Store) -> None:
    number = await store.write(lambda connection: games.add(connection, **game_values()))
    reading = asyncio.Event()

    async def slow(connection: AsyncConnection) -> None:
        await games.change(connection, number, phase="asking")
        await reading.wait()

    writing = asyncio.create_task(store.write(slow))
    await asyncio.sleep(0)
    before = await store.read(lambda connection: games.get(connection, number))
    reading.set()
    await writing
    after = await store.read(lambda connection: games.get(connection, number))
    assert before is not None
    assert after is not None
    assert (before.phase, after.phase) == ("lobby", "asking")


async def test_a_read_canceled_mid_statement_leaves_nothing_behind(tmp_path: Path) -> None:
    """A connection that is closed while its statement runs once kept the whole program from ending."""
    store = await open_store(tmp_path)
    begun = asyncio.Event()

    async def slow(connection: AsyncConnection) -> int:
        begun.set()
        rows = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n"
        )
        return (await connection.execute(text(rows))).scalar_one()

    reading = asyncio.create_task(store.read(slow))
    await begun.wait()
    # Twice, some moments apart: as when a signal stops the program, and its loop then ends what is left.
    for _ in range(2):
        await asyncio.sleep(0.01)
        reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await store.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_store_that_is_closed_takes_no_more_work(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    begun = asyncio.create_task(store.write(lambda connection: games.add(connection, **game_values())))
    await asyncio.sleep(0)
    await store.close()
    assert await begun
    with pytest.raises(StoreClosed):
        await store.read(count)
    with pytest.raises(StoreClosed):
        await store.write(count)


NUMBER = 987654321987654321


def files_with(folder: Path, number: int) -> list[str]:
    """Return the files that have a Discord id somewhere, as SQLite writes one."""
    return [one.name for one in folder.iterdir() if number.to_bytes(8, "big") in one.read_bytes()]


async def test_what_was_deleted_is_in_no_file_once_the_log_is_emptied(store: Store, tmp_path: Path) -> None:
    game = await store.write(lambda c: games.add(c, **game_values()))
    await store.write(lambda c: games.put_round(c, round_record(game)))
    for user in range(1, 300):
        await store.write(lambda c, u=user: votes.put(c, vote_record(game, NUMBER + u, 1, 100.0, u)))
    assert files_with(tmp_path, NUMBER + 7)
    for user in range(1, 300, 2):
        await store.write(lambda c, u=user: people.forget(c, NUMBER + u))
    await store.scrub()
    assert files_with(tmp_path, NUMBER + 7) == []
    assert files_with(tmp_path, NUMBER + 8)
    assert (tmp_path / f"{FILE}-wal").stat().st_size == 0


async def test_the_log_is_emptied_while_others_read_and_write(store: Store) -> None:
    work = [store.write(lambda c, n=n: games.add(c, **game_values(channel=n))) for n in range(20)]
    await asyncio.gather(*work, store.scrub(), store.read(count), store.scrub(), store.read(count))
    assert await store.read(count) == 20


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
async def test_only_the_owner_can_read_what_is_stored(tmp_path: Path) -> None:
    """Folders and files of earlier versions, which everyone could read, too."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    (folder / FILE).touch(0o644)
    store = await open_store(folder)
    await store.write(lambda c: games.add(c, **game_values()))
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir()}
    await store.close()
    assert modes == dict.fromkeys((FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}.lock"), 0o600)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
async def test_a_folder_that_is_shared_by_all_stays_so(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    await (await open_store(tmp_path / "shared")).close()
    assert (tmp_path / "shared").stat().st_mode & 0o7777 == 0o1777


async def fill(store: Store) -> None:
    for channel in range(1000):
        await store.write(lambda c, n=channel: games.add(c, **game_values(channel=n, rules={"text": "x" * 5000})))


async def limit(store: Store, pragma: str) -> None:
    """Have SQLite refuse to write, as it does when a disk is full or a folder read-only."""
    await store.write(lambda c: c.exec_driver_sql(f"PRAGMA {pragma}"))


async def test_a_full_disk_is_a_sentence_and_loses_nothing(store: Store) -> None:
    await store.write(lambda c: games.add(c, **game_values(channel=5000)))
    await limit(store, "max_page_count=60")
    with pytest.raises(StoreFull, match="make room"):
        await fill(store)
    kept = await store.read(count)
    assert kept > 1
    await limit(store, "max_page_count=100000")
    await store.write(lambda c: games.add(c, **game_values(channel=5001)))
    assert await store.read(count) == kept + 1


async def test_a_folder_that_became_read_only_is_a_sentence_and_loses_nothing(store: Store) -> None:
    await store.write(lambda c: games.add(c, **game_values()))
    await limit(store, "query_only=ON")
    with pytest.raises(StoreUnwritable, match="check its disk and its permissions"):
        await fill(store)
    assert await store.read(count) == 1


async def test_an_error_names_no_id(store: Store) -> None:
    """It may end in a log."""
    with pytest.raises(IntegrityError) as caught:
        await store.write(lambda c: votes.put(c, vote_record(1, NUMBER, 1, 100.0, 1)))
    assert str(NUMBER) not in str(caught.value)


def sample(column: Column[Any]) -> Any:
    """Return something to fill a column with."""
    if isinstance(column.type, LargeBinary):
        return b"x"
    return "x" if isinstance(column.type, String) else {} if isinstance(column.type, JSON) else 1


def fill_tables(connection: Connection) -> dict[str, int]:
    """Put a row into every table that a database has, whatever its version. Return how many rows each has."""
    found = MetaData()
    found.reflect(connection)
    ours = [table for table in found.sorted_tables if table.name != "alembic_version"]
    for table in ours:
        connection.execute(table.insert().values({one.name: sample(one) for one in table.c}))
    return {table.name: 1 for table in ours}


@pytest.mark.parametrize("version", known_versions())
async def test_a_database_of_every_earlier_version_opens_with_all_it_has(tmp_path: Path, version: str) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / FILE}")
    with engine.begin() as connection:
        command.upgrade(config_for(connection), version)
        rows = fill_tables(connection)
    engine.dispose()

    def look(connection: Connection) -> tuple[list[object], dict[str, int]]:
        differences = list(compare_metadata(MigrationContext.configure(connection), tables.metadata))
        found = {name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for name in rows}  # noqa: S608
        return differences, found

    store = await open_store(tmp_path)
    assert await store.read(lambda c: c.run_sync(look)) == ([], rows)
    await store.close()
