"""What sub-commands share: opening models and an engine, fetching what's missing, turning errors into exit statuses."""

import asyncio
import math
import subprocess
import sys
from collections.abc import Callable, Coroutine, Generator, Iterable, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from ..features.background_index import BackgroundIndex
from ..features.decency import is_decent
from ..features.missing_weights import fetch_all
from ..features.wording import readable
from ..models.children import environment
from ..models.engine import Engine
from ..models.errors import ModelUnavailable, TextRejected, WeightsError
from ..models.registry import Registry
from ..models.weights.cache import Cache
from ..settings import Settings
from ..store.errors import StoreError
from .output import progress_bars

FETCH = [sys.executable, "-m", "inferbot.bot", "models", "fetch"]
"""The command that fetches every missing model with progress bars, in this Python."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a sub-command makes its feature of. What `closing` holds is closed last to first."""

    settings: Settings
    registry: Registry
    engine: Engine
    closing: AsyncExitStack
    runner: asyncio.Runner

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a feature's coroutine to its end. Between calls no loop runs, so Ctrl-C also stops a wait for input."""
        return self.runner.run(coroutine)

    def fetch(self, ids: Iterable[str]) -> None:
        """Fetch the models among `ids` that are missing, if the settings allow it. Raise the first `WeightsError`."""
        if self.settings.fetch_weights:
            fetch(self.settings, self.registry, set(ids))


@contextmanager
def opened(settings: Settings, workers: int = 1) -> Generator[Opened]:
    """Open an engine and the registry, with nothing loaded yet, and close them after the body."""
    with asyncio.Runner() as runner:
        closing = AsyncExitStack()
        # No one else waits for these threads, so a job may take as long as it takes.
        engine = Engine(workers=workers, deadline=math.inf)
        closing.push_async_callback(engine.close)
        try:
            yield Opened(settings, open_registry(settings), engine, closing, runner)
        finally:
            runner.run(closing.aclose())


def open_registry(settings: Settings) -> Registry:
    """Return the registry of the settings' cache and own models, with nothing loaded yet."""
    return Registry(Cache(settings.cache_dir), settings.own_models, settings.default_model, fits=is_decent)


def fetch(settings: Settings, registry: Registry, ids: set[str] | None = None) -> None:
    """Fetch the missing models, or those among `ids`, with progress bars. Raise the first `WeightsError` at the end."""
    if missing := registry.missing(ids):
        with progress_bars() as note:
            fetch_all(missing, Cache(settings.cache_dir), note)


def fetch_first(settings: Settings) -> Settings:
    """Fetch missing weights before the bot starts; if that fails, say so and start without them.

    A child process does it, so that the memory conversion needs is given back.
    """
    if not settings.fetch_weights or not open_registry(settings).missing():
        return settings
    print("Fetching the models' weights, once.", file=sys.stderr)
    variables = environment(INFERBOT_CACHE_DIR=str(settings.cache_dir))
    if subprocess.run(FETCH, check=False, env=variables).returncode == 0:  # noqa: S603 - our own command
        return settings
    print("Starting without them. Features that need a missing model will say so.", file=sys.stderr)
    return settings.model_copy(update={"fetch_weights": False})


def open_index(index: BackgroundIndex[Any], name: str) -> None:
    """Open an index of embeddings, with a progress bar if it has to be built."""
    if not index.load():
        with progress_bars() as note:
            index.refresh(lambda done, total: note(name, "index", done, total))


def inputs(words: Sequence[str]) -> Iterable[str]:
    """Return the one text in `words`, or without any, each line of standard input that isn't blank."""
    lines = (readable(line).strip() for line in sys.stdin)
    return [readable(" ".join(words))] if words else (line for line in lines if line)


def exit_status(work: Callable[P, None]) -> Callable[P, int]:
    """Have `work` return an exit status: 0, 1 if a model or the store isn't available, or 2 if a text was rejected."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            work(*args, **kwargs)
        except (TextRejected, ModelUnavailable, WeightsError, StoreError) as error:
            print(error, *getattr(error, "__notes__", ()), file=sys.stderr)
            return 2 if isinstance(error, TextRejected) else 1
        return 0

    return run
