"""A few photos for people who have none at hand. ``examples.toml`` credits each."""

import tomllib
from functools import cache
from pathlib import Path

from ...author_errors import Form

FOLDER = Path(__file__).parent


class Example(Form):
    """One bundled JPEG photo: ``title`` says what it shows, ``alt`` describes it for people who can't see it."""

    slug: str
    title: str
    alt: str
    credit: str
    licence: str
    source: str

    @property
    def path(self) -> Path:
        """Where the photo is."""
        return FOLDER / f"{self.slug}.jpg"

    def read(self) -> bytes:
        """Return the JPEG file."""
        return self.path.read_bytes()


@cache
def examples() -> dict[str, Example]:
    """Return the bundled photos by slug, in the order in which to show them."""
    table = tomllib.loads((FOLDER / "examples.toml").read_text("utf-8"))
    return {slug: Example(slug=slug, **fields) for slug, fields in table.items()}
