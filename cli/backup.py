"""`backup`: copy what the bot stores into one file, also while it runs."""

import argparse
import sys
from pathlib import Path

from ..settings import Settings
from ..store.backup import back_up
from ..store.errors import StoreError

HELP = "back up what is stored, also while the bot runs"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE", help="the file to write; it must not exist yet")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status: 1 if there is no backup."""
    target = Path(chosen.file)
    try:
        back_up(settings.data_dir, target)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{target} is a whole backup ({target.stat().st_size / 1e6:.1f} MB). It contains user IDs: keep it private.")
    return 0
