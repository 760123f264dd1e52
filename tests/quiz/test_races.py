"""Things that happen at once in a game: what is read before an await must still be true after it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from inferbot.quiz import game as rules
from inferbot.quiz.errors import GameOver, LobbyClosed, LobbyFull, NoPlayers, TooLate
from inferbot.quiz.game import Phase
from inferbot.quiz.running import games as running
from inferbot.quiz.running import saving
from inferbot.quiz.running.games import AlreadyPlaying, NoGame
from inferbot.quiz.running.outlet import MessageGone, OutletGone
from inferbot.quiz.running.session import GameSession
from support.quiz_games import DiskFull, Hall, due_now, same, settled, until

ANN, BOB, CAT = 1, 2, 3


async def test_the_last_seat_is_taken_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_PLAYERS", 2)
    session = await hall.begun(ANN)
    done = await asyncio.gather(hall.vote(session, BOB), hall.vote(session, CAT), return_exceptions=True)
    assert [type(one) for one in done] == [type(None), LobbyFull]
    assert set(session.game.players) == {ANN, BOB}
    await same(hall, session)


async def test_the_last_seat_in_a_lobby_is_taken_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_PLAYERS", 1)
    session = await hall.lobby()
    join = hall.games.join
    done = await asyncio.gather(join(session.id, ANN), join(session.id, BOB), return_exceptions=True)
    assert isinstance(done[1], LobbyFull)
    await same(hall, session)


async def test_two_people_who_join_at_once_get_different_teams(hall: Hall) -> None:
    session = await hall.begun(ANN, teams=3)
    await asyncio.gather(hall.vote(session, BOB), hall.vote(session, CAT))
    assert {one.team for one in session.game.players.values()} == {0, 1, 2}
    await same(hall, session)


async def test_joins_and_leaves_at_once_end_in_the_order_they_were_made(hall: Hall) -> None:
    session = await hall.lobby(teams=2)
    join, leave = hall.games.join, hall.games.leave
    await asyncio.gather(
        join(session.id, ANN, 1), leave(session.id, ANN), join(session.id, ANN, 0), join(session.id, BOB)
    )
    assert {user: one.team for user, one in session.game.players.items()} == {ANN: 0, BOB: None}
    await same(hall, session)


async def test_a_seat_whose_player_couldnt_be_written_is_free(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await hall.begun(ANN)

    async def fail(_: object) -> None:
        raise DiskFull

    with monkeypatch.context() as broken:
        broken.setattr(hall.store, "write", fail)
        with pytest.raises(DiskFull):
            await hall.vote(session, BOB)
    assert set(session.game.players) == {ANN}
    await hall.vote(session, BOB)
    await same(hall, session)


async def test_no_one_joins_or_leaves_while_the_lobby_closes(hall: Hall) -> None:
    session = await hall.lobby()
    await hall.games.join(session.id, ANN)
    hall.screen.gate.clear()
    begin = asyncio.create_task(hall.games.begin(session.id))
    await until(lambda: not session.accepting)
    with pytest.raises(LobbyClosed):
        await hall.games.leave(session.id, ANN)
    with pytest.raises(LobbyClosed):
        await hall.games.join(session.id, BOB)
    hall.screen.gate.set()
    await begin
    assert session.game.phase is Phase.ASKING


async def test_a_lobby_stays_open_when_its_last_player_couldnt_be_written(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await hall.lobby()
    failing = asyncio.Event()

    async def fail(*_: object) -> None:
        await failing.wait()
        raise DiskFull

    with monkeypatch.context() as broken:
        broken.setattr(saving, "save_players", fail)
        join = asyncio.create_task(hall.games.join(session.id, ANN))
        await settled()
        begin = asyncio.create_task(hall.games.begin(session.id))
        await settled()
        failing.set()
        done = await asyncio.gather(join, begin, return_exceptions=True)
    assert [type(one) for one in done] == [DiskFull, NoPlayers]
    await hall.games.join(session.id, BOB)
    await hall.games.begin(session.id)
    assert session.game.phase is Phase.ASKING


async def test_a_step_that_is_due_while_a_command_replaces_it_is_dropped(hall: Hall) -> None:
    session = await hall.begun(ANN)
    await session.lock.acquire()
    skip = asyncio.create_task(hall.games.skip(session.channel))
    await settled()
    due_now(session)  # the question's time is up, too
    await settled()
    session.lock.release()
    await skip
    await settled()
    assert session.game.phase is Phase.REVEAL  # neither skipped nor cut short
    assert session.timer is not None
    assert session.timer.when() - asyncio.get_running_loop().time() > 10


async def test_a_skip_that_comes_as_the_question_closes_leaves_the_reveal_alone(hall: Hall) -> None:
    session = await hall.begun(ANN)
    await session.lock.acquire()
    due_now(session)
    await settled()
    skip = asyncio.create_task(hall.games.skip(session.channel))
    await settled()
    session.lock.release()
    await skip
    assert session.game.phase is Phase.REVEAL
    assert not session.game.round.skipped


async def test_a_step_that_is_due_while_the_game_is_paused_and_resumed_is_dropped(hall: Hall) -> None:
    session = await hall.begun(ANN)
    await session.lock.acquire()
    due_now(session)
    await settled()
    pause = asyncio.create_task(hall.games.pause(session.channel, hall.screen.now + 5))
    resume = asyncio.create_task(hall.games.resume(session.channel, hall.screen.now + 50))
    await settled()
    # Let the commands win: move the due step to the end of the queue.
    waiters: Any = session.lock._waiters  # pyright: ignore[reportAttributeAccessIssue]
    waiters.rotate(-1)
    session.lock.release()
    await asyncio.gather(pause, resume)
    await settled()
    assert session.game.phase is Phase.ASKING
    assert session.game.round.deadline == 100 + 20 + 45


async def test_stopping_twice_at_once_ends_a_game_once(hall: Hall) -> None:
    session = await hall.begun(ANN)
    finished: list[int] = []

    async def note(session: GameSession) -> None:
        finished.append(session.id)

    hall.games.on_finished = note
    stop = hall.games.stop
    done = await asyncio.gather(stop(session.channel), stop(session.channel), return_exceptions=True)
    assert [type(one) for one in done] == [type(None), GameOver]
    assert finished == [session.id]
    assert [phase for _, phase in hall.screen.shown].count(Phase.OVER) == 1


@pytest.mark.parametrize("command", ["pause", "resume", "skip"])
async def test_a_command_that_waited_for_the_end_of_a_game_does_nothing(hall: Hall, command: str) -> None:
    session = await hall.begun(ANN)
    hall.screen.gate.clear()
    stop = asyncio.create_task(hall.games.stop(session.channel))
    await settled()
    at = () if command == "skip" else (hall.screen.now,)
    late = asyncio.create_task(getattr(hall.games, command)(session.channel, *at))
    await settled()
    hall.screen.gate.set()
    await stop
    with pytest.raises(GameOver):
        await late
    assert session.game.phase is Phase.OVER
    assert (await hall.stored(session)).game.ended_by == "stopped"


@pytest.fixture
def slow_votes(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have votes be written only once this is set."""
    saved, go_on = saving.save_click, asyncio.Event()

    async def slow(*what: Any) -> Any:
        await go_on.wait()
        return await saved(*what)

    monkeypatch.setattr(saving, "save_click", slow)
    return go_on


