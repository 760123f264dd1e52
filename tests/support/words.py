"""A make-believe model of meaning: texts are near each other when they share words. For tests without weights."""

import hashlib
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from inferbot.models.cards import sentence_card
from inferbot.models.runtime import Fingerprint
from inferbot.models.tasks.sentence_similarity import Embedded, Levels

DIMENSIONS = 64


class WordEncoder:
    """Embeds a text as the sum of a fixed random direction for each of its words; `learns` makes it change."""

    def __init__(self) -> None:
        self.card = sentence_card()
        self.learns = False
        self.runs = 0

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.runs += 1
        return np.stack([_vector(text) for text in texts])

    def explain(self, text: str) -> Embedded:
        return Embedded(tuple(_words(text)), self.embed([text])[0])

    def levels(self, text: str) -> Levels:
        """Return the same numbers for every text, so that only the words that a classifier knows decide."""
        return Levels(tuple(text.lower().split()), np.zeros(768, np.float32))

    def knows(self, word: str) -> bool:
        return bool(word)

    def fingerprint(self) -> Fingerprint:
        return Fingerprint(f"{self.runs if self.learns else 0:064x}", "its exact outputs for one fixed text")


def _words(text: str) -> list[str]:
    return text.lower().replace(",", " ").replace(".", " ").replace(":", " ").split()


@cache
def _vector(text: str) -> npt.NDArray[np.float32]:
    vector = sum((_direction(word) for word in _words(text)), np.zeros(DIMENSIONS))
    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)


@cache
def _direction(word: str) -> npt.NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
    return np.random.default_rng(seed).standard_normal(DIMENSIONS)
