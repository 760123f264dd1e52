"""What the docs tell people to type is there: commands, settings, files and other pages."""

import re
import shlex
from pathlib import Path

import pytest
from inferbot.bot import arguments
from inferbot.cli import COMMANDS
from inferbot.settings import Settings, variable_name

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
# A line of a code block, and a command in running text, which may stand without the arguments it needs.
WHOLE = re.compile(r"^(?:\$ (?:.*\| )?)?python bot\.py (.+)$", re.MULTILINE)
NAMED = re.compile(r"`python bot\.py ([a-z]+)")
# Not the slugs that articles link to each other by.
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*\.[^)#\s]*)(?:#[^)]*)?\)")
SETTINGS = {variable_name(name) for name in Settings.model_fields} | {"INFERBOT_SCREENSHOTS"}

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pages
def test_every_command_can_be_typed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for line in WHOLE.findall(text):
        assert arguments(shlex.split(line)).run
    assert set(NAMED.findall(text)) <= {"sync", *(module.__name__.rpartition(".")[2] for module in COMMANDS)}


@pages
def test_every_setting_exists(page: Path) -> None:
    named = set(re.findall(r"\bINFERBOT_[A-Z_]+[A-Z]\b", page.read_text(encoding="utf-8")))
    assert named <= SETTINGS


@pages
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pages
def test_every_test_that_is_named_exists(page: Path) -> None:
    for path in re.findall(r"`(tests/[\w/]+\.\w+)`", page.read_text(encoding="utf-8")):
        assert (ROOT / path).is_file(), path


def test_every_door_has_a_test_that_tries_it() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    doors = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert len(doors) >= 15
    assert [door for door in doors if "`tests/" not in door] == []
