"""What gets installed: every file of the rooms is in a package that pyproject.toml lists, or among its data.

The tests run from the tree, where a package that is missing from the list is there all the same.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SETUPTOOLS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
PACKAGES: list[str] = SETUPTOOLS["packages"]
DATA: dict[str, list[str]] = SETUPTOOLS["package-data"]
# Our own models are trained from a checkout.
NOT_INSTALLED = {"benchmarks", "docs", "tests", "training"}
# New migrations are written from it, in a checkout too.
TEMPLATE = ROOT / "store" / "migrations" / "script.py.mako"
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in NOT_INSTALLED)


def folder(package: str) -> Path:
    return ROOT.joinpath(*package.split(".")[1:])


def installed() -> set[Path]:
    """Return every file that the lists in pyproject.toml take up."""
    code = {path for package in PACKAGES for path in folder(package).glob("*.py")}
    return code | {path for package, globs in DATA.items() for glob in globs for path in folder(package).glob(glob)}


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_of_a_room_is_installed(room: str) -> None:
    files = {path for path in (ROOT / room).rglob("[!.]*") if path.is_file() and "__pycache__" not in path.parts}
    assert sorted(str(path.relative_to(ROOT)) for path in files - installed() - {TEMPLATE}) == []


def test_every_package_that_is_listed_is_there() -> None:
    assert len(PACKAGES) == len(set(PACKAGES))
    assert [package for package in PACKAGES if not any(folder(package).glob("*.*"))] == []
    assert set(DATA) <= set(PACKAGES)
