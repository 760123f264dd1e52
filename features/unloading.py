"""Close models that no one has used for a while, and give freed memory back to the system.

A closed model is opened again, in some tenths of a second, when it's needed.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from ..models.registry import Registry
from ..models.runtime import give_back_memory

log = logging.getLogger(__name__)

# The least time between two looks, in seconds.
PAUSE = 1.0


@asynccontextmanager
async def unloading(registry: Registry, idle: float) -> AsyncGenerator[None]:
    """Close the models of `registry` that weren't used for `idle` seconds, until the context is left."""
    task = asyncio.create_task(_unload(registry, idle), name="inferbot-unload-idle")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _unload(registry: Registry, idle: float) -> None:
    while True:
        await asyncio.sleep(max(idle / 4, PAUSE))
        closed = await asyncio.to_thread(registry.close_idle, idle)
        # Also without any: pictures, drawings and texts leave holes, too.
        await asyncio.to_thread(give_back_memory)
        if closed:
            log.info("closed idle models", extra={"models": ", ".join(closed)})
