"""Fetch missing and damaged weights in a child process, so that neither its memory nor its work slows the bot down.

Run as a module, this is that child.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ..models.cards import Card
from ..models.children import environment
from ..models.errors import WeightsError
from ..models.registry import Registry
from ..models.runtime import give_back_memory
from ..models.weights.cache import Cache, Progress
from ..settings import load_settings
from .background_index import BackgroundIndex

log = logging.getLogger(__name__)

FETCH = [sys.executable, "-m", __name__]
"""The command that fetches, verifies and converts every missing model, in this Python; it needs no extra."""

# The least time, in seconds, between two repairs: without a network, each fails.
REPAIR_PAUSE = 60.0


@asynccontextmanager
async def catching_up(
    registry: Registry,
    indexes: Sequence[BackgroundIndex[Any]],
    cache_dir: Path,
    missing: Sequence[Card],
    *,
    repairs: bool,
) -> AsyncGenerator[None]:
    """Fetch `missing` weights in the background, then build each of `indexes`; leaving the context ends both.

    With `repairs`, weights that turn out to be damaged or gone when someone asks for their model are fetched again.
    """
    wanted = asyncio.Event()
    if repairs:
        registry.repair = partial(asyncio.get_running_loop().call_soon_threadsafe, wanted.set)
    task = asyncio.create_task(_catch_up(registry, indexes, cache_dir, missing, wanted), name="inferbot-catch-up")
    try:
        yield
    finally:
        registry.repair = None
        for one in indexes:
            one.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _catch_up(
    registry: Registry,
    indexes: Sequence[BackgroundIndex[Any]],
    cache_dir: Path,
    missing: Sequence[Card],
    wanted: asyncio.Event,
) -> None:
    if missing:
        await _fetch(registry, cache_dir, missing)
    if indexes and all([await asyncio.to_thread(one.refresh) for one in indexes]):
        log.info("the search by meaning is ready")
    give_back_memory()
    wanted.clear()  # what was missing has just been tried
    while await wanted.wait():
        await _fetch(registry, cache_dir, await asyncio.to_thread(registry.missing))
        give_back_memory()
        await asyncio.sleep(REPAIR_PAUSE)
        wanted.clear()


async def _fetch(registry: Registry, cache_dir: Path, missing: Sequence[Card]) -> None:
    names = ", ".join(card.id for card in missing)
    log.info("fetching weights", extra={"models": names})
    child = await asyncio.create_subprocess_exec(
        *FETCH,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment(INFERBOT_CACHE_DIR=str(cache_dir)),
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


def _silent(_card: str, _step: str, _done: int, _total: int | None) -> None:
    """Show no progress."""


def fetch_all(cards: Sequence[Card], cache: Cache, progress: Progress = _silent) -> None:
    """Fetch, verify and convert each model that isn't ready. Raise the first `WeightsError` after trying them all."""
    failed: list[WeightsError] = []
    for card in cards:
        try:
            cache.prepare(card, progress)
        except WeightsError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def main() -> int:
    """Fetch what is missing. Return the exit status; the reason for a failure goes to standard error."""
    settings = load_settings()
    cache = Cache(settings.cache_dir)
    try:
        fetch_all(Registry(cache, settings.own_models, settings.default_model).missing(), cache)
    except WeightsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the parent logs it
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
