"""Fetching missing weights in a child process, so that neither its memory nor its work weighs on the bot."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from ..models.registry import Registry
from .memory import give_back_memory

log = logging.getLogger(__name__)

FETCH = [sys.executable, "-m", "inferbot.bot", "models", "fetch"]
"""The command that fetches, verifies and converts every missing model, with this very Python."""


@asynccontextmanager
async def fetching(registry: Registry, cache_dir: Path) -> AsyncGenerator[None]:
    """Fetch what `registry` misses in the background; leaving the context ends the fetch."""
    task = asyncio.create_task(_fetch(registry, cache_dir), name="inferbot-fetch-weights")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _fetch(registry: Registry, cache_dir: Path) -> None:
    names = ", ".join(card.id for card in registry.missing())
    log.info("fetching weights", extra={"models": names})
    child = await asyncio.create_subprocess_exec(
        *FETCH,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"INFERBOT_CACHE_DIR": str(cache_dir)},
    )
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        child.terminate()
        await child.wait()
        raise
    if child.returncode:
        log.error("weights could not be fetched", extra={"reason": said.decode(errors="replace").strip()[-500:]})
        return
    await asyncio.to_thread(registry.load)
    give_back_memory()
    log.info("weights are ready", extra={"models": names})
