"""`label`: print the top five labels of pictures."""

import argparse
import asyncio
import sys
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ..features.downloads import DownloadError, FileDownloads
from ..features.label import Attached, LabelFeature
from ..models.errors import COMMAND, InferenceError, ModelUnavailable
from ..settings import Settings
from .output import printable, show
from .preparing import exit_status, opened

# How many files per worker may wait to be printed, so that thousands of files need little memory.
AHEAD = 4

HELP = "print the top five labels of pictures"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--model", metavar="ID", help="the model to use (`models list` shows them)")
    parser.add_argument("--json", action="store_true", help="one line of JSON per file")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    return label(settings, chosen.files, chosen.model, as_json=chosen.json)


@exit_status
def label(settings: Settings, files: Iterable[str], model: str | None, *, as_json: bool) -> None:
    """Print the top five labels of each file, in the order given. A bad file gets its error and the rest continue.

    With `as_json`, one line per file: `{"file", "labels": [{"index", "name", "score"}], "ms", "error"}`.
    """
    model = model or settings.default_model
    with opened(settings, settings.workers) as tools:
        tools.fetch([model])
        tools.registry.load()
        for problem in tools.registry.problems:
            print(problem, file=sys.stderr)
        feature = LabelFeature(tools.engine, tools.registry, FileDownloads(), in_progress=settings.workers)
        try:
            tools.wait(feature.open(model))
        except ModelUnavailable as error:
            error.add_note(f"`{COMMAND} models` shows which there are.")
            raise
        tools.wait(_show_all(feature, files, model, settings.workers, as_json=as_json))


async def _show_all(feature: LabelFeature, files: Iterable[str], model: str, workers: int, *, as_json: bool) -> None:
    """Label a few files at a time, and show their results in order."""
    turns = asyncio.Semaphore(workers)
    pending = deque[asyncio.Task[dict[str, Any]]]()
    for file in files:
        pending.append(asyncio.create_task(_label_one(feature, file, model, turns)))
        if len(pending) >= AHEAD * workers:
            _show(await pending.popleft(), as_json=as_json)
    while pending:
        _show(await pending.popleft(), as_json=as_json)


async def _label_one(feature: LabelFeature, file: str, model: str, turns: asyncio.Semaphore) -> dict[str, Any]:
    labels, sentence = list[dict[str, Any]](), None
    async with turns:
        started = time.perf_counter()
        try:
            answer = await feature.label(0, [Attached(file, file, 0)], model)
            labels = [asdict(label) for one in answer.labeled if one.result for label in one.result.labels]
        except (InferenceError, DownloadError) as error:
            sentence = str(error)
        ms = (time.perf_counter() - started) * 1000
    return {"file": file, "labels": labels, "ms": round(ms, 2), "error": sentence}


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    lines = [f"{printable(result['file'])} ({result['ms']:.0f} ms)"]
    lines += [f"  {result['error']}"] if result["error"] else []
    lines += [f"  {one['score']:6.1%}  {one['name']}" for one in result["labels"]]
    show(result, "\n".join(lines), as_json=as_json)
