"""Geometry on embeddings, for films and articles alike: means, nearest neighbors, a flat map, 8-bit storage."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Int8 = npt.NDArray[np.int8]

# Rows converted to float32 at a time: this many fit in a processor's cache.
ROWS = 512
# The largest number of quantization steps that a signed byte holds.
LARGEST = 127
TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Quantized:
    """Embeddings with each number in one byte: `steps` int8 [texts, dimensions], and each row's scale.

    `scales` is float32 [texts]; the embeddings keep their length. No cosine changes by more than about 0.002, for a
    quarter of the memory.
    """

    steps: Int8
    scales: Float32

    @classmethod
    def of(cls, vectors: Float32) -> "Quantized":
        """Return `vectors`, float32 [texts, dimensions], quantized."""
        steps = np.rint(vectors * (LARGEST / np.maximum(np.abs(vectors).max(axis=1, keepdims=True), TINY)))
        scales = np.linalg.norm(vectors, axis=1) / np.maximum(np.linalg.norm(steps, axis=1), TINY)
        return cls(steps.astype(np.int8), scales.astype(np.float32))

    def rows(self, numbers: Sequence[int]) -> Float32:
        """Return some of the embeddings as float32 [numbers, dimensions]."""
        return self.steps[numbers].astype(np.float32) * self.scales[numbers, None]

    def dot(self, question: Float32) -> Float32:
        """Return the dot product of each embedding with `question`, float32 [texts]."""
        parts = [self.steps[i : i + ROWS].astype(np.float32) @ question for i in range(0, len(self.steps), ROWS)]
        return np.concatenate(parts) * self.scales


def mean(vectors: Float32) -> Float32:
    """Return the mean of embeddings, float32 [n, d], normalized to length one."""
    center = vectors.mean(axis=0)
    return (center / max(float(np.linalg.norm(center)), TINY)).astype(np.float32)


def means(vectors: Float32, owners: Sequence[int], count: int) -> Float32:
    """Return the mean of each owner's rows, float32 [count, d]; `owners` holds each row's owner."""
    owner_of = np.asarray(owners)
    return np.stack([mean(vectors[owner_of == i]) for i in range(count)])


def best_first(scores: Float32) -> list[int]:
    """Return the positions of `scores`, highest score first. Equal scores keep their order."""
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    return order


def nearest(vectors: Float32, query: Float32, count: int, leave_out: Collection[int] = ()) -> list[tuple[int, float]]:
    """Return the rows of `vectors`, [n, d], nearest to `query`, [d], best first, each with its cosine, -1 to 1.

    Rows and query have length one. Rows in `leave_out` are skipped.
    """
    cosines = vectors @ query
    return [(i, float(cosines[i])) for i in best_first(cosines) if i not in leave_out][:count]


def flatten(vectors: Float32) -> tuple[Float32, float]:
    """Project embeddings onto two dimensions (principal component analysis): float32 [n, 2], and the explained share.

    The share, 0 to 1, is how much of the variance the two dimensions still show.
    """
    centered = vectors - vectors.mean(axis=0)
    _, strengths, directions = np.linalg.svd(centered, full_matrices=False)
    total = float((strengths**2).sum())
    explained = float((strengths[:2] ** 2).sum()) / total if total else 1.0
    return (centered @ directions[:2].T).astype(np.float32), explained
