"""From a language model's scores to its next token: pure functions of numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..runtime import Float32, softmax

StyleName = Literal["greedy", "balanced", "wild"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a token is chosen.

    `temperature` divides the logits: 0 always takes the best token, above 1 flattens the scores. Only the best
    `top_k` tokens can be drawn, and of these only the fewest that have `top_p` of the score together. Logits of tokens
    that are already in the text are lowered by the factor `repetition` (Keskar et al. 2019; 1 changes nothing).
    """

    temperature: float
    top_k: int = 40
    top_p: float = 1.0
    repetition: float = 1.0


STYLES: Mapping[StyleName, Style] = MappingProxyType(
    {
        "greedy": Style(0.0, top_k=1),
        "balanced": Style(0.7, top_k=40, top_p=0.95, repetition=1.1),
        "wild": Style(1.3, top_k=200, top_p=1.0, repetition=1.1),
    }
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A token and its score from 0 to 1."""

    token: int
    score: float


def best(logits: Float32, count: int, temperature: float = 1.0) -> tuple[Scored, ...]:
    """Return the `count` best tokens with their scores among all tokens, best first.

    At temperature 0 the best one has all of the score.
    """
    order = _best_indices(logits, count)
    if temperature <= 0:
        return tuple(Scored(int(token), float(place == 0)) for place, token in enumerate(order))
    scores = softmax(logits / np.float32(temperature))
    return tuple(Scored(int(token), float(scores[token])) for token in order)


def candidates(logits: Float32, style: Style, written: Sequence[int] = ()) -> tuple[Scored, ...]:
    """Return the tokens that may be drawn, best first; their scores add up to one."""
    logits = _discourage(logits, style.repetition, written)
    if style.temperature <= 0:
        return best(logits, 1, 0.0)
    order = _best_indices(logits, style.top_k)
    scores = softmax(logits[order] / np.float32(style.temperature))
    # Keep each token whose predecessors have less than `top_p` together.
    kept = int(np.count_nonzero(np.cumsum(scores) - scores < style.top_p)) or 1
    scores = scores[:kept] / scores[:kept].sum()
    return tuple(Scored(int(token), float(score)) for token, score in zip(order[:kept], scores, strict=True))


def draw(found: Sequence[Scored], number: float) -> Scored:
    """Return one of `found` by a random `number` from 0 to 1: each as likely as its score says."""
    total = 0.0
    for one in found:
        total += one.score
        if number < total:
            return one
    return found[-1]


def _discourage(logits: Float32, repetition: float, written: Sequence[int]) -> Float32:
    if repetition == 1 or not written:
        return logits
    tokens = np.unique(np.array(written, np.int64))
    logits = logits.copy()
    values = logits[tokens]
    logits[tokens] = np.where(values > 0, values / repetition, values * repetition)
    return logits


def _best_indices(logits: Float32, count: int) -> npt.NDArray[np.int64]:
    """Return the indices of the `count` highest logits, highest first; ties go to the lower index."""
    count = min(count, len(logits))
    found = np.flatnonzero(logits >= np.partition(logits, -count)[-count])
    return found[np.argsort(-logits[found], kind="stable")][:count]
