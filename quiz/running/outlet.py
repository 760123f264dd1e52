"""What a game needs from the outside: somewhere to be shown. The cog fills it with Discord, tests with a list."""

from dataclasses import dataclass
from typing import Protocol

from .session import GameSession


class OutletGone(Exception):
    """The channel is no longer there."""


class OutletForbidden(Exception):
    """Nothing may be sent there any more, or it does not arrive."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that was sent: its id, and when Discord made it (Unix seconds on Discord's clock)."""

    id: int
    at: float


class Outlet(Protocol):
    """Shows a game in its channel. Each may raise `OutletGone` or `OutletForbidden`.

    Whatever changes the message that is shown posts a new one in its place when that has been deleted.
    """

    async def post(self, table: GameSession) -> Posted:
        """Send a new message that shows the table as it stands."""
        ...

    async def update(self, table: GameSession) -> None:
        """Change the message that shows the table."""
        ...

    async def trouble(self, table: GameSession) -> None:
        """Tell whoever started the game that it had to be paused."""
        ...
