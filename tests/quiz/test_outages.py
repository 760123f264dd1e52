"""What can't be shown or written is retried: no game is lost, stuck, or paused unless someone has to act."""

import asyncio
from typing import Any

import pytest
from inferbot.quiz.errors import GameOver
from inferbot.quiz.game import Phase
from inferbot.quiz.running import games as running
from inferbot.quiz.running import saving, steps, timers
from inferbot.quiz.running.games import NoGame
from inferbot.quiz.running.outlet import MessageGone, OutletBlocked, OutletDown, OutletForbidden, OutletGone
from inferbot.quiz.running.session import GameSession
from inferbot.store import games as rows
from support.quiz_games import GUILD, DiskFull, Hall, due_now, same, settled, until

ANN, BOB = 1, 2


async def retried(session: GameSession) -> None:
    """Let the retry that is planned happen now, to its end."""
    due_now(session)
    for _ in range(5):  # it takes two turns of the loop until it holds the lock
        await asyncio.sleep(0)
    async with session.lock:
        pass


async def nothing_written(*_: object, **__: object) -> None:
    raise DiskFull


def forget_message(hall: Hall) -> None:
    """Have the next update find its message deleted, twice if it's tried twice before one is posted."""
    message, shows = len(hall.screen.posts), hall.screen.update

    async def gone(session: GameSession) -> None:
        if len(hall.screen.posts) == message:
            raise MessageGone
        hall.screen.update = shows  # type: ignore[method-assign]
        await shows(session)

    hall.screen.update = gone  # type: ignore[method-assign]


def is_over(hall: Hall, session: GameSession) -> bool:
    try:
        hall.games.session(session.id)
    except GameOver:
        return True
    return False


async def test_a_question_that_cant_be_posted_is_retried_and_gets_its_full_time(hall: Hall) -> None:
    session = await hall.lobby()
    await hall.games.join(session.id, ANN)
    hall.screen.failure = OutletDown()
    await hall.games.begin(session.id)
    assert (session.game.paused_at, session.message) == (None, None)
    await retried(session)
    hall.screen.failure = None
    hall.screen.now = 160.0
    await retried(session)
    assert session.game.round.deadline == 160.0 + 20.0
    await hall.vote(session, ANN)
    await same(hall, session)
    assert hall.screen.paused == []


async def test_a_reveal_that_cant_be_shown_is_retried_and_stays_for_its_full_time(hall: Hall) -> None:
    session = await hall.begun(ANN)
    await hall.vote(session, ANN)
    hall.screen.failure = OutletDown()
    due_now(session)
    await until(lambda: session.failures == 1)
    await retried(session)
    hall.screen.now += 40
    hall.screen.failure = None
    await retried(session)
    assert session.game.phase is Phase.REVEAL
    assert session.game.due_at == hall.screen.now + session.game.rules.reveal_seconds
    assert hall.screen.shown[-1] == ("update", Phase.REVEAL)
    await same(hall, session)
    due_now(session)
    await until(lambda: session.game.phase is Phase.ASKING)


async def test_the_end_of_a_game_that_cant_be_shown_is_retried(hall: Hall) -> None:
    session = await hall.begun(ANN)
    finished: list[int] = []

    async def note(session: GameSession) -> None:
        finished.append(session.id)

    hall.games.on_finished = note
    hall.screen.failure = OutletDown()
    await hall.games.stop(session.channel)
    await retried(session)
    hall.screen.failure = None
    await retried(session)
    assert hall.screen.shown[-1] == ("post", Phase.OVER)
    assert finished == [session.id]
    hall.channel -= 1
    await hall.lobby()


