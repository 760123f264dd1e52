"""Times in people's own words."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.quiz.errors import InThePast, NoSuchDay, NoTime, NotUnderstood, QuizError, TooFarAhead, WrongWeekday
from inferbot.quiz.when import next_week, parse_when

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 24, 14, 0, tzinfo=dt.UTC)  # a Tuesday, 15:00 in Berlin


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tomorrow 19:00", "2026-11-25T19:00:00+01:00"),
        ("  Tomorrow   at 7 PM ", "2026-11-25T19:00:00+01:00"),
        ("friday 7pm", "2026-11-27T19:00:00+01:00"),
        ("in 2 hours", "2026-11-24T17:00:00+01:00"),
        ("19:00", "2026-11-24T19:00:00+01:00"),
        ("14:00", "2026-11-25T14:00:00+01:00"),  # over for today
        ("2026-12-24 20:00", "2026-12-24T20:00:00+01:00"),
        ("2026-12-24T20:00+00:00", "2026-12-24T20:00:00+00:00"),
        ("2027-07-01 20:00", "2027-07-01T20:00:00+02:00"),
        ("<t:1795000000:F>", "2026-11-18T12:06:40+01:00"),
        ("24 december at 8pm", "2026-12-24T20:00:00+01:00"),
    ],
)
def test_what_people_mean(text: str, meant: str) -> None:
    if text.startswith("<t:"):
        earlier = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
        assert parse_when(text, BERLIN, earlier).isoformat() == meant
    else:
        assert parse_when(text, BERLIN, NOW).isoformat() == meant


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", NotUnderstood),
        ("soon", NotUnderstood),
        ("a", NotUnderstood),
        ("31 february 19:00", NoSuchDay),
        ("2027-02-31 19:00", NoSuchDay),
        ("2027-03-28 02:30", NoSuchDay),  # the clocks go from 2:00 to 3:00
        ("yesterday 19:00", InThePast),
        ("2026-11-24 14:59", InThePast),
        ("<t:1000:F>", InThePast),
        ("2028-01-01 19:00", TooFarAhead),
        ("<t:999999999999>", TooFarAhead),
        ("tomorrow\u202e19:00", NotUnderstood),
        ("tomorrow " * 20, NotUnderstood),
    ],
)
def test_what_is_no_time(text: str, error: type[QuizError]) -> None:
    with pytest.raises(error):
        parse_when(text, BERLIN, NOW)


# Local times in Berlin, said on Tuesday 24 November 2026 at 15:00.
SAID = {
    # a time of day: today if still to come, else tomorrow
    "at 16": "2026-11-24 16:00",
    "at 15": "2026-11-25 15:00",
    "19h": "2026-11-24 19:00",
    "19h30": "2026-11-24 19:30",
    "19 h 30": "2026-11-24 19:30",
    "19.30": "2026-11-24 19:30",
    "7.30pm": "2026-11-24 19:30",
    "730pm": "2026-11-24 19:30",
    "at 1930": "2026-11-24 19:30",
    "1930h": "2026-11-24 19:30",
    "7 p.m.": "2026-11-24 19:00",
    "@ 8PM": "2026-11-24 20:00",
    "12am": "2026-11-25 00:00",
    "12pm": "2026-11-25 12:00",
    "12:30 am": "2026-11-25 00:30",
    "00:00": "2026-11-25 00:00",
    "24:00": "2026-11-25 00:00",
    "noon": "2026-11-25 12:00",
    "midnight": "2026-11-25 00:00",
    "half past 7": "2026-11-25 07:30",
    "half past 7 pm": "2026-11-24 19:30",
    "quarter to 8 pm": "2026-11-24 19:45",
    "quarter to 1 pm": "2026-11-25 12:45",
    "7:30": "2026-11-25 07:30",
    "\uff18\uff1a\uff13\uff10 \uff30\uff2d": "2026-11-24 20:30",  # full-width
    # ranges: their beginning
    "7-9pm": "2026-11-24 19:00",
    "7pm \u2013 9pm": "2026-11-24 19:00",
    "11-1pm": "2026-11-25 11:00",
    "10-12am": "2026-11-24 22:00",
    "12-2pm": "2026-11-25 12:00",
    "19:00-21:00": "2026-11-24 19:00",
    "19-21h": "2026-11-24 19:00",
    "7 to 9 pm": "2026-11-24 19:00",
    "friday from 19 to 21": "2026-11-27 19:00",
    "2026-12-24 20:00-22:00": "2026-12-24 20:00",
    # days
    "friday at 7": "2026-11-27 07:00",
    "Fri. 7PM": "2026-11-27 19:00",
    "7pm on friday": "2026-11-27 19:00",
    "thurs 8pm": "2026-11-26 20:00",
    "tuesday 7pm": "2026-11-24 19:00",
    "tuesday 2pm": "2026-12-01 14:00",
    "next tuesday 7pm": "2026-12-01 19:00",
    "next friday 7pm": "2026-11-27 19:00",
    "this friday, 7pm": "2026-11-27 19:00",
    "friday next week 7pm": "2026-12-04 19:00",
    "next week sunday 19:00": "2026-12-06 19:00",
    "today 16:00": "2026-11-24 16:00",
    "tmrw 8pm": "2026-11-25 20:00",
    "day after tomorrow 20h": "2026-11-26 20:00",
    "tomorrow, wednesday, at 7pm": "2026-11-25 19:00",
    "in 3 days at 7pm": "2026-11-27 19:00",
    "tomorrow midnight": "2026-11-26 00:00",
    "friday 24:00": "2026-11-28 00:00",
    # parts of a day
    "tonight 8": "2026-11-24 20:00",
    "tonight at 12": "2026-11-25 00:00",
    "tonight at 1": "2026-11-25 01:00",
    "tonight 21:30": "2026-11-24 21:30",
    "friday night 1am": "2026-11-28 01:00",
    "friday evening at 7": "2026-11-27 19:00",
    "tomorrow at 7 in the evening": "2026-11-25 19:00",
    "tomorrow morning 9": "2026-11-25 09:00",
    "saturday afternoon at 3:15": "2026-11-28 15:15",
    # dates
    "24 dec 8pm": "2026-12-24 20:00",
    "Dec 24, 20:00": "2026-12-24 20:00",
    "24th of December 19h": "2026-12-24 19:00",
    "december 24th, 2026 at 8 p.m.": "2026-12-24 20:00",
    "8pm 24 dec 2026": "2026-12-24 20:00",
    "thursday 24 dec 8pm": "2026-12-24 20:00",
    "12/24 20:00": "2026-12-24 20:00",
    "24/12 20:00": "2026-12-24 20:00",
    "1/2 20:00": "2027-01-02 20:00",
    "24.12. 20:00": "2026-12-24 20:00",
    "1.2.2027 20.30": "2027-02-01 20:30",
    "12/24/26 8pm": "2026-12-24 20:00",
    "24-12-2026 20:00": "2026-12-24 20:00",
    "2026/12/24 8pm": "2026-12-24 20:00",
    "2026-12-24 at 20h": "2026-12-24 20:00",
    "2026-12-24T20:00": "2026-12-24 20:00",
    "1 march 9:00": "2027-03-01 09:00",
    "24 nov 19:00": "2026-11-24 19:00",
    "23 nov 19:00": "2027-11-23 19:00",
    # what only dateparser reads
    "thu 24 dec 20:00:30 2026": "2026-12-24 20:00:30",
    # durations
    "in 1h30": "2026-11-24 16:30",
    "in 2h 15m": "2026-11-24 17:15",
    "in an hour and a half": "2026-11-24 16:30",
    "in half an hour": "2026-11-24 15:30",
    "in 1,5 hours": "2026-11-24 16:30",
    "in two hours": "2026-11-24 17:00",
    "90 minutes from now": "2026-11-24 16:30",
    "+2h": "2026-11-24 17:00",
    "45 minutes": "2026-11-24 15:45",
    "in a week": "2026-12-01 15:00",
    "in 2 days and 3 hours": "2026-11-26 18:00",
    "in 3 months": "2027-02-24 15:00",
}


@pytest.mark.parametrize(("text", "local"), SAID.items())
def test_what_people_say(text: str, local: str) -> None:
    found = parse_when(text, BERLIN, NOW)
    assert found == dt.datetime.fromisoformat(local).replace(tzinfo=BERLIN)
    assert str(found.tzinfo) == "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "meant", "zone"),
    [
        ("8pm EST", "2026-11-24T20:00:00-05:00", "America/New_York"),
        ("8pm ET", "2026-11-24T20:00:00-05:00", "America/New_York"),
        ("1 july 8pm ET", "2027-07-01T20:00:00-04:00", "America/New_York"),
        ("1 july 8pm EDT", "2027-07-01T20:00:00-04:00", "America/New_York"),
        ("1 july 8pm EST", "2027-07-01T20:00:00-05:00", "UTC-05:00"),
        ("20:00 CET", "2026-11-24T20:00:00+01:00", "Europe/Berlin"),
        ("20:00 CEST", "2026-11-24T20:00:00+02:00", "UTC+02:00"),
        ("8pm New York time", "2026-11-24T20:00:00-05:00", "America/New_York"),
        ("8pm LA time", "2026-11-24T20:00:00-08:00", "America/Los_Angeles"),
        ("tomorrow 20:00 +2", "2026-11-25T20:00:00+02:00", "UTC+02:00"),
        ("tomorrow 20:00 in Tokyo", "2026-11-25T20:00:00+09:00", "Asia/Tokyo"),
        ("today 17:00 UTC+2", "2026-11-24T17:00:00+02:00", "UTC+02:00"),
        ("20:00 GMT-3", "2026-11-24T20:00:00-03:00", "UTC-03:00"),
        ("20:00 gmt", "2026-11-24T20:00:00+00:00", "UTC"),
        ("20:00 +5:30", "2026-11-24T20:00:00+05:30", "UTC+05:30"),
        ("wed, 25 nov 2026 20:00:00 gmt", "2026-11-25T20:00:00+00:00", "UTC"),
        ("2026-12-24T20:00Z", "2026-12-24T20:00:00+00:00", "UTC"),
        ("2026-12-24 20:00-03:00", "2026-12-24T20:00:00-03:00", "UTC-03:00"),
        ("20:00 Asia/Kolkata", "2026-11-24T20:00:00+05:30", "Asia/Kolkata"),
        # At 23:00 in Tokyo it's too late for 20:00 today.
        ("20:00 japan", "2026-11-25T20:00:00+09:00", "Asia/Tokyo"),
    ],
)
def test_a_zone_in_the_text_is_the_one_it_is_read_in(text: str, meant: str, zone: str) -> None:
    found = parse_when(text, BERLIN, NOW)
    assert (found.isoformat(), str(found.tzinfo)) == (meant, zone)


REFUSED: dict[type[QuizError], str] = {
    NoTime: "friday | tomorrow | tonight | 24 dec | 2026-12-24 | 12/24 | next monday | tomorrow morning",
    NoSuchDay: "25:00 | tomorrow 25:00 | tonight 25:00 | 19:60 | 24:30 | 13pm | 0am | 7-25h | 13/13 20:00 | at 25 "
    "| 31 june 8pm | 2027-02-29 10:00 | 0 jan 8pm | 13:00 in the morning | friday afternoon 9am | noon tonight "
    "| 28 march 2027 2:30 | 2027-03-28 2:30am | tomorrow 26 nov 19:00",
    WrongWeekday: "monday 24 nov 19:00 | tomorrow friday 7pm | fri 2026-12-24 20:00",
    NotUnderstood: "16 | 2026 | at | 8pm 9pm | 7pm or 8pm | 24 dec 25 dec 8pm | 7ish | at 7 in de | 8pm is | 1/2/3/4 "
    "| 31 | in 5 | -5 hours | friday 7pm be there | room 5 at 7pm | 19:00:00:00 | 8pm mars time | 0x10",
    TooFarAhead: "9999-12-31 23:59 | 31 dec 9999 8pm | 29 feb 10:00 | 12/31/9999 24:00 | in 999999999 days "
    "| in 13 months | in 9999 years | in 99999999 hours",
    InThePast: "today 14:00 | 0000-01-01 10:00 | 1 jan 1970 8pm | in 0 minutes | <t:-1> | yesterday 19:00",
}


@pytest.mark.parametrize(
    ("text", "error"), [(text.strip(), error) for error, texts in REFUSED.items() for text in texts.split("|")]
)
def test_what_is_refused(text: str, error: type[QuizError]) -> None:
    with pytest.raises(error):
        parse_when(text, BERLIN, NOW)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize("text", ["9999-12-31 23:59", "12/31/9999 24:00", "9999-12-31T23:59-12:00", "31 dec 9999 8pm"])
def test_the_end_of_the_calendar_is_too_far_in_every_zone(text: str, zone: str) -> None:
    with pytest.raises(TooFarAhead):
        parse_when(text, ZoneInfo(zone), NOW)


def test_a_wrong_weekday_is_told_with_the_right_one() -> None:
    with pytest.raises(WrongWeekday) as caught:
        parse_when("monday 24 nov 19:00", BERLIN, NOW)
    assert (caught.value.date, caught.value.weekday) == (dt.date(2026, 11, 24), 0)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("now", "zone", "text", "meant"),
    [
        ("2026-12-31 21:30", "UTC", "20:00", "2027-01-01T20:00:00+00:00"),
        ("2026-11-30 21:30", "UTC", "20:00", "2026-12-01T20:00:00+00:00"),
        ("2028-02-28 21:30", "UTC", "20:00", "2028-02-29T20:00:00+00:00"),
        ("2028-02-28 21:30", "UTC", "29 feb 20:00", "2028-02-29T20:00:00+00:00"),
        ("2026-12-31 23:30", "Europe/Berlin", "at 16", "2027-01-01T16:00:00+01:00"),
        ("2026-12-31 14:00", "UTC", "tonight at 1", "2027-01-01T01:00:00+00:00"),
        ("2027-01-31 14:00", "UTC", "in 1 month", "2027-02-28T14:00:00+00:00"),
        # Clocks go back in Berlin at 01:00 UTC: hours are real ones, days are the calendar's.
        ("2026-10-25 00:30", "Europe/Berlin", "in 2 hours", "2026-10-25T03:30:00+01:00"),
        ("2026-10-24 12:00", "Europe/Berlin", "in 1 day", "2026-10-25T14:00:00+01:00"),
        ("2026-10-24 12:00", "Europe/Berlin", "in 24 hours", "2026-10-25T13:00:00+01:00"),
        ("2026-10-24 12:00", "Europe/Berlin", "tomorrow 2:30", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25 00:45", "Europe/Berlin", "today 2:30", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25 00:45", "Europe/Berlin", "2:30", "2026-10-25T02:30:00+01:00"),
        # Clocks go ahead: after the hour that was skipped, it's tomorrow's.
        ("2027-03-28 12:00", "Europe/Berlin", "2:30", "2027-03-29T02:30:00+02:00"),
        ("2027-03-28 00:30", "Europe/Berlin", "in 2 hours", "2027-03-28T04:30:00+02:00"),
        # What day it is depends on where.
        ("2026-11-24 23:30", "Asia/Tokyo", "today 10:00", "2026-11-25T10:00:00+09:00"),
        ("2026-11-25 03:00", "America/New_York", "tonight 11", "2026-11-24T23:00:00-05:00"),
    ],
)
def test_the_calendar_and_the_clock(now: str, zone: str, text: str, meant: str) -> None:
    assert parse_when(text, ZoneInfo(zone), utc(now)).isoformat() == meant


PIECES = (
    "friday tuesday today tomorrow tonight next this in at on the of from to 7 19 24 31 2026 7pm 12am 19:00 25:00 "
    "19h30 dec february 7-9pm 24/12 12/24 1.2. 2026-12-24 noon midnight night hours days a week est cet utc+2 berlin"
)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Pacific/Chatham")


def clock_changes() -> list[dt.datetime]:
    """Return the hours in which the clocks of any of the zones change."""
    hours = [utc("2026-01-01") + dt.timedelta(hours=n) for n in range(2 * 8766)]
    return [
        hour
        for zone in map(ZoneInfo, ZONES)
        for hour, following in pairwise(hours)
        if hour.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset()
    ]


CHANGES = clock_changes()


def later(hour: dt.datetime, minutes: int) -> dt.datetime:
    return hour + dt.timedelta(minutes=minutes)


AROUND_CHANGES = st.builds(later, st.sampled_from(CHANGES), st.integers(-2000, 2000))
ANY_TIMES = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2029, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001
TIMES = ANY_TIMES | AROUND_CHANGES


TEXTS = st.text(max_size=40) | st.lists(st.sampled_from(PIECES.split()), max_size=6).map(" ".join)


@given(TEXTS, TIMES, st.sampled_from(ZONES))
def test_any_text_is_a_time_to_come_or_is_refused(text: str, now: dt.datetime, zone: str) -> None:
    try:
        found = parse_when(text, ZoneInfo(zone), now)
    except QuizError:
        return
    assert now < found.astimezone(dt.UTC) <= now + dt.timedelta(days=365)
    # No clock shows a time that is skipped.
    assert found.astimezone(dt.UTC).astimezone(found.tzinfo).replace(tzinfo=None) == found.replace(tzinfo=None)


@given(TIMES, st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59))
def test_a_bare_time_is_the_next_one_on_every_day(now: dt.datetime, zone: str, hour: int, minute: int) -> None:
    try:
        found = parse_when(f"{hour:02}:{minute:02}", ZoneInfo(zone), now)
    except NoSuchDay:  # the clocks skip it
        return
    assert (found.hour, found.minute) == (hour, minute)
    assert found.astimezone(dt.UTC) - now <= dt.timedelta(days=1, hours=1)


@given(TIMES, st.sampled_from(ZONES), st.integers(1, 300))
def test_hours_are_real_ones_on_every_day(now: dt.datetime, zone: str, hours: int) -> None:
    assert parse_when(f"in {hours} hours", ZoneInfo(zone), now) - now == dt.timedelta(hours=hours)


@given(TIMES, st.sampled_from(ZONES), st.integers(0, 6))
def test_a_weekday_is_within_a_week_and_is_that_day(now: dt.datetime, zone: str, weekday: int) -> None:
    name = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")[weekday]
    found = parse_when(f"{name} 19:00", ZoneInfo(zone), now)
    assert found.weekday() == weekday
    assert (found.hour, found.minute) == (19, 0)
    assert found.astimezone(dt.UTC) - now <= dt.timedelta(days=7, hours=1)


def test_the_zones_change_their_clocks() -> None:
    assert len(CHANGES) == 2 * 2 * len(ZONES)


WRITTEN = (
    "{0.year}-{0.month:02}-{0.day:02} 20:00",
    "{0.year}/{0.month}/{0.day} 8pm",
    "{0.day} {0:%B} {0.year} 20h",
    "{0:%b} {0.day}, {0.year} at 8 p.m.",
    "{0:%A} {0.day}. {0:%b} 20:00",
    "{0.month}/{0.day} 8pm",
    "{0.day}.{0.month}. 20:00",
    "{0:%a} {0.day}.{0.month}.{0.year} 20.30",
)


@given(TIMES, st.sampled_from(ZONES), st.integers(1, 364), st.sampled_from(WRITTEN))
def test_a_date_is_read_however_it_is_written(now: dt.datetime, zone: str, days: int, written: str) -> None:
    """Every month's end, leap days and years' ends among them."""
    day = now.astimezone(ZoneInfo(zone)).date() + dt.timedelta(days=days)
    found = parse_when(written.format(day), ZoneInfo(zone), now)
    assert (found.date(), found.hour) == (day, 20)


def test_a_weekly_night_keeps_its_time_on_the_wall() -> None:
    start = dt.datetime(2026, 10, 22, 19, 0, tzinfo=BERLIN)  # in summer time
    later = next_week(start, dt.datetime(2026, 10, 23, tzinfo=BERLIN))
    assert later.isoformat() == "2026-10-29T19:00:00+01:00"
    assert next_week(start, dt.datetime(2026, 11, 20, tzinfo=BERLIN)).isoformat() == "2026-11-26T19:00:00+01:00"
