"""Fetching missing weights in a child process, so that neither its memory nor its work weighs on the bot."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from ..models.cards import Card
from ..models.registry import Registry
from .memory import give_back_memory

log = logging.getLogger(__name__)

FETCH = [sys.executable, "-m", "inferbot.bot", "models", "fetch"]
"""The command that fetches, verifies and converts every missing model, with this very Python."""


class Indexed(Protocol):
    """Something that answers from an index of embeddings."""

    def refresh(self) -> bool:
        """Open the index, built first where there is none; return whether it is open. Blocks."""
        ...

    def stop(self) -> None:
        """Have a `refresh` that runs in another thread end soon."""


@asynccontextmanager
async def catching_up(
    registry: Registry, indexed: Sequence[Indexed], cache_dir: Path, missing: Sequence[Card]
) -> AsyncGenerator[None]:
    """Fetch `missing` weights in the background, then make each index of `indexed`; leaving the context ends both."""
    task = asyncio.create_task(_catch_up(registry, indexed, cache_dir, missing), name="inferbot-catch-up")
    try:
        yield
    finally:
        for one in indexed:
            one.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _catch_up(registry: Registry, indexed: Sequence[Indexed], cache_dir: Path, missing: Sequence[Card]) -> None:
    if missing:
        await _fetch(registry, cache_dir, missing)
    if all([await asyncio.to_thread(one.refresh) for one in indexed]):
        log.info("the search by meaning is ready")
    give_back_memory()


async def _fetch(registry: Registry, cache_dir: Path, missing: Sequence[Card]) -> None:
    names = ", ".join(card.id for card in missing)
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
    await asyncio.to_thread(registry.load)
    if not child.returncode:
        log.info("weights are ready", extra={"models": names})
