"""Read times as people type them: "friday 7pm", "24 dec 19h30", "in 2 hours", ISO, or a Discord timestamp.

A time of day without am or pm is on the 24-hour clock, midnight is the end of the day that is named, and of the hour
that comes twice when clocks go back, the first is meant.
"""

import datetime as dt
import re

from .durations import read_duration
from .errors import InThePast, NoSuchDay, NoTime, NotUnderstood, TooFarAhead, WrongWeekday
from .phrases import AFTERNOON, EVENING, MORNING, NIGHT, Clock, Date, Phrase, in_24_hours, normalized, read_phrase
from .zones import FARTHEST, on_wall, zone_in_text

# Longer texts aren't dates, and dateparser is slow on them.
LONGEST = 60
# No one plans a quiz further ahead; Discord itself would allow five years.
MOST_DAYS = 365
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
HALF_DAY = dt.timedelta(hours=12)
# A night is from 17:00 on; 1 to 4 o'clock, and 12, are its later half.
NIGHTFALL, DAWN = dt.timedelta(hours=17), 5
# A 29 February is at most this many years away.
LEAP_YEARS = 8
_TIMESTAMP = re.compile(r"<t:(-?\d{1,12})(?::[a-zA-Z])?>")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:?\d\d(:?\d\d([.,]\d+)?)?\s?(Z|[+-]\d\d(:?\d\d)?)?")


def parse_when(text: str, zone: dt.tzinfo, now: dt.datetime) -> dt.datetime:
    """Return the time `text` means to a person in `zone`, in the zone it was read in; `now` is an aware time.

    Raises `NotUnderstood`, `NoTime`, `NoSuchDay`, `WrongWeekday`, `InThePast` or `TooFarAhead`.
    """
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST or not plain.isprintable():
        raise NotUnderstood(plain[:LONGEST])
    here = now.astimezone(zone)
    words = normalized(plain)
    found = (
        _timestamp(plain, zone)
        or _iso(plain.upper(), here)
        or read_duration(words, here, MOST_DAYS)
        or _phrase(words, here)
        or _guess(plain, here)
    )
    if found is None:
        raise NotUnderstood(plain)
    away = found.astimezone(dt.UTC) - now.astimezone(dt.UTC)
    if away <= dt.timedelta():
        raise InThePast
    if away > dt.timedelta(days=MOST_DAYS):
        raise TooFarAhead(MOST_DAYS)
    return found


