"""`/isit` without Discord: classify a situation, and train the classifier again in front of people.

The classifier is our own, in numpy, so its actual weights can be fingerprinted: they stay the same when it answers, and
change when it is trained.
"""

import hashlib
import json
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..knowledge.situations import VERDICTS, Situation, Verdict, make_framed, read_situations
from ..models.engine import Engine
from ..models.errors import ModelUnavailable
from ..models.fair_queue import FairQueue, Share
from ..models.owner import current_owner
from ..models.registry import Registry
from ..models.tasks import situation_classifier as classifier
from ..models.tasks.situation_classifier import FRAMED, Numbers, Trained, Training, Weights
from ..models.trace import Tensor, Trace
from .drawing import isit as drawing
from .recent import Recent

HOME = Path(__file__).parents[1] / "models" / "trained" / "isit"
MAX_SITUATION = 500
NEAREST = 3
TINY = 1e-6
# One training at a time, in hops of a few steps each, so that everyone else's work fits in between.
STEPS_PER_HOP = 5
MOST_WAITING = 16
SHARE = Share(person=1, server=12, served=1)
USUAL_SECONDS = 3.0


class NoSituation(Exception):
    """There are no words to classify."""


@dataclass(frozen=True, slots=True)
class Near:
    """A labeled situation and how near it is: the cosine in the classifier's space, -1 to 1."""

    situation: Situation
    cosine: float


