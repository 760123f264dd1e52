"""Write docs/licenses.md: the license of every package the bot installs, and of every model's weights.

Packages say it in their metadata, models in their cards. `make licenses` runs this after a change of either.
"""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from inferbot.models.cards import Card, hub_cards, known_cards

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licenses.md"
CLASSIFIER = "License :: OSI Approved :: "
# A longer text is the license itself, not its name.
LONGEST_NAME = 60


def pinned(requirements: Path) -> dict[str, set[str]]:
    """Return the versions of each package that a requirements file pins, which may differ by Python and system."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9._-]+)==([^ ;\\]+)", requirements.read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.setdefault(name, set()).add(version)
    return found


def license_of(package: str) -> str | None:
    """Return what an installed package says its license is; None if it isn't installed here."""
    try:
        said = metadata(package).json
    except PackageNotFoundError:
        return None
    name = str(said.get("license_expression") or said.get("license") or "")
    if name and len(name) <= LONGEST_NAME and "\n" not in name:
        return name
    kinds = [one.removeprefix(CLASSIFIER) for one in said.get("classifier", []) if one.startswith(CLASSIFIER)]
    return ", ".join(kinds) or "not stated"


def package_rows() -> Iterator[str]:
    """Yield a row for each package that is pinned for the bot."""
    for package in pinned(ROOT / "requirements.txt"):
        yield f"| [{package}](https://pypi.org/project/{package}/) | {license_of(package) or 'only on other systems'} |"


def model_rows() -> Iterator[str]:
    """Yield a row for each model, those on request too."""
    cards: dict[str, Card] = {**known_cards(), **hub_cards()}
    for card in cards.values():
        yield f"| {card.id} | {card.licence} | {card.credit} |"
    yield "| isit | MIT | Trained by the Inferbot developers on situations they wrote. |"


def page() -> str:
    """Return the whole page."""
    return "\n".join(
        [
            "# Licenses",
            "",
            "Inferbot is under the [MIT license](../LICENSE). [NOTICE](../NOTICE) credits photos and texts.",
            "This page is written by `make licenses`.",
            "",
            "## Packages",
            "",
            "Everything the bot installs, with the license its metadata states. They're downloaded from the Python",
            "package index; none is part of this repository.",
            "",
            "| package | license |",
            "| --- | --- |",
            *package_rows(),
            "",
            "## Weights",
            "",
            "| model | license | credit |",
            "| --- | --- | --- |",
            *model_rows(),
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written.")
