"""Days in a row, and the seasons that a leaderboard starts afresh with."""

import datetime as dt
from collections.abc import Collection

DAY = dt.timedelta(days=1)


def season_of(day: dt.date) -> str:
    """Return the season of a day, a quarter of the calendar: "2026-Q4"."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def streak(days: Collection[dt.date], today: dt.date) -> int:
    """Return how many days in a row `days` reach back from today, or from yesterday while today is still to come."""
    present = set(days)
    day = today if today in present else today - DAY
    count = 0
    while day in present:
        count += 1
        day -= DAY
    return count


def best_streak(days: Collection[dt.date]) -> int:
    """Return the longest run of days in a row."""
    present = set(days)
    best = 0
    for first in present:
        if first - DAY in present:
            continue
        length = 1
        while first + length * DAY in present:
            length += 1
        best = max(best, length)
    return best
