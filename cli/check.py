"""`check`: find problems in the articles, packs, films and prices."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from ..author_errors import AuthorError
from ..features.quiz import known_to_packs
from ..knowledge.articles import Shelf, read_shelf
from ..knowledge.checks import check_folder
from ..knowledge.films import check_catalog, read_catalog
from ..knowledge.pack_checks import check_packs
from ..knowledge.packs import PACKS, read_pack_file, read_packs
from ..knowledge.prices import check_prices
from ..settings import Settings

HELP = "check the articles, packs, films and prices, or packs of your own"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("files", nargs="*", metavar="PACK", help="a pack's TOML file")


def run(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    return check(chosen.files)


def check(files: Iterable[str] = ()) -> int:
    """Print each problem in what's bundled, or in the packs in `files`. Return the exit status: 1 if there is one."""
    shelf = read_shelf()
    problems = _check_files(files, shelf) if files else _check_bundled(shelf)
    for problem in problems:
        print(problem)
    passed = "Every pack passes." if files else "Every article, every pack, every film and every price passes."
    print(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}." if problems else passed)
    return 1 if problems else 0


def _check_bundled(shelf: Shelf) -> list[str]:
    packs, wrong = read_packs(PACKS, known_to_packs(shelf.articles))
    problems = [problem for name, error in wrong.items() for problem in error.of(name)]
    found = [*check_folder(), *problems, *check_packs(packs, shelf.articles)]
    return [*found, *check_catalog(read_catalog()), *check_prices()]


def _check_files(files: Iterable[str], shelf: Shelf) -> list[str]:
    problems: list[str] = []
    for path in map(Path, files):
        try:
            read_pack_file(path, known_to_packs(shelf.articles))
        except AuthorError as error:
            problems += error.of(path)
    return problems
