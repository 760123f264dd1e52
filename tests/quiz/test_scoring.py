"""Points, ranks, teams, and what a person missed."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.quiz import game as games
from inferbot.quiz.chance import draw, shuffled
from inferbot.quiz.game import Game
from inferbot.quiz.rules import Rules
from inferbot.quiz.scoring import counts, missed, points_for, standings, team_standings
from inferbot.quiz.streaks import best_streak, season_of, streak
from inferbot.quiz.votes import Vote

Answer = tuple[int, int, float]  # user, position, seconds left


def play(answers: list[list[Answer]], users: list[int], *, teams: int = 0, skipped: int | None = None) -> Game:
    """Return a game of as many rounds, whose right option is always the first."""
    game = games.open_lobby(Rules(questions=len(answers), seconds=20, teams=teams), 0.0)
    for user in users:
        game = games.join(game, user)
    game = games.begin(game)
    for number, given_ in enumerate(answers, 1):
        game = games.ask(game, f"q-{number}", 4, 0, 100.0 * number)
        for user, position, left in given_:
            vote = Vote(user, number * 1000 + user, position, 0.0, left, first=position)
            game = games.voted(games.seated(game, user), number, vote)
        game = games.close(game, 0.0, right=0, skipped=number == skipped)
    return game


def test_speed_is_worth_half_of_the_points() -> None:
    assert points_for(20, 20) == 1000
    assert points_for(10, 20) == 750
    assert points_for(0, 20) == 500
    assert points_for(-1, 20) == 500


def test_right_and_fast_ranks_first_and_no_answer_counts_as_full_time() -> None:
    game = play([[(1, 0, 20.0), (2, 0, 10.0), (3, 1, 19.0)]], [1, 2, 3, 4])
    found = standings(game)
    assert [(one.user, one.rank, one.points, one.seconds) for one in found] == [
        (1, 1, 1000, 0.0),
        (2, 2, 750, 10.0),
        (3, 3, 0, 20.0),
        (4, 3, 0, 20.0),
    ]
    assert [one.answered for one in found] == [1, 1, 1, 0]


def test_the_third_right_answer_in_a_row_and_each_after_it_get_a_bonus() -> None:
    game = play([[(1, 0, 20.0)]] * 4, [1])
    one = standings(game)[0]
    assert (one.points, one.best_streak) == (4 * 1000 + 2 * 50, 4)


def test_a_wrong_answer_ends_a_streak_and_a_skipped_question_does_not() -> None:
    right, wrong = [(1, 0, 20.0)], [(1, 3, 20.0)]
    assert standings(play([right, right, wrong, right], [1]))[0].best_streak == 2
    game = play([right, right, wrong, right], [1], skipped=3)
    assert (standings(game)[0].best_streak, standings(game)[0].points) == (3, 3050)


def test_a_late_player_isnt_charged_for_earlier_questions() -> None:
    game = play([[(1, 0, 20.0)], [(1, 0, 20.0), (2, 0, 20.0)]], [1])
    late = standings(game)[1]
    assert (late.user, late.points, late.seconds) == (2, 1000, 0.0)
    assert missed(game, 2) == []


def test_a_team_is_worth_the_mean_of_its_members() -> None:
    game = play([[(1, 0, 20.0), (2, 0, 0.0)]], [1, 2, 3], teams=2)
    assert [(one.user, one.team) for one in sorted(standings(game), key=lambda s: s.user)] == [(1, 0), (2, 1), (3, 0)]
    assert [(one.team, one.rank, one.points, one.members) for one in team_standings(game)] == [
        (0, 1, 500.0, 2),
        (1, 1, 500.0, 1),
    ]


def test_what_a_person_missed() -> None:
    game = play([[(1, 0, 1.0)], [(1, 2, 1.0)], []], [1])
    assert [one.number for one in missed(game, 1)] == [2, 3]
    assert missed(game, 9) == []
    assert counts(game.rounds[1]) == [0, 0, 1, 0]


answers = st.lists(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 3), st.floats(0, 20)),
        max_size=5,
        unique_by=lambda answer: answer[0],
    ),
    min_size=1,
    max_size=5,
)


@given(answers)
def test_ranks_go_by_points_then_time(given_: list[list[Answer]]) -> None:
    found = standings(play(given_, [1, 2, 3, 4, 5]))
    for first, second in pairwise(found):
        better, worse = (-first.points, round(first.seconds, 3)), (-second.points, round(second.seconds, 3))
        assert better <= worse
        assert (first.rank == second.rank) == (better == worse)
    assert found[0].rank == 1
    assert all(one.rank <= place for place, one in enumerate(found, 1))


@given(answers, st.randoms())
def test_ranks_dont_depend_on_the_order_of_votes(given_: list[list[Answer]], chance: object) -> None:
    mixed = [list(one) for one in given_]
    for one in mixed:
        getattr(chance, "shuffle")(one)  # noqa: B009 - hypothesis's own kind of chance
    assert standings(play(given_, [1, 2, 3, 4, 5])) == standings(play(mixed, [1, 2, 3, 4, 5]))


@given(st.sets(st.text(min_size=1, max_size=5), max_size=30), st.integers(1, 40), st.text(max_size=5))
def test_a_draw_is_the_same_for_a_seed_and_has_no_duplicates(ids: set[str], count: int, seed: str) -> None:
    drawn = draw(ids, count, seed)
    assert drawn == draw(sorted(ids, reverse=True), count, seed)
    assert len(set(drawn)) == len(drawn) == min(count, len(ids))


@given(st.integers(2, 4), st.text(max_size=5))
def test_all_options_are_shuffled_except_a_fixed_last_one(count: int, seed: str) -> None:
    assert sorted(shuffled(count, seed)) == list(range(count))
    kept = shuffled(count, seed, last_stays=True)
    assert kept[-1] == count - 1
    assert sorted(kept) == list(range(count))


def test_days_in_a_row() -> None:
    today = dt.date(2026, 11, 24)
    days = [today - dt.timedelta(days=back) for back in (0, 1, 2, 4, 5, 6, 7)]
    assert streak(days, today) == 3
    assert streak(days[1:], today) == 2  # today is still to come
    assert streak(days[3:], today) == 0
    assert best_streak(days) == 4
    assert best_streak([]) == 0


@pytest.mark.parametrize(("month", "season"), [(1, "Q1"), (3, "Q1"), (4, "Q2"), (9, "Q3"), (10, "Q4"), (12, "Q4")])
def test_a_season_is_a_quarter(month: int, season: str) -> None:
    assert season_of(dt.date(2026, month, 28)) == f"2026-{season}"
