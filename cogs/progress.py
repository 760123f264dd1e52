"""Long work tells how far it is: from any thread, in few edits, and never after it is done."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

# Seconds between two edits of a message: Discord limits them.
PAUSE = 1.5

Note = Callable[[int, int], None]


@asynccontextmanager
async def progress(edit: Callable[[int, int], Awaitable[None]]) -> AsyncGenerator[Note]:
    """Give a function that notes how much of how much is done; `edit` shows the latest, at most every 1.5 seconds."""
    latest: list[tuple[int, int]] = []

    def note(done: int, total: int) -> None:
        latest[:] = [(done, total)]

    async def show() -> None:
        while True:
            await asyncio.sleep(PAUSE)
            if latest:
                await edit(*latest.pop())

    task = asyncio.create_task(show(), name="inferbot-progress")
    try:
        yield note
    finally:
        # An edit under way must be over before the answer takes its place.
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
