"""Everything left to chance: which questions, in which order, and who plays with whom. The same seed repeats it."""

import random
from collections.abc import Collection, Sequence


def draw(questions: Collection[str], count: int, seed: str) -> list[str]:
    """Return up to `count` different ids of `questions`, in the order they are asked."""
    ids = sorted(set(questions))
    return random.Random(seed).sample(ids, min(count, len(ids)))  # noqa: S311 - a game, not a secret


def shuffled(count: int, seed: str, *, last_stays: bool = False) -> list[int]:
    """Return which option is at each position. `last_stays` keeps the last one last."""
    options = list(range(count))
    head = options[:-1] if last_stays else options
    random.Random(seed).shuffle(head)  # noqa: S311 - a game, not a secret
    return [*head, options[-1]] if last_stays else head


def smallest_team(teams: Sequence[int | None], count: int) -> int | None:
    """Return the team of `count` that appears least often in `teams`, the first among equals; None without teams."""
    return min(range(count), key=lambda team: (teams.count(team), team)) if count else None
