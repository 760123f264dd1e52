"""Read "in 1h30" and "2 hours from now". Hours and minutes are real time; days, weeks and months go by the calendar."""

import calendar
import datetime as dt
import re

from .errors import TooFarAhead
from .zones import on_wall

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: str(i) for i, word in enumerate(_WORDS, 1)} | {"a": "1", "an": "1", "a couple of": "2"}
_REWRITTEN = (
    (r"(\d),(\d)", r"\1.\2"),
    (r"\b(?:an?|one) (hour|day|week) and a half\b", r"1.5 \1"),
    (r"\b(\d+) and a half\b", r"\1.5"),
    (r"\bhalf an? ", "0.5 "),
    (r"(\d)\s?h\s?(\d{1,2})(?=\s|$)", r"\1h \2m"),
)
_AMOUNT = re.compile(
    r"(\d{1,9}(?:\.\d{1,3})?)\s?"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?|years?)(?:\s(?:and\s)?|(?=\d)|$)"
)
# Without "in", a letter may mean something else: 19h is a time of day.
_WHOLE = re.compile(r"(?:in |\+ ?)(.+?)(?: from now)?|(.+) from now|[\d.]+ ?(?:min|hour|hr|day|week)\w*")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def read_duration(text: str, here: dt.datetime, most_days: int) -> dt.datetime | None:
    """Return when a duration from now ends, by a normalized text, or None if it isn't one. Raises `TooFarAhead`."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    rest = match[1] or match[2] or text
    for pattern, replacement in _REWRITTEN:
        rest = re.sub(pattern, replacement, rest)
    for word, number in _NUMBERS.items():
        rest = re.sub(rf"\b{word}\b", number, rest)
    amounts: list[tuple[float, str]] = []
    while rest:
        amount = _AMOUNT.match(rest)
        if amount is None:
            return None
        amounts.append((float(amount[1]), amount[2]))
        rest = rest[amount.end() :]
    return _add(amounts, here, most_days) if amounts else None


def _add(amounts: list[tuple[float, str]], here: dt.datetime, most_days: int) -> dt.datetime:
    months = days = seconds = 0.0
    for amount, unit in amounts:
        if unit.startswith(("month", "year")):
            months += amount * (12 if unit[0] == "y" else 1)
        elif unit[0] in "dw" and amount.is_integer():
            days += amount * (7 if unit[0] == "w" else 1)
        else:
            seconds += amount * _SECONDS[unit[0]]
    if months * 28 + days + seconds / _SECONDS["d"] > 2 * most_days:  # more than any calendar can hold, perhaps
        raise TooFarAhead(most_days)
    start = here
    if months or days:
        start = on_wall(_months_later(here.replace(tzinfo=None), int(months)) + dt.timedelta(days=days), here)
    return (start.astimezone(dt.UTC) + dt.timedelta(seconds=seconds)).astimezone(here.tzinfo)


def _months_later(moment: dt.datetime, months: int) -> dt.datetime:
    """Return the same day of a later month, or that month's last one."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
