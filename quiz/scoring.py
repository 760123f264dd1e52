"""Points, ranks, and what each player missed: all computed from the rounds alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from .game import Game, Player, Round
from .rules import FULL_POINTS, STREAK_BONUS, STREAK_FROM


@dataclass(frozen=True, slots=True)
class Standing:
    """A player's rank. `seconds` is the time all rounds took them: the full time for each one not answered right."""

    user: int
    rank: int
    points: int
    seconds: float
    right: int
    asked: int
    answered: int
    best_streak: int
    team: int | None


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """A team's rank, by its members' average points."""

    team: int
    rank: int
    points: float
    members: int


def points_for(left: float, seconds: float) -> int:
    """Return the points for a right answer with `left` of `seconds` to go: half of them, and the rest by time."""
    share = min(1.0, max(0.0, left / seconds))
    return round(FULL_POINTS * (1 + share) / 2)


def standings(game: Game) -> list[Standing]:
    """Return every player's standing, best first: by points, then by less time; ties share a rank."""
    counted = [one for one in game.rounds if one.closed and not one.skipped]
    scored = [_score(player, counted, game.rules.seconds) for player in game.players.values()]
    scored.sort(key=lambda one: (-one.points, round(one.seconds, 3), one.user))
    ranked: list[Standing] = []
    for _, group in groupby(scored, key=lambda one: (one.points, round(one.seconds, 3))):
        rank = len(ranked) + 1
        ranked += [replace(one, rank=rank) for one in group]
    return ranked


def _score(player: Player, rounds: Sequence[Round], full: float) -> Standing:
    points = right = asked = answered = streak = best = 0
    seconds = 0.0
    for one in rounds:
        if one.number < player.since:  # before they joined
            continue
        vote = one.votes.get(player.user)
        asked += 1
        answered += vote is not None
        if vote is None or one.right is None or vote.position != one.right:
            streak = 0
            seconds += full
            continue
        streak += 1
        right += 1
        best = max(best, streak)
        seconds += full - vote.left
        points += points_for(vote.left, full) + (STREAK_BONUS if streak >= STREAK_FROM else 0)
    return Standing(player.user, 0, points, seconds, right, asked, answered, best, player.team)


def team_standings(game: Game) -> list[TeamStanding]:
    """Return the teams that have members, best first; ties share a rank."""
    players = standings(game)
    means: list[tuple[float, int, int]] = []
    for team in range(game.rules.teams):
        points = [one.points for one in players if one.team == team]
        if points:
            means.append((sum(points) / len(points), team, len(points)))
    means.sort(key=lambda one: (-one[0], one[1]))
    best_first = [mean for mean, _, _ in means]
    return [TeamStanding(team, best_first.index(mean) + 1, mean, members) for mean, team, members in means]


def missed(game: Game, user: int) -> list[Round]:
    """Return the rounds `user` was in the game for and didn't answer right."""
    player = game.players.get(user)
    if player is None:
        return []
    counted = (one for one in game.rounds if one.closed and not one.skipped and one.number >= player.since)
    return [one for one in counted if user not in one.votes or one.votes[user].position != one.right]


def counts(one: Round) -> list[int]:
    """Return the number of votes for each position of a round."""
    positions = [vote.position for vote in one.votes.values()]
    return [positions.count(position) for position in range(one.options)]
