"""What a game refuses. The sentences for people are with the other features', in the cogs."""

import datetime as dt
from dataclasses import dataclass


class QuizError(Exception):
    """Base of everything a game refuses."""


class TooLate(QuizError):
    """A click on a round that is closed, or whose time is up."""


class GameOver(QuizError):
    """A click on a game that has ended."""


class GamePaused(QuizError):
    """A click while the game is paused."""


class NotPaused(QuizError):
    """Resuming a game that isn't paused."""


class NotAsking(QuizError):
    """Something that needs an open question when there is none."""


class LobbyClosed(QuizError):
    """Joining or leaving a lobby after the game has begun."""


class LobbyFull(QuizError):
    """One player more than a game can take."""


class NotInGame(QuizError):
    """Leaving a game without having joined it."""


class NoPlayers(QuizError):
    """Starting a game without a player."""


class NoSuchTeam(QuizError):
    """A team this game doesn't have."""


@dataclass
class NotUnderstood(QuizError):
    """A time that can't be read."""

    text: str


@dataclass
class NoTime(QuizError):
    """A day without a time of day."""

    text: str


@dataclass
class WrongWeekday(QuizError):
    """A date and a weekday it doesn't fall on, 0 for Monday."""

    date: dt.date
    weekday: int


class NoSuchDay(QuizError):
    """A date the calendar doesn't have, an hour no clock shows, or a time the clocks skip that day."""


class InThePast(QuizError):
    """A time that has passed."""


@dataclass
class TooFarAhead(QuizError):
    """A time later than anyone can plan for."""

    days: int


@dataclass
class NoSuchZone(QuizError):
    """A time zone that doesn't exist; `near` are similar names."""

    zone: str
    near: tuple[str, ...]
