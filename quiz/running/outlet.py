"""What a game needs from above: somewhere to be shown. The cog implements it with Discord, tests with a list."""

from dataclasses import dataclass
from typing import Protocol

from .session import GameSession


class OutletGone(Exception):
    """The channel no longer exists."""


class OutletForbidden(Exception):
    """Nothing can be sent there: a permission is missing, or Discord can't be reached."""


class MessageGone(Exception):
    """The message to be changed was deleted."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that was sent: its id, and when Discord made it (Unix seconds on Discord's clock)."""

    id: int
    at: float


class Outlet(Protocol):
    """Shows a game in its channel. `post` and `update` may raise `OutletGone` or `OutletForbidden`."""

    async def post(self, session: GameSession) -> Posted:
        """Send a new message that shows the game as it is now."""
        ...

    async def update(self, session: GameSession) -> None:
        """Change the message that shows the game. Raises `MessageGone` when it was deleted."""
        ...

    async def tell_paused(self, session: GameSession) -> None:
        """Tell the person who started the game that it had to be paused."""
        ...
