"""A game as plain data, and what may happen to it: each step returns the game after it.

Every time is passed in, in Unix seconds of one clock. A clock that steps back does no harm: a moment before the last
one that the game has seen counts as that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .drawing import smallest_team
from .errors import (
    GameOver,
    GamePaused,
    LobbyClosed,
    LobbyFull,
    NobodyJoined,
    NoMoreChanges,
    NoSuchTeam,
    NotAsking,
    NotInGame,
    NotPaused,
    TooLate,
)
from .rules import IDLE_ROUNDS, MAX_PLAYERS, Rules
from .votes import Click, Outcome, Vote, vote


class Phase(StrEnum):
    """Where a game stands."""

    LOBBY = "lobby"
    ASKING = "asking"
    REVEAL = "reveal"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody in the game from round `since` on. `team` counts from 0; None before it begins, or without teams."""

    user: int
    since: int = 1
    team: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One question as asked. `right` is the position of the right option, None while nobody knows it."""

    number: int
    question: str
    options: int
    right: int | None
    opened_at: float
    deadline: float
    closed: bool = False
    skipped: bool = False
    votes: Mapping[int, Vote] = field(default_factory=dict[int, Vote])


@dataclass(frozen=True, slots=True)
class Game:
    """A whole game. `due_at` is when the lobby or the reveal ends by itself; `paused_at` is None while it runs."""

    rules: Rules
    due_at: float
    phase: Phase = Phase.LOBBY
    players: Mapping[int, Player] = field(default_factory=dict[int, Player])
    rounds: tuple[Round, ...] = ()
    paused_at: float | None = None
    ended_by: str = ""

    @property
    def round(self) -> Round:
        """The round that was asked last. Raises `NotAsking` before the first."""
        if not self.rounds:
            raise NotAsking
        return self.rounds[-1]

    @property
    def everybody_voted(self) -> bool:
        """Whether no player is left to vote in the round that is open."""
        return bool(self.players) and self.players.keys() <= self.round.votes.keys()

    @property
    def idle(self) -> bool:
        """Whether nobody has voted for so long that the game should end."""
        last = self.rounds[-IDLE_ROUNDS:]
        return len(last) == IDLE_ROUNDS and all(one.closed and not one.skipped and not one.votes for one in last)

    @property
    def finished(self) -> bool:
        """Whether the last question has been asked and closed."""
        return len(self.rounds) >= self.rules.questions and self.round.closed


def open_lobby(rules: Rules, now: float) -> Game:
    """Return a new game that people can join."""
    return Game(rules, due_at=now + rules.lobby_seconds)


def _running(game: Game) -> None:
    if game.phase is Phase.OVER:
        raise GameOver


def join(game: Game, user: int, team: int | None = None) -> Game:
    """Return the game with `user` in it; who is in it already changes to `team`.

    Raises `GameOver`, `LobbyClosed`, `LobbyFull` or `NoSuchTeam`.
    """
    _running(game)
    if game.phase is not Phase.LOBBY:
        raise LobbyClosed
    if team is not None and not 0 <= team < game.rules.teams:
        raise NoSuchTeam
    return _with_player(game, Player(user, team=team))


def _with_player(game: Game, player: Player) -> Game:
    if player.user not in game.players and len(game.players) >= MAX_PLAYERS:
        raise LobbyFull
    return replace(game, players={**game.players, player.user: player})


def leave(game: Game, user: int) -> Game:
    """Return the game without `user`. Raises `GameOver`, `LobbyClosed` or `NotInGame`."""
    _running(game)
    if game.phase is not Phase.LOBBY:
        raise LobbyClosed
    if user not in game.players:
        raise NotInGame
    return replace(game, players={key: one for key, one in game.players.items() if key != user})


def begin(game: Game) -> Game:
    """Return the game with everybody in a team, ready for its first question. Raises `GameOver`, `NobodyJoined`."""
    _running(game)
    if not game.players:
        raise NobodyJoined
    players = dict(game.players)
    for user, player in game.players.items():
        if player.team is None:
            players[user] = replace(player, team=_team_for(game, players))
    return replace(game, players=players)


def _team_for(game: Game, players: Mapping[int, Player]) -> int | None:
    return smallest_team([one.team for one in players.values()], game.rules.teams)


def ask(game: Game, question: str, options: int, right: int | None, now: float) -> Game:
    """Return the game with its next question open from `now` on. Raises `GameOver`."""
    _running(game)
    now = max(now, game.rounds[-1].opened_at) if game.rounds else now
    one = Round(len(game.rounds) + 1, question, options, right, now, now + game.rules.seconds)
    return replace(game, phase=Phase.ASKING, rounds=(*game.rounds, one), paused_at=None)


def opened(game: Game, at: float) -> Game:
    """Return the game with the open round's time counted from `at`: when its message really appeared."""
    one = replace(game.round, opened_at=at, deadline=at + game.rules.seconds)
    return replace(game, rounds=(*game.rounds[:-1], one))


