"""Quiz nights: what to do for an event, given what we have written down and what Discord says of it."""

from dataclasses import dataclass
from enum import Enum, auto

from ..rules import GRACE, Rules

# An event whose time came while we were away is still opened if it is no longer ago than this, in seconds.
LATE = 2 * 3600.0
PLANNED, RUNNING, OVER = "planned", "running", "over"


@dataclass(frozen=True, slots=True)
class Draft:
    """A quiz night that somebody is about to plan. `starts_at` is in Unix seconds."""

    owner: int
    channel: int
    pack: str
    title: str
    questions: int
    seconds: int
    teams: int
    weekly: bool
    starts_at: float
    zone: str


def length(draft: Draft) -> float:
    """Return how many seconds to set aside for a quiz night: an hour, or more if every question takes its full time."""
    rules = Rules(questions=draft.questions, seconds=draft.seconds)
    one = rules.seconds + GRACE + rules.reveal_seconds
    return max(3600.0, rules.lobby_seconds + rules.questions * one + 600.0)


class Status(Enum):
    """What Discord says of a scheduled event; GONE when it is not there any more."""

    SCHEDULED = auto()
    ACTIVE = auto()
    COMPLETED = auto()
    GONE = auto()


class Act(Enum):
    """What is to be done."""

    NOTHING = auto()
    START = auto()  # tell Discord that it begins, and open the lobby
    OPEN = auto()  # somebody began it by hand: open the lobby
    MISS = auto()  # its time passed too long ago: cancel it, with a word
    CALL_OFF = auto()  # it was cancelled: close what is open
    COMPLETE = auto()  # its game is over: say so in Discord


def decide(state: str, starts_at: float, status: Status, now: float, *, game_on: bool) -> Act:
    """Return what to do for an event in `state`. Deciding twice in a row does no harm."""
    if state == OVER:
        return Act.NOTHING
    if status is Status.GONE or (status is Status.COMPLETED and not game_on):
        return Act.CALL_OFF
    if state == RUNNING:
        return Act.NOTHING if game_on else Act.COMPLETE
    if status is Status.ACTIVE:
        return Act.OPEN
    if now < starts_at:
        return Act.NOTHING
    return Act.START if now - starts_at <= LATE else Act.MISS
