"""People's own image classifiers: a folder with ``NAME.toml`` (a small card), ``NAME.onnx`` and a file of labels.

A model file may come from anywhere: it is measured, checked for references to other files, opened without any library
of custom operators, and run on one gray picture before it is offered. Each thing that can be wrong is one sentence;
``docs/own-models.md`` tells how to make such a folder.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from ...author_errors import FILE_NAME, ONE_LINE, AuthorError, Form, sentences
from ...text_files import decode, parse_toml
from ..cards import Id, ImageCard, ImageInput, Sentence
from ..runtime import Float32, Session, open_session
from ..tasks.image_classification import ImageClassifier, tensor_shape

if TYPE_CHECKING:
    import onnx

MAX_CARD_BYTES = 64 * 1024
MAX_LABELS_BYTES = 4 * 1024 * 1024
MAX_MODEL_BYTES = 300 * 1024 * 1024
MAX_LABEL_LENGTH = 100
GRAY = 128
# How far scores may be from adding up to one.
SUM_TOLERANCE = 0.02


class OwnModelError(Exception):
    """What is wrong with an own model, as one sentence."""


class _OwnCard(Form):
    title: Annotated[str, Field(min_length=1, max_length=60, pattern=ONE_LINE)]
    labels: Annotated[str, Field(pattern=FILE_NAME, max_length=255)]
    output: Literal["logits", "scores"]
    input: ImageInput
    summary: Sentence = "A model that the people who run this bot added."
    licence: Annotated[str, Field(max_length=100)] = "not stated"
    credit: Sentence = "not stated"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the model file says: how many numbers its weights have, and how precise they are."""

    parameters: int
    precision: Literal["fp32", "fp16", "int8"]


def find_cards(folder: Path) -> list[Path]:
    """Return the cards in ``folder`` by name; raises :class:`OwnModelError` when there is no such folder."""
    if not folder.is_dir():
        raise OwnModelError(f"The folder of own models, {folder}, does not exist.")
    return sorted(folder.glob("*.toml"))


def open_own_model(path: Path) -> ImageClassifier:
    """Return the model whose card is at ``path``, ready to use; raises :class:`OwnModelError`."""
    try:
        return _open(path)
    except OSError as error:
        raise OwnModelError(f"{error.filename or path}: {error.strerror or error}.") from error


def _open(path: Path) -> ImageClassifier:
    own = _read_card(path)
    labels = _read_labels(path.with_name(own.labels))
    model_path = path.with_suffix(".onnx")
    data = _read(model_path, MAX_MODEL_BYTES)
    facts = _look_into(model_path.name, data)
    card = ImageCard(
        id=_id_of(path),
        task="image-classification",
        title=own.title,
        summary=own.summary,
        licence=own.licence,
        credit=own.credit,
        input=own.input,
        output=own.output,
        parameters=facts.parameters,
        precision=facts.precision,
        file_bytes=len(data),
    )
    with _runtime_errors(f"{model_path.name} can't be opened by the runtime"):
        session = open_session(model_path)
    _check_input(model_path.name, session, card)
    _try_out(model_path.name, session, card, len(labels))
    return ImageClassifier(card, session, labels)


def _id_of(path: Path) -> str:
    try:
        return TypeAdapter[str](Id).validate_python(path.stem)
    except ValidationError:
        raise OwnModelError(
            f"{path.name}: rename it; a card's name has small letters, digits, dots and hyphens, at most 40."
        ) from None


def _read(path: Path, limit: int) -> bytes:
    if not path.is_file():
        raise OwnModelError(f"{path.name} is missing in {path.parent}.")
    if path.stat().st_size > limit:
        raise OwnModelError(f"{path.name} is larger than {limit / 1024**2:g} MB.")
    return path.read_bytes()


def _read_card(path: Path) -> _OwnCard:
    try:
        return _OwnCard.model_validate(parse_toml(decode(_read(path, MAX_CARD_BYTES))))
    except AuthorError as error:
        raise OwnModelError(f"{path.name}: {error.problems[0]}") from None
    except ValidationError as error:
        raise OwnModelError(f"{path.name}: {sentences(error)[0]}") from None


