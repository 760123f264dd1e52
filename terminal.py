"""What Inferbot does in a terminal, without Discord: `label`, `ask`, `check` what is written, look after `models`."""

import json
import stat
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from .knowledge.articles import Shelf, read_shelf
from .knowledge.checks import check_folder
from .knowledge.pack_checks import check_packs
from .knowledge.packs import PACKS, PackError, read_pack, read_packs
from .knowledge.rendering import plain_text
from .models.cards import Card, bundled_cards, sentence_card
from .models.engine import Engine
from .models.errors import InferenceError, ModelUnavailable, NotAnImage, TooManyBytes, WeightsError
from .models.examples import examples
from .models.image_classification import ImageClassifier, Label
from .models.pictures import MAX_BYTES
from .models.registry import Registry
from .models.weights import Cache
from .services.asking import Asker, Found, open_asker
from .settings import Settings

AHEAD = 4
"""How many files each worker may be ahead of the printing, so that thousands of files need little memory."""


def open_registry(settings: Settings) -> Registry:
    """Return the registry of the settings' cache and own models; nothing is loaded yet."""
    return Registry(Cache(settings.cache_dir), settings.own_models, settings.default_model)


def fetch(cards: Sequence[Card], cache: Cache) -> None:
    """Fetch, verify and convert each model that is not ready, with a progress bar on standard error.

    One that fails does not keep the others from being fetched. Raises the first `WeightsError` at the end; its message
    is one sentence that says what to do.
    """
    failed: list[WeightsError] = []
    with _progress_bars() as note:
        for card in cards:
            try:
                cache.prepare(card, note)
            except WeightsError as error:
                failed.append(error)
    if failed:
        raise failed[0]


@contextmanager
def _progress_bars() -> Generator[Callable[[str, str, int, int | None], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
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


def models_list(settings: Settings) -> int:
    """Print every model, whether it is ready, and where the cache is. Returns the exit status."""
    registry = open_registry(settings)
    registry.load()
    cache = Cache(settings.cache_dir)
    missing = {card.id for card in registry.missing()}
    table = Table(Column("id", no_wrap=True), "weights", "size", "licence", "ready")
    for card in (*registry.cards.values(), sentence_card()):
        ready = "no" if card.id in missing else "yes"
        table.add_row(
            card.id, f"{card.parameters / 1e6:.1f} million", f"{card.file_bytes / 1e6:.1f} MB", card.licence, ready
        )
    console = Console()
    console.print(table)
    if missing:
        console.print("`python bot.py models fetch` brings what is not ready.")
    console.print(f"Cache: {cache.path}", soft_wrap=True)
    for problem in registry.problems:
        print(problem, file=sys.stderr)
    return 0


def models_fetch(settings: Settings) -> int:
    """Fetch every bundled model that is not ready. Returns the exit status: 1 when one could not be had."""
    registry = open_registry(settings)
    try:
        fetch(registry.missing(), Cache(settings.cache_dir))
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    registry.load()
    _index(open_asker(settings.cache_dir, registry, Engine(workers=1)))
    print("All models are ready.")
    return 0


def models_verify(settings: Settings) -> int:
    """Check every fetched model against its recorded hash. Returns the exit status: 1 when one is damaged."""
    cache = Cache(settings.cache_dir)
    damaged = 0
    for card in (*bundled_cards().values(), sentence_card()):
        if not cache.is_ready(card):
            print(f"{card.id}: not fetched")
            continue
        try:
            cache.verify(card)
            print(f"{card.id}: intact")
        except WeightsError as error:
            damaged += 1
            print(f"{card.id}: {error}")
    return 1 if damaged else 0


def _index(asker: Asker) -> None:
    """Have the search by meaning ready, with a progress bar on standard error when its index is still to be made."""
    if asker.load():
        return
    with _progress_bars() as note:
        asker.refresh(lambda done, total: note("search", "index", done, total))


def ask(settings: Settings, questions: Iterable[str], *, as_json: bool) -> int:
    """Answer each question from the articles, in the order given. Returns the exit status, 0.

    With `as_json`, one line a question: `{"question", "slug", "score", "nearest", "ms"}`, where `slug` is null for a
    question that no article covers, and `nearest` are the three best slugs.
    """
    registry = open_registry(settings)
    if settings.fetch_weights:
        _fetch_encoder(registry, settings)
    registry.load_encoder()
    asker = open_asker(settings.cache_dir, registry, Engine(workers=1))
    _index(asker)
    asker.warm()
    for question in questions:
        found = asker.find(question)
        (_print_found_json if as_json else _print_found)(found)
    return 0


def _fetch_encoder(registry: Registry, settings: Settings) -> None:
    wanted = [card for card in registry.missing() if card.id == sentence_card().id]
    try:
        fetch(wanted, Cache(settings.cache_dir))
    except WeightsError as error:
        print(f"{error} Until then the search goes by words alone.", file=sys.stderr)


def _print_found_json(found: Found) -> None:
    line = {
        "question": found.question,
        "slug": found.article.slug if found.article else None,
        "score": round(found.score, 4),
        "nearest": [one.slug for one in found.nearest],
        "ms": round(found.trace.total_ms, 2),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _print_found(found: Found) -> None:
    if found.article is None:
        print("No article covers that. Nearest: " + ", ".join(one.title for one in found.nearest) + ".", flush=True)
        return
    print(f"{found.article.title}\n\n{plain_text(found.article.short)}\n", flush=True)


def check(files: Iterable[str] = ()) -> int:
    """Print what is wrong with the articles and packs, or with the packs in `files`, one sentence each.

    Returns the exit status: 1 when there is anything.
    """
    shelf = read_shelf()
    problems = _check_files(files, shelf) if files else [*check_folder(), *_check_bundled(shelf)]
    for problem in problems:
        print(problem)
    passed = "Every pack passes." if files else "Every article and every pack passes."
    print(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}." if problems else passed)
    return 1 if problems else 0


def _check_bundled(shelf: Shelf) -> list[str]:
    packs, problems = read_packs(PACKS, articles=shelf.articles, examples=examples())
    return [*problems, *check_packs(packs, shelf.articles)]


def _check_files(files: Iterable[str], shelf: Shelf) -> list[str]:
    problems: list[str] = []
    for path in map(Path, files):
        try:
            read_pack(path.read_bytes(), path.stem, articles=shelf.articles, examples=examples())
        except OSError as error:
            problems.append(f"{path}: the file can't be read ({error.strerror}).")
        except PackError as error:
            problems += [f"{path}: {problem}" for problem in error.problems]
    return problems


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
