"""Opening the database, and the one writer."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from inferbot.store import games, tables, votes
from inferbot.store.errors import StoreClosed, StoreDamaged, StoreInUse, StoreTooNew, StoreUnwritable
from inferbot.store.migrations.upgrade import config_for
from inferbot.store.store import FILE, HEAD, Store, open_store
from sqlalchemy import Connection, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from support.rows import game_values


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


async def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    first = await open_store(tmp_path)
    number = await first.write(lambda connection: games.add(connection, **game_values()))
    await first.close()
    second = await open_store(tmp_path)
    record = await second.read(lambda connection: games.get(connection, number))
    await second.close()
    assert record is not None
    assert record.plan == ["basics-001"]


async def test_a_second_process_is_told_so(store: Store, tmp_path: Path) -> None:
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


async def test_a_damaged_file_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, " * 300)
    with pytest.raises(StoreDamaged, match="damaged or isn"):
        await open_store(tmp_path)


async def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
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


async def test_a_cancelled_waiter_takes_nobody_along(store: Store) -> None:
    async def add(channel: int) -> int:
        return await store.write(lambda connection: games.add(connection, **game_values(channel=channel)))

    cancelled, other = asyncio.create_task(add(1)), asyncio.create_task(add(2))
    await asyncio.sleep(0)
    cancelled.cancel()
    await other
    await store.write(lambda connection: games.change(connection, 1, phase="over"))
    assert await store.read(count) == 2


async def test_closing_finishes_what_waits(tmp_path: Path) -> None:
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
    chance = random.Random(5)  # noqa: S311 - which moment is no secret
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


async def test_a_reader_that_is_cancelled_in_the_middle_of_a_statement_leaves_nothing_behind(tmp_path: Path) -> None:
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
