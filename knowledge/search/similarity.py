"""What is like what: plain geometry on embeddings, for films and for articles. No model, no file, no Discord."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]


def average(vectors: Float32) -> Float32:
    """Return the mean of embeddings, float32 [n, d], brought back to length one: the taste in the middle of them."""
    mean = vectors.mean(axis=0)
    return (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)


def nearest(vectors: Float32, taste: Float32, count: int, leave_out: Collection[int] = ()) -> list[tuple[int, float]]:
    """Return the rows of `vectors`, [n, d], nearest to `taste`, [d], best first, each with its cosine, -1 to 1.

    Rows and taste are of length one. Those in `leave_out` are passed over.
    """
    cosines = vectors @ taste
    order: list[int] = np.argsort(-cosines, kind="stable").tolist()
    return [(i, float(cosines[i])) for i in order if i not in leave_out][:count]


def flatten(vectors: Float32) -> tuple[Float32, float]:
    """Return the best flat map of embeddings (principal component analysis): float32 [n, 2], and the share it keeps.

    The share, 0 to 1, is how much of the spread of all dimensions the two of the map still show.
    """
    centred = vectors - vectors.mean(axis=0)
    _, strengths, directions = np.linalg.svd(centred, full_matrices=False)
    total = float((strengths**2).sum())
    kept = float((strengths[:2] ** 2).sum()) / total if total else 1.0
    return (centred @ directions[:2].T).astype(np.float32), kept


def grouped(vectors: Float32, owners: Sequence[int], count: int) -> Float32:
    """Return the average of the rows of each owner, float32 [count, d]; `owners` says whose each row is."""
    whose = np.asarray(owners)
    return np.stack([average(vectors[whose == i]) for i in range(count)])
