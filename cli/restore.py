"""`restore`: put a backup in the place of what the bot stores."""

import argparse
from pathlib import Path

from ..settings import Settings
from ..store import backup
from .preparing import exit_status

HELP = "restore a backup; stop the bot first"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE", help="a file that `backup` wrote")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    return restore(settings, Path(chosen.file))


@exit_status
def restore(settings: Settings, source: Path) -> None:
    """Restore the backup `source`, and say where what it replaced is kept."""
    kept = backup.restore(settings.data_dir, source)
    print(f"{source} is restored. The next start brings it up to date.")
    if kept:
        print(f"What it replaced is in {kept}: delete that when all is well.")
