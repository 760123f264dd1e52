"""What gets installed: every file of the rooms is in a package that pyproject.toml lists, or among its data.

The tests run from the tree, where a package that is missing from the list is there all the same.
"""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS: dict[str, Any] = PYPROJECT["tool"]["setuptools"]
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


# What each room may import besides the base install: an extra of pyproject.toml, or what only developers install.
EXTRAS = {"playground": ["playground"], "cli": ["cli"], "logs": ["cli"], "bot": ["cli", "playground"]}
INSTALLED = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in NOT_INSTALLED]
ROOMS_AND_FILES = [*INSTALLED, *(path for path in ROOT.glob("*.py") if path.stem != "__init__")]


def normalized(requirement: str) -> str:
    """Return the name of the package that a requirement is for, as the package index compares names."""
    name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(room: str) -> set[str]:
    project = PYPROJECT["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in EXTRAS.get(room, []))]
    return {normalized(requirement) for each in lists for requirement in each}


def packages_imported(path: Path) -> set[str]:
    """Return the packages that a file imports from outside; of a namespace package, each package that shares it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found - set(sys.stdlib_module_names) - {"inferbot"}


@pytest.mark.parametrize("room", ROOMS_AND_FILES, ids=lambda path: path.stem)
def test_every_package_that_is_imported_is_declared(room: Path) -> None:
    known = packages_distributions()
    allowed = declared(room.stem)
    for path in room.rglob("*.py") if room.is_dir() else [room]:
        for name in packages_imported(path):
            providers = {normalized(one) for one in known.get(name, [name])}
            assert providers & allowed, f"{path.relative_to(ROOT)} imports {name}"
