"""`backup`: copy what the bot stores into one file, also while it runs."""

import argparse
from pathlib import Path

from ..settings import Settings
from ..store.backup import back_up
from .preparing import exit_status

HELP = "back up what is stored, also while the bot runs"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE", help="the file to write; it must not exist yet")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    return backup(settings, Path(chosen.file))


@exit_status
def backup(settings: Settings, target: Path) -> None:
    """Write a backup of the data folder to `target`, and say how large it is."""
    back_up(settings.data_dir, target)
    print(f"{target} is a whole backup ({target.stat().st_size / 1e6:.1f} MB). It contains user IDs: keep it private.")
