"""An index of embeddings that is opened from the cache, or built in the background and cached."""

import hashlib
import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from ..knowledge.search import npz
from ..knowledge.search.embedding import Embed, Progress
from ..knowledge.search.npz import Arrays
from ..models.errors import ModelUnavailable
from ..models.registry import Registry
from ..models.tasks.sentence_similarity import SentenceEncoder

log = logging.getLogger(__name__)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Corpus(Protocol[T_co]):
    """What an index is made of, and how."""

    def made_of(self) -> list[Any]:
        """Return everything that the index depends on but the model, as JSON can hold it."""
        ...

    def build(self, embed: Embed, progress: Progress) -> Arrays:
        """Return the arrays of a new index. Blocks for seconds."""
        ...

    def open(self, arrays: Arrays) -> T_co:
        """Return the index in the arrays that `build` made."""
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
        self._building = threading.Lock()
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
            arrays = npz.load(self._path(corpus, encoder))
            self.current = corpus.open(arrays) if arrays else None
        return self.current is not None

    def refresh(self, progress: Progress = lambda _done, _total: None) -> bool:
        """Open the index, building and caching it first if there is no fresh one; return whether it is open.

        Blocks, for seconds when it builds. Raises `StoppedError` after `stop`, and `ModelUnavailable` when the model
        fails.
        """
        # A second caller waits for the first, then finds the index open.
        with self._building:
            encoder = self.encoder()
            if encoder is not None and not self.load():
                self.current = self._build(encoder, progress)
            return self.current is not None

    def _build(self, encoder: SentenceEncoder, progress: Progress) -> T:
        def report(done: int, total: int) -> None:
            if self._stopped.is_set():
                raise StoppedError
            progress(done, total)

        corpus = self._corpus()
        arrays = corpus.build(encoder.embed, report)
        try:
            for old in self._folder.glob(f"{self._name}-*.npz"):
                old.unlink(missing_ok=True)
            npz.save(self._path(corpus, encoder), arrays)
        except OSError as error:
            log.warning("the index couldn't be cached", extra={"index": self._name, "reason": str(error)})
        return corpus.open(arrays)

    def stop(self) -> None:
        """Make a `refresh` in another thread end soon."""
        self._stopped.set()

    def _path(self, corpus: Corpus[T], encoder: SentenceEncoder) -> Path:
        card = encoder.card
        made_of = [card.model_dump_json(), card.source and card.source.file_sha256, corpus.made_of()]
        key = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
        return self._folder / f"{self._name}-{key[:32]}.npz"
