"""Image classification: from the bytes of a picture to its five best labels, stage by stage."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from ..cards import ImageCard
from ..errors import ModelUnavailable
from ..trace import Tensor, Trace
from . import pictures

Float32 = npt.NDArray[np.float32]

TOP = 5
# Below both of these the best label is called a guess.
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
    """What a model said about one picture.

    ``labels`` are the best five (or fewer, where the model knows fewer), best first; labels of the same name are one,
    their scores added. ``margin`` is how far the best score lies above the second; ``unsure`` says that both are low.
    ``square`` is the uint8 [size, size, 3] RGB picture that the model saw, and ``activation`` a float32 [h, w] map from
    0 to 1 of where in it the evidence for the best label lies, None for a model that gives none.
    """

    card: ImageCard
    labels: tuple[Label, ...]
    margin: float
    unsure: bool
    trace: Trace
    square: npt.NDArray[np.uint8]
    activation: Float32 | None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A hash that stays the same, bit for bit, as long as nothing is learned; ``of`` says, for people, of what."""

    sha256: str
    of: str


class Session(Protocol):
    """The part of ``onnxruntime.InferenceSession`` that is used here (the original has no complete types)."""

    def run(self, output_names: list[str] | None, input_feed: dict[str, Float32]) -> list[Float32]:
        """Return the outputs of those names, or all."""
        ...

    def get_inputs(self) -> list[Any]:
        """Return the name, type and shape of each input."""
        ...

    def get_outputs(self) -> list[Any]:
        """Return the name, type and shape of each output."""
        ...


def open_session(model: Path | bytes) -> Session:
    """Return a session on an ONNX model: one thread, so that a box with two cores can run two side by side.

    A path is read and closed again, and takes less memory than bytes, which the session would keep. Opening holds
    Python's lock for a while: do it before connecting. Raises onnxruntime's exceptions.
    """
    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Errors come as exceptions; warnings are for those who make models.
    options.log_severity_level = 3
    # Processors without VNNI add pairs of 8-bit products in 16 bits, which overflows: an 8-bit EfficientNet-Lite0 then
    # agreed with the float32 one on 67 % of 192 crops, and with this exact mode, a little slower, on 89 %.
    options.add_session_config_entry("session.x64quantprecision", "1")
    return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


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
        with trace.stage("resize") as stage:
            stage.input = f"{photo.image.width}\N{MULTIPLICATION SIGN}{photo.image.height} pixels"
            square = pictures.cut_square(photo, self.card.input)
            stage.output = str(Tensor.of(square))
        with trace.stage("tensor") as stage:
            stage.input = str(Tensor.of(square))
            tensor = pictures.to_tensor(square, self.card.input)
            stage.output = str(Tensor.of(tensor))
        with trace.stage("model") as stage:
            stage.input = str(Tensor.of(tensor))
            output, activation = self._run(tensor)
            stage.output = str(Tensor.of(output))
        with trace.stage("softmax") as stage:
            stage.input = str(Tensor.of(output))
            scores = softmax(output[0]) if self.card.output == "logits" else output[0]
            stage.output = str(Tensor.of(scores))
        with trace.stage("labels") as stage:
            stage.input = f"{len(scores):,} scores"
            labels = self._best(scores)
            stage.output = f"the best {len(labels)}"
        margin = labels[0].score - labels[1].score
        unsure = labels[0].score < UNSURE_SCORE and margin < UNSURE_MARGIN
        return Classification(self.card, labels, margin, unsure, trace, square, activation)

    def _run(self, tensor: Float32) -> tuple[Float32, Float32 | None]:
        try:
            outputs = self._session.run(self._wanted, {self._input: tensor})
        except Exception as error:  # onnxruntime's exceptions share no base
            raise ModelUnavailable(self.card.id, "It failed on this picture.") from error
        if not np.isfinite(outputs[0]).all():
            raise ModelUnavailable(self.card.id, "It answered with numbers that are no scores.")
        return outputs[0], _scale(outputs[1][0]) if len(outputs) > 1 else None

    def _best(self, scores: Float32) -> tuple[Label, ...]:
        merged = np.maximum(scores, 0)
        for indices in self._same:
            best = max(indices, key=lambda index: scores[index])
            total = merged[indices].sum()
            merged[indices] = -1  # behind every score, so that the name stands in the list once
            merged[best] = total
        order = [int(index) for index in np.argsort(-merged, kind="stable")[:TOP] if merged[index] >= 0]
        return tuple(Label(index, self._names[index], float(merged[index])) for index in order)

    def fingerprint(self) -> Fingerprint:
        """Return a SHA-256 of every output, bit for bit, for one fixed input of random numbers. Takes one run.

        Hashing the weights themselves would say more, but the runtime does not show the ones it computes with: of 100
        weight tensors of EfficientNet-Lite0 shared with a session, it used 50 and had copied the others into a faster
        layout, without which it is three times slower. Making any one of the 100 half as large again did change these
        outputs, though.
        """
        probe = np.random.default_rng(0).standard_normal(tensor_shape(self.card), dtype=np.float32)
        outputs = self._session.run(None, {self._input: probe})
        digest = hashlib.sha256()
        for output in outputs:
            digest.update(output.tobytes())
        numbers = sum(output.size for output in outputs)
        return Fingerprint(
            digest.hexdigest(), f"the model's {numbers:,} exact outputs for one fixed input of random numbers"
        )


def tensor_shape(card: ImageCard) -> tuple[int, int, int, int]:
    """Return the shape of the model's input for one picture."""
    side = card.input.size
    return (1, 3, side, side) if card.input.layout == "NCHW" else (1, side, side, 3)


def softmax(logits: Float32) -> Float32:
    """Return ``logits`` as scores that add up to one."""
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def _scale(activation: Float32) -> Float32 | None:
    """Return the positive part of ``activation``, scaled to a maximum of one; None where that makes no map."""
    if activation.ndim != 2 or not activation.size:
        return None
    highest = activation.max()
    if not np.isfinite(activation).all() or highest <= 0:
        return None
    return (np.maximum(activation, 0) / highest).astype(np.float32)
