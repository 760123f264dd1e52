"""What inference costs, as plain arithmetic: no file, no clock, no model. All money is in US dollars.

Numbers that people type are checked here; an error is a sentence for them.
"""

import math
import re
from dataclasses import dataclass
from typing import Literal

from .prices import Drawing, Gpu, Hosted, Prices, Training

Kind = Literal["text", "photos", "pictures"]

MILLION = 1_000_000
DAYS = 30
SECONDS_A_DAY = 86_400
JOULES_A_KWH = 3_600_000
# Input is processed in parallel and output token by token, so a GPU reads about this many times faster.
READS_FASTER = 10
# A hosted model's answer to a photo: a label, in a few tokens.
LABEL_TOKENS = 20

MOST_A_DAY = 1_000_000_000
MOST_TOKENS = 1_000_000
MOST_WATTS = 10_000
MOST_KWH = 10
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}([, ][0-9]{3})+(\.[0-9]+)?")
_NUMBER = re.compile(r"([0-9]+[.,]?[0-9]*|[.,][0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)


class BadNumber(Exception):
    """A number that can't be used; the message is one sentence that says what is accepted."""


@dataclass(frozen=True, slots=True)
class Workload:
    """The requests of a day. `photos` are classified, `pictures` are drawn; tokens are those of one request."""

    kind: Kind
    a_day: int
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Home:
    """The power that a local machine draws while it works, in watts, and the price of a kilowatt-hour, in dollars."""

    watts: float
    kwh: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What one option costs: dollars for `one` request, and for a day of them."""

    name: str
    one: float
    day: float

    @property
    def month(self) -> float:
        """Dollars for thirty days."""
        return self.day * DAYS

    @property
    def million(self) -> float:
        """Dollars for a million requests."""
        return self.one * MILLION


def number(text: str | float, what: str, most: float, *, whole: bool = False) -> float:
    """Return a number that a person typed, above zero and at most `most`, and whole if `whole`. Raises `BadNumber`."""
    value = _parse(text.strip()) if isinstance(text, str) else text
    if not 0 < value <= most or (whole and value != int(value)):
        raise BadNumber(f"{what} must be a {'whole ' if whole else ''}number above 0, at most {most:,}.")
    return value


def _parse(text: str) -> float:
    """Read "1,000" and "1 000" as a thousand, any other comma as a decimal one; return NaN for what isn't a number."""
    if _THOUSANDS.fullmatch(text):
        text = re.sub("[, ]", "", text)
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else math.nan


def workload(kind: Kind, a_day: str | float, tokens_in: str | float, tokens_out: str | float) -> Workload:
    """Return the workload with these numbers. Raises `BadNumber`."""
    return Workload(
        kind,
        int(number(a_day, "Requests a day", MOST_A_DAY, whole=True)),
        int(number(tokens_in, "Tokens in", MOST_TOKENS, whole=True)),
        int(number(tokens_out, "Tokens out", MOST_TOKENS, whole=True)),
    )


def home(watts: str | float, kwh: str | float) -> Home:
    """Return the local machine with these numbers. Raises `BadNumber`."""
    return Home(number(watts, "The power in watts", MOST_WATTS), number(kwh, "The price of a kilowatt-hour", MOST_KWH))


def tokens(work: Workload, prices: Prices) -> tuple[int, int]:
    """Return how many tokens one request has for a hosted model, in and out; a photo counts as tokens too."""
    return (prices.photo.tokens, LABEL_TOKENS) if work.kind == "photos" else (work.tokens_in, work.tokens_out)


def hosted_cost(model: Hosted, work: Workload, prices: Prices) -> Cost:
    """Return what a hosted model costs, by its price per million tokens."""
    tokens_in, tokens_out = tokens(work, prices)
    one = (tokens_in * model.input + tokens_out * model.output) / MILLION
    return Cost(model.name, one, one * work.a_day)


def drawing_cost(model: Drawing, work: Workload) -> Cost:
    """Return what a hosted model that draws costs, by its price per picture."""
    return Cost(model.name, model.picture, model.picture * work.a_day)


def busy_seconds(gpu: Gpu, work: Workload, prices: Prices) -> float:
    """Return the seconds per day that the work keeps one GPU busy."""
    if work.kind == "pictures":
        return work.a_day / gpu.pictures_per_second
    tokens_in, tokens_out = tokens(work, prices)
    return work.a_day * (tokens_out + tokens_in / READS_FASTER) / gpu.tokens_per_second


def rented_cost(gpu: Gpu, work: Workload, prices: Prices) -> Cost:
    """Return what the rented GPUs that the work needs cost, paid all day, busy or idle."""
    count = max(1, math.ceil(busy_seconds(gpu, work, prices) / SECONDS_A_DAY))
    day = count * 24 * gpu.hour
    name = gpu.name if count == 1 else f"{count:,} × {gpu.name}"
    return Cost(name, day / work.a_day, day)


def own_cost(milliseconds: float, work: Workload, at: Home, name: str = "This machine") -> Cost:
    """Return what the electricity costs at home for a request that takes `milliseconds`."""
    one = milliseconds / 1000 * at.watts / JOULES_A_KWH * at.kwh
    return Cost(name, one, one * work.a_day)


def break_even(training: Training, cost: Cost) -> float:
    """Return the number of requests that cost as much as the training did."""
    return training.dollars / cost.one
