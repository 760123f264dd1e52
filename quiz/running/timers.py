"""Running the steps of games in tasks of their own, now or later, and keeping count of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ...models.owner import working_for
from .session import GameSession

log = logging.getLogger(__name__)

Step = Callable[[GameSession], Awaitable[None]]


class Timers:
    """Runs steps; one that fails is logged, and `on_failure` is called for its session."""

    def __init__(self, on_failure: Step) -> None:
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[None]] = set()

    def after(self, session: GameSession, seconds: float, step: Step, *, at_most: bool = False) -> None:
        """Take `step` as the session's next one after `seconds`, under its lock; `at_most` keeps an earlier one."""
        loop = asyncio.get_running_loop()
        if at_most and session.timer is not None and session.timer.when() <= loop.time() + seconds:
            return
        session.stop_timer()
        turn = session.turn

        async def in_turn(session: GameSession) -> None:
            async with session.lock:
                if turn == session.turn:
                    await step(session)

        session.timer = loop.call_later(max(0.0, seconds), self.run, session, in_turn)

    def refresh_after(self, session: GameSession, seconds: float, step: Step) -> None:
        """Take `step` beside the next one after `seconds`, unless that is planned already."""
        if session.refresh is None:
            session.refresh = asyncio.get_running_loop().call_later(seconds, self.run, session, step)

    def run(self, session: GameSession, step: Step) -> None:
        """Take `step` now, in a task of its own."""
        task = asyncio.ensure_future(self._guarded(session, step))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, session: GameSession, step: Step) -> None:
        try:
            # What a game does by itself isn't the work of whoever started it.
            with working_for(None):
                await step(session)
        except Exception:
            log.exception("a step of a game failed", extra={"game": session.id})
            await self._on_failure(session)

    async def close(self) -> None:
        """Cancel every step under way and wait for its end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
