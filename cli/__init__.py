"""What Inferbot does in a terminal, without Discord: one file a sub-command.

Each has an `add` that tells the command line of it, and sets `run`: settings and parsed arguments in, exit status out.
"""

from . import ask, check, complete, isit, label, models, translate
from .commands import Commands

COMMANDS = (models, label, ask, translate, complete, isit, check)


def add_commands(commands: Commands) -> None:
    """Add every sub-command to the parser's `commands`."""
    for one in COMMANDS:
        one.add(commands)
