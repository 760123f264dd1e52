"""The repositories: what goes in comes out, and the constraints decide."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inferbot.quiz.votes import Outcome, Vote, count
from inferbot.store import daily, events, games, packs, people, scores, tables, votes
from inferbot.store.records import (
    DailyRecord,
    EventRecord,
    GameRecord,
    PackRecord,
    PlayerRecord,
    ScoreRecord,
    VoteRecord,
)
from inferbot.store.store import Store, open_store
from sqlalchemy import JSON, BigInteger
from sqlalchemy.ext.asyncio import AsyncConnection
from support.rows import CHANNEL, GUILD, HOST, game_values, round_record, vote_record

ANN, BOB = 101, 102


async def new_game(store: Store, **changes: object) -> int:
    return await store.write(lambda connection: games.add(connection, **game_values(**changes)))


async def ended(connection: AsyncConnection, record: GameRecord, results: list[ScoreRecord]) -> bool:
    done = await games.end(connection, record, ended_by="played", scores=results)
    await games.change(connection, record.id, ended_at=9.0)
    return done


async def test_one_open_game_a_channel(store: Store) -> None:
    number = await new_game(store)
    with pytest.raises(games.GameRunsAlready):
        await new_game(store)
    record = await store.read(lambda c: games.get(c, number))
    assert record is not None
    await store.write(lambda c: ended(c, record, []))
    assert await new_game(store) != number
    (unfinished,) = await store.read(games.unfinished)
    assert await store.read(lambda c: games.place(c, unfinished)) == (GUILD, CHANNEL)


async def test_rounds_and_players_are_written_over(store: Store) -> None:
    number = await new_game(store)
    await store.write(lambda c: games.put_round(c, round_record(number)))
    await store.write(lambda c: games.put_round(c, round_record(number, closed=True, message=77)))
    await store.write(lambda c: games.put_players(c, [PlayerRecord(number, ANN, 1, None)]))
    await store.write(
        lambda c: games.put_players(c, [PlayerRecord(number, ANN, 1, 2), PlayerRecord(number, BOB, 3, 0)])
    )
    await store.write(lambda c: games.remove_player(c, number, BOB))
    assert [(one.closed, one.message) for one in await store.read(lambda c: games.rounds(c, number))] == [(True, 77)]
    assert await store.read(lambda c: games.players(c, number)) == [PlayerRecord(number, ANN, 1, 2)]


async def test_a_game_counts_once_however_often_it_is_ended(store: Store) -> None:
    number = await new_game(store)
    record = await store.read(lambda c: games.get(c, number))
    assert record is not None
    result = ScoreRecord(ANN, 1500, games=1, wins=1, right=2, asked=3, best_streak=2)
    assert await store.write(lambda c: ended(c, record, [result]))
    assert not await store.write(lambda c: ended(c, record, [result]))
    assert [one.points for one in await store.read(lambda c: scores.board(c, GUILD, None))] == [1500]


async def test_scores_are_sums_by_season_and_by_pack(store: Store) -> None:
    for season, pack, points, streak in (
        ("2026-Q3", "basics", 500, 1),
        ("2026-Q4", "basics", 900, 4),
        ("2026-Q4", "costs", 100, 2),
    ):
        number = await new_game(store, season=season, pack=pack)
        record = await store.read(lambda c, n=number: games.get(c, n))
        assert record is not None
        results = [
            ScoreRecord(ANN, points, games=1, wins=1, right=1, asked=2, best_streak=streak),
            ScoreRecord(BOB, 700, games=1, wins=0, right=1, asked=2, best_streak=1),
        ]
        await store.write(lambda c, r=record, rs=results: ended(c, r, rs))
    everything = await store.read(lambda c: scores.board(c, GUILD, None))
    assert [(one.user, one.points, one.games, one.best_streak) for one in everything] == [
        (BOB, 2100, 3, 1),
        (ANN, 1500, 3, 4),
    ]
    season = await store.read(lambda c: scores.board(c, GUILD, "2026-Q4"))
    assert [(one.user, one.points, one.wins) for one in season] == [(BOB, 1400, 0), (ANN, 1000, 2)]
    mine = await store.read(lambda c: scores.by_pack(c, GUILD, ANN))
    assert {pack: one.points for pack, one in mine.items()} == {"basics": 1400, "costs": 100}
    assert await store.read(lambda c: scores.board(c, 999, None)) == []


clicks = st.lists(st.tuples(st.integers(0, 3), st.integers(100, 105), st.integers(1, 4)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=clicks)
async def test_the_database_decides_as_the_rules_do(store: Store, made: list[tuple[int, int, int]]) -> None:
    number = await new_game(store, channel=1)
    expected: Vote | None = None
    base = number * 10
    chosen: dict[int, tuple[int, int]] = {}
    for position, at, interaction in made:
        position, at = chosen.setdefault(interaction, (position, at))  # noqa: PLW2901 - an interaction is one click
        click = Vote(ANN, base + interaction, position, at, 120 - at, first=position)
        expected, outcome = count(expected, click)
        new = vote_record(number, ANN, position, at, base + interaction)
        record = await store.write(lambda c, one=new: votes.put(c, one))
        assert record == VoteRecord(number, 1, **asdict(expected))
        # The outcome follows from the vote that is written, which is all that production knows.
        assert count(expected, click) == (expected, outcome)
        assert (outcome in (Outcome.LOCKED, Outcome.CHANGED)) == (record.interaction == click.interaction)
    game = await store.read(lambda c: games.get(c, number))
    assert game is not None
    await store.write(lambda c: ended(c, game, []))


async def test_packs_are_private_to_their_server(store: Store) -> None:
    one = PackRecord(GUILD, "ours", "Ours", b"title = 1", 3, ANN, 5.0)
    await store.write(lambda c: packs.put(c, one))
    await store.write(lambda c: packs.put(c, replace(one, title="Ours, again")))
    assert [record.title for record in await store.read(packs.everything)] == ["Ours, again"]
    assert await store.write(lambda c: packs.remove(c, GUILD, "ours"))
    assert not await store.write(lambda c: packs.remove(c, GUILD, "ours"))


def event_record(**changes: object) -> EventRecord:
    record = EventRecord(
        5, GUILD, CHANNEL, HOST, {"questions": 5}, 1000.0, "UTC", weekly=False, state="planned", game=None
    )
    return replace(record, **changes)  # pyright: ignore[reportArgumentType] - a test's own words


async def test_an_event_changes_its_state_once(store: Store) -> None:
    await store.write(lambda c: events.put(c, event_record()))
    assert await store.write(lambda c: events.move(c, 5, before="planned", after="running", game=7))
    assert not await store.write(lambda c: events.move(c, 5, before="planned", after="running", game=8))
    record = await store.read(lambda c: events.get(c, 5))
    assert record == event_record(state="running", game=7)
    assert await store.read(events.unfinished) == [record]
    await store.write(lambda c: events.move(c, 5, before="running", after="over"))
    assert await store.read(lambda c: events.unfinished(c, GUILD)) == []


async def test_the_first_answer_of_a_day_counts(store: Store) -> None:
    first = DailyRecord(GUILD, "2026-11-24", ANN, "basics-001", 1, right=True, interaction=1)
    assert await store.write(lambda c: daily.put(c, first)) == first
    again = replace(first, position=2, right=False, interaction=2)
    assert await store.write(lambda c: daily.put(c, again)) == first
    assert await store.read(lambda c: daily.of_day(c, GUILD, "2026-11-24")) == [first]
    assert await store.read(lambda c: daily.of_user(c, GUILD, ANN)) == [first]


async def full(store: Store) -> int:
    """Fill every table with something of Ann's and of Bob's."""
    number = await new_game(store, host=ANN)
    record = await store.read(lambda c: games.get(c, number))
    assert record is not None
    results = [ScoreRecord(user, 5, games=1, wins=0, right=0, asked=1, best_streak=0) for user in (ANN, BOB)]
    await store.write(lambda c: ended(c, record, results))
    await store.write(lambda c: games.put_round(c, round_record(number)))
    for user in (ANN, BOB):
        await store.write(lambda c, u=user: games.put_players(c, [PlayerRecord(number, u, 1, None)]))
        await store.write(lambda c, u=user: votes.put(c, vote_record(number, u, 1, 101.0, u)))
        answer = DailyRecord(GUILD, "2026-11-24", user, "basics-001", 1, right=True, interaction=user)
        await store.write(lambda c, a=answer: daily.put(c, a))
    await store.write(lambda c: packs.put(c, PackRecord(GUILD, "ours", "Ours", b"title = 1", 3, ANN, 5.0)))
    await store.write(lambda c: events.put(c, event_record(host=ANN, state="over")))
    return number


async def test_a_person_sees_everything_stored_and_can_delete_it(store: Store) -> None:
    number = await full(store)
    counts = await store.read(lambda c: people.counts(c, ANN))
    assert counts == dict.fromkeys(people.PERSONAL, 1)
    assert len(counts) == 7
    exported = await store.read(lambda c: people.export(c, ANN))
    assert json.loads(json.dumps(exported)) == exported
    assert {kind: len(rows) for kind, rows in exported.items()} == counts
    assert exported["uploaded"][0]["data"] == "title = 1"
    assert exported["planned"][0]["zone"] == "UTC"
    assert exported["votes"][0]["position"] == 1
    assert await store.write(lambda c: people.forget(c, ANN)) == (4, 3)
    assert set((await store.read(lambda c: people.counts(c, ANN))).values()) == {0}
    assert [one.user for one in await store.read(lambda c: votes.of_game(c, number))] == [BOB]


@pytest.mark.parametrize(("state", "host"), [("planned", ANN), ("running", ANN), ("over", 0)])
async def test_a_deleted_person_stays_the_host_of_what_isnt_over_only(store: Store, state: str, host: int) -> None:
    await store.write(lambda c: events.put(c, event_record(host=ANN, state=state)))
    await store.write(lambda c: people.forget(c, ANN))
    kept = await store.read(lambda c: events.get(c, 5))
    assert kept is not None
    assert kept.host == host


# Discord's ids that aren't a person's, and what the JSON columns hold: numbers and the ids of questions.
NO_PEOPLE = {"guild", "channel", "message", "event", "interaction"}
JSON_COLUMNS = {"games.rules", "games.plan", "rounds.shown", "events.choices"}


def test_every_column_that_may_hold_a_persons_id_is_shown_and_exported() -> None:
    """A new table with an id in it fails here until `people.PERSONAL` has it, or it is known to be no person's."""
    columns = {f"{table.name}.{column.name}": column for table in tables.metadata.sorted_tables for column in table.c}
    ids = {name for name, one in columns.items() if isinstance(one.type, BigInteger) and one.name not in NO_PEOPLE}
    shown = {f"{column.table.name}.{column.name}" for column in people.PERSONAL.values()}
    assert ids - {"events.id"} == shown
    assert {name for name, one in columns.items() if isinstance(one.type, JSON)} == JSON_COLUMNS


def test_every_table_about_people_is_shown_and_forgotten() -> None:
    assert {table.name for table in tables.metadata.sorted_tables if "user" in table.c} == {
        table.name for table in people.OF_A_PERSON
    }


async def test_a_servers_data_is_deleted_some_time_after_the_bot_left(store: Store, tmp_path: Path) -> None:
    number = await full(store)
    days = people.RETENTION_DAYS * 86400.0
    await store.write(lambda c: people.departed(c, GUILD, 100.0))
    assert await store.write(lambda c: people.forget_departed(c, days + 99)) == []
    await store.write(lambda c: people.returned(c, GUILD))
    assert await store.write(lambda c: people.forget_departed(c, days + 100)) == []
    await store.write(lambda c: people.departed(c, GUILD, 200.0))
    assert await store.write(lambda c: people.forget_departed(c, days + 200)) == [GUILD]
    assert await store.read(lambda c: votes.of_game(c, number)) == []
    assert await store.read(packs.everything) == []
    assert await store.read(lambda c: scores.board(c, GUILD, None)) == []
    other = await open_store(tmp_path / "other")
    assert await other.read(games.unfinished) == []
    await other.close()
