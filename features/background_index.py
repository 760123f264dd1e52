"""An index of embeddings that is opened from the cache, or built in the background and cached."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from ..knowledge.search.embedding import Embed, Progress
from ..models.errors import ModelUnavailable
from ..models.registry import Registry
from ..models.tasks.sentence_similarity import SentenceEncoder

log = logging.getLogger(__name__)


class Savable(Protocol):
    """An index that can be written to a file."""

    def save(self, path: Path) -> None:
        """Write it to `path`, whole or not at all. Raises `OSError`."""


T = TypeVar("T", bound=Savable)
T_co = TypeVar("T_co", bound=Savable, covariant=True)


class Corpus(Protocol[T_co]):
    """What an index is made of."""

    def key(self, model: str) -> str:
        """Return a hash of all that an index is made of; `model` names the model, its file and its settings."""
        ...

    def build(self, embed: Embed, progress: Progress) -> T_co:
        """Return a new index. Blocks for seconds."""
        ...

    def load(self, path: Path) -> T_co | None:
        """Return the index at `path`, or None if it can't be read or doesn't fit. Blocks."""
        ...


class StoppedError(Exception):
    """Building the index was stopped midway."""


class BackgroundIndex(Generic[T]):
    """The index of what `corpus` returns, kept in `folder` as `name`-….npz; `current` is None until it is open."""

    def __init__(self, registry: Registry, folder: Path, name: str, corpus: Callable[[], Corpus[T]]) -> None:
        self.current: T | None = None
        self._registry = registry
        self._folder = folder
        self._name = name
        self._corpus = corpus
        self._stopped = threading.Event()

    def encoder(self) -> SentenceEncoder | None:
        """Return the model that embeds texts, or None while it isn't available."""
        try:
            return self._registry.encoder()
        except ModelUnavailable:
            return None

    def load(self) -> bool:
        """Open the index if the model is ready and a fresh index is cached; return whether it is open. Blocks."""
        if self.current is None and (encoder := self.encoder()):
            corpus = self._corpus()
            self.current = corpus.load(self._path(corpus, encoder))
        return self.current is not None

    def refresh(self, progress: Progress = lambda _done, _total: None) -> bool:
        """Open the index, building and caching it first if there is no fresh one; return whether it is open.

        Blocks, for seconds when it builds. Raises `StoppedError` after `stop`, and `ModelUnavailable` when the model
        fails.
        """
        encoder = self.encoder()
        if encoder is None or self.load():
            return self.current is not None

        def report(done: int, total: int) -> None:
            if self._stopped.is_set():
                raise StoppedError
            progress(done, total)

        corpus = self._corpus()
        built = corpus.build(encoder.embed, report)
        try:
            for old in self._folder.glob(f"{self._name}-*.npz"):
                old.unlink(missing_ok=True)
            built.save(self._path(corpus, encoder))
        except OSError as error:
            log.warning("the index couldn't be cached", extra={"index": self._name, "reason": str(error)})
        self.current = built
        return True

    def stop(self) -> None:
        """Make a `refresh` in another thread end soon."""
        self._stopped.set()

    def _path(self, corpus: Corpus[T], encoder: SentenceEncoder) -> Path:
        model = f"{encoder.card.model_dump_json()} {encoder.card.source and encoder.card.source.file_sha256}"
        return self._folder / f"{self._name}-{corpus.key(model)[:32]}.npz"
