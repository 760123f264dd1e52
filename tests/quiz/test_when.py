"""Times in people's own words."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.quiz.errors import InThePast, NoSuchDay, NoSuchZone, NotUnderstood, QuizError, TooFarAhead
from inferbot.quiz.when import next_week, parse_when, zone_of

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
        ("<t:1795000000:F>", "2026-11-18T11:06:40+00:00"),
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
        ("31 february 19:00", NotUnderstood),
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


@given(st.text(max_size=40))
def test_nothing_but_a_refusal_comes_of_a_strange_text(text: str) -> None:
    try:
        found = parse_when(text, BERLIN, NOW)
    except QuizError:
        return
    assert found > NOW


def test_zones_are_found_by_their_city_and_their_misspelling_is_answered() -> None:
    assert zone_of("europe/berlin").key == "Europe/Berlin"
    assert zone_of("New York").key == "America/New_York"
    assert zone_of("utc").key == "UTC"
    with pytest.raises(NoSuchZone) as caught:
        zone_of("Berlni")
    assert "Europe/Berlin" in caught.value.near


def test_a_weekly_night_keeps_its_time_on_the_wall() -> None:
    start = dt.datetime(2026, 10, 22, 19, 0, tzinfo=BERLIN)  # in summer time
    later = next_week(start, dt.datetime(2026, 10, 23, tzinfo=BERLIN))
    assert later.isoformat() == "2026-10-29T19:00:00+01:00"
    assert next_week(start, dt.datetime(2026, 11, 20, tzinfo=BERLIN)).isoformat() == "2026-11-26T19:00:00+01:00"
