"""`label`: print the top five labels of pictures."""

import argparse
import json
import stat
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from ..models.errors import InferenceError, ModelUnavailable, NotAnImage, TooManyBytes, WeightsError
from ..models.tasks.image_classification import ImageClassifier, Label
from ..models.tasks.pictures import MAX_BYTES
from ..models.weights.cache import Cache
from ..settings import Settings
from .commands import Commands
from .preparing import fetch, open_registry

AHEAD = 4
"""How many files each worker may be ahead of the printing, so that thousands of files need little memory."""


def add(commands: Commands) -> None:
    """Add the sub-command."""
    parser = commands.add_parser("label", help="print the top five labels of pictures")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--model", metavar="ID", help="the model to use (`models list` shows them)")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each file")
    parser.set_defaults(run=_run)


def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    return label(settings, chosen.files, chosen.model, as_json=chosen.json)


def label(settings: Settings, files: Iterable[str], model: str | None, *, as_json: bool) -> int:
    """Print the top five labels of each file, in the order given; a bad file gets its error and the rest go on.

    With `as_json`, one line a file: `{"file", "labels": [{"index", "name", "score"}], "ms", "error"}`. Returns the exit
    status: 0, or 1 when the model itself is not to be had.
    """
    try:
        classifier = _classifier(settings, model or settings.default_model)
    except ModelUnavailable as error:
        print(f"{error} `python bot.py models` shows which there are.", file=sys.stderr)
        return 1
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    show = _print_json if as_json else _print_plain
    for outcome in _label_all(classifier, files, settings.workers):
        show(outcome)
    return 0


def _classifier(settings: Settings, model: str) -> ImageClassifier:
    registry = open_registry(settings)
    wanted = [card for card in registry.missing() if card.id == model]
    if wanted and settings.fetch_weights:
        fetch(wanted, Cache(settings.cache_dir))
    registry.load()
    for problem in registry.problems:
        print(problem, file=sys.stderr)
    return registry.open(model)


@dataclass(frozen=True, slots=True)
class _Outcome:
    file: str
    labels: tuple[Label, ...]
    ms: float
    error: str | None


def _label_all(classifier: ImageClassifier, files: Iterable[str], workers: int) -> Iterator[_Outcome]:
    """Yield an outcome for each file, in order, with a few files in work at a time."""
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[_Outcome]] = deque()
        for file in files:
            ahead.append(pool.submit(_label_file, classifier, file))
            if len(ahead) >= AHEAD * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _label_file(classifier: ImageClassifier, file: str) -> _Outcome:
    started = time.perf_counter()
    try:
        result = classifier.classify(_read(Path(file)))
    except (InferenceError, OSError) as error:
        sentence = f"{error.strerror}." if isinstance(error, OSError) and error.strerror else str(error)
        return _Outcome(file, (), _elapsed(started), sentence)
    return _Outcome(file, result.labels, _elapsed(started), None)


def _read(path: Path) -> bytes:
    """Return the file's bytes; what is no plain file (a pipe, a device, a folder) could go on for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotAnImage
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooManyBytes(MAX_BYTES)
    return data


def _elapsed(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _shown(name: str) -> str:
    """Return a file's name with whatever a terminal would obey written out."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in name)


def _print_json(outcome: _Outcome) -> None:
    line = asdict(outcome) | {"ms": round(outcome.ms, 2)}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _print_plain(outcome: _Outcome) -> None:
    print(f"{_shown(outcome.file)} ({outcome.ms:.0f} ms)")
    if outcome.error:
        print(f"  {outcome.error}")
    for one in outcome.labels:
        print(f"  {one.score:6.1%}  {one.name}")
