"""Long work tells where it is, in few edits and never after it is done; until then its asker can cancel it."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

# Seconds between two edits of a message: Discord limits them. Work that is done sooner says nothing.
PAUSE = 1.5


@asynccontextmanager
async def told(edit: Callable[[str], Awaitable[None]], state: Callable[[], str]) -> AsyncGenerator[None]:
    """Call `edit` with what `state` returns, where that is new and not empty, at most every 1.5 seconds."""

    async def tell() -> None:
        shown = ""
        while True:
            await asyncio.sleep(PAUSE)
            if (text := state()) and text != shown:
                shown = text
                await edit(text)

    task = asyncio.create_task(tell(), name="inferbot-progress")
    try:
        yield
    finally:
        # An edit under way must be over before the answer takes its place.
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Cancellable:
    """Work under way, by the key in its Cancel button, and whose it is."""

    def __init__(self) -> None:
        self._work: dict[str, tuple[int, asyncio.Task[Any]]] = {}

    @contextmanager
    def offered(self, person: int, task: asyncio.Task[Any]) -> Generator[str]:
        """Let `person` cancel `task` during the body, with the key that is yielded."""
        key = secrets.token_urlsafe(8)
        self._work[key] = (person, task)
        try:
            yield key
        finally:
            del self._work[key]

    def cancel(self, key: str, person: int) -> bool:
        """Cancel that work; return whether it's still there to be cancelled, and this person's."""
        owner, task = self._work.get(key, (None, None))
        return task is not None and owner == person and task.cancel()