def _read_labels(path: Path) -> list[str]:
    try:
        text = decode(_read(path, MAX_LABELS_BYTES), MAX_LABELS_BYTES)
    except AuthorError as error:
        raise OwnModelError(f"{path.name}: {error.problems[0]}") from None
    labels = [line.strip() for line in text.splitlines() if line.strip()]
    # Teachable Machine puts each label's number before it.
    if all(re.match(rf"{number} +\S", label) for number, label in enumerate(labels)):
        labels = [label.split(maxsplit=1)[1] for label in labels]
    if len(set(labels)) < 2:
        raise OwnModelError(f"{path.name} needs at least two different labels, one per line.")
    if odd := next((label for label in labels if not label.isprintable()), None):
        raise OwnModelError(f"{path.name}: a label has a character that can't be shown: {odd[:40]!r}.")
    if too_long := next((label for label in labels if len(label) > MAX_LABEL_LENGTH), None):
        raise OwnModelError(f"{path.name}: a label is longer than {MAX_LABEL_LENGTH} letters: {too_long[:40]}…")
    return labels


def _look_into(name: str, data: bytes) -> _Facts:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(data)
    except DecodeError:
        model = onnx.ModelProto()
    if not model.graph.node:
        raise OwnModelError(f"{name} is not an ONNX model.")
    parameters, types = 0, set[int]()
    for tensor in _walk(model.graph):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            raise OwnModelError(f"{name} keeps weights in another file: save it as one file.")
        size = int(np.prod(tensor.dims))
        parameters += size
        # Scalars and shapes say nothing about the precision of the weights.
        types |= {tensor.data_type} if len(tensor.dims) > 1 else set()
    if types & {onnx.TensorProto.INT8, onnx.TensorProto.UINT8}:
        precision = "int8"
    else:
        precision = "fp16" if onnx.TensorProto.FLOAT16 in types else "fp32"
    return _Facts(max(parameters, 1), precision)


def _walk(graph: "onnx.GraphProto") -> "Iterator[onnx.TensorProto]":
    """Yield every tensor in ``graph`` and the graphs inside it."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from attribute.tensors
            if attribute.HasField("t"):
                yield attribute.t
            for inner in (attribute.g, *attribute.graphs):
                yield from _walk(inner)


@contextmanager
def _runtime_errors(what: str) -> Generator[None]:
    try:
        yield
    except Exception as error:  # onnxruntime's exceptions share no base class
        raise OwnModelError(f"{what}: {str(error).splitlines()[0][:200]}") from error


def _check_input(name: str, session: Session, card: ImageCard) -> None:
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise OwnModelError(f"{name} takes {len(inputs)} inputs: it must take one picture.")
    if inputs[0].type != "tensor(float)":
        raise OwnModelError(f"{name} takes {inputs[0].type}: it must take float32; export it in floating point.")
    shape, wanted = list(inputs[0].shape), tensor_shape(card)
    if not _fits(shape, wanted):
        raise OwnModelError(
            f"{name} takes {_show(shape)}, but its card makes {_show(wanted)}: set size and layout under [input]."
        )


def _fits(shape: list[int | str | None], wanted: tuple[int, ...]) -> bool:
    # Sizes that are left open have a name or none.
    return len(shape) == len(wanted) and all(
        not isinstance(have, int) or have == want for have, want in zip(shape, wanted, strict=True)
    )


def _show(shape: list[int | str | None] | tuple[int, ...]) -> str:
    return "×".join(str(side) if isinstance(side, int) else "?" for side in shape)


def _try_out(name: str, session: Session, card: ImageCard, labels: int) -> None:
    gray = np.full(tensor_shape(card), GRAY, np.float32)
    with _runtime_errors(f"{name} fails on a plain gray picture"):
        output: Float32 = session.run(None, {session.get_inputs()[0].name: gray})[0]
    if output.shape != (1, labels):
        raise OwnModelError(
            f"{name} gives {_show(output.shape)} numbers, but its file of labels has {labels}: they must match."
        )
    if not np.isfinite(output).all():
        raise OwnModelError(f"{name} returns numbers that aren't finite, even for a plain gray picture.")
    total = float(output.sum())
    if card.output == "scores" and (output.min() < -SUM_TOLERANCE or abs(total - 1) > SUM_TOLERANCE):
        raise OwnModelError(f'{name} gives no scores (they add up to {total:.2f}): write output = "logits".')
