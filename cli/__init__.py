"""Inferbot in a terminal, without Discord: one file per sub-command.

Each has `HELP`, `add_options`, and `run`: settings and parsed arguments in, exit status out.
"""

import argparse
from typing import Protocol

from . import ask, backup, check, complete, isit, label, models, restore, translate

COMMANDS = (models, label, ask, translate, complete, isit, check, backup, restore)


class Commands(Protocol):
    """The part of argparse that adds sub-commands to a parser."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """Return a parser for the sub-command `name`."""
        ...


def add_commands(commands: Commands) -> None:
    """Add every sub-command to the parser's `commands`."""
    for module in COMMANDS:
        parser = commands.add_parser(module.__name__.rpartition(".")[2], help=module.HELP)
        module.add_options(parser)
        parser.set_defaults(run=module.run)