async def test_a_vote_that_is_being_written_when_the_question_closes_counts(
    hall: Hall, slow_votes: asyncio.Event
) -> None:
    session = await hall.begun(ANN, BOB)
    vote = asyncio.create_task(hall.vote(session, ANN))
    await settled()
    due_now(session)
    await until(lambda: not session.accepting)
    with pytest.raises(TooLate):
        await hall.vote(session, BOB)
    slow_votes.set()
    await vote
    await until(lambda: session.game.phase is Phase.REVEAL)
    assert set(session.game.round.votes) == {ANN}
    await same(hall, session)


async def test_a_vote_that_is_being_written_when_the_channel_goes_away_is_kept(
    hall: Hall, slow_votes: asyncio.Event
) -> None:
    session = await hall.begun(ANN, BOB)
    vote = asyncio.create_task(hall.vote(session, ANN))
    await settled()
    hall.screen.failure = OutletGone()
    pause = asyncio.create_task(hall.games.pause(session.channel, hall.screen.now))
    await until(lambda: not session.accepting)
    slow_votes.set()
    await asyncio.gather(vote, pause)
    with pytest.raises(NoGame):
        hall.games.in_channel(session.channel)
    assert set((await hall.stored(session)).game.round.votes) == {ANN}


async def test_the_last_vote_does_not_close_a_question_that_was_paused_first(
    hall: Hall, slow_votes: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ALL_VOTED", 0.0)
    session = await hall.begun(ANN)
    vote = asyncio.create_task(hall.vote(session, ANN))
    await settled()
    await hall.games.pause(session.channel, hall.screen.now + 1)
    slow_votes.set()
    await vote
    await settled()
    assert (session.game.phase, session.game.paused_at) == (Phase.ASKING, hall.screen.now + 1)
    assert session.timer is None


async def test_a_click_waits_until_its_message_is_known(hall: Hall) -> None:
    session = await hall.lobby()
    await hall.games.join(session.id, ANN)
    hall.screen.gate.clear()
    begin = asyncio.create_task(hall.games.begin(session.id))
    await until(lambda: not session.accepting)
    hall.screen.gate.set()
    await until(lambda: session.game.phase is Phase.ASKING)
    hall.screen.now = 107.0  # when the message appears, by Discord's clock
    click = asyncio.create_task(hall.games.click(session.id, 1, ANN, 0, 109.0, 7))
    await begin
    vote, _ = await click
    assert vote.left == session.game.round.deadline - 109.0


async def test_games_are_resumed_once(hall: Hall) -> None:
    first, second = await hall.begun(ANN), await hall.begun(BOB)
    other = Hall(hall.store, hall.library)
    await asyncio.gather(other.games.resume_all(), other.games.resume_all())
    await until(lambda: len(other.screen.shown) == 2)
    assert other.games.session(first.id) is not first
    await other.games.stop(first.channel)
    await other.games.resume_all()  # Discord may say "ready" more than once
    with pytest.raises(GameOver):
        other.games.session(first.id)
    assert other.games.session(second.id).game == second.game
    await other.games.close()


async def test_a_game_that_ends_while_the_store_is_read_is_not_resumed(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await hall.begun(ANN)
    read = saving.unfinished

    async def slow(*what: Any) -> list[int]:
        found = await read(*what)
        await hall.games.stop(session.channel)
        return found

    monkeypatch.setattr(saving, "unfinished", slow)
    await hall.games.resume_all()
    await settled()
    with pytest.raises(NoGame):
        hall.games.in_channel(session.channel)
    assert (await hall.stored(session)).game.phase is Phase.OVER


async def test_two_lobbies_at_once_in_one_channel(hall: Hall) -> None:
    session = await hall.lobby()
    hall.channel -= 1
    with pytest.raises(AlreadyPlaying) as caught:
        await hall.lobby()
    assert caught.value.session is session


async def test_a_deleted_message_is_posted_again_and_remembered(hall: Hall) -> None:
    session = await hall.begun(ANN)
    before, failing = session.message, hall.screen.update

    async def gone(_: GameSession) -> None:
        hall.screen.update = failing  # type: ignore[method-assign]
        raise MessageGone

    hall.screen.update = gone  # type: ignore[method-assign]
    await hall.games.pause(session.channel, 101.0)
    assert session.message != before
    assert (await hall.stored(session)).message == session.message


async def test_a_question_whose_model_fails_is_skipped(hall: Hall) -> None:
    session = await hall.begun(ANN)
    session.asked[-1] = replace(session.question, answer=None)  # a question for the model
    hall.model.failure = RuntimeError()
    due_now(session)
    await until(lambda: session.game.phase is Phase.REVEAL)
    assert session.game.round.skipped
    assert session.timer is not None


async def test_a_game_can_be_stopped_again_when_its_end_couldnt_be_written(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await hall.begun(ANN)

    async def fail(*_: object) -> None:
        raise DiskFull

    with monkeypatch.context() as broken:
        broken.setattr(saving, "save_scores", fail)
        with pytest.raises(DiskFull):
            await hall.games.stop(session.channel)
    await hall.games.stop(session.channel)
    assert (await hall.stored(session)).game.ended_by == "stopped"
    with pytest.raises(NoGame):
        hall.games.in_channel(session.channel)


async def test_a_question_closes_soon_after_everyone_has_voted(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ALL_VOTED", 0.0)
    session = await hall.begun(ANN, BOB)
    await hall.vote(session, ANN)
    await settled()
    assert session.game.phase is Phase.ASKING
    await hall.vote(session, BOB)
    await until(lambda: session.game.phase is Phase.REVEAL)
