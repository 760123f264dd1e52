"""The rule for which click counts: the first locks a vote, one later click changes it, and then it is final.

Clicks are ordered by when they were made (ties by interaction id), not by when they arrive, so a click that arrives
after a later one of the same person is void. The upsert in `store/votes.py` enforces the same rule in the database.
"""

from dataclasses import dataclass, replace
from enum import Enum


@dataclass(frozen=True, slots=True)
class Vote:
    """A person's vote in one round. A click is the vote it would be if it were their first.

    `at` is in Unix seconds, `left` the seconds left to vote then, `first` the position of their first click.
    """

    user: int
    interaction: int
    position: int
    at: float
    left: float
    first: int
    changed: bool = False

    @property
    def order(self) -> tuple[float, int]:
        """What clicks are ordered by."""
        return self.at, self.interaction


class Outcome(Enum):
    """What a click did."""

    LOCKED = "locked"
    CHANGED = "changed"
    SAME = "same"  # nothing: it repeats the vote, or was made before it
    FINAL = "final"  # nothing: the vote has been changed once already


def count(vote: Vote | None, click: Vote) -> tuple[Vote, Outcome]:
    """Return the vote after `click`, and what the click did. Counting a click twice changes nothing."""
    if vote is None:
        return click, Outcome.LOCKED
    if click.interaction == vote.interaction:
        return vote, Outcome.CHANGED if vote.changed else Outcome.LOCKED
    if click.position == vote.position or click.order < vote.order:
        return vote, Outcome.SAME
    if vote.changed:
        return vote, Outcome.FINAL
    return replace(click, first=vote.first, changed=True), Outcome.CHANGED
