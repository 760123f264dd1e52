"""Greedy decoding: a network that reads a sentence once and then writes token by token, the likeliest each time."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..runtime import Float32

# A translation is at most so many times as long as its source, and a few tokens more.
LENGTH_FACTOR, LENGTH_MORE = 2.5, 5
# A phrase of up to so many tokens that comes again and again, more often than in the source, is a model gone astray.
LONGEST_PHRASE = 8
REPEATS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """One step of the decoder.

    ``best`` are the three likeliest tokens with their ``scores`` (softmax over the vocabulary), and ``attention``,
    float32 [source], says how much it looked at each token of the source.
    """

    best: tuple[int, ...]
    scores: tuple[float, ...]
    attention: Float32
    milliseconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A sentence as the encoder left it: ``hidden``, float32 [1, source, width], and what the decoder needs of it."""

    hidden: Float32
    memory: dict[str, Any]


class Network(Protocol):
    """The two halves of a translation model."""

    def read(self, tokens: Sequence[int]) -> Read:
        """Return the encoder's view of a sentence whose tokens end with the sign for the end."""
        ...

    def write(self, read: Read) -> Iterator[Written]:
        """Yield one step after another without end, each knowing that the best token of the one before was taken."""
        ...


class MarianNetwork:
    """A network of the graphs of `marian_graph`. Any number of threads may use it at the same time."""

    def __init__(self, encoder: Any, decoder: Any) -> None:
        self._encoder = encoder
        self._decoder = decoder
        self._read_names = [str(one.name) for one in encoder.get_outputs()]
        self._blank = {
            str(one.name): np.zeros(one.shape, np.float32)
            for one in decoder.get_inputs()
            if str(one.name).startswith("state.")
        }
        self._written_names = ["best", "scores", "attention", *(f"{name}.next" for name in self._blank)]

    def read(self, tokens: Sequence[int]) -> Read:
        """Return the encoder's view of a sentence. Raises onnxruntime's exceptions."""
        outputs = self._encoder.run(self._read_names, {"tokens": np.array([tokens], np.int64)})
        memory = dict(zip(self._read_names, outputs, strict=True))
        return Read(memory.pop("hidden"), memory)

    def write(self, read: Read) -> Iterator[Written]:
        """Yield one step after another without end. Raises onnxruntime's exceptions."""
        token = np.full((1, 1), -1, np.int64)
        position = np.zeros((1, 1, 1), np.float32)
        feed = {**read.memory, **self._blank, "token": token, "position": position}
        while True:
            started = time.perf_counter()
            best, scores, attention, *states = self._decoder.run(self._written_names, feed)
            milliseconds = (time.perf_counter() - started) * 1000
            yield Written(tuple(best.tolist()), tuple(scores.tolist()), attention, milliseconds)
            token[0, 0] = best[0]
            position += 1
            feed.update(zip(self._blank, states, strict=True))


def decode(network: Network, read: Read, tokens: Sequence[int], end: int) -> list[Written]:
    """Return the steps until the model ends the sentence, its length is up, or it says the same again and again."""
    limit = int(LENGTH_FACTOR * len(tokens)) + LENGTH_MORE
    allowed = max(REPEATS, longest_run(tokens))
    steps: list[Written] = []
    written: list[int] = []
    for step in network.write(read):
        steps.append(step)
        written.append(step.best[0])
        if step.best[0] == end or len(steps) >= limit or _goes_round(written, allowed):
            break
    return steps


def longest_run(tokens: Sequence[int]) -> int:
    """Return how often, one after the other, the most repeated phrase in ``tokens`` comes."""
    most = 1
    for length in range(1, LONGEST_PHRASE + 1):
        same = 0
        for at in range(length, len(tokens)):
            same = same + 1 if tokens[at] == tokens[at - length] else 0
            most = max(most, same // length + 1)
    return most


def _goes_round(written: list[int], allowed: int) -> bool:
    for length in range(1, LONGEST_PHRASE + 1):
        tail = written[-length * (allowed + 1) :]
        if len(tail) == length * (allowed + 1) and tail[length:] == tail[:-length]:
            return True
    return False
