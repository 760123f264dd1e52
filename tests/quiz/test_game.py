"""The game's rules: joining, voting, pausing, ending, and what no order of clicks can change."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.quiz import game as games
from inferbot.quiz import votes
from inferbot.quiz.errors import (
    GameOver,
    GamePaused,
    LobbyClosed,
    LobbyFull,
    NoPlayers,
    NoSuchTeam,
    NotAsking,
    NotInGame,
    NotPaused,
    TooLate,
)
from inferbot.quiz.game import Game, Phase
from inferbot.quiz.rules import MAX_PLAYERS, Rules
from inferbot.quiz.votes import Outcome

ANN, BOB, CAT = 1, 2, 3
RULES = Rules(questions=3, seconds=20)


def lobby(*users: int, rules: Rules = RULES) -> Game:
    game = games.open_lobby(rules, 0.0)
    for user in users:
        game = games.join(game, user)
    return game


def asked(*users: int, rules: Rules = RULES, at: float = 100.0, right: int | None = 0) -> Game:
    return games.ask(games.begin(lobby(*users, rules=rules)), "q-1", 4, right, at)


def click(game: Game, user: int, position: int, at: float, interaction: int = 0) -> tuple[Game, Outcome]:
    """Take a click as `Games.click` does, with the rule in the place of the database."""
    number = game.round.number
    made = games.click(game, number, user, position, at, interaction or int(at * 1000) * 10 + user)
    game = games.seated(game, user)
    vote, outcome = votes.count(game.rounds[number - 1].votes.get(user), made)
    return games.voted(game, number, vote), outcome


def left(game: Game, number: int, at: float) -> float:
    return games.click(game, number, ANN, 0, at, 1).left


def test_people_join_and_leave_a_lobby() -> None:
    game = games.leave(lobby(ANN, BOB), ANN)
    assert list(game.players) == [BOB]
    with pytest.raises(NotInGame):
        games.leave(game, ANN)
    assert list(games.join(game, BOB).players) == [BOB]


def test_no_one_joins_or_leaves_after_the_game_has_begun() -> None:
    game = asked(ANN)
    with pytest.raises(LobbyClosed):
        games.join(game, BOB)
    with pytest.raises(LobbyClosed):
        games.leave(game, ANN)


def test_a_game_needs_a_player() -> None:
    with pytest.raises(NoPlayers):
        games.begin(lobby())


def test_a_game_has_a_limit_of_players() -> None:
    game = replace(lobby(), players={user: games.Player(user) for user in range(MAX_PLAYERS)})
    with pytest.raises(LobbyFull):
        games.join(game, MAX_PLAYERS)
    full = games.ask(games.begin(game), "q", 4, 0, 100.0)
    with pytest.raises(LobbyFull):
        click(full, MAX_PLAYERS, 0, 101.0)


def test_a_team_must_exist() -> None:
    with pytest.raises(NoSuchTeam):
        games.join(lobby(rules=replace(RULES, teams=2)), ANN, 2)


@given(st.integers(2, 4), st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=20))
def test_players_without_a_team_join_the_smallest(teams: int, wishes: list[int | None]) -> None:
    game = lobby(rules=replace(RULES, teams=teams))
    for user, wish in enumerate(wishes):
        game = games.join(game, user, wish if wish is None or wish < teams else None)
    chosen = [one.team for one in game.players.values() if one.team is not None]
    if not game.players:
        return
    game = games.begin(game)
    sizes = [sum(one.team == team for one in game.players.values()) for team in range(teams)]
    assert sum(sizes) == len(wishes)
    wanted = [chosen.count(team) for team in range(teams)]
    # No one is put into a team while another is smaller: teams that were filled up end within one of the smallest.
    filled = [size for size, want in zip(sizes, wanted, strict=True) if size > want]
    assert all(size <= min(sizes) + 1 for size in filled)


def test_a_vote_is_locked_changed_once_and_then_final() -> None:
    game, first = click(asked(ANN), ANN, 1, 105.0)
    game, again = click(game, ANN, 1, 106.0)
    game, second = click(game, ANN, 2, 107.0)
    assert (first, again, second) == (Outcome.LOCKED, Outcome.SAME, Outcome.CHANGED)
    game, third = click(game, ANN, 3, 108.0)
    assert third is Outcome.FINAL
    assert game.round.votes[ANN].position == 2
    assert game.round.votes[ANN].left == 13.0
    assert game.round.votes[ANN].first == 1


def test_the_same_click_twice_counts_once() -> None:
    game, first = click(asked(ANN), ANN, 1, 105.0, interaction=9)
    game, again = click(game, ANN, 1, 105.0, interaction=9)
    assert first is again is Outcome.LOCKED
    assert not game.round.votes[ANN].changed


def test_a_click_counts_by_when_it_was_made() -> None:
    game = asked(ANN, at=100.0)
    assert left(game, 1, 119.9) == pytest.approx(0.1)
    assert left(game, 1, 99.0) == 20.0  # clocks that disagree give no one more than the full time
    with pytest.raises(TooLate):
        left(game, 1, 120.0)
    with pytest.raises(TooLate):
        left(game, 2, 110.0)
    with pytest.raises(TooLate):
        left(games.close(game, 121.0, right=0), 1, 110.0)
    with pytest.raises(TooLate):
        games.click(game, 1, ANN, 4, 110.0, 1)


def test_answering_without_having_joined_joins() -> None:
    game = games.close(asked(ANN), 120.0, right=0)
    game = games.ask(game, "q-2", 4, 0, 140.0)
    game, _ = click(game, BOB, 0, 141.0)
    assert game.players[BOB].since == 2


def test_pausing_keeps_the_time_that_is_left() -> None:
    game = games.pause(asked(ANN, at=100.0), 115.0)
    assert games.pause(game, 118.0) == game
    with pytest.raises(GamePaused):
        left(game, 1, 116.0)
    assert left(game, 1, 114.0) == 6.0  # made before the pause, arrived after it
    game = games.resume(game, 500.0)
    assert game.round.deadline == 505.0
    assert left(game, 1, 504.0) == 1.0
    with pytest.raises(NotPaused):
        games.resume(game, 501.0)


def test_pausing_after_the_deadline_gives_no_one_more_time() -> None:
    game = games.resume(games.pause(asked(ANN, at=100.0), 121.0), 500.0)
    with pytest.raises(TooLate):
        left(game, 1, 499.0)


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 100)), max_size=5))
def test_no_number_of_pauses_lengthens_the_time_to_vote(pauses: list[tuple[float, float]]) -> None:
    game, now, stood_open = asked(ANN, at=100.0), 100.0, 0.0
    for after, stood in pauses:
        now += after
        was_open = now < game.round.deadline
        game = games.resume(games.pause(game, now), now + stood)
        now += stood
        stood_open += stood if was_open else 0.0
    assert game.round.deadline == pytest.approx(120.0 + stood_open)


def test_a_clock_that_steps_back_during_a_pause_does_no_harm() -> None:
    assert games.resume(games.pause(asked(ANN, at=100.0), 110.0), 50.0).round.deadline == 120.0


def test_nothing_happens_after_the_end() -> None:
    game = games.stop(asked(ANN), "stopped")
    assert (game.phase, game.ended_by, game.round.skipped) == (Phase.OVER, "stopped", True)
    for act in (
        lambda: left(game, 1, 101.0),
        lambda: games.join(game, BOB),
        lambda: games.leave(game, ANN),
        lambda: games.begin(game),
        lambda: games.pause(game, 1.0),
        lambda: games.resume(game, 1.0),
        lambda: games.stop(game, "again"),
        lambda: games.close(game, 1.0, right=0),
        lambda: games.ask(game, "q", 2, 0, 1.0),
    ):
        with pytest.raises(GameOver):
            act()


def test_only_an_open_question_is_closed() -> None:
    with pytest.raises(NotAsking):
        games.close(lobby(ANN), 1.0, right=0)
    with pytest.raises(NotAsking):
        _ = lobby(ANN).round


def test_three_rounds_without_a_vote_end_a_game() -> None:
    game = games.begin(lobby(ANN))
    for number in range(3):
        assert not game.idle
        game = games.close(games.ask(game, f"q-{number}", 4, 0, 100.0), 120.0, right=0)
    assert game.idle
    assert game.finished
    skipped = games.close(games.ask(game, "q-4", 4, 0, 200.0), 201.0, right=0, skipped=True)
    assert not skipped.idle


def test_a_clock_that_steps_back_opens_no_round_before_the_last_one() -> None:
    game = games.close(asked(ANN, at=100.0), 120.0, right=0)
    assert games.ask(game, "q-2", 4, 0, 40.0).round.opened_at == 100.0


def test_all_have_voted() -> None:
    game = asked(ANN, BOB)
    game, _ = click(game, ANN, 0, 101.0)
    assert not game.all_voted
    game, _ = click(game, BOB, 0, 102.0)
    assert game.all_voted


def test_a_vote_stays_when_an_older_one_arrives_late() -> None:
    game, _ = click(asked(ANN), ANN, 1, 105.0)
    old = game.round.votes[ANN]
    game, _ = click(game, ANN, 2, 106.0)
    assert games.voted(game, 1, old) == game


def test_what_a_game_waits_for_next() -> None:
    assert (lobby().next_at, lobby().longest_wait) == (60.0, 60)
    game = asked(ANN, at=100.0)
    assert (game.next_at, game.longest_wait) == (122.0, 22.0)
    game = games.close(game, 121.0, right=0)
    assert (game.next_at, game.longest_wait) == (133.0, 12)


made = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 3), st.integers(1010, 1199)),
    min_size=1,
    max_size=9,
    unique_by=lambda one: one[2],
)


@given(made, st.randoms())
def test_people_do_not_change_each_others_votes_whatever_the_order(
    clicks: list[tuple[int, int, int]], chance: object
) -> None:
    """Clicks of one person arrive in their order; those of different people in any."""
    queues = {user: [one for one in sorted(clicks, key=lambda c: c[2]) if one[0] == user] for user in (1, 2, 3)}

    def play(order: list[int]) -> dict[int, int]:
        game, waiting = asked(1, 2, 3), {user: list(queue) for user, queue in queues.items()}
        for user in order:
            _, position, at = waiting[user].pop(0)
            game, _ = click(game, user, position, at / 10)
        return {user: one.position for user, one in game.round.votes.items()}

    order = [one[0] for one in clicks]
    mixed = list(order)
    getattr(chance, "shuffle")(mixed)  # noqa: B009 - hypothesis's own kind of chance
    assert play(order) == play(mixed)
