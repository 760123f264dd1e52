"""Days in a row, and the seasons after which a leaderboard resets."""

import datetime as dt
from collections.abc import Collection

DAY = dt.timedelta(days=1)


def season_of(day: dt.date) -> str:
    """Return the season of a day, a calendar quarter: "2026-Q4"."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def streak(days: Collection[dt.date], today: dt.date) -> int:
    """Return the number of days in a row in `days` up to today, or up to yesterday if today isn't there yet."""
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
