"""One person's vote in one round: locked by the first click, changed once by a later one.

Clicks are ordered by when they were made (ties by interaction id), not by when they arrive. So a click that arrives
after a later one of the same person is void: the later one stands.
"""

from dataclasses import dataclass, replace
from enum import Enum


@dataclass(frozen=True, slots=True)
class Click:
    """A click on the option at `position`. `at` is in Unix seconds, `left` the seconds that were left to vote then."""

    user: int
    position: int
    at: float
    left: float
    interaction: int


@dataclass(frozen=True, slots=True)
class Vote:
    """The vote that stands, where it was put first, and whether it has been changed."""

    user: int
    position: int
    at: float
    left: float
    interaction: int
    first: int
    changed: bool = False


class Outcome(Enum):
    """What a click did."""

    LOCKED = "locked"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


def vote(standing: Vote | None, click: Click) -> tuple[Vote, Outcome]:
    """Return the vote that stands after `click`, and what the click did."""
    if standing is None:
        return Vote(click.user, click.position, click.at, click.left, click.interaction, click.position), Outcome.LOCKED
    if click.interaction == standing.interaction:
        return standing, Outcome.CHANGED if standing.changed else Outcome.LOCKED
    if click.position == standing.position or (click.at, click.interaction) < (standing.at, standing.interaction):
        return standing, Outcome.SAME
    if standing.changed:
        return standing, Outcome.REFUSED
    changed = replace(
        standing, position=click.position, at=click.at, left=click.left, interaction=click.interaction, changed=True
    )
    return changed, Outcome.CHANGED
