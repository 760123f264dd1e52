"""What a game refuses. No sentences here: those stand in one table, beside the other features'."""

from dataclasses import dataclass


class QuizError(Exception):
    """Base of everything that a game refuses."""


class TooLate(QuizError):
    """A click on a round whose time was over, or that had been closed."""


class NoMoreChanges(QuizError):
    """A second change of one's vote."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class GameOver(QuizError):
    """A click on a game that has ended."""


class GamePaused(QuizError):
    """A click while the game stands still."""


class NotPaused(QuizError):
    """Going on with a game that is not paused."""


class NotAsking(QuizError):
    """Something that needs an open question, while there is none."""


class LobbyClosed(QuizError):
    """Joining or leaving a lobby after the game has begun."""


class LobbyFull(QuizError):
    """One player more than a game can take."""


class NotInGame(QuizError):
    """Leaving a game that one never joined."""


class NobodyJoined(QuizError):
    """Starting a game without a player."""


class NoSuchTeam(QuizError):
    """A team that this game does not have."""


@dataclass
class NotUnderstood(QuizError):
    """A time that cannot be read."""

    text: str


class NoSuchDay(QuizError):
    """A date that the calendar does not have, or a time that the clocks skip that day."""


class InThePast(QuizError):
    """A time that is over."""


@dataclass
class TooFarAhead(QuizError):
    """A time later than anybody can plan for."""

    days: int


@dataclass
class NoSuchZone(QuizError):
    """A time zone that does not exist; `near` are names like it."""

    zone: str
    near: tuple[str, ...]
