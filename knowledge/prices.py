"""The price list behind `/cost`: `prices.toml`, validated. Each row has its source and the day it was checked."""

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, ValidationError

from ..author_errors import AuthorError, Form, sentences
from ..text_files import read_toml
from .texts import TitleText, WhyText

PRICES = Path(__file__).parent / "prices.toml"

Dollars = Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)]
Rate = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]


class Sourced(Form):
    """A figure and its source; `rough` says why it is only an order of magnitude, if it is."""

    source: HttpUrl
    checked: dt.date
    rough: WhyText | None = None


class Hosted(Sourced):
    """A hosted language model: dollars per million tokens in, and out."""

    name: TitleText
    input: Dollars
    output: Dollars


class Drawing(Sourced):
    """A hosted image generator: dollars per picture."""

    name: TitleText
    picture: Dollars


class Gpu(Sourced):
    """A rented GPU: dollars per hour, and its throughput per second when busy."""

    name: TitleText
    hour: Dollars
    tokens_per_second: Rate
    pictures_per_second: Rate


class Training(Sourced):
    """What one training run cost, in dollars."""

    name: TitleText
    dollars: Dollars


class Electricity(Sourced):
    """Dollars per kilowatt-hour at home."""

    kwh: Dollars


class Photo(Sourced):
    """How many tokens a photo counts as for a hosted model."""

    tokens: Annotated[int, Field(gt=0, le=100_000)]


class Prices(Form):
    """The price list."""

    hosted: Annotated[tuple[Hosted, ...], Field(min_length=1, max_length=4)]
    drawing: Annotated[tuple[Drawing, ...], Field(min_length=1, max_length=4)]
    gpu: Annotated[tuple[Gpu, ...], Field(min_length=1, max_length=2)]
    training: Annotated[tuple[Training, ...], Field(min_length=1, max_length=3)]
    electricity: Electricity
    photo: Photo

    def rows(self) -> list[tuple[str, Sourced]]:
        """Return every row with its name."""
        named = [(one.name, one) for one in (*self.hosted, *self.drawing, *self.gpu, *self.training)]
        return [*named, ("electricity", self.electricity), ("a photo's tokens", self.photo)]


def read_prices(path: Path = PRICES) -> Prices:
    """Return the price list at `path`. Reads a file: blocks. Raises `AuthorError`."""
    try:
        return Prices.model_validate(read_toml(path))
    except ValidationError as error:
        raise AuthorError(sentences(error)) from None


def check_prices(path: Path = PRICES, *, today: dt.date | None = None) -> list[str]:
    """Return every problem of the price list, one sentence each; none if all is well."""
    try:
        prices = read_prices(path)
    except AuthorError as error:
        return error.of(path.name)
    today = today or dt.datetime.now(dt.UTC).date()
    # A day's grace: somewhere it is already tomorrow.
    latest = today + dt.timedelta(days=1)
    return [
        f"{path.name}: {name} was checked on {row.checked}, which is in the future."
        for name, row in prices.rows()
        if row.checked > latest
    ]
