"""Time zones by the names people have for them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.quiz.errors import NoSuchDay, NoSuchZone
from inferbot.quiz.zones import on_wall, suggest_zones, zone_in_text, zone_names, zone_of

SUMMER = dt.datetime(2026, 7, 1)  # noqa: DTZ001 - a local time


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("new york", "America/New_York"),
        ("NYC", "America/New_York"),
        ("L.A.", "America/Los_Angeles"),
        ("San Francisco", "America/Los_Angeles"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("Germany", "Europe/Berlin"),
        ("DE", "Europe/Berlin"),
        ("Norway", "Europe/Oslo"),
        ("UK", "Europe/London"),
        ("England", "Europe/London"),
        ("Spain", "Europe/Madrid"),
        ("Portugal", "Europe/Lisbon"),
        ("China", "Asia/Shanghai"),
        ("India", "Asia/Kolkata"),
        ("South Korea", "Asia/Seoul"),
        ("Côte d'Ivoire", "Africa/Abidjan"),
        ("Türkiye", "Europe/Istanbul"),
        ("Ukraine", "Europe/Kyiv"),
        ("kiev", "Europe/Kiev"),
        ("EST", "America/New_York"),
        ("et", "America/New_York"),
        ("Eastern Time", "America/New_York"),
        ("CET", "Europe/Berlin"),
        ("PST", "America/Los_Angeles"),
        ("IST", "Asia/Kolkata"),
        ("BST", "Europe/London"),
        ("utc", "UTC"),
        ("GMT", "UTC"),
        ("UTC+0", "UTC"),
        ("UTC+2", "UTC+02:00"),
        ("GMT+2", "UTC+02:00"),
        ("gmt -3", "UTC-03:00"),
        ("UTC\u22125", "UTC-05:00"),
        ("+5:30", "UTC+05:30"),
        ("UTC+0545", "UTC+05:45"),
        ("+14", "UTC+14:00"),
    ],
)
def test_a_zone_has_many_names(name: str, zone: str) -> None:
    assert str(zone_of(name)) == zone


@pytest.mark.parametrize(("name", "hours"), [("GMT+2", 2), ("UTC-3", -3), ("+5:30", 5.5), ("Etc/GMT+2", -2)])
def test_plus_is_east_of_greenwich_but_in_ianas_own_names(name: str, hours: float) -> None:
    assert zone_of(name).utcoffset(SUMMER) == dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Berlni", "Europe/Berlin"),
        ("Londn", "Europe/London"),
        ("Germnay", "Europe/Berlin"),
        ("US", "America/Chicago"),
        ("Brazil", "America/Sao_Paulo"),
        ("Australia", "Australia/Perth"),
        ("Russia", "Europe/Moscow"),
        ("Indonesia", "Asia/Jakarta"),
    ],
)
def test_what_is_misspelled_or_could_be_several_is_answered(name: str, near: str) -> None:
    with pytest.raises(NoSuchZone) as caught:
        zone_of(name)
    assert near in caught.value.near
    assert len(caught.value.near) <= 4


@pytest.mark.parametrize("name", ["", "xyzzy", "UTC+15", "UTC+2:75", "+", "12", "\x00", "../../etc/passwd", "\ud800"])
def test_what_is_no_zone_gets_no_unrelated_names(name: str) -> None:
    with pytest.raises(NoSuchZone) as caught:
        zone_of(name)
    assert caught.value.near == ()


def test_every_zone_is_found_by_its_name_and_by_that_of_what_is_found() -> None:
    assert all(str(zone_of(name)) == name for name in zone_names())
    assert all(str(zone_of(str(zone_of(name)))) == str(zone_of(name)) for name in ("UTC+2", "est", "Germany", "-3:30"))


@given(st.text(max_size=40) | st.text(alphabet="utcgm+-0123456789:/ ", max_size=12))
def test_any_text_is_a_zone_or_is_refused(text: str) -> None:
    try:
        zone = zone_of(text)
    except NoSuchZone:
        return
    assert abs(zone.utcoffset(SUMMER) or dt.timedelta()) <= dt.timedelta(hours=14)
    assert str(zone_of(str(zone))) == str(zone)


def test_suggestions_leave_out_the_names_whose_sign_is_the_other_way_around() -> None:
    assert not any(name.startswith("Etc/") for name in suggest_zones(""))
    assert suggest_zones("germany") == suggest_zones("germ") == ["Europe/Berlin"]
    assert suggest_zones("UTC+2") == ["UTC+02:00"]
    assert suggest_zones("usa")[:2] == ["America/New_York", "America/Chicago"]
    assert "Asia/Tokyo" in suggest_zones("tok")
    assert suggest_zones("zzz") == []


@pytest.mark.parametrize("code", ["de", "is", "be", "it", "at"])
def test_the_codes_of_countries_are_words_in_a_text(code: str) -> None:
    assert zone_in_text(code) is None


BERLIN = zone_of("Europe/Berlin")


def test_the_first_of_an_hour_that_comes_twice_is_meant_until_it_has_passed() -> None:
    twice = dt.datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 - a local time
    before = dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC).astimezone(BERLIN)
    between = dt.datetime(2026, 10, 25, 0, 45, tzinfo=dt.UTC).astimezone(BERLIN)
    assert on_wall(twice, before).astimezone(dt.UTC).hour == 0
    assert on_wall(twice, between).astimezone(dt.UTC).hour == 1
    with pytest.raises(NoSuchDay):
        on_wall(dt.datetime(2027, 3, 28, 2, 30), before)  # noqa: DTZ001 - a local time
