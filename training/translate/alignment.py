"""Which word of a sentence became which word of its translation: IBM model 1 with a pull to the diagonal, in numpy."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

Array = npt.NDArray[Any]
Words = Sequence[str]

ROUNDS = 5
SHORT_SOURCE, SHORT_TARGET = 22, 24
MOST_PAIRS = 70_000
# How strongly a word is looked for at its own place in the sentence.
DIAGONAL = 8.0
# How much likelier equal words are at first.
EQUAL = 5.0
# A pair of words that was never seen together can still share its beginning, as names and cognates do.
COGNATE, FLOOR = 3e-2, 1e-6
RARE, LEAST = 1e-3, 1e-4


@dataclass(frozen=True)
class Corpus:
    """Pairs of sentences as words and as the words' numbers."""

    source: list[list[str]]
    target: list[list[str]]
    source_ids: list[Array]
    target_ids: list[Array]
    source_size: int
    target_size: int

    @classmethod
    def of(cls, source: list[list[str]], target: list[list[str]]) -> "Corpus":
        """Return pairs of sentences with their words numbered."""
        numbers = [
            {word: i for i, word in enumerate(sorted({word for one in side for word in one}))}
            for side in (source, target)
        ]
        ids = [
            [np.array([known[word] for word in one], np.int64) for one in side]
            for side, known in zip((source, target), numbers, strict=True)
        ]
        return cls(source, target, ids[0], ids[1], len(numbers[0]), len(numbers[1]))

    def equal_pairs(self) -> Array:
        """Return the keys of the words that are spelled the same in both languages."""
        sides = ((self.source, self.source_ids), (self.target, self.target_ids))
        first, second = (
            {
                word: int(number)
                for one, ids in zip(side, numbers, strict=True)
                for word, number in zip(one, ids, strict=True)
            }
            for side, numbers in sides
        )
        return np.array([first[word] * self.target_size + second[word] for word in first.keys() & second.keys()])


def diagonal(source: int, target: int) -> Array:
    """Return [target, source]: how near the words of two sentences are to each other by place."""
    return np.exp(-DIAGONAL * np.abs(np.arange(source)[None, :] / source - np.arange(target)[:, None] / target))


class Aligner:
    """The probabilities of IBM model 1, for each pair of words that was seen together."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        pairs, weights, groups = self._collect()
        self._keys, index = np.unique(pairs, return_inverse=True)
        words = self._keys // corpus.target_size
        chance = np.where(np.isin(self._keys, corpus.equal_pairs()), EQUAL, 1.0)
        chance /= np.bincount(words, weights=chance, minlength=corpus.source_size)[words]
        for number in range(ROUNDS):
            found = chance[index] * weights
            found /= np.bincount(groups, weights=found)[groups]
            count = np.bincount(index, weights=found, minlength=len(self._keys))
            totals = np.bincount(words, weights=count, minlength=corpus.source_size)
            chance = np.maximum(count - 0.02, 1e-5) / totals[words]
            log.info("alignment, round %d of %d", number + 1, ROUNDS)
        self._chance = chance

    def _collect(self) -> tuple[Array, Array, Array]:
        """Return every pair of words of the short sentences, its weight, and the target word that it is for."""
        corpus = self._corpus
        pairs: list[Array] = []
        weights: list[Array] = []
        groups: list[Array] = []
        base = 0
        for source, target in zip(corpus.source_ids[:MOST_PAIRS], corpus.target_ids[:MOST_PAIRS], strict=True):
            n, m = len(source), len(target)
            if n and m and n <= SHORT_SOURCE and m <= SHORT_TARGET:
                pairs.append((source[None, :] * corpus.target_size + target[:, None]).ravel())
                weights.append(diagonal(n, m).ravel())
                groups.append(np.repeat(np.arange(base, base + m), n))
                base += m
        return np.concatenate(pairs), np.concatenate(weights), np.concatenate(groups)

    def links(self) -> Iterator[list[int]]:
        """Yield, for each pair of sentences, the source word of each target word, or -1."""
        corpus = self._corpus
        for i, (source, target) in enumerate(zip(corpus.source_ids, corpus.target_ids, strict=True)):
            n, m = len(source), len(target)
            if not n or not m:
                yield [-1] * m
                continue
            wanted = (source[None, :] * corpus.target_size + target[:, None]).ravel()
            at = np.searchsorted(self._keys, wanted).clip(max=len(self._keys) - 1)
            chance = np.where(self._keys[at] == wanted, self._chance[at], FLOOR).reshape(m, n)
            if (chance.max(axis=1) < RARE).any():
                alike = np.array([[likeness(a, b) for a in corpus.source[i]] for b in corpus.target[i]])
                chance = np.where(chance < RARE, COGNATE * alike**2 + FLOOR, chance)
            chance = chance * diagonal(n, m)
            yield np.where(chance.max(axis=1) > LEAST, chance.argmax(axis=1), -1).tolist()


def likeness(one: str, other: str) -> float:
    """Return how much of two words is the same beginning, from 0 to 1."""
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    return same / max(len(one), len(other))
