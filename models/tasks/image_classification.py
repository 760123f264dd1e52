"""Image classification: from the bytes of a picture to its top five labels, stage by stage."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..cards import ImageCard
from ..runtime import Fingerprint, Float32, Session, check_finite, model_errors, softmax
from ..trace import Tensor, Trace
from . import pictures

TOP = 5
# Below both of these, the best label is called a guess.
UNSURE_SCORE = 0.6
UNSURE_MARGIN = 0.15


@dataclass(frozen=True, slots=True)
class Label:
    """One answer of the model: its index among the model's outputs, its name, and its score from 0 to 1."""

    index: int
    name: str
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """A model's answer to one picture.

    ``labels`` are the top five (or all, where the model has fewer), best first; labels of the same name are merged,
    their scores added. ``margin`` is the best score minus the second; ``unsure`` is set when both are low.
    ``square`` is the uint8 [size, size, 3] RGB picture that the model saw, and ``activation`` a float32 [h, w] map from
    0 to 1 of where in it the evidence for the best label is, None for a model that has none. ``cut`` tells whether the
    file lacked its end.
    """

    card: ImageCard
    labels: tuple[Label, ...]
    margin: float
    unsure: bool
    trace: Trace
    square: npt.NDArray[np.uint8]
    activation: Float32 | None
    cut: bool = False


class ImageClassifier:
    """One open model. Any number of threads may use it at the same time."""

    def __init__(self, card: ImageCard, session: Session, names: Sequence[str]) -> None:
        self.card = card
        self._session = session
        self._names = tuple(names)
        self._input = str(session.get_inputs()[0].name)
        outputs = [str(output.name) for output in session.get_outputs()]
        self._wanted = [outputs[0], *(name for name in outputs[1:] if name == "activation")]
        by_name: defaultdict[str, list[int]] = defaultdict(list)
        for index, name in enumerate(self._names):
            by_name[name].append(index)
        self._same = [indices for indices in by_name.values() if len(indices) > 1]

    def classify(self, data: bytes) -> Classification:
        """Return what the model says about the picture in ``data``. Blocks: call it on a worker thread.

        Raises :class:`~.errors.ImageRejected`, or :class:`~.errors.ModelUnavailable` when the model itself fails.
        """
        trace = Trace()
        with trace.stage("decode") as stage:
            photo = pictures.decode(data, self.card.input.size)
            stage.input = f"{photo.format}, {len(data):,} bytes"
            stage.output = f"{photo.size[0]}\N{MULTIPLICATION SIGN}{photo.size[1]} pixels"
        pixels = f"{photo.image.width}\N{MULTIPLICATION SIGN}{photo.image.height} pixels"
        with trace.stage("resize", pixels) as stage:
            square = pictures.cut_square(photo, self.card.input)
            stage.output = str(Tensor.of(square))
        with trace.stage("tensor", Tensor.of(square)) as stage:
            tensor = pictures.to_tensor(square, self.card.input)
            stage.output = str(Tensor.of(tensor))
        with trace.stage("model", Tensor.of(tensor)) as stage:
            output, activation = self._run(tensor)
            stage.output = str(Tensor.of(output))
        with trace.stage("softmax", Tensor.of(output)) as stage:
            scores = softmax(output[0]) if self.card.output == "logits" else output[0]
            stage.output = str(Tensor.of(scores))
        with trace.stage("labels", f"{len(scores):,} scores") as stage:
            labels = self._best(scores)
            stage.output = f"the best {len(labels)}"
        margin = labels[0].score - labels[1].score
        unsure = labels[0].score < UNSURE_SCORE and margin < UNSURE_MARGIN
        return Classification(self.card, labels, margin, unsure, trace, square, activation, photo.cut)

    def _run(self, tensor: Float32) -> tuple[Float32, Float32 | None]:
        with model_errors(self.card.id, "It failed on this picture."):
            outputs: list[Float32] = self._session.run(self._wanted, {self._input: tensor})
        check_finite(self.card.id, outputs[0])
        return outputs[0], _scale(outputs[1][0]) if len(outputs) > 1 else None

    def _best(self, scores: Float32) -> tuple[Label, ...]:
        merged = np.maximum(scores, 0)
        for indices in self._same:
            best = max(indices, key=lambda index: scores[index])
            total = merged[indices].sum()
            merged[indices] = -1  # below every score, so that the name is listed once
            merged[best] = total
        order = [int(index) for index in np.argsort(-merged, kind="stable")[:TOP] if merged[index] >= 0]
        return tuple(Label(index, self._names[index], float(merged[index])) for index in order)

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the model's outputs for one fixed input of random numbers. Takes one run."""
        probe = np.random.default_rng(0).standard_normal(tensor_shape(self.card), dtype=np.float32)
        outputs = self._session.run(None, {self._input: probe})
        return Fingerprint.of_outputs(outputs, "one fixed input of random numbers")


def tensor_shape(card: ImageCard) -> tuple[int, int, int, int]:
    """Return the shape of the model's input for one picture."""
    side = card.input.size
    return (1, 3, side, side) if card.input.layout == "NCHW" else (1, side, side, 3)


def _scale(activation: Float32) -> Float32 | None:
    """Return the positive part of ``activation``, scaled to a maximum of one; None where that makes no map."""
    if activation.ndim != 2 or not activation.size:
        return None
    highest = activation.max()
    if not np.isfinite(activation).all() or highest <= 0:
        return None
    return (np.maximum(activation, 0) / highest).astype(np.float32)
