"""What sub-commands do before their work: find the models, fetch what is missing, show how far it is."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ..features.background_index import BackgroundIndex
from ..features.missing_weights import fetch_all
from ..models.cards import Card
from ..models.registry import Registry
from ..models.weights.cache import Cache
from ..settings import Settings


def open_registry(settings: Settings) -> Registry:
    """Return the registry of the settings' cache and own models; nothing is loaded yet."""
    return Registry(Cache(settings.cache_dir), settings.own_models, settings.default_model)


def fetch(cards: Sequence[Card], cache: Cache) -> None:
    """Fetch, verify and convert each model that is not ready, with a progress bar on standard error.

    One that fails does not keep the others from being fetched. Raises the first `WeightsError` at the end; its message
    is one sentence that says what to do.
    """
    with progress_bars() as note:
        fetch_all(cards, cache, note)


@contextmanager
def progress_bars() -> Generator[Callable[[str, str, int, int | None], None]]:
    """Show progress on standard error; what is yielded takes an id, a step, how much is done, and of how much."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[tuple[str, str], TaskID] = {}

        def note(card_id: str, step: str, done: int, total: int | None) -> None:
            task = tasks.get((card_id, step))
            if task is None:
                task = tasks[card_id, step] = progress.add_task(f"{card_id}: {step}", total=total)
            progress.update(task, completed=done, total=total)

        yield note


def open_index(index: BackgroundIndex[Any], name: str) -> None:
    """Open an index of embeddings, with a progress bar on standard error if it has to be built."""
    if index.load():
        return
    with progress_bars() as note:
        index.refresh(lambda done, total: note(name, "index", done, total))
