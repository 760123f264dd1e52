"""What a sub-command needs of the command line."""

import argparse
from typing import Protocol


class Commands(Protocol):
    """The place where sub-commands are added to a parser."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """Return a parser for the sub-command `name`."""
        ...
