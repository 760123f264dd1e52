"""Labelling pictures: fetch, one hop to the engine, one plain result. Knows nothing of Discord."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ..models.cards import ImageCard
from ..models.engine import Engine
from ..models.errors import EngineBusy, InferenceError, ModelUnavailable
from ..models.examples import Example
from ..models.registry import Registry
from ..models.runtime import Fingerprint
from ..models.tasks.image_classification import Classification, ImageClassifier
from ..models.tasks.pictures import MAX_BYTES
from ..models.trace import Stage
from .downloads import DownloadError, Downloads

MAX_PICTURES = 4
# How many pictures are fetched or looked at at the same time: at 10 MB each, what bounds the memory.
IN_HAND = 8


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture that somebody attached, not fetched yet. `size` is what the sender declared, in bytes."""

    name: str
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes, and the stage that fetched them."""

    name: str
    data: bytes
    download: Stage
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """What became of one picture: its `result`, or the `error` that took its place."""

    name: str
    picture: Picture | None
    result: Classification | None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The labels for all pictures of one request; `left_out` counts those beyond the first four."""

    owner: int
    labelled: tuple[Labelled, ...]
    left_out: int = 0

    @property
    def size(self) -> int:
        """Bytes that this answer keeps in memory."""
        return sum(
            len(one.picture.data) + one.result.square.nbytes for one in self.labelled if one.picture and one.result
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """One more run of the same picture, with the weights' fingerprint from just before and just after it."""

    picture: Picture
    result: Classification
    before: Fingerprint
    after: Fingerprint

    @property
    def nothing_learned(self) -> bool:
        """Whether the weights are the same, bit for bit, after the run."""
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Compared:
    """One model's turn at a picture that several models look at."""

    card: ImageCard
    result: Classification | None
    error: InferenceError | None = None


class LabelFeature:
    """Answers "what is in this picture?" with the registry's models, on the engine's threads."""

    def __init__(self, engine: Engine, registry: Registry, downloads: Downloads, *, queue_size: int = 32) -> None:
        """Let `queue_size` pictures wait, before they are fetched, while others are in hand."""
        self._engine = engine
        self._registry = registry
        self._downloads = downloads
        self._queue_size = queue_size
        self._waiting = 0
        self._in_hand = asyncio.Semaphore(IN_HAND)

    async def label(self, owner: int, sources: Sequence[Attached | Example], model: str | None = None) -> Answer:
        """Label the first four of `sources`; with a single one, its error is raised, else it takes the result's place.

        Raises `ModelUnavailable`, and for a single source `ImageRejected`, `DownloadError` or the engine's errors.
        """
        classifier = await self._open(model)
        chosen = sources[:MAX_PICTURES]
        labelled = await asyncio.gather(*(self._label_one(source, classifier) for source in chosen))
        if len(labelled) == 1 and labelled[0].error:
            raise labelled[0].error
        return Answer(owner, tuple(labelled), left_out=len(sources) - len(chosen))

    async def _label_one(self, source: Attached | Example, classifier: ImageClassifier) -> Labelled:
        name = source.title if isinstance(source, Example) else source.name
        try:
            async with self._admitted():
                picture = await self._fetch(source)
                result = await self._run(classifier, picture)
        except (InferenceError, DownloadError) as error:
            return Labelled(name, None, None, error)
        return Labelled(name, picture, result)

    async def _open(self, model: str | None) -> ImageClassifier:
        try:
            return self._registry.classifier(model)
        except ModelUnavailable:  # perhaps only because nobody has asked for it before
            return await self._engine.run(self._registry.open, model)

    @asynccontextmanager
    async def _admitted(self) -> AsyncGenerator[None]:
        """Wait for a turn before anything is fetched; raises `EngineBusy` at once when too many wait already."""
        if self._waiting >= self._queue_size:
            raise EngineBusy(self._engine.expected_wait(self._waiting))
        self._waiting += 1
        try:
            await self._in_hand.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._in_hand.release()

    async def _run(self, classifier: ImageClassifier, picture: Picture) -> Classification:
        result = await self._engine.run(classifier.classify, picture.data)
        self._engine.observe(result.trace)
        return result

    async def _fetch(self, source: Attached | Example) -> Picture:
        started = time.perf_counter()
        if isinstance(source, Example):
            data = await asyncio.to_thread(source.read)
            stage = _stage("read", started, "bundled example", data)
            return Picture(source.title, data, stage, example=source)
        data = await self._downloads.fetch(source.url, declared=source.size, limit=MAX_BYTES)
        return Picture(source.name, data, _stage("download", started, "attachment", data))

    async def fetch_example(self, example: Example) -> Picture:
        """Return a bundled example as a picture."""
        return await self._fetch(example)

    async def steps(self, picture: Picture, model: str | None) -> Steps:
        """Run the picture once more, fingerprinting the weights just before and just after, in one hop.

        Raises `ModelUnavailable`, `ImageRejected` or the engine's errors.
        """
        before, result, after = await self._engine.run(_proven, await self._open(model), picture.data)
        return Steps(picture, result, before, after)

    async def compare(self, picture: Picture, models: Sequence[str]) -> tuple[Compared, ...]:
        """Run the picture through each of `models`, one after the other so that their times can be compared."""
        return tuple([await self._compare_one(picture, model) for model in models])

    async def _compare_one(self, picture: Picture, model: str) -> Compared:
        card = self._registry.cards[model]
        try:
            return Compared(card, await self._run(await self._open(model), picture))
        except InferenceError as error:
            return Compared(card, None, error)


def _proven(classifier: ImageClassifier, data: bytes) -> tuple[Fingerprint, Classification, Fingerprint]:
    before = classifier.fingerprint()
    result = classifier.classify(data)
    return before, result, classifier.fingerprint()


def _stage(name: str, started: float, source: str, data: bytes) -> Stage:
    milliseconds = (time.perf_counter() - started) * 1000
    return Stage(name=name, milliseconds=milliseconds, input=source, output=f"{len(data):,} bytes")