@dataclass(frozen=True, slots=True)
class IsItAnswer:
    """The verdict on a situation with its score, and each verdict's score (0 to 1, adding up to 1).

    `nearest` are the three nearest labeled situations; `reason` is from the nearest one with the same verdict.
    `before` and `after` are the SHA-256 of the classifier's weights.
    """

    situation: str
    verdict: Verdict
    score: float
    scores: tuple[float, ...]
    nearest: tuple[Near, ...]
    reason: str
    tokens: tuple[str, ...]
    trace: Trace
    before: str
    after: str
    weights: int

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        return 4096 + 64 * len(self.tokens)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training run: its examples, its time, the loss after each step, and the weights' SHA-256 before and after.

    `chart` is the loss curve as a PNG.
    """

    examples: int
    seconds: float
    losses: tuple[float, ...]
    before: str
    after: str
    weights: int
    chart: bytes


@dataclass(frozen=True, slots=True)
class TrainingLog:
    """What the training of the weights in use recorded."""

    written: int
    framed: int
    seconds: float

    @property
    def examples(self) -> int:
        """The number of examples the weights were trained on."""
        return self.written + self.framed


def fingerprint(weights: Weights) -> str:
    """Return the SHA-256 of all weights, in hex."""
    return hashlib.sha256(weights.slopes.tobytes() + weights.biases.tobytes()).hexdigest()


class IsItFeature:
    """Classifies situations with the weights in `home`; everything is opened on first use."""

    def __init__(
        self,
        engine: Engine,
        registry: Registry,
        remember: float = 900.0,
        home: Path = HOME,
        *,
        training: Engine | None = None,
    ) -> None:
        """Train on the threads of `training`, by default on those of `engine`, like everything else."""
        self.recent = Recent[IsItAnswer]("situation", remember)
        self._engine = engine
        self._training = training or engine
        self._trainings = FairQueue(1, MOST_WAITING, SHARE)
        self._registry = registry
        self._home = home
        self._opening = threading.Lock()
        self._trained: Trained | None = None

    @cached_property
    def log(self) -> TrainingLog:
        """The log of the training. Reads a small file."""
        read: dict[str, Any] = json.loads((self._home / "log.json").read_text("utf-8"))
        return TrainingLog(read["written"], read["framed"], read["seconds"])

    @cached_property
    def situations(self) -> list[Situation]:
        """The situations written one by one. Reads files: blocks."""
        return read_situations()

    async def classify(self, situation: str) -> IsItAnswer:
        """Return the verdict on `situation`, in one hop to the engine.

        Raises `NoSituation`, `ModelUnavailable` or the engine's errors.
        """
        answer = await self._engine.run(self.classify_here, situation)
        self._engine.observe(answer.trace)
        return answer

    async def train_again(self) -> TrainingRun:
        """Train new weights on the same examples; the ones in use stay. Raises like `classify`."""
        async with self._trainings.turn(current_owner(), USUAL_SECONDS):
            training, taken = await self._training.run(self._begin_training), 0.0
            while not training.done:
                taken += await self._training.run(_make_steps, training, STEPS_PER_HOP)
            return await self._training.run(_describe, training, taken)

    def place_of(self, person: int) -> int:
        """Return the position of a person's training in the queue; 0 while there's none or it's under way."""
        return self._trainings.place_of(person)

    def classify_here(self, situation: str) -> IsItAnswer:
        """Do what `classify` does on this thread; blocks for a few milliseconds."""
        text = classifier.unwrap(situation[:MAX_SITUATION])
        if not any(letter.isalnum() for letter in text):
            raise NoSituation
        trained, reader = self._open(), self._registry.encoder()
        before = fingerprint(trained.weights)
        trace = Trace()
        with trace.stage("model") as stage:
            levels = reader.levels(text)
            stage.input, stage.output = f"{len(levels.tokens)} tokens", str(Tensor.of(levels.numbers))
        with trace.stage("space") as stage:
            numbers = trained.space.read(levels.numbers[None], [text])
            stage.input = str(Tensor.of(levels.numbers))
            stage.output = f"{numbers.directions.shape[1]} directions, {len(numbers.words)} words"
        with trace.stage("verdict") as stage:
            scores = trained.weights.scores(numbers)[0]
            best, score = classifier.decide(scores)
            stage.input, stage.output = f"{trained.weights.count:,} weights", str(Tensor.of(scores))
        with trace.stage("nearest") as stage:
            order, cosines = self._compare(trained, numbers)
            stage.input, stage.output = f"{len(self.situations):,} examples", f"{NEAREST} examples"
        nearest = tuple(Near(self.situations[i], float(cosines[i])) for i in order[:NEAREST])
        same = next(i for i in order if self.situations[i].verdict == VERDICTS[best])
        return IsItAnswer(
            situation=" ".join(situation[:MAX_SITUATION].split()),
            verdict=VERDICTS[best],
            score=score,
            scores=tuple(float(one) for one in scores),
            nearest=nearest,
            reason=self.situations[same].reason,
            tokens=levels.tokens,
            trace=trace,
            before=before,
            after=fingerprint(trained.weights),
            weights=trained.weights.count,
        )

    def _compare(self, trained: Trained, numbers: Numbers) -> tuple[list[int], classifier.Float32]:
        """Return the indices of the written situations, nearest first, and the cosine of each."""
        places, place = trained.examples[: len(self.situations)], numbers.directions[0]
        lengths = np.linalg.norm(places, axis=1) * np.linalg.norm(place)
        cosines = (places @ place / np.maximum(lengths, TINY)).astype(np.float32)
        return np.argsort(-cosines).tolist(), cosines

    def train(self) -> TrainingRun:
        """Train a classifier from zeros on this thread; blocks for up to a few seconds."""
        training = self._begin_training()
        return _describe(training, _make_steps(training, classifier.STEPS))

    def _begin_training(self) -> Training:
        trained = self._open()
        examples = [*self.situations, *make_framed()]
        labels = np.array([VERDICTS.index(one.verdict) for one in examples])
        counts = np.where(np.arange(len(examples)) < len(self.situations), 1, FRAMED).astype(np.float32)
        return Training(trained.space.beside(trained.examples, [one.text for one in examples]), labels, counts)

    def _open(self) -> Trained:
        with self._opening:
            if self._trained is None:
                try:
                    self._trained = classifier.load(self._home / "weights.npz")
                except (OSError, ValueError, KeyError) as error:
                    reason = "Its file is damaged: reinstall Inferbot."
                    raise ModelUnavailable("isit", reason) from error
            return self._trained


def _make_steps(training: Training, steps: int) -> float:
    """Make a few steps, and return the seconds they took."""
    started = time.perf_counter()
    for _ in range(steps):
        if not training.done:
            training.step()
    return time.perf_counter() - started


def _describe(training: Training, seconds: float) -> TrainingRun:
    new = training.weights
    zeros = Weights(np.zeros_like(new.slopes), np.zeros_like(new.biases))
    losses = tuple(training.losses)
    chart = drawing.draw(losses)
    return TrainingRun(training.examples, seconds, losses, fingerprint(zeros), fingerprint(new), new.count, chart)
