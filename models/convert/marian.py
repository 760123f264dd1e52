"""Read the weights of translation models: Marian's binary files, and the `.npz` files of our own training.

Marian's version 1 (https://github.com/marian-nmt/marian-dev, `src/common/binary.cpp`), little-endian throughout:
the version and the number of tensors as u64; for each tensor the lengths of its name, its shape and its data, and its
type, as u64; all names, each ended by a zero; all shapes, as int32; a u64 with the length of a gap, and the gap; all
data. An intgemm8 matrix is its int8 values and one float32 multiplier after them: real = int8 / multiplier.

A file isn't trusted: every length in it is checked before it is used, and what doesn't fit is a `WeightsError`.
"""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import WeightsError
from ..runtime import Float32

VERSION = 1
MAX_TENSORS = 4096
MAX_NAME = 256
MAX_SIDES = 4
MAX_BYTES = 1 << 30
FLOAT32, INT8, INTGEMM8 = 0x0404, 0x0101, 0x4101
# The embeddings: the one matrix that is stored row by row, while all others are transposed.
EMBEDDINGS = "Wemb"
# Scales for activations, measured in advance: ours are computed as they come.
ACTIVATION = "_QuantMultA"
SCALE = ".scale"


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """8-bit weights: ``values``, int8 [inputs, outputs] or, for embeddings, [tokens, width], times ``scale``."""

    values: npt.NDArray[np.int8]
    scale: np.float32


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A model's 8-bit matrices, and its float32 [n] biases and norms, by Marian's names."""

    matrices: Mapping[str, Matrix]
    vectors: Mapping[str, Float32]

    @property
    def tokens(self) -> int:
        """The size of the vocabulary."""
        return len(self.matrices[EMBEDDINGS].values) if EMBEDDINGS in self.matrices else 0


class _Reader:
    """Reads a file from its beginning, never beyond its end."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    def take(self, length: int) -> memoryview:
        if length > len(self._data) - self._at:
            raise WeightsError("The Marian file ends too early.")
        self._at += length
        return self._data[self._at - length : self._at]

    def numbers(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}Q", self.take(8 * count))

    def at_end(self) -> bool:
        return self._at == len(self._data)


def read_marian(data: bytes) -> Weights:
    """Return the weights in a Marian file. Raises :class:`WeightsError` when it isn't a whole one."""
    reader = _Reader(data)
    version, count = reader.numbers(2)
    if version != VERSION or count > MAX_TENSORS:
        raise WeightsError("The weights aren't a Marian file of version 1.")
    heads = [_checked(*reader.numbers(4)) for _ in range(count)]
    names = [_name(reader.take(head.name)) for head in heads]
    shapes = [struct.unpack(f"<{head.sides}i", reader.take(4 * head.sides)) for head in heads]
    reader.take(*reader.numbers(1))
    matrices: dict[str, Matrix] = {}
    vectors: dict[str, Float32] = {}
    for head, name, shape in zip(heads, names, shapes, strict=True):
        stored = reader.take(head.bytes)
        if name.endswith(ACTIVATION) or head.type == INT8:
            continue
        if head.type == FLOAT32:
            vectors[name] = _floats(name, stored, _size(name, shape))
        else:
            matrices[name] = _matrix(name, stored, shape)
    if not reader.at_end():
        raise WeightsError("The Marian file has data after its end.")
    return Weights(matrices, vectors)


@dataclass(frozen=True, slots=True)
class _Head:
    """A tensor's type, and the lengths of its name, its shape and its data."""

    name: int
    type: int
    sides: int
    bytes: int


def _checked(name: int, kind: int, sides: int, size: int) -> _Head:
    if not 1 <= name <= MAX_NAME or sides > MAX_SIDES or size > MAX_BYTES:
        raise WeightsError("The Marian file has a tensor that is too large.")
    if kind not in {FLOAT32, INT8, INTGEMM8}:
        raise WeightsError(f"The Marian file has numbers of an unknown type, {kind:#06x}.")
    return _Head(name, kind, sides, size)


def _name(data: memoryview) -> str:
    try:
        return bytes(data).removesuffix(b"\0").decode("ascii")
    except UnicodeDecodeError:
        raise WeightsError("The Marian file has a name that isn't ASCII.") from None


def _size(name: str, shape: tuple[int, ...]) -> int:
    size = 1
    for side in shape:
        size *= side
        # Checked at each step, so that the product stays small and two negative sides don't make it positive.
        if side < 1 or size > MAX_BYTES:
            raise WeightsError(f"The tensor {name} has an impossible shape.")
    return size


def _floats(name: str, stored: memoryview, count: int) -> Float32:
    if len(stored) < 4 * count:
        raise WeightsError(f"The tensor {name} is shorter than its shape.")
    return _finite(name, np.frombuffer(stored, "<f4", count).astype(np.float32))


def _finite(name: str, values: Float32) -> Float32:
    if not np.isfinite(values).all():
        raise WeightsError(f"The tensor {name} has numbers that aren't finite.")
    return values


def _matrix(name: str, stored: memoryview, shape: tuple[int, ...]) -> Matrix:
    count = _size(name, shape)
    if len(shape) != 2 or len(stored) < count + 4:
        raise WeightsError(f"The tensor {name} isn't an 8-bit matrix.")
    values = np.frombuffer(stored, np.int8, count)
    values = values.reshape(shape) if name == EMBEDDINGS else values.reshape(shape[::-1]).T
    with np.errstate(all="ignore"):
        return Matrix(values, _scale(name, np.float32(1) / _floats(name, stored[count:], 1)[0]))


def _scale(name: str, scale: np.float32) -> np.float32:
    if not np.isfinite(scale) or scale <= 0:
        raise WeightsError(f"The tensor {name} has a scale that isn't a positive number.")
    return scale


def read_npz(data: bytes) -> Weights:
    """Return the weights in a file of our own training, where the scale of a matrix ``NAME`` is ``NAME.scale``.

    Raises :class:`WeightsError` for any other file.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        scales = {name: np.float32(arrays.pop(name).item()) for name in list(arrays) if name.endswith(SCALE)}
    except Exception as error:  # a damaged archive can raise almost anything
        raise WeightsError("The weights aren't a whole file of our own training.") from error
    matrices: dict[str, Matrix] = {}
    vectors: dict[str, Float32] = {}
    for name, array in arrays.items():
        if array.dtype == np.int8 and array.ndim == 2 and name + SCALE in scales:
            matrices[name] = Matrix(array, _scale(name, scales[name + SCALE]))
        elif array.dtype == np.float32 and array.ndim == 1:
            vectors[name] = _finite(name, array)
        else:
            raise WeightsError(f"The tensor {name} is neither an 8-bit matrix nor a float32 vector.")
    return Weights(matrices, vectors)
