"""What we depend on: pins that fit the lists they were made of, a hash for each, and a license that is written down."""

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def licenses() -> Any:
    """Return the script that writes docs/licenses.md."""
    spec = importlib.util.spec_from_file_location("licenses", ROOT / "docs" / "licenses.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lists() -> dict[str, list[str]]:
    """Return what each requirements file is made of."""
    project, groups = PYPROJECT["project"], PYPROJECT["dependency-groups"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    return {
        "requirements.txt": [*project["dependencies"], *extras],
        "requirements-dev.txt": groups["dev"],
        "requirements-build.txt": groups["build"],
        "requirements-audit.txt": groups["audit"],
    }


@pytest.mark.parametrize("file", lists())
def test_the_pins_fit_the_lists_they_were_made_of(file: str) -> None:
    pins = licenses().pinned(ROOT / file)
    for line in lists()[file]:
        wanted = Requirement(line)
        versions = pins.get(canonicalize_name(wanted.name), set())
        assert versions, f"{file} lacks {wanted.name}: run `make lock`"
        assert all(map(wanted.specifier.contains, versions)), f"{file} pins another {line}: run `make lock`"


@pytest.mark.parametrize("file", lists())
def test_every_pin_has_its_hashes(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    pins = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(pins) == sum(map(len, licenses().pinned(ROOT / file).values()))
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in re.sub(r"#.*", "", text), "an address of an index or a package"


def test_a_package_that_both_files_pin_is_one_version() -> None:
    bot, dev = (licenses().pinned(ROOT / file) for file in ("requirements.txt", "requirements-dev.txt"))
    assert {name for name in bot.keys() & dev.keys() if bot[name] != dev[name]} == set()


def test_what_builds_the_package_is_what_is_pinned() -> None:
    assert PYPROJECT["build-system"]["requires"] == PYPROJECT["dependency-groups"]["build"]


def test_the_page_of_licenses_is_current() -> None:
    script = licenses()
    page = script.PAGE.read_text(encoding="utf-8")
    for package in script.pinned(ROOT / "requirements.txt"):
        assert f"| [{package}](" in page, f"{package} has no license in docs/licenses.md: run `make licenses`"
    for row in script.model_rows():
        assert row in page, "run `make licenses`"
    for row in script.package_rows():
        # A package for another system than this one was read there.
        assert row in page or script.license_of(row.split("]")[0].removeprefix("| [")) is None, "run `make licenses`"


def test_every_package_that_we_name_states_a_license() -> None:
    script = licenses()
    for line in lists()["requirements.txt"]:
        assert script.license_of(Requirement(line).name) not in (None, "", "not stated"), line
