"""Read the words of a time, left to right: what they say, not yet when that is.

Every word has to be understood. A word that no rule knows, or a second time of day, makes the whole text unreadable:
a time that was half read is worse than one that was asked for again.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from .errors import NoSuchDay

NIGHT, MORNING, AFTERNOON, EVENING = "night", "morning", "afternoon", "evening"
MOST_ZONE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as said; `half` is "am", "pm" or empty. `midnight` is the end of a day."""

    hour: int
    minute: int = 0
    second: int = 0
    half: str = ""
    midnight: bool = False


@dataclass(frozen=True, slots=True)
class Date:
    """A date as said; without a year, the next one."""

    year: int | None
    month: int
    day: int


@dataclass(slots=True)
class Phrase:
    """What a text says: None for everything it doesn't say. `days` from today; 0 for Monday; `weeks` from this one."""

    clock: Clock | None = None
    date: Date | None = None
    days: int | None = None
    weekday: int | None = None
    weeks: int | None = None
    following: bool = False
    part: str | None = None
    zone: str | None = None
    at: bool = False
    bare: bool = False

    @property
    def has_day(self) -> bool:
        """Whether any day is named."""
        return self.date is not None or self.days is not None or self.weekday is not None

    def set(self, **values: object) -> bool:
        """Note what was said; return False if something of the kind was said already."""
        if any(getattr(self, name) is not None for name in values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True


Note = Callable[[Phrase, "re.Match[str]"], bool]
IsZone = Callable[[str], bool]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = {
    "day before yesterday": -2, "yesterday": -1, "today": 0, "tonight": 0, "day after tomorrow": 2, "overmorrow": 2,
    "tomorrow": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "tmrw": 1, "tmr": 1, "tmw": 1, "2moro": 1,
}  # fmt: skip
_WEEKDAY = r"(mon|tues?|wed(?:nes)?s?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?\s?(am|pm|h)?"


def normalized(text: str) -> str:
    """Return a text with one form for each dash, space, case and "p.m."."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub("[\u2010-\u2015\u2212]", "-", plain).replace("’", "'")
    plain = re.sub(r"(?<!\d),|,(?!\d)|,(?=\d{4}\b)", " ", plain)
    plain = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", plain)
    return " ".join(plain.split()).rstrip(".!")


def read_phrase(text: str, is_zone: IsZone) -> Phrase | None:
    """Return what a normalized text says, or None if there's a word in it that no rule knows."""
    phrase, place = Phrase(), 0
    while place < len(text):
        end = _read_one(phrase, text, place) or _read_zone(phrase, text, place, is_zone)
        if end is None:
            return None
        place = end
    # A lone number may be anything.
    if phrase.bare and not (phrase.at or phrase.has_day or phrase.part):
        return None
    return phrase


def _read_one(phrase: Phrase, text: str, place: int) -> int | None:
    for pattern, note in _RULES:
        match = pattern.match(text, place)
        if match and note(phrase, match):
            return match.end()
    return None


def _read_zone(phrase: Phrase, text: str, place: int, is_zone: IsZone) -> int | None:
    """Take the longest run of words that is the name of a time zone, and "in" before and "time" after it."""
    rest = text[place:].split(" ")
    start = 1 if rest[0] == "in" else 0
    for count in range(min(MOST_ZONE_WORDS, len(rest) - start), 0, -1):
        name = " ".join(rest[start : start + count])
        if any(is_zone(one) for one in (name, name.removesuffix(" time"))):
            zone = name if is_zone(name) else name.removesuffix(" time")
            taken = place + len(" ".join(rest[: start + count])) + 1
            return taken if phrase.set(zone=zone) else None
    return None


def _ignore(_phrase: Phrase, _match: "re.Match[str]") -> bool:
    return True


def _at(phrase: Phrase, _match: "re.Match[str]") -> bool:
    phrase.at = True
    return True


def _day(phrase: Phrase, match: "re.Match[str]") -> bool:
    if match[1] == "tonight":
        return phrase.set(days=0, part=NIGHT)
    return phrase.set(days=_DAYS[match[1]])


def _days_from_now(phrase: Phrase, match: "re.Match[str]") -> bool:
    count = 1 if match[1] in {"a", "one"} else int(match[1])
    return phrase.set(days=count * (7 if match[2] == "week" else 1))


def _weekday(phrase: Phrase, match: "re.Match[str]") -> bool:
    phrase.following = match[1] == "next"
    return phrase.set(weekday=_WEEKDAYS.index(match[2][:3]))


def _next_week(phrase: Phrase, _match: "re.Match[str]") -> bool:
    return phrase.set(weeks=1)


def _part(phrase: Phrase, match: "re.Match[str]") -> bool:
    return phrase.set(part=match[1])


def _date(phrase: Phrase, year: str | None, month: int, day: int) -> bool:
    if year is None:
        return phrase.set(date=Date(None, month, day))
    return phrase.set(date=Date(int(year) + (2000 if len(year) == 2 else 0), month, day))


def _year_first(phrase: Phrase, match: "re.Match[str]") -> bool:
    return _date(phrase, match[1], int(match[2]), int(match[3]))


def _slashes(phrase: Phrase, match: "re.Match[str]") -> bool:
    """Read 12/24 as Americans do, and 24/12 in the only way there is."""
    month, day = int(match[1]), int(match[3])
    if month > 12:
        month, day = day, month
    return _date(phrase, match[4], month, day)


def _dots(phrase: Phrase, match: "re.Match[str]") -> bool:
    return _date(phrase, match[3], int(match[2]), int(match[1]))


def _day_month(phrase: Phrase, match: "re.Match[str]") -> bool:
    return _date(phrase, match[3], _MONTHS.index(match[2][:3]) + 1, int(match[1]))


def _month_day(phrase: Phrase, match: "re.Match[str]") -> bool:
    return _date(phrase, match[3], _MONTHS.index(match[1][:3]) + 1, int(match[2]))


def _time(phrase: Phrase, match: "re.Match[str]") -> bool:
    hour, minute, second, half = match.groups()
    return phrase.set(clock=_checked(Clock(int(hour), int(minute or 0), int(second or 0), half or "")))


def _range(phrase: Phrase, match: "re.Match[str]") -> bool:
    """Take the beginning of "7-9pm"; "12-24" is a date."""
    if not (phrase.at or re.search(r"[a-z:]", match[0])):
        return False
    hour, minute, half, to_hour, to_minute, to_half = (one if one != "h" else None for one in match.groups())
    end = _checked(Clock(int(to_hour or 0), int(to_minute or 0), half=to_half or ""))
    begin = Clock(int(hour or 0), int(minute or 0), half=half or "")
    if end.half and not begin.half and begin.hour <= 12:
        begin = _before(begin, end)
    return phrase.set(clock=_checked(begin))


def _before(begin: Clock, end: Clock) -> Clock:
    """Return the beginning of a range in the half of the day that its end is in, or else in the one before."""
    other = "am" if end.half == "pm" else "pm"
    same, before = (Clock(begin.hour, begin.minute, half=half) for half in (end.half, other))
    return same if in_24_hours(_checked(same)) < in_24_hours(end) else before


def _past_or_to(phrase: Phrase, match: "re.Match[str]") -> bool:
    minutes = {"half past": 30, "quarter past": 15, "quarter to": -15}[match[1]]
    hour, minute = divmod(int(match[2]) * 60 + minutes, 60)
    return phrase.set(clock=_checked(Clock(hour or 12, minute, half=match[3] or "")))


def _named_time(phrase: Phrase, match: "re.Match[str]") -> bool:
    return phrase.set(clock=Clock(0, midnight=True) if match[1] == "midnight" else Clock(12, half="pm"))


def _four_digits(phrase: Phrase, match: "re.Match[str]") -> bool:
    """Read "at 1930"; without "at", it may be a year."""
    return phrase.at and phrase.set(clock=_checked(Clock(int(match[1]), int(match[2]))))


def _bare_hour(phrase: Phrase, match: "re.Match[str]") -> bool:
    hour = int(match[1])
    phrase.bare = True
    # Without "at", a number that is no hour may be anything.
    return (phrase.at or hour <= 24) and phrase.set(clock=_checked(Clock(hour)))


def _checked(clock: Clock) -> Clock:
    """Return a time of day that clocks show, 24:00 included. Raises `NoSuchDay`."""
    hours = range(1, 13) if clock.half else range(25)
    if clock.hour not in hours or clock.minute > 59 or clock.second > 59 or (clock.hour == 24 and clock.minute):
        raise NoSuchDay
    return clock


def in_24_hours(clock: Clock) -> dt.timedelta:
    """Return how long after the beginning of its day a time is, by the clock."""
    hour = clock.hour % 12 + 12 * (clock.half == "pm") if clock.half else clock.hour
    return dt.timedelta(hours=24 if clock.midnight else hour, minutes=clock.minute, seconds=clock.second)


# In this order: a longer reading comes before a shorter one that its beginning would also allow.
_PATTERNS: tuple[tuple[str, Note], ...] = (
    (r"at|@|from", _at),
    (r"on|the|for|o'clock", _ignore),
    (_TIME + r"(?:\s*(?:to|till|until)\s+|\s+-\s+|-\s*)" + _TIME, _range),
    (r"(\d{1,2})(?:[:.](\d{2}))?(?::(\d{2}))?\s?(am|pm)", _time),
    (r"(\d{1,2})(\d{2})()\s?(am|pm)", _time),
    (r"(\d{1,2}):(\d{2})(?::(\d{2}))?()(?:\s?h(?:rs?)?)?", _time),
    (r"(\d{1,2})\s?h(?:\s?(\d{2})(?:\s?m(?:in)?)?)?()()", _time),
    (r"(\d{2})(\d{2})()()\s?h(?:rs?|ours)?", _time),
    (r"(half past|quarter past|quarter to) (\d{1,2})\s?(am|pm)?", _past_or_to),
    (r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", _year_first),
    (r"(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}|\d{2}))?", _slashes),
    # Where a month can't be, minutes are.
    (r"(\d{1,2})\.(1[3-9]|[2-5]\d)()()", _time),
    (r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2})?)?", _dots),
    (r"(\d{1,2})(?:st|nd|rd|th|\.)?(?:\s?of\s|\s|-)?" + _MONTH + r"(?:[\s-](\d{4}))?", _day_month),
    (_MONTH + r"\s?(\d{1,2})(?:st|nd|rd|th)?(?:\s(\d{4}))?", _month_day),
    ("(" + "|".join(_DAYS) + ")", _day),
    (r"in (\d{1,3}|a|one) (day|week)s?", _days_from_now),
    (r"(?:(next|this|coming)\s)?" + _WEEKDAY + r"\.?", _weekday),
    (r"next week", _next_week),
    (r"(?:(?:in|this)\s)?(?:the\s)?(morning|afternoon|evening|night)", _part),
    (r"(?:12\s)?(noon|midday|midnight)", _named_time),
    (r"(\d{2})(\d{2})", _four_digits),
    (r"(\d{1,2})", _bare_hour),
)
_RULES = tuple((re.compile(rf"(?:{pattern})(?:\s+|$)"), note) for pattern, note in _PATTERNS)
