"""The rules a game is played by: what can be chosen, and what is fixed."""

from dataclasses import dataclass

MIN_QUESTIONS, MAX_QUESTIONS = 1, 50
MIN_SECONDS, MAX_SECONDS = 5, 120
MAX_PLAYERS = 500

# A click counts by when it was made. One made before the deadline may arrive this many seconds after it.
GRACE = 2.0
# A right answer scores at least half of this, and the rest by the share of the time that was left.
FULL_POINTS = 1000
STREAK_FROM, STREAK_BONUS = 3, 50
# A game ends after this many rounds in a row without a vote.
IDLE_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person who starts a game chooses. Times are in seconds; `teams` is 0, or how many there are.

    `difficulty` limits the questions to one difficulty; None takes all.
    """

    questions: int = 10
    seconds: int = 20
    teams: int = 0
    lobby_seconds: int = 60
    reveal_seconds: int = 12
    difficulty: str | None = None