def judge(game: Game, number: int, at: float) -> float:
    """Return the seconds that were left to vote in round `number` at the time `at` of a click.

    Raises `GameOver`, `GamePaused`, or `TooLate` when the round was closed or its time over.
    """
    _running(game)
    one = game.rounds[number - 1] if 0 < number <= len(game.rounds) else None
    if one is None or one.closed or game.phase is not Phase.ASKING:
        raise TooLate
    if game.paused_at is not None and at >= game.paused_at:
        raise GamePaused
    if at >= one.deadline:
        raise TooLate
    return min(one.deadline - at, float(game.rules.seconds))


def put(game: Game, click: Click) -> tuple[Game, Outcome]:
    """Return the game after a click that `judge` has let pass, and what the click did.

    Whoever was not in the game is in it from this round on. Raises `NoMoreChanges`, or `LobbyFull`.
    """
    standing, outcome = vote(game.round.votes.get(click.user), click)
    if outcome is Outcome.REFUSED:
        raise NoMoreChanges(standing.position)
    return voted(game, game.round.number, standing), outcome


def voted(game: Game, number: int, standing: Vote) -> Game:
    """Return the game in which `standing` is its voter's vote in round `number`. Raises `LobbyFull`."""
    if standing.user not in game.players:
        game = _with_player(game, newcomer(game, standing.user))
    one = game.rounds[number - 1]
    one = replace(one, votes={**one.votes, standing.user: standing})
    return replace(game, rounds=(*game.rounds[: number - 1], one, *game.rounds[number:]))


def newcomer(game: Game, user: int) -> Player:
    """Return `user` as a player from the present round on, in the smallest team."""
    return Player(user, since=len(game.rounds), team=_team_for(game, game.players))


def close(game: Game, now: float, *, right: int | None, skipped: bool = False) -> Game:
    """Return the game with its round closed and `right` known. Raises `GameOver`, `NotAsking`."""
    _running(game)
    if game.phase is not Phase.ASKING:
        raise NotAsking
    one = replace(game.round, closed=True, skipped=skipped, right=right)
    return replace(
        game,
        phase=Phase.REVEAL,
        rounds=(*game.rounds[:-1], one),
        due_at=now + game.rules.reveal_seconds,
        paused_at=None,
    )


def pause(game: Game, now: float) -> Game:
    """Return the game standing still; pausing twice changes nothing. Raises `GameOver`."""
    _running(game)
    return game if game.paused_at is not None else replace(game, paused_at=now)


def resume(game: Game, now: float) -> Game:
    """Return the game going on with the time that was left when it was paused. Raises `GameOver`, `NotPaused`."""
    _running(game)
    if game.paused_at is None:
        raise NotPaused
    stood = max(0.0, now - game.paused_at)
    rounds = game.rounds
    if game.phase is Phase.ASKING:
        last = game.round
        # Pausing after the deadline, in the grace, gives nobody new time.
        shift = stood if game.paused_at < last.deadline else 0.0
        rounds = (*rounds[:-1], replace(last, deadline=last.deadline + shift))
    return replace(game, rounds=rounds, due_at=game.due_at + stood, paused_at=None)


def stop(game: Game, why: str) -> Game:
    """Return the game ended, with a word for why; an open round counts for nobody. Raises `GameOver`."""
    _running(game)
    rounds = game.rounds
    if rounds and not rounds[-1].closed:
        rounds = (*rounds[:-1], replace(rounds[-1], closed=True, skipped=True))
    return replace(game, phase=Phase.OVER, rounds=rounds, paused_at=None, ended_by=why)
