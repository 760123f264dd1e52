"""`/label` without Discord: fetch the picture, one hop to the engine, one plain result."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ..models.cards import ImageCard
from ..models.engine import Engine
from ..models.errors import InferenceError, ModelUnavailable
from ..models.examples import Example
from ..models.fair_queue import FairQueue
from ..models.owner import current_owner
from ..models.registry import Registry
from ..models.runtime import Fingerprint
from ..models.tasks.image_classification import Classification, ImageClassifier
from ..models.tasks.pictures import MAX_BYTES
from ..models.trace import Stage
from .downloads import DownloadError, Downloads
from .drawing import label as drawing
from .recent import Recent

MAX_PICTURES = 4
# By default, how many pictures are fetched or run at the same time: at 10 MB each, this bounds the memory.
IN_PROGRESS = 8
# About how long a picture takes, in seconds; it only matters for when to try again.
USUAL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Attached:
    """An attached picture, not fetched yet. `size` is what the sender declared, in bytes."""

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
class Labeled:
    """One picture with its `result`, or the `error` in its place.

    `heat_map` is a PNG of where the model looked, if it was asked for and the model tells.
    """

    name: str
    picture: Picture | None = None
    result: Classification | None = None
    heat_map: bytes | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class LabelAnswer:
    """The labels of all pictures of one request; `left_out` counts those beyond the first four."""

    owner: int
    labeled: tuple[Labeled, ...]
    left_out: int = 0

    @property
    def size(self) -> int:
        """How many bytes this answer keeps in memory."""
        return sum(
            len(one.picture.data) + one.result.square.nbytes + len(one.heat_map or b"")
            for one in self.labeled
            if one.picture and one.result
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """One more run of the same picture, with the model's fingerprint just before and just after it."""

    picture: Picture
    result: Classification
    before: Fingerprint
    after: Fingerprint

    @property
    def nothing_learned(self) -> bool:
        """Whether the fingerprint is the same, bit for bit, after the run."""
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Compared:
    """One model's result for a picture that several models classify."""

    card: ImageCard
    result: Classification | None
    error: InferenceError | None = None


class LabelFeature:
    """Labels pictures with the registry's models, on the engine's threads. `recent` keeps answers for their buttons."""

    def __init__(
        self,
        engine: Engine,
        registry: Registry,
        downloads: Downloads,
        *,
        queue_size: int = 32,
        in_progress: int = IN_PROGRESS,
        remember: float = 900.0,
    ) -> None:
        """Let `queue_size` pictures wait, not fetched yet, while `in_progress` others are; `remember` is in seconds."""
        self.recent = Recent[LabelAnswer]("picture", remember)
        self._engine = engine
        self._registry = registry
        self._downloads = downloads
        # A picture waits here before anything is fetched.
        self._admission = FairQueue(in_progress, queue_size)

    async def label(
        self, owner: int, sources: Sequence[Attached | Example], model: str | None = None, *, heat_maps: bool = False
    ) -> LabelAnswer:
        """Label the first four of `sources`; a single one's error is raised, others' errors replace their results.

        Raises `ModelUnavailable`, and for a single source `ImageRejected`, `DownloadError` or the engine's errors.
        """
        classifier = await self.open(model)
        chosen = sources[:MAX_PICTURES]
        labeled = await asyncio.gather(*(self._label_one(source, classifier, draws=heat_maps) for source in chosen))
        if len(labeled) == 1 and labeled[0].error:
            raise labeled[0].error
        return LabelAnswer(owner, tuple(labeled), left_out=len(sources) - len(chosen))

    async def _label_one(self, source: Attached | Example, classifier: ImageClassifier, *, draws: bool) -> Labeled:
        name = source.title if isinstance(source, Example) else source.name
        try:
            async with self._admission.turn(current_owner(), USUAL_SECONDS):
                picture = await self._fetch(source)
                result, heat_map = await self._engine.run(_classify, classifier, picture.data, draws=draws)
        except (InferenceError, DownloadError) as error:
            return Labeled(name, error=error)
        self._engine.observe(result.trace)
        return Labeled(name, picture, result, heat_map)

    async def open(self, model: str | None) -> ImageClassifier:
        """Return a model, opened on first use. Raises `ModelUnavailable` or the engine's errors."""
        try:
            return self._registry.classifier(model)
        except ModelUnavailable:  # perhaps it just hasn't been opened yet
            return await self._engine.run(self._registry.open, model)

    def place_of(self, person: int) -> int:
        """Return the position in the queue of a person's first picture that waits; 0 if none does."""
        return self._admission.place_of(person) or self._engine.place_of(person)

    async def _fetch(self, source: Attached | Example) -> Picture:
        started = time.perf_counter()
        if isinstance(source, Example):
            data = await asyncio.to_thread(source.read)
            stage = _stage("read", started, "bundled example", data)
            return Picture(source.title, data, stage, example=source)
        data = await self._downloads.fetch(source.url, declared=source.size, limit=MAX_BYTES)
        return Picture(source.name, data, _stage("download", started, "attachment", data))

    async def heat_map(self, result: Classification) -> bytes:
        """Return a PNG of where the model looked, for a picture labeled without one. Raises the engine's errors."""
        return await self._engine.run(drawing.draw, result)

    async def steps(self, picture: Picture, model: str | None) -> Steps:
        """Run the picture once more, fingerprinting the model just before and just after, in one hop.

        Raises `ModelUnavailable`, `ImageRejected` or the engine's errors.
        """
        before, result, after = await self._engine.run(_proven, await self.open(model), picture.data)
        return Steps(picture, result, before, after)

    async def compare(self, picture: Picture, models: Sequence[str]) -> tuple[Compared, ...]:
        """Run the picture through each of `models`, one after the other, so that their times are comparable."""
        return tuple([await self._compare_one(picture, model) for model in models])

    async def _compare_one(self, picture: Picture, model: str) -> Compared:
        card = self._registry.cards[model]
        try:
            result = await self._engine.run((await self.open(model)).classify, picture.data)
        except InferenceError as error:
            return Compared(card, None, error)
        self._engine.observe(result.trace)
        return Compared(card, result)


def _classify(classifier: ImageClassifier, data: bytes, *, draws: bool) -> tuple[Classification, bytes | None]:
    """Do all of one picture's work in one hop, the heat map included."""
    result = classifier.classify(data)
    return result, drawing.draw(result) if draws and result.activation is not None else None


def _proven(classifier: ImageClassifier, data: bytes) -> tuple[Fingerprint, Classification, Fingerprint]:
    before = classifier.fingerprint()
    result = classifier.classify(data)
    return before, result, classifier.fingerprint()


def _stage(name: str, started: float, source: str, data: bytes) -> Stage:
    milliseconds = (time.perf_counter() - started) * 1000
    return Stage(name=name, milliseconds=milliseconds, input=source, output=f"{len(data):,} bytes")
