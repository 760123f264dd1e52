"""What a game needs from above: somewhere to be shown. The cog implements it with Discord, tests with a list."""

from dataclasses import dataclass
from typing import Protocol

from .session import GameSession


class OutletError(Exception):
    """Base of everything that keeps a game from being shown."""


class OutletGone(OutletError):
    """The channel no longer exists, or we're no longer in its server."""


class OutletForbidden(OutletError):
    """We're missing a permission there."""


class OutletBlocked(OutletForbidden):
    """The server's AutoMod stopped the message."""


class OutletDown(OutletError):
    """It can't be shown right now: Discord is down, busy, or can't be reached. Try again."""


class MessageGone(OutletError):
    """The message can't be changed any more: it was deleted, or is in an archived thread. A new one can be sent."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that was sent: its id, and when Discord made it (Unix seconds on Discord's clock)."""

    id: int
    at: float


class Outlet(Protocol):
    """Shows a game in its channel. `post` and `update` may raise any `OutletError`, only `update` `MessageGone`."""

    async def post(self, session: GameSession, nonce: str) -> Posted:
        """Send a new message that shows the game as it is now.

        A message already sent with that nonce is returned instead: its answer got lost on the way.
        """
        ...

    async def update(self, session: GameSession) -> None:
        """Change the message that shows the game."""
        ...

    async def tell_paused(self, session: GameSession, refusal: OutletForbidden) -> None:
        """Tell the person who started the game why it had to be paused."""
        ...

    async def tell_unreadable(self, guild: int, channel: int) -> None:
        """Say in the channel that its game can't be resumed."""
        ...
