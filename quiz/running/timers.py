"""Running the steps of games in tasks of their own, now or later, and keeping count of them."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from ...models.owner import working_for
from .session import GameSession, Step

log = logging.getLogger(__name__)

# How long a step waits for an update of the counts that's under way, in seconds.
PATIENCE = 0.5


class Timers:
    """Runs steps of those `sessions`. One that fails is logged, once in a row, and `on_failure` is told."""

    def __init__(self, sessions: Mapping[int, GameSession], on_failure: Callable[[GameSession], None]) -> None:
        self._sessions = sessions
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
                if turn != session.turn or self._sessions.get(session.id) is not session:
                    return
                try:
                    await step(session)
                except Exception:
                    self._on_failure(session)
                    raise

        session.timer = loop.call_later(max(0.0, seconds), self.run, session, in_turn)

    def run(self, session: GameSession, step: Step) -> asyncio.Task[None]:
        """Take `step` now, in a task of its own; one that fails is logged."""
        task = asyncio.create_task(self._guarded(session, step))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, session: GameSession, step: Step) -> None:
        try:
            # What a game does by itself isn't the work of whoever started it.
            with working_for(None):
                await step(session)
        except Exception:
            level = logging.ERROR if session.failures <= 1 else logging.DEBUG
            log.log(level, "a step of a game failed", extra={"game": session.id}, exc_info=True)

    def refresh_after(self, session: GameSession, seconds: float, step: Step) -> None:
        """Take `step`, which updates the message's counts, beside the next one after `seconds`; plan only one."""

        def begin() -> None:
            session.refresh = None
            if session.refreshing is None or session.refreshing.done():
                session.refreshing = self.run(session, step)
            else:  # Discord makes the last one wait
                self.refresh_after(session, seconds, step)

        if session.refresh is None:
            session.refresh = asyncio.get_running_loop().call_later(seconds, begin)

    async def stop_refreshing(self, session: GameSession) -> None:
        """Cancel the update of the counts, so that it can't overwrite what is shown next."""
        if session.refresh is not None:
            session.refresh.cancel()
            session.refresh = None
        task, session.refreshing = session.refreshing, None
        if task is not None and task is not asyncio.current_task():
            await asyncio.wait({task}, timeout=PATIENCE)
            task.cancel()
            await asyncio.wait({task})

    async def close(self) -> None:
        """Cancel every step under way and wait for its end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