def next_week(start: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return the next time after `now` that is a whole number of weeks after `start`, by local wall-clock time."""
    later = start + WEEK  # within one zone this keeps the local time across daylight saving changes
    while later <= now:
        later += WEEK
    return later


def _timestamp(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    try:
        return dt.datetime.fromtimestamp(int(match[1]), dt.UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        raise (InThePast() if int(match[1]) < 0 else TooFarAhead(MOST_DAYS)) from None


def _iso(text: str, here: dt.datetime) -> dt.datetime | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None  # if it's only nearly ISO, the words' rules say what is wrong
    if found.tzinfo is None:
        _check_year(found.year, here)
        return on_wall(found, here)
    # The "offset" of 20:00-22:00 is the end of a range.
    if abs(found.utcoffset() or dt.timedelta()) > FARTHEST:
        return None
    _check_year(found.year, here)
    return found


def _phrase(words: str, here: dt.datetime) -> dt.datetime | None:
    phrase = read_phrase(words, lambda name: zone_in_text(name) is not None)
    if phrase is None or (phrase.weeks and phrase.weekday is None):
        return None
    if phrase.clock is None:
        if phrase.has_day:
            raise NoTime(words)
        return None
    named = zone_in_text(phrase.zone) if phrase.zone else None
    if named is None:
        return _resolve(phrase, phrase.clock, here)
    found = _resolve(phrase, phrase.clock, here.astimezone(named.zone))
    if named.offset in (None, found.utcoffset()):
        return found
    # "EST" is five hours behind UTC, even while New York isn't.
    return _resolve(phrase, phrase.clock, here.astimezone(dt.timezone(named.offset or dt.timedelta())))


def _resolve(phrase: Phrase, clock: Clock, here: dt.datetime) -> dt.datetime:
    """Return the moment of a phrase's day and time of day, in the zone of `here`, the time now."""
    after = _time_of_day(clock, phrase.part)
    today = here.date()
    if phrase.date is not None:
        day = _calendar_day(phrase.date, here)
        if phrase.days is not None and day != today + phrase.days * DAY:
            raise NoSuchDay
    elif phrase.days is not None:
        day = today + phrase.days * DAY
    elif phrase.weekday is not None:
        day = _coming(phrase, phrase.weekday, after, here)
    else:
        day = today + DAY if _is_over(today, after, here) else today
    if phrase.weekday not in (None, day.weekday()):
        raise WrongWeekday(day, phrase.weekday or 0)
    return _at(day, after, here)


def _at(day: dt.date, after: dt.timedelta, here: dt.datetime) -> dt.datetime:
    return on_wall(dt.datetime.combine(day, dt.time()) + after, here)


def _is_over(day: dt.date, after: dt.timedelta, here: dt.datetime) -> bool:
    try:
        return _at(day, after, here).timestamp() <= here.timestamp()
    except NoSuchDay:  # the clocks skip it; they have done so, or will
        return dt.datetime.combine(day, dt.time()) + after <= here.replace(tzinfo=None)


def _coming(phrase: Phrase, weekday: int, after: dt.timedelta, here: dt.datetime) -> dt.date:
    today = here.date()
    if phrase.weeks:
        return today + (7 - today.weekday() + weekday) * DAY
    ahead = (weekday - today.weekday()) % 7
    if ahead == 0 and (phrase.following or _is_over(today, after, here)):
        ahead = 7
    return today + ahead * DAY


def _calendar_day(said: Date, here: dt.datetime) -> dt.date:
    """Return the day of a date; without a year, the next one, today included."""
    if said.year is not None:
        _check_year(said.year, here)
    for year in (said.year,) if said.year is not None else range(here.year, here.year + LEAP_YEARS + 1):
        try:
            day = dt.date(year, said.month, said.day)
        except ValueError:
            continue
        if said.year is not None or day >= here.date():
            return day
    raise NoSuchDay


def _check_year(year: int, here: dt.datetime) -> None:
    """Refuse the years that can't be meant, before sums with them overflow."""
    if year < here.year - 1:
        raise InThePast
    if year > here.year + 2:
        raise TooFarAhead(MOST_DAYS)


def _time_of_day(clock: Clock, part: str | None) -> dt.timedelta:
    """Return how long after the beginning of the named day a time is. Raises `NoSuchDay` for "13:00 in the morning"."""
    after = in_24_hours(clock)
    if part == NIGHT:
        after = _at_night(clock)
    elif part in (AFTERNOON, EVENING) and not clock.half and 1 <= clock.hour < 12:
        after += HALF_DAY
    if (part == MORNING and after >= HALF_DAY) or (part in (AFTERNOON, EVENING) and after < HALF_DAY):
        raise NoSuchDay
    return after


def _at_night(clock: Clock) -> dt.timedelta:
    """Return when a time of the night is that begins on the named day and ends on the next."""
    after = in_24_hours(clock)
    if clock.midnight or clock.half == "pm" or clock.hour > 12:
        pass
    elif clock.hour % 12 < DAWN:
        after = after % HALF_DAY + DAY
    elif not clock.half:
        after += HALF_DAY
    if after < NIGHTFALL:
        raise NoSuchDay
    return after


def _guess(text: str, here: dt.datetime) -> dt.datetime | None:
    """Return what dateparser makes of a text, if every number in it is in the result, and its hour is one of them."""
    numbers = sorted(map(int, re.findall(r"\d+", text)))
    if not numbers:
        return None
    import dateparser

    settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": here.replace(tzinfo=None)}
    found = dateparser.parse(text, languages=["en"], settings=settings)
    if found is None or found.microsecond or not _accounts_for(found, numbers):
        return None
    if found.tzinfo is not None:
        return found.astimezone(dt.timezone(found.utcoffset() or dt.timedelta()))
    return on_wall(found, here)


def _accounts_for(found: dt.datetime, numbers: list[int]) -> bool:
    """Return whether each of these numbers is a part of `found`, and the time of day is among them."""
    left = numbers.copy()
    clock = [{found.hour, found.hour % 12 or 12}, {found.minute}, {found.second}]
    for i, meant in enumerate(clock):
        said = next((number for number in left if number in meant), None)
        if said is not None:
            left.remove(said)
        elif i == 0 or meant != {0}:
            return False
    parts = [found.year, found.month, found.day]
    for number in left:
        if number not in parts:
            return False
        parts.remove(number)
    return True
