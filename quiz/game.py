"""A game as plain data, and what may happen to it: each step returns the game after it.

Every time is passed in, in Unix seconds of one clock. A clock that steps back opens no round before the last one and
lengthens no pause.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .chance import smallest_team
from .errors import (
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
from .rules import GRACE, IDLE_ROUNDS, MAX_PLAYERS, Rules
from .votes import Vote


class Phase(StrEnum):
    """The stages of a game."""

    LOBBY = "lobby"
    ASKING = "asking"
    REVEAL = "reveal"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Player:
    """A person in the game from round `since` on. `team` counts from 0; None before it begins, or without teams."""

    user: int
    since: int = 1
    team: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One question as asked. `right` is the position of the right option, None until the model has answered."""

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
        """The latest round. Raises `NotAsking` before the first."""
        if not self.rounds:
            raise NotAsking
        return self.rounds[-1]

    @property
    def all_voted(self) -> bool:
        """Whether every player has voted in the open round."""
        return bool(self.players) and self.players.keys() <= self.round.votes.keys()

    @property
    def idle(self) -> bool:
        """Whether no one has voted for so many rounds that the game should end."""
        last = self.rounds[-IDLE_ROUNDS:]
        return len(last) == IDLE_ROUNDS and all(one.closed and not one.skipped and not one.votes for one in last)

    @property
    def finished(self) -> bool:
        """Whether the last question has been asked and closed."""
        return len(self.rounds) >= self.rules.questions and self.round.closed

    @property
    def next_at(self) -> float:
        """When the game's next step is due, unless it is paused."""
        return self.round.deadline + GRACE if self.phase is Phase.ASKING else self.due_at

    @property
    def longest_wait(self) -> float:
        """The most seconds the game waits in its phase."""
        match self.phase:
            case Phase.LOBBY:
                return self.rules.lobby_seconds
            case Phase.ASKING:
                return self.rules.seconds + GRACE
            case _:
                return self.rules.reveal_seconds


def open_lobby(rules: Rules, now: float) -> Game:
    """Return a new game people can join."""
    return Game(rules, due_at=now + rules.lobby_seconds)


def _running(game: Game) -> None:
    if game.phase is Phase.OVER:
        raise GameOver


def join(game: Game, user: int, team: int | None = None) -> Game:
    """Return the game with `user` in it; a player already in it changes to `team`.

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
    return with_player(game, user, None)


def begin(game: Game) -> Game:
    """Return the game with everyone in a team, ready for its first question. Raises `GameOver`, `NoPlayers`."""
    _running(game)
    if not game.players:
        raise NoPlayers
    players = dict(game.players)
    for user, player in game.players.items():
        if player.team is None:
            players[user] = replace(player, team=_team_for(game, players))
    return replace(game, players=players)


def _team_for(game: Game, players: Mapping[int, Player]) -> int | None:
    return smallest_team([one.team for one in players.values()], game.rules.teams)


def ask(game: Game, question: str, options: int, right: int | None, now: float) -> Game:
    """Return the game with its next question open from `now`. Raises `GameOver`."""
    _running(game)
    now = max(now, game.rounds[-1].opened_at) if game.rounds else now
    one = Round(len(game.rounds) + 1, question, options, right, now, now + game.rules.seconds)
    return replace(game, phase=Phase.ASKING, rounds=(*game.rounds, one), paused_at=None)


def opened(game: Game, at: float) -> Game:
    """Return the game with the open round's time counted from `at`, when its message really appeared."""
    one = replace(game.round, opened_at=at, deadline=at + game.rules.seconds)
    return replace(game, rounds=(*game.rounds[:-1], one))


def click(game: Game, number: int, user: int, position: int, at: float, interaction: int) -> Vote:
    """Return the vote that a click made at `at` in round `number` is worth, before it is counted.

    Raises `GameOver`, `GamePaused`, or `TooLate` when the round is closed, its time is up, or it has no such option.
    """
    _running(game)
    one = game.rounds[number - 1] if 0 < number <= len(game.rounds) else None
    if one is None or one.closed or game.phase is not Phase.ASKING or not 0 <= position < one.options:
        raise TooLate
    if game.paused_at is not None and at >= game.paused_at:
        raise GamePaused
    if at >= one.deadline:
        raise TooLate
    left = min(one.deadline - at, float(game.rules.seconds))
    return Vote(user, interaction, position, at, left, first=position)


def seated(game: Game, user: int) -> Game:
    """Return the game with `user` in it, from the current round on if they are new. Raises `LobbyFull`."""
    if user in game.players:
        return game
    return _with_player(game, Player(user, since=len(game.rounds), team=_team_for(game, game.players)))


def with_player(game: Game, user: int, player: Player | None) -> Game:
    """Return the game with `user` as that player, or without them."""
    players = {key: one for key, one in game.players.items() if key != user}
    return replace(game, players=players if player is None else {**players, user: player})


def voted(game: Game, number: int, vote: Vote) -> Game:
    """Return the game with the vote that a counted click left in round `number`; a later one stays."""
    one = game.rounds[number - 1]
    known = one.votes.get(vote.user)
    if known is not None and known.order > vote.order:
        return game
    one = replace(one, votes={**one.votes, vote.user: vote})
    return replace(game, rounds=(*game.rounds[: number - 1], one, *game.rounds[number:]))


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
    """Return the game paused; pausing twice changes nothing. Raises `GameOver`."""
    _running(game)
    return game if game.paused_at is not None else replace(game, paused_at=now)


def resume(game: Game, now: float) -> Game:
    """Return the game running again, with the time that was left when it paused. Raises `GameOver`, `NotPaused`."""
    _running(game)
    if game.paused_at is None:
        raise NotPaused
    return replace(delayed(game, game.paused_at, now), paused_at=None)


def delayed(game: Game, since: float, now: float) -> Game:
    """Return the game with the time from `since` to `now` added to its wait: no one could play then.

    A round whose deadline had passed by `since` gets no more time: all that was left of it is the grace period.
    """
    lost = max(0.0, now - since)
    rounds = game.rounds
    if game.phase is Phase.ASKING and since < game.round.deadline:
        rounds = (*rounds[:-1], replace(game.round, deadline=game.round.deadline + lost))
    return replace(game, rounds=rounds, due_at=game.due_at + lost)


def stop(game: Game, why: str) -> Game:
    """Return the game ended, with a word for why; an open round counts for no one. Raises `GameOver`."""
    _running(game)
    rounds = game.rounds
    if rounds and not rounds[-1].closed:
        rounds = (*rounds[:-1], replace(rounds[-1], closed=True, skipped=True))
    return replace(game, phase=Phase.OVER, rounds=rounds, paused_at=None, ended_by=why)