async def test_the_end_of_a_game_is_shown_and_scored_once_however_often_it_is_tried(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await hall.begun(ANN)
    await hall.vote(session, ANN)
    due_now(session)
    await until(lambda: session.game.phase is Phase.REVEAL)
    with monkeypatch.context() as full:
        full.setattr(saving, "close", nothing_written)
        for _ in range(2):
            with pytest.raises(DiskFull):
                await hall.games.stop(session.channel)
    await retried(session)
    assert is_over(hall, session)
    assert [phase for _, phase in hall.screen.shown].count(Phase.OVER) == 1
    (score,) = await hall.scores()
    assert score.games == 1


async def test_a_lobby_that_cant_be_posted_is_retried_and_stays_open_for_its_full_time(hall: Hall) -> None:
    hall.screen.failure = OutletDown()
    session = await hall.lobby()
    assert session.message is None
    hall.screen.failure = None
    hall.screen.now += 30
    await retried(session)
    assert hall.screen.shown == [("post", Phase.LOBBY)]
    assert session.game.due_at == hall.screen.now + session.game.rules.lobby_seconds
    assert session.timer is not None
    await same(hall, session)


@pytest.mark.parametrize("failure", [OutletGone(), OutletForbidden(), OutletBlocked(), RuntimeError()])
async def test_a_lobby_that_cant_be_posted_at_all_leaves_the_channel_free(hall: Hall, failure: Exception) -> None:
    told: list[GameSession] = []

    async def note(session: GameSession) -> None:
        told.append(session)

    hall.games.on_finished = note
    hall.screen.failure = failure
    with pytest.raises(type(failure)):
        await hall.lobby()
    assert told == []
    hall.screen.failure = None
    hall.channel -= 1
    await hall.lobby()


async def test_a_lobby_that_can_neither_be_posted_nor_closed_is_closed_later(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.screen.failure = OutletForbidden()
    with monkeypatch.context() as full:
        full.setattr(saving, "close", nothing_written)
        with pytest.raises(DiskFull):
            await hall.lobby()
        session = hall.games.in_channel(hall.channel)
    hall.screen.failure = None
    await retried(session)
    assert hall.screen.shown == []
    hall.channel -= 1
    await hall.lobby()


async def test_a_message_whose_answer_was_lost_is_not_posted_twice(hall: Hall) -> None:
    session = await hall.lobby()
    await hall.games.join(session.id, ANN)
    hall.screen.lost = OutletDown()
    await hall.games.begin(session.id)
    assert hall.screen.shown[-1] == ("post", Phase.ASKING)
    click = asyncio.create_task(hall.vote(session, ANN))  # the question is there, so people answer it
    hall.screen.lost = None
    await retried(session)
    await click
    assert [how for how, phase in hall.screen.shown if phase is Phase.ASKING] == ["post", "update"]
    assert session.game.round.opened_at == 100.0
    assert set(session.game.round.votes) == {ANN}


async def test_a_question_no_one_could_answer_for_long_gets_its_full_time(hall: Hall) -> None:
    session = await hall.lobby()
    await hall.games.join(session.id, ANN)
    hall.screen.lost = OutletDown()
    await hall.games.begin(session.id)
    hall.screen.lost = None
    hall.screen.now += 60
    await retried(session)
    assert session.game.round.deadline == 160.0 + 20.0
    assert hall.screen.shown[-1] == ("update", Phase.ASKING)  # its countdown has changed


async def test_a_deleted_message_that_is_posted_again_has_a_nonce_of_its_own(hall: Hall) -> None:
    session = await hall.begun(ANN)
    for _ in range(2):
        forget_message(hall)
        await hall.games.pause(session.channel, 101.0)
        await hall.games.resume(session.channel, 101.0)
    assert len(hall.screen.posts) == 4  # the lobby, the question, and that again twice
    assert all(len(nonce) <= 25 for nonce in hall.screen.posts)


@pytest.mark.parametrize("failure", [OutletDown(), OutletForbidden(), OutletGone()])
async def test_counts_that_cant_be_updated_are_skipped(
    hall: Hall, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "REFRESH", 0.0)
    session = await hall.begun(ANN, BOB)
    timer = session.timer
    hall.screen.failure = failure
    await hall.vote(session, ANN)
    await until(lambda: session.refreshing is not None and session.refreshing.done())
    assert (session.timer, session.game.paused_at, session.failures) == (timer, None, 0)
    hall.screen.failure = None
    await hall.vote(session, BOB)
    await until(lambda: hall.screen.shown[-1] == ("update", Phase.ASKING))


@pytest.mark.parametrize(("patience", "in_time"), [(0.0, False), (10.0, True)])
async def test_counts_that_discord_makes_wait_hold_up_nothing_and_overwrite_nothing(
    *, hall: Hall, monkeypatch: pytest.MonkeyPatch, patience: float, in_time: bool
) -> None:
    monkeypatch.setattr(timers, "PATIENCE", patience)
    session = await hall.begun(ANN)
    monkeypatch.setattr(running, "REFRESH", 0.0)
    hall.screen.gate.clear()
    await hall.vote(session, ANN)
    await until(lambda: session.refreshing is not None)
    due_now(session)
    await until(lambda: session.game.phase is Phase.REVEAL)  # though the update of the counts still waits
    await settled()
    hall.screen.gate.set()
    await until(lambda: hall.screen.shown[-1][1] is Phase.REVEAL)
    await settled()
    counts = [Phase.ASKING] if in_time else []
    assert [phase for how, phase in hall.screen.shown if how == "update"] == [Phase.LOBBY, *counts, Phase.REVEAL]


async def test_a_question_deleted_while_it_is_open_is_posted_again_when_its_counts_change(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await hall.begun(ANN, BOB)
    monkeypatch.setattr(running, "REFRESH", 0.0)
    timer, message = session.timer, session.message
    forget_message(hall)
    await hall.vote(session, ANN)
    await until(lambda: session.message != message)
    await until(lambda: session.refreshing is None)
    assert hall.screen.shown[-1] == ("post", Phase.ASKING)
    assert session.timer is timer
    await same(hall, session)


@pytest.mark.parametrize("refusal", [OutletForbidden(), OutletBlocked()])
async def test_only_a_refusal_pauses_a_game_and_the_person_who_started_it_is_told_once(
    hall: Hall, refusal: OutletForbidden
) -> None:
    session = await hall.begun(ANN)
    hall.screen.failure = refusal
    due_now(session)
    await until(lambda: hall.screen.paused == [refusal])
    assert session.game.paused_at is not None
    hall.screen.failure = None
    await hall.games.resume(session.channel, hall.screen.now)
    assert (session.game.phase, session.game.paused_at) == (Phase.REVEAL, None)
    assert hall.screen.paused == [refusal]
    await same(hall, session)


async def test_an_outage_of_more_than_ten_minutes_ends_a_game(hall: Hall) -> None:
    session = await hall.begun(ANN)
    hall.screen.failure = OutletDown()
    due_now(session)
    await until(lambda: session.failures == 1)
    for _ in range(steps.MOST_RETRIES):
        await retried(session)
    await retried(session)
    assert is_over(hall, session)
    assert (await hall.stored(session)).game.ended_by == "away"
    delays = [min(steps.FIRST_RETRY * 2**n, steps.LONGEST_RETRY) for n in range(steps.MOST_RETRIES)]
    assert sum(delays) == pytest.approx(600, rel=0.1)


async def test_a_game_paused_during_an_outage_stays_paused_and_is_shown_so_later(hall: Hall) -> None:
    session = await hall.begun(ANN)
    hall.screen.failure = OutletDown()
    await hall.games.pause(session.channel, 105.0)
    hall.screen.failure = None
    hall.screen.now = 200.0
    await retried(session)
    assert session.game.paused_at == 105.0
    assert hall.screen.shown[-1] == ("update", Phase.ASKING)
    await hall.games.resume(session.channel, 200.0)
    assert session.game.round.deadline == 200.0 + 15.0


async def test_a_resumed_game_that_cant_be_shown_keeps_the_time_that_was_left(hall: Hall) -> None:
    session = await hall.begun(ANN)
    await hall.games.pause(session.channel, 105.0)
    hall.screen.now = 200.0
    hall.screen.failure = OutletDown()
    await hall.games.resume(session.channel, 200.0)
    hall.screen.failure = None
    hall.screen.now = 230.0
    await retried(session)
    assert session.game.round.deadline == 230.0 + 15.0


async def test_a_restart_during_an_outage_ends_with_the_game_going_on(hall: Hall) -> None:
    first = await hall.begun(ANN)
    other = Hall(hall.store, hall.library)
    other.screen.failure = OutletDown()
    await other.games.resume_all()
    await settled()
    session = other.games.session(first.id)
    assert session.failures == 1
    other.screen.failure = None
    await retried(session)
    assert other.screen.shown == [("update", Phase.ASKING)]
    await other.vote(session, ANN)
    await other.games.close()


async def test_a_step_that_cant_be_written_is_retried(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await hall.begun(ANN)
    await hall.vote(session, ANN)
    with monkeypatch.context() as full:
        full.setattr(saving, "save", nothing_written)
        due_now(session)
        await until(lambda: session.failures == 1)
        await retried(session)
    await retried(session)
    assert session.game.phase is Phase.REVEAL
    assert hall.screen.shown[-1] == ("update", Phase.REVEAL)
    await same(hall, session)
    assert hall.screen.paused == []


async def test_a_game_whose_end_cant_be_written_ends_by_itself_later(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await hall.begun(ANN)
    with monkeypatch.context() as full:
        full.setattr(hall.store, "write", nothing_written)
        with pytest.raises(DiskFull):
            await hall.games.stop(session.channel)
        await retried(session)
    await retried(session)
    assert is_over(hall, session)
    assert (await hall.stored(session)).game.ended_by == "stopped"


async def test_a_command_that_fails_leaves_the_game_with_a_timer(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await hall.begun(ANN)
    with monkeypatch.context() as full:
        full.setattr(saving, "save", nothing_written)
        with pytest.raises(DiskFull):
            await hall.games.skip(session.channel)
    await retried(session)
    assert session.game.phase is Phase.REVEAL
    assert session.timer is not None


async def test_a_failure_of_what_follows_a_game_does_no_harm(hall: Hall) -> None:
    session = await hall.begun(ANN)

    async def fail(_: GameSession) -> None:
        raise RuntimeError

    hall.games.on_finished = fail
    await hall.games.stop(session.channel)
    with pytest.raises(NoGame):
        hall.games.in_channel(session.channel)


@pytest.mark.parametrize(
    "broken",
    [
        'UPDATE games SET rules = \'{"questions": 3, "mood": "good"}\' WHERE id = 1',
        "UPDATE games SET plan = '[\"a-1\", ' WHERE id = 1",
        "UPDATE games SET phase = 'encore' WHERE id = 1",
        "UPDATE rounds SET shown = '{}' WHERE game = 1",
    ],
)
async def test_a_game_we_cant_read_is_closed_with_a_sentence_and_stops_no_other(hall: Hall, broken: str) -> None:
    first, second = await hall.begun(ANN), await hall.begun(BOB)
    assert first.id == 1
    await hall.store.write(lambda c: c.exec_driver_sql(broken))
    other = Hall(hall.store, hall.library)
    await other.games.resume_all()
    assert other.screen.unreadable == [(GUILD, first.channel)]
    assert other.games.session(second.id).game == second.game
    assert await hall.store.read(rows.unfinished) == [second.id]
    await other.games.close()


async def test_a_game_that_cant_be_closed_stops_no_other(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = await hall.begun(ANN), await hall.begun(BOB)
    await hall.store.write(lambda c: rows.change(c, first.id, phase="encore"))
    other = Hall(hall.store, hall.library)
    monkeypatch.setattr(saving, "close_unreadable", nothing_written)
    await other.games.resume_all()
    assert other.games.session(second.id).game == second.game
    await other.games.close()


async def test_the_games_of_a_server_we_were_removed_from_end_quietly(hall: Hall) -> None:
    first, second = await hall.begun(ANN), await hall.begun(BOB)
    await hall.vote(first, ANN)
    shown: list[Any] = list(hall.screen.shown)
    await hall.games.leave_guild(GUILD + 1)
    assert not is_over(hall, first)
    await hall.games.leave_guild(GUILD)
    assert is_over(hall, first)
    assert is_over(hall, second)
    assert (hall.screen.shown, hall.screen.paused) == (shown, [])
    assert (await hall.stored(first)).game.ended_by == "gone"


async def test_games_can_be_resumed_after_they_were_let_go_of(hall: Hall) -> None:
    session = await hall.begun(ANN)
    await hall.games.close()
    await hall.games.resume_all()
    await settled()
    assert hall.games.session(session.id).game == session.game
