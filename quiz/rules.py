"""The rules that a game is played by: what can be chosen, and what is fixed."""

from dataclasses import dataclass

MIN_QUESTIONS, MAX_QUESTIONS = 1, 50
MIN_SECONDS, MAX_SECONDS = 5, 120
MAX_TEAMS = 4
MAX_PLAYERS = 500
MAX_OPTIONS = 4

# A click is judged by when it was made. One that was under way at the deadline is waited for this long, in seconds.
GRACE = 2.0
# A right answer is worth half of this at least, and the rest by the share of the time that was left.
FULL_POINTS = 1000
STREAK_FROM, STREAK_BONUS = 3, 50
# A game that nobody votes in for so many rounds in a row ends.
IDLE_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """What whoever starts a game chooses. Times are in seconds; `teams` is 0, or how many there are.

    `difficulty` names the one that all questions are to have; None takes any.
    """

    questions: int = 10
    seconds: int = 20
    teams: int = 0
    lobby_seconds: int = 60
    reveal_seconds: int = 12
    difficulty: str | None = None
