"""Keeping the message that shows a game in step with it, through whatever outlet there is."""

import hashlib
import logging

from ...store.store import Store
from . import saving
from .outlet import MessageGone, Outlet, OutletDown, OutletForbidden
from .session import GameSession

log = logging.getLogger(__name__)

# Discord's limit, in characters.
NONCE = 25


class Screen:
    """Shows games through `outlet`. Raises `OutletDown` while there is none, else the outlet's errors."""

    def __init__(self, store: Store) -> None:
        self.outlet: Outlet | None = None
        self._store = store

    def _outlet(self) -> Outlet:
        if self.outlet is None:
            raise OutletDown
        return self.outlet

    async def post(self, session: GameSession, *, instead_of: int | None = None) -> float:
        """Send a new message that shows the game; return when it appeared."""
        posted = await self._outlet().post(session, nonce_of(session, instead_of))
        session.message = posted.id
        return posted.at

    async def refresh(self, session: GameSession) -> None:
        """Change the message. Raises `MessageGone` when it can't be changed any more."""
        await self._outlet().update(session)

    async def update(self, session: GameSession) -> None:
        """Change the message, or send a new one if there is none or it can't be changed any more."""
        if session.message is not None:
            try:
                await self.refresh(session)
            except MessageGone:
                log.info("a game's message is gone", extra={"game": session.id})
            else:
                return
        await self.post(session, instead_of=session.message)
        await saving.save(self._store, session)

    async def show_end(self, session: GameSession) -> None:
        """Post the end of a game, or close its lobby."""
        if session.game.rounds:
            await self.post(session)
        elif session.message is not None:
            await self.refresh(session)

    async def tell_paused(self, session: GameSession, refusal: OutletForbidden) -> None:
        """Tell the person who started the game why it had to be paused."""
        await self._outlet().tell_paused(session, refusal)

    async def tell_unreadable(self, guild: int, channel: int) -> None:
        """Say in a channel that its game can't be resumed."""
        await self._outlet().tell_unreadable(guild, channel)


def nonce_of(session: GameSession, instead_of: int | None) -> str:
    """Return a nonce for the message that shows the game in this round and phase, in place of a message that is gone.

    It's the same whenever that message is sent again, even after a restart, so that it never appears twice.
    """
    what = f"{session.record.seed} {len(session.game.rounds)} {session.game.phase} {instead_of}"
    return hashlib.sha256(what.encode()).hexdigest()[:NONCE]
