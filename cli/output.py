"""What sub-commands print: a result per line, as JSON or as text, and progress bars."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID


def show(result: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """Print a result: as one line of JSON, or as `text`. Flush, so that a program reading it gets it at once."""
    print(json.dumps(result, ensure_ascii=False) if as_json else text, flush=True)


def printable(text: str) -> str:
    """Return `text` with control characters escaped, so that a terminal doesn't obey them."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


@contextmanager
def progress_bars() -> Generator[Callable[[str, str, int, int | None], None]]:
    """Show progress bars on standard error. Yield a function of an id, a step, the amount done and the total."""
    with Progress(console=Console(stderr=True)) as progress:
        tasks: dict[tuple[str, str], TaskID] = {}

        def note(card_id: str, step: str, done: int, total: int | None) -> None:
            task = tasks.get((card_id, step))
            if task is None:
                task = tasks[card_id, step] = progress.add_task(f"{card_id}: {step}", total=total)
            progress.update(task, completed=done, total=total)

        yield note
