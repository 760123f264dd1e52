"""Greedy search: a network encodes a sentence once and then decodes token by token, the likeliest each time."""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from ..runtime import Float32, Session

# The longest translation: this many times the tokens of its source, and a few more.
LENGTH_FACTOR, LENGTH_MORE = 2.5, 5
# A phrase of up to this many tokens, repeated more often than in the source, means that the model is stuck.
LONGEST_PHRASE = 8
REPEATS = 4


@dataclass(frozen=True, slots=True, eq=False)
class DecoderOutput:
    """One step of the decoder.

    ``best`` are the three likeliest tokens with their ``scores`` (softmax over the vocabulary), and ``attention``,
    float32 [source], is its attention to each token of the source.
    """

    best: tuple[int, ...]
    scores: tuple[float, ...]
    attention: Float32
    milliseconds: float


@dataclass(frozen=True, slots=True, eq=False)
class EncoderOutput:
    """A sentence's ``hidden`` states, float32 [1, source, width], and the decoder's inputs for it in ``memory``."""

    hidden: Float32
    memory: dict[str, Any]


class Network(Protocol):
    """The two halves of a translation model."""

    def encode(self, tokens: Sequence[int]) -> EncoderOutput:
        """Return the encoder's output for a sentence whose last token is the end of the sentence."""
        ...

    def decode(self, encoded: EncoderOutput) -> Generator[DecoderOutput, int]:
        """Yield one step after another without end; each next step's input is the token that was sent."""
        ...


class MarianNetwork:
    """A network of the graphs of `convert/marian_graph.py`. Any number of threads may use it at the same time."""

    def __init__(self, encoder: Session, decoder: Session) -> None:
        self._encoder = encoder
        self._decoder = decoder
        self._memory = [str(one.name) for one in encoder.get_outputs() if one.name != "hidden"]
        self._start = {
            str(one.name): np.zeros(one.shape, np.float32)
            for one in decoder.get_inputs()
            if str(one.name).startswith("state.")
        }

    def encode(self, tokens: Sequence[int]) -> EncoderOutput:
        """Return the encoder's output for a sentence. Raises onnxruntime's exceptions."""
        hidden, *memory = self._encoder.run(["hidden", *self._memory], {"tokens": np.array([tokens], np.int64)})
        return EncoderOutput(hidden, dict(zip(self._memory, memory, strict=True)))

    def decode(self, encoded: EncoderOutput) -> Generator[DecoderOutput, int]:
        """Yield one step after another without end, each with the token that was sent. Raises onnxruntime's errors."""
        names = ["best", "scores", "attention", *(f"{name}.next" for name in self._start)]
        token = np.full((1, 1), -1, np.int64)
        position = np.zeros((1, 1, 1), np.float32)
        feed = {**encoded.memory, **self._start, "token": token, "position": position}
        while True:
            started = time.perf_counter()
            best, scores, attention, *states = self._decoder.run(names, feed)
            milliseconds = (time.perf_counter() - started) * 1000
            token[0, 0] = yield DecoderOutput(tuple(best.tolist()), tuple(scores.tolist()), attention, milliseconds)
            position += 1
            feed.update(zip(self._start, states, strict=True))


def greedy_search(
    network: Network,
    encoded: EncoderOutput,
    source: Sequence[int],
    end: int,
    refuses: Callable[[list[int]], bool] | None = None,
) -> list[DecoderOutput]:
    """Return the steps until the model ends the sentence, reaches the longest length, or repeats itself.

    A token that ``refuses`` is told of at the end of the translation so far is passed over, if the model has another.
    """
    longest = int(LENGTH_FACTOR * len(source)) + LENGTH_MORE
    allowed = max(REPEATS, longest_run(source))
    steps: list[DecoderOutput] = []
    tokens: list[int] = []
    decoding = network.decode(encoded)
    step = next(decoding)
    while True:
        step = _without_refused(step, tokens, refuses) if refuses else step
        steps.append(step)
        tokens.append(step.best[0])
        if tokens[-1] == end or len(steps) >= longest or _is_stuck(tokens, allowed):
            return steps
        step = decoding.send(tokens[-1])


def _without_refused(step: DecoderOutput, before: list[int], refuses: Callable[[list[int]], bool]) -> DecoderOutput:
    kept = [at for at, token in enumerate(step.best) if not refuses([*before, token])] or [0]
    return replace(step, best=tuple(step.best[at] for at in kept), scores=tuple(step.scores[at] for at in kept))


def longest_run(tokens: Sequence[int]) -> int:
    """Return how many times in a row the most repeated phrase in ``tokens`` occurs."""
    most = 1
    for length in range(1, LONGEST_PHRASE + 1):
        same = 0
        for at in range(length, len(tokens)):
            same = same + 1 if tokens[at] == tokens[at - length] else 0
            most = max(most, same // length + 1)
    return most


def _is_stuck(tokens: list[int], allowed: int) -> bool:
    for length in range(1, LONGEST_PHRASE + 1):
        tail = tokens[-length * (allowed + 1) :]
        if len(tail) == length * (allowed + 1) and tail[length:] == tail[:-length]:
            return True
    return False
