"""The space in which the classifier of situations works, found in its examples, and the file that stores both."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...models.runtime import Float32
from ...models.tasks.situation_classifier import Space, Trained, words_of

# How many directions are kept, and how often a word must occur to count: chosen with a fifth of the examples held back.
DIRECTIONS = 192
RARE = 2
TINY = 1e-3


def find_space(levels: Float32, texts: Sequence[str], directions: int = DIRECTIONS) -> Space:
    """Return the principal components and vocabulary of examples; `levels` is float32 [texts, levels]."""
    middle, scale = levels.mean(0), levels.std(0) + TINY
    scale = scale * np.sqrt(levels.shape[1])
    scaled = (levels - middle) / scale
    spread, kept = np.linalg.eigh((scaled.T @ scaled).astype(np.float64))
    chosen = kept[:, np.argsort(-spread)[:directions]]
    counts = Counter(word for text in texts for word in words_of(text))
    vocabulary = tuple(sorted(word for word, count in counts.items() if count >= RARE))
    return Space(middle.astype(np.float32), scale.astype(np.float32), chosen.astype(np.float32), vocabulary)


def save(trained: Trained, path: Path) -> None:
    """Write `trained` to `path` in half precision, which changes no verdict."""
    half = {
        "middle": trained.space.middle,
        "directions": trained.space.directions,
        "slopes": trained.weights.slopes,
        "examples": trained.examples,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            allow_pickle=False,
            **{name: array.astype(np.float16) for name, array in half.items()},
            scale=trained.space.scale,
            biases=trained.weights.biases,
            vocabulary=np.array(trained.space.vocabulary),
        )
