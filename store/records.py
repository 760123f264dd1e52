"""What the store returns: plain records, one per row."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class GameRecord:
    """A game. `rules` is plain JSON; `message` is the id of the message that shows it now."""

    id: int
    guild: int
    channel: int
    host: int
    pack: str
    season: str
    seed: str
    rules: dict[str, Any]
    plan: list[str]
    phase: str
    due_at: float
    paused_at: float | None
    message: int | None
    event: int | None
    started_at: float
    ended_at: float | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A question as asked; `shown` has all its message needs, as plain JSON."""

    game: int
    number: int
    question: str
    shown: dict[str, Any]
    right: int | None
    opened_at: float
    deadline: float
    message: int | None
    closed: bool
    skipped: bool


@dataclass(frozen=True, slots=True)
class PlayerRecord:
    """A player in a game."""

    game: int
    user: int
    since: int
    team: int | None


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """A person's counting vote in one round."""

    game: int
    number: int
    user: int
    interaction: int
    position: int
    at: float
    left: float
    first: int
    changed: bool


@dataclass(frozen=True, slots=True)
class ScoreRecord:
    """A person's sums; the query decides which server, season and pack they cover."""

    user: int
    points: int
    games: int
    wins: int
    right: int
    asked: int
    best_streak: int


@dataclass(frozen=True, slots=True)
class PackRecord:
    """A pack a server uploaded; `data` is the file as uploaded."""

    guild: int
    id: str
    title: str
    data: bytes
    questions: int
    uploader: int
    uploaded_at: float


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A quiz night: planned, running or over; `id` is the id of its scheduled event."""

    id: int
    guild: int
    channel: int
    host: int
    choices: dict[str, Any]
    starts_at: float
    zone: str
    weekly: bool
    state: str
    game: int | None


@dataclass(frozen=True, slots=True)
class DailyRecord:
    """A person's answer to a server's question of the day ("2026-11-24")."""

    guild: int
    day: str
    user: int
    question: str
    position: int
    right: bool
    interaction: int
