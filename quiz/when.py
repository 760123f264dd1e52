"""Read times as people type them: "tomorrow 19:00", "friday 7pm", "in 2 hours", ISO, or a Discord timestamp."""

import datetime as dt
import re
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from .errors import InThePast, NoSuchDay, NoSuchZone, NotUnderstood, TooFarAhead

# Longer texts aren't dates, and dateparser is slow on them.
LONGEST = 60
# No one plans a quiz further ahead; Discord itself would allow five years.
MOST_DAYS = 365
WEEK = dt.timedelta(days=7)
_TIMESTAMP = re.compile(r"<t:(\d{1,12})(?::[a-zA-Z])?>")


@cache
def zone_names() -> tuple[str, ...]:
    """Return every time zone's name, sorted. Reads a folder on the first call."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of that name, in any case or by its city. Raises `NoSuchZone` with similar names."""
    wanted = name.strip().replace(" ", "_").casefold()
    by_name = {one.casefold(): one for one in zone_names()}
    if wanted in by_name:
        return ZoneInfo(by_name[wanted])
    cities = {one.casefold().rpartition("/")[2]: one for one in zone_names()}
    if wanted in cities:
        return ZoneInfo(cities[wanted])
    near = [cities[one] for one in get_close_matches(wanted, cities, n=3)]
    raise NoSuchZone(name, tuple(near))


def parse_when(text: str, zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """Return the time `text` means to a person in `zone`, with its zone; `now` is an aware time.

    Raises `NotUnderstood`, `NoSuchDay`, `InThePast` or `TooFarAhead`.
    """
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST or not plain.isprintable():
        raise NotUnderstood(plain[:LONGEST])
    found = _timestamp(plain) or _iso(plain, zone) or _words(plain, zone, now)
    if found is None:
        raise NotUnderstood(plain)
    if found.astimezone(dt.UTC).astimezone(found.tzinfo).replace(tzinfo=None) != found.replace(tzinfo=None):
        raise NoSuchDay(plain)  # the clocks skip it
    if found <= now:
        raise InThePast
    if found - now > dt.timedelta(days=MOST_DAYS):
        raise TooFarAhead(MOST_DAYS)
    return found


def _timestamp(text: str) -> dt.datetime | None:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    try:
        return dt.datetime.fromtimestamp(int(match[1]), dt.UTC)
    except (OverflowError, ValueError, OSError):
        raise TooFarAhead(MOST_DAYS) from None


def _iso(text: str, zone: ZoneInfo) -> dt.datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\d.+\d", text):
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise NoSuchDay(text) from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _words(text: str, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    # Without a digit or a known word, dateparser guesses wildly.
    if not re.search(r"\d", text) and not re.search(r"day|morrow|tonight|week|hour|noon", text.casefold()):
        return None
    import dateparser

    here = now.astimezone(zone)
    found = dateparser.parse(
        text, languages=["en"], settings={"PREFER_DATES_FROM": "future", "RELATIVE_BASE": here.replace(tzinfo=None)}
    )
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def next_week(start: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return the next time after `now` that is a whole number of weeks after `start`, by local wall-clock time."""
    later = start + WEEK  # within one zone this keeps the local time across daylight saving changes
    while later <= now:
        later += WEEK
    return later
