"""Keeping the message that shows a game in step with it, through whatever outlet there is."""

import logging

from ...store.store import Store
from . import saving
from .outlet import MessageGone, Outlet, OutletForbidden, OutletGone
from .session import GameSession

log = logging.getLogger(__name__)


class Screen:
    """Shows games through `outlet`, once there is one."""

    def __init__(self, store: Store) -> None:
        self.outlet: Outlet | None = None
        self._store = store

    async def post(self, session: GameSession) -> float:
        """Send a new message that shows the game; return when it appeared. Raises the outlet's errors."""
        if self.outlet is None:
            raise OutletForbidden
        posted = await self.outlet.post(session)
        session.message = posted.id
        return posted.at

    async def update(self, session: GameSession) -> None:
        """Change the message, or send a new one if there is none or it was deleted. Raises the outlet's errors."""
        if self.outlet is None:
            return
        if session.message is not None:
            try:
                await self.outlet.update(session)
            except MessageGone:
                log.info("a game's message was deleted", extra={"game": session.id})
            else:
                return
        await self.post(session)
        await saving.save(self._store, session)

    async def show_end(self, session: GameSession) -> None:
        """Post the end of a game, or close its lobby, if that is still possible."""
        try:
            if session.game.rounds:
                await self.post(session)
            else:
                await self.update(session)
        except (OutletGone, OutletForbidden):
            log.info("the end of a game could not be shown", extra={"game": session.id})

    async def tell_paused(self, session: GameSession) -> None:
        """Tell the person who started a game that it had to be paused."""
        if self.outlet is not None:
            await self.outlet.tell_paused(session)
