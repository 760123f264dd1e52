"""Time zones by any name people have for them: IANA's, a city, a country, an abbreviation, or an offset from UTC."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from .errors import NoSuchDay, NoSuchZone

# No place is farther from UTC.
FARTHEST = dt.timedelta(hours=14)
SIMILAR = 0.75
MOST_SIMILAR = 4
# IANA's areas whose names end with a city or an island, and the few that don't.
_AREAS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)
_NO_CITIES = frozenset(("north", "south", "west"))
_OFFSET = re.compile(r"(?:utc|gmt)?\s?([+-])\s?(\d{1,2})(?::?(\d{2}))?")
# A year whose clocks follow the rules now in force.
_YEAR = 2030
_SEASONS = tuple(dt.datetime(_YEAR, month, 15) for month in (1, 4, 7, 10))  # noqa: DTZ001 - a zone's own time

# What people call a time in a region. With hours: the offset that it names; without: whatever holds there that day.
_ABBREVIATIONS = """
UTC 0 UTC               GMT 0 UTC               ET America/New_York     EST -5 America/New_York
EDT -4 America/New_York CT America/Chicago      CST -6 America/Chicago  CDT -5 America/Chicago
MT America/Denver       MST -7 America/Denver   MDT -6 America/Denver   PT America/Los_Angeles
PST -8 America/Los_Angeles                      PDT -7 America/Los_Angeles
AKST -9 America/Anchorage                       AKDT -8 America/Anchorage
HST -10 Pacific/Honolulu                        AST -4 America/Halifax  ADT -3 America/Halifax
NST -3:30 America/St_Johns                      NDT -2:30 America/St_Johns
BRT -3 America/Sao_Paulo                        ART -3 America/Argentina/Buenos_Aires
CLT -4 America/Santiago CLST -3 America/Santiago                        COT -5 America/Bogota
WET 0 Europe/Lisbon     WEST 1 Europe/Lisbon    BST 1 Europe/London     CET 1 Europe/Berlin
CEST 2 Europe/Berlin    EET 2 Europe/Athens     EEST 3 Europe/Athens    MSK 3 Europe/Moscow
TRT 3 Europe/Istanbul   WAT 1 Africa/Lagos      CAT 2 Africa/Maputo     SAST 2 Africa/Johannesburg
EAT 3 Africa/Nairobi    GST 4 Asia/Dubai        PKT 5 Asia/Karachi      IST 5:30 Asia/Kolkata
ICT 7 Asia/Bangkok      WIB 7 Asia/Jakarta      SGT 8 Asia/Singapore    HKT 8 Asia/Hong_Kong
PHT 8 Asia/Manila       JST 9 Asia/Tokyo        KST 9 Asia/Seoul        AWST 8 Australia/Perth
ACST 9:30 Australia/Adelaide                    ACDT 10:30 Australia/Adelaide
AEST 10 Australia/Sydney                        AEDT 11 Australia/Sydney
NZST 12 Pacific/Auckland                        NZDT 13 Pacific/Auckland
"""
# Places IANA has no zone or another name for. Several zones: people there must choose.
_PLACES = """
America/New_York: nyc, new york city, eastern, eastern time, washington dc, boston, miami, atlanta, philadelphia
America/Chicago: central time, houston, dallas, austin
America/Denver: mountain time, salt lake city
America/Los_Angeles: la, pacific time, san francisco, seattle, san diego, las vegas, silicon valley, california
America/New_York America/Chicago America/Denver America/Los_Angeles: us, usa, united states, america
America/Toronto: ottawa
America/Toronto America/Winnipeg America/Edmonton America/Vancouver: canada
America/Mexico_City America/Cancun America/Tijuana: mexico
America/Sao_Paulo: rio, rio de janeiro, brasilia
America/Sao_Paulo America/Manaus America/Noronha: brazil, brasil
America/Santiago: chile
America/Guayaquil: ecuador
Europe/London: uk, gb, united kingdom, great britain, england, scotland, wales, manchester, edinburgh
Europe/Dublin: republic of ireland
Europe/Lisbon: portugal, porto
Europe/Madrid: spain, barcelona
Europe/Paris: lyon, marseille
Europe/Amsterdam: holland, the netherlands, rotterdam
Europe/Zurich: geneva
Europe/Berlin: munich, hamburg, frankfurt, cologne
Europe/Rome: milan
Europe/Prague: czechia
Europe/Kyiv: ukraine
Europe/Moscow: st petersburg, saint petersburg
Europe/Moscow Asia/Yekaterinburg Asia/Vladivostok: russia
Europe/Istanbul: ankara, turkiye
Asia/Dubai: uae, abu dhabi
Asia/Kolkata: mumbai, delhi, new delhi, bangalore
Asia/Shanghai: china, beijing
Asia/Tokyo: osaka, kyoto
Asia/Seoul: korea, south korea
Asia/Pyongyang: north korea
Asia/Ho_Chi_Minh: hanoi
Australia/Sydney: canberra
Australia/Sydney Australia/Brisbane Australia/Adelaide Australia/Perth: australia
Pacific/Auckland: new zealand, wellington
"""


@dataclass(frozen=True, slots=True)
class NamedZone:
    """A zone that a text names: a region's, and the offset from UTC in its name if there's one, as in "EST"."""

    zone: dt.tzinfo
    offset: dt.timedelta | None = None


@cache
def zone_names() -> tuple[str, ...]:
    """Return every time zone's name, sorted. Reads a folder on the first call.

    `Etc/GMT+2` and its like are left out: they are two hours *behind* UTC, which no one expects.
    """
    there = available_timezones()
    return tuple(sorted(name for name in there if ("/" in name and not name.startswith("Etc/")) or name == "UTC"))


def zone_of(name: str) -> dt.tzinfo:
    """Return the time zone of any name, whatever its case and accents. Raises `NoSuchZone` with similar names.

    `str` of what is returned is a name that finds it again. Reads files on the first call.
    """
    wanted = _key(name)
    found = _meanings(wanted)
    if len(found) == 1:
        return found[0]
    raise NoSuchZone(name, tuple(map(str, found[:MOST_SIMILAR])) or _near(wanted))


def zone_in_text(name: str) -> NamedZone | None:
    """Return the zone that words in a text name, or None. The codes of countries are words there, not zones."""
    wanted = _key(name)
    if wanted in _abbreviations():
        offset, region = _abbreviations()[wanted]
        return NamedZone(ZoneInfo(region), offset)
    if len(wanted) == 2 and wanted.isalpha() and wanted not in _places():
        return None
    found = _meanings(wanted)
    return NamedZone(found[0]) if len(found) == 1 else None


def _meanings(wanted: str) -> tuple[dt.tzinfo, ...]:
    """Return each zone that a name may mean."""
    if found := _fixed_offset(wanted) or _by_full_name(wanted):
        return (found,)
    if wanted in _abbreviations():
        return (ZoneInfo(_abbreviations()[wanted][1]),)
    return tuple(map(ZoneInfo, _places().get(wanted) or _countries().get(wanted) or ()))


def on_wall(moment: dt.datetime, here: dt.datetime) -> dt.datetime:
    """Return the time at which clocks in the zone of `here`, the time now, show `moment`. Raises `NoSuchDay`.

    Of an hour that comes twice, the first is meant, or the second when the first has passed.
    """
    first = moment.replace(tzinfo=here.tzinfo, fold=0)
    if first.astimezone(dt.UTC).astimezone(here.tzinfo).replace(tzinfo=None, fold=0) != moment:
        raise NoSuchDay  # the clocks skip it
    return first.replace(fold=1) if first.timestamp() <= here.timestamp() else first


def suggest_zones(typed: str) -> list[str]:
    """Return the names of the zones that what is typed may mean, the likeliest first."""
    wanted = _key(typed)
    found = [str(zone) for zone in _meanings(wanted)]
    found += [name for name in zone_names() if wanted in name.casefold()]
    if wanted:
        known = {**_countries(), **_places()}
        found += [zone for place, zones in known.items() if place.startswith(wanted) for zone in zones]
    return list(dict.fromkeys(found))


def _fixed_offset(text: str) -> dt.tzinfo | None:
    """Return the zone in "UTC+2", "GMT-03:30" or "+5:30", with the sign people mean: east of Greenwich is plus."""
    match = _OFFSET.fullmatch(text.replace("_", " "))
    if match is None:
        return None
    offset = dt.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > FARTHEST or int(match[3] or 0) > 59:
        return None
    return dt.timezone(offset if match[1] == "+" else -offset) if offset else ZoneInfo("UTC")


def _key(name: str) -> str:
    """Return a name without case, accents and differences in spaces."""
    plain = unicodedata.normalize("NFKD", name.replace("\u2212", "-")).casefold()
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return "_".join(re.sub(r"[.'’]", "", plain).replace("&", " and ").replace("_", " ").split())


@cache
def _full_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if "/" in name or name == "UTC"}


def _by_full_name(wanted: str) -> ZoneInfo | None:
    name = _full_names().get(wanted)
    return ZoneInfo(name) if name else None


@cache
def _abbreviations() -> dict[str, tuple[dt.timedelta | None, str]]:
    """Return the offset and the region of each abbreviation."""
    found: dict[str, tuple[dt.timedelta | None, str]] = {}
    for match in re.finditer(r"([A-Z]+) (?:(-?)(\d+)(?::(\d+))? )?([A-Z]\S+)", _ABBREVIATIONS):
        offset = dt.timedelta(hours=int(match[3]), minutes=int(match[4] or 0)) if match[3] else None
        found[match[1].casefold()] = (-offset if offset and match[2] else offset, match[5])
    return found


@cache
def _places() -> dict[str, tuple[str, ...]]:
    """Return the zones of each city, and of each place in our own table, by its key."""
    found: dict[str, tuple[str, ...]] = {}
    for name in zone_names():
        area, _, city = name.casefold().rpartition("/")
        if area.split("/")[0].title() in _AREAS and city not in _NO_CITIES:
            found[city] = (name,)
    for line in _PLACES.strip().splitlines():
        zones, _, places = line.partition(":")
        found |= dict.fromkeys(map(_key, places.split(",")), tuple(zones.split()))
    return found


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    """Return the zones of each country, by its name and by its ISO 3166 code; one if its clocks all show the same."""
    zones: dict[str, list[str]] = {}
    for code, _, zone, *_ in _rows("zone.tab"):
        zones.setdefault(code, []).append(zone)
    found: dict[str, tuple[str, ...]] = {}
    for code, name in _rows("iso3166.tab"):
        different = {_clock(zone): zone for zone in reversed(zones.get(code, []))}
        chosen = tuple(zone for zone in zones.get(code, []) if zone in different.values())
        if chosen:
            found |= dict.fromkeys((_key(code), _key(name), _key(name.partition(" (")[0])), chosen)
    return found


def _rows(table: str) -> Iterator[list[str]]:
    """Yield the rows of one of tzdata's own tables."""
    text = files("tzdata.zoneinfo").joinpath(table).read_text("utf-8")
    yield from (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


def _clock(zone: str) -> tuple[dt.timedelta | None, ...]:
    found = ZoneInfo(zone)
    return tuple(found.utcoffset(moment) for moment in _SEASONS)


def _near(wanted: str) -> tuple[str, ...]:
    known = {**_countries(), **_places()}
    similar = get_close_matches(wanted, known, n=3, cutoff=SIMILAR)
    return tuple(dict.fromkeys(zone for one in similar for zone in known[one]))[:MOST_SIMILAR]
