"""Read a GGUF file, the format in which llama.cpp keeps models, from its bytes.

The format (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): magic, version, counts; metadata as typed
key-value pairs; a table of tensors; the tensors' numbers, often in blocks of 32 that share a scale.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import WeightsError

Float32 = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

MAGIC = b"GGUF"
VERSIONS = (2, 3)
ALIGNMENT = 32
STRING, ARRAY = 8, 9
# struct codes of the metadata's number types.
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
BLOCK = 32


class Tensors(Mapping[str, Float32]):
    """Float32 tensors by name, each made from its stored form when it is asked for, so that few are in memory."""

    def __init__(self, entries: dict[str, Callable[[], Float32]]) -> None:
        self._entries = entries

    def __getitem__(self, name: str) -> Float32:
        return self._entries[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True, slots=True)
class Gguf:
    """What stands in a file: its metadata by key, and its tensors, rows first as numpy counts."""

    metadata: Mapping[str, Any]
    tensors: Tensors


def read_gguf(data: bytes) -> Gguf:
    """Return what is in the GGUF file `data`. Raises `WeightsError` when it is none, or not whole.

    Tensors of a type other than F32, F16, Q4_1 and Q8_0 raise `WeightsError` when they are asked for.
    """
    try:
        return _read(_Reader(data))
    except (struct.error, ValueError, KeyError, UnicodeDecodeError, MemoryError, OverflowError) as error:
        raise WeightsError("The weights are no whole GGUF file.") from error


class _Reader:
    """Takes one value after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def take(self, count: int) -> bytes:
        found = self.data[self.place : self.place + count]
        if len(found) != count:
            raise ValueError(count)
        self.place += count
        return found

    def number(self, code: str) -> Any:
        (value,) = struct.unpack(f"<{code}", self.take(struct.calcsize(code)))
        return value

    def text(self) -> str:
        return self.take(self.number("Q")).decode("utf-8")

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            inner, count = self.number("I"), self.number("Q")
            if count > len(self.data):
                raise ValueError(count)
            return [self.value(inner) for _ in range(count)]
        return self.number(NUMBERS[kind])


def _read(reader: _Reader) -> Gguf:
    if reader.take(4) != MAGIC or reader.number("I") not in VERSIONS:
        raise ValueError(MAGIC)
    tensors, pairs = reader.number("Q"), reader.number("Q")
    metadata = {reader.text(): reader.value(reader.number("I")) for _ in range(pairs)}
    table = [_read_entry(reader) for _ in range(tensors)]
    alignment = int(metadata.get("general.alignment", ALIGNMENT))
    start = -(-reader.place // alignment) * alignment
    return Gguf(metadata, Tensors({entry.name: _opener(reader.data, start, entry) for entry in table}))


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int


def _read_entry(reader: _Reader) -> _Entry:
    name = reader.text()
    dimensions = [reader.number("Q") for _ in range(reader.number("I"))]
    return _Entry(name, tuple(reversed(dimensions)), reader.number("I"), reader.number("Q"))


def _opener(data: bytes, start: int, entry: _Entry) -> Callable[[], Float32]:
    def tensor() -> Float32:
        if entry.kind not in KINDS:
            raise WeightsError(f"The tensor {entry.name} is of a kind ({entry.kind}) that is not read here.")
        numbers, size, decode = KINDS[entry.kind]
        count = prod(entry.shape) // numbers * size
        try:
            stored = np.frombuffer(data, np.uint8, count, start + entry.offset)
            return decode(stored).reshape(entry.shape)
        except ValueError as error:
            raise WeightsError(f"The tensor {entry.name} is not whole.") from error

    return tensor


def _read_floats(stored: Bytes) -> Float32:
    return stored.view("<f4").astype(np.float32)


def _read_halves(stored: Bytes) -> Float32:
    return stored.view("<f2").astype(np.float32)


def _read_q4_1(stored: Bytes) -> Float32:
    """Blocks of a scale, a minimum, and 32 numbers of 4 bits, the first 16 in the low halves of the bytes."""
    blocks = stored.reshape(-1, 20)
    scale, lowest = _read_halves(blocks[:, 0:2].copy()), _read_halves(blocks[:, 2:4].copy())
    packed = blocks[:, 4:]
    numbers = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32)
    numbers *= scale
    numbers += lowest
    return numbers


def _read_q8_0(stored: Bytes) -> Float32:
    """Blocks of a scale and 32 numbers of 8 bits."""
    blocks = stored.reshape(-1, 34)
    numbers = blocks[:, 2:].copy().view(np.int8).astype(np.float32)
    numbers *= _read_halves(blocks[:, 0:2].copy())
    return numbers


# By ggml's number of the type: how many numbers stand in how many bytes, and how they are read.
KINDS: dict[int, tuple[int, int, Callable[[Bytes], Float32]]] = {
    0: (1, 4, _read_floats),
    1: (1, 2, _read_halves),
    3: (BLOCK, 20, _read_q4_1),
    8: (BLOCK, 34, _read_q8_0),
}
