"""Read a GGUF file, the format in which llama.cpp keeps models, from its bytes.

The format (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): magic, version, counts; metadata as typed
key-value pairs; a table of tensors; the tensors' numbers, often in blocks of 32 that share a scale.

The `gguf` package trusts the lengths in a file: 49 bytes that announce a long array make it fill all memory. It also
wants a path, not bytes.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import WeightsError
from ..runtime import Float32

Bytes = npt.NDArray[np.uint8]

MAGIC = b"GGUF"
VERSIONS = (2, 3)
ALIGNMENT = 32
BLOCK = 32
STRING, ARRAY = 8, 9
# struct codes of the metadata's number types.
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


class Tensors(Mapping[str, Float32]):
    """Float32 tensors by name, each converted from its stored form on access, so that few are in memory."""

    def __init__(self, readers: dict[str, Callable[[], Float32]]) -> None:
        self._readers = readers

    def __getitem__(self, name: str) -> Float32:
        return self._readers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)


@dataclass(frozen=True, slots=True)
class Gguf:
    """The contents of a file: its metadata by key, and its tensors, whose axes are in numpy's order."""

    metadata: Mapping[str, Any]
    tensors: Tensors


def read_gguf(data: bytes) -> Gguf:
    """Return the contents of the GGUF file `data`. Raises `WeightsError` when it isn't a whole one.

    Tensors of a type other than F32, F16, Q4_1 and Q8_0 raise `WeightsError` when they are accessed.
    """
    try:
        return _Reader(data).read()
    except (struct.error, ValueError, TypeError, KeyError, ArithmeticError, MemoryError) as error:
        raise WeightsError("The weights aren't a whole GGUF file.") from error


class _Reader:
    """Reads one value after the other, never beyond the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self) -> Gguf:
        if self._take(4) != MAGIC or self._number("I") not in VERSIONS:
            raise ValueError(MAGIC)
        tensors, pairs = self._number("Q"), self._number("Q")
        metadata = {self._text(): self._value(self._number("I")) for _ in range(pairs)}
        table = [self._entry() for _ in range(tensors)]
        alignment = int(metadata.get("general.alignment", ALIGNMENT))
        start = -(-self._at // alignment) * alignment
        return Gguf(metadata, Tensors({entry.name: entry.reader(self._data, start) for entry in table}))

    def _take(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        if len(found) != count:
            raise ValueError(count)
        self._at += count
        return found

    def _number(self, code: str) -> Any:
        (value,) = struct.unpack(f"<{code}", self._take(struct.calcsize(f"<{code}")))
        return value

    def _text(self) -> str:
        return self._take(self._number("Q")).decode("utf-8")

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._text()
        if kind != ARRAY:
            return self._number(NUMBERS[kind])
        inner, count = self._number("I"), self._number("Q")
        if inner == STRING:
            return [self._text() for _ in range(count)]
        code = NUMBERS[inner]
        return list(struct.unpack(f"<{count}{code}", self._take(count * struct.calcsize(f"<{code}"))))

    def _entry(self) -> "_Entry":
        name = self._text()
        sides = [self._number("Q") for _ in range(self._number("I"))]
        return _Entry(name, tuple(reversed(sides)), self._number("I"), self._number("Q"))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the table of tensors."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int

    def reader(self, data: bytes, start: int) -> Callable[[], Float32]:
        def read() -> Float32:
            if self.kind not in KINDS:
                raise WeightsError(f"The tensor {self.name} has a type ({self.kind}) that Inferbot can't read.")
            numbers, size, decode = KINDS[self.kind]
            try:
                stored = np.frombuffer(data, np.uint8, prod(self.shape) // numbers * size, start + self.offset)
                return decode(stored.reshape(-1, size)).reshape(self.shape)
            except (ValueError, OverflowError) as error:
                raise WeightsError(f"The tensor {self.name} isn't whole.") from error

        return read


def _floats(blocks: Bytes, code: str = "<f4") -> Float32:
    return np.ascontiguousarray(blocks).view(code).astype(np.float32)


def _halves(blocks: Bytes) -> Float32:
    return _floats(blocks, "<f2")


def _read_q4_1(blocks: Bytes) -> Float32:
    """Read blocks of a scale, a minimum, and 32 numbers of 4 bits: the first 16 are the low halves of the bytes."""
    packed = blocks[:, 4:]
    numbers = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32)
    numbers *= _halves(blocks[:, 0:2])
    numbers += _halves(blocks[:, 2:4])
    return numbers


def _read_q8_0(blocks: Bytes) -> Float32:
    """Read blocks of a scale and 32 numbers of 8 bits."""
    return np.ascontiguousarray(blocks[:, 2:]).view(np.int8) * _halves(blocks[:, 0:2])


# By ggml's number of the type: how many numbers one block holds, in how many bytes, and how they are read.
KINDS: dict[int, tuple[int, int, Callable[[Bytes], Float32]]] = {
    0: (1, 4, _floats),
    1: (1, 2, _halves),
    3: (BLOCK, 20, _read_q4_1),
    8: (BLOCK, 34, _read_q8_0),
}
