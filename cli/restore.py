"""`restore`: put a backup in the place of what the bot stores."""

import argparse
import sys
from pathlib import Path

from ..settings import Settings
from ..store.backup import restore
from ..store.errors import StoreError

HELP = "restore a backup; stop the bot first"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE", help="a file that `backup` wrote")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status: 1 if nothing was restored."""
    try:
        kept = restore(settings.data_dir, Path(chosen.file))
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{chosen.file} is restored. The next start brings it up to date.")
    if kept:
        print(f"What it replaced is in {kept}: delete that when all is well.")
    return 0
