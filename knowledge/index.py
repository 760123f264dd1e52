"""The index of meanings: every passage as an embedding, and a small layer fitted on them that judges the topic.

Whoever builds an index passes in the function that embeds texts, so nothing here knows which model does it. The index
is one file, written whole or not at all, and named after everything that it was made of: it is never stale.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from .questions import Example
from .search import Passage

Float32 = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]

# Change this number with the way an index is made, so that older ones are made again.
RECIPE = 1
# Texts that are embedded between two reports of progress.
CHUNK = 64
# How much each example counts when the layer is fitted: whole sentences of an article are many and say little each.
WEIGHTS = {"question": 3.0, "sentence": 0.1}
# How strongly the fitted layer is held back from learning the examples by heart (ridge regression).
RIDGE = 10.0


class Embed(Protocol):
    """Something that turns texts into embeddings."""

    def __call__(self, texts: Sequence[str], /) -> Float32:
        """Return one embedding a text, float32 [texts, dimensions], each of length one."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """How a question compares: cosine by passage, and by article the best name, the best sentence and the judgement.

    `passages` is float32 [passages]; the other three are float32 [articles]; `off_topic` is how much the question is
    like those that no article answers.
    """

    passages: Float32
    names: Float32
    sentences: Float32
    judged: Float32
    off_topic: float


class Index:
    """Embeddings of all passages, and a linear layer from an embedding to articles.

    `vectors` is float32 [passages, dimensions]; `layer` float32 [dimensions + 1, articles + 1], where the last row is
    the bias and the last column stands for "no article".
    """

    def __init__(self, slugs: Sequence[str], passages: Sequence[Passage], vectors: Float32, layer: Float32) -> None:
        self.vectors = vectors
        self.layer = layer
        owners = np.array([slugs.index(one.slug) for one in passages])
        sentence = np.array([one.kind == "sentence" for one in passages])
        # Which passages are each article's: its names (and its answers), and its sentences.
        self._names = [np.flatnonzero((owners == i) & ~sentence) for i in range(len(slugs))]
        self._sentences = [np.flatnonzero((owners == i) & sentence) for i in range(len(slugs))]

    def compare(self, question: Float32) -> Meaning:
        """Compare the embedding of a question, float32 [dimensions], with everything."""
        cosines = self.vectors @ question
        judged = question @ self.layer[:-1] + self.layer[-1]
        return Meaning(
            cosines, _best(cosines, self._names), _best(cosines, self._sentences), judged[:-1], float(judged[-1])
        )


def _best(cosines: Float32, groups: Sequence[npt.NDArray[np.intp]]) -> Float32:
    return np.array([cosines[group].max(initial=0) for group in groups], np.float32)


def key_of(slugs: Sequence[str], passages: Sequence[Passage], examples: Sequence[Example], model: str) -> str:
    """Return the SHA-256 of all that an index is made of; `model` names the model, its file and its settings."""
    made_of = [RECIPE, model, list(slugs), [(p.slug, p.kind, p.text) for p in passages], [tuple(e) for e in examples]]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def build(
    slugs: Sequence[str], passages: Sequence[Passage], examples: Sequence[Example], embed: Embed, progress: Progress
) -> Index:
    """Embed everything and fit the layer. Blocks for seconds; `progress` hears of texts done, and of how many."""
    texts = [one.text for one in passages] + [one.question for one in examples]
    vectors = embed_all(texts, embed, progress)
    return fit(slugs, passages, examples, vectors)


def embed_all(texts: Sequence[str], embed: Embed, progress: Progress) -> Float32:
    """Return the embeddings of `texts`, a report of progress after each chunk. Those of like length go together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts: list[Float32] = []
    for start in range(0, len(order), CHUNK):
        parts.append(embed([texts[i] for i in order[start : start + CHUNK]]))
        progress(min(start + CHUNK, len(order)), len(order))
    vectors = np.concatenate(parts)
    return vectors[np.argsort(order)]


def fit(slugs: Sequence[str], passages: Sequence[Passage], examples: Sequence[Example], vectors: Float32) -> Index:
    """Return the index of embeddings that are there already: those of the passages, then those of the examples."""
    weights = [WEIGHTS.get(one.kind, 1.0) for one in passages] + [WEIGHTS["question"]] * len(examples)
    places = {slug: i for i, slug in enumerate(slugs)}
    none = len(slugs)
    targets = [places[one.slug] for one in passages] + [places.get(one.slug or "", none) for one in examples]
    layer = _ridge(vectors, np.eye(none + 1, dtype=np.float32)[targets], np.array(weights, np.float32))
    return Index(slugs, passages, vectors[: len(passages)], layer)


def _ridge(inputs: Float32, targets: Float32, weights: Float32) -> Float32:
    """Return the layer of weighted ridge regression, its bias in the last row (Hastie and others, chapter 3.4.1)."""
    share = (weights / weights.sum())[:, None]
    mean_in, mean_out = (share * inputs).sum(0), (share * targets).sum(0)
    centred = inputs - mean_in
    square = centred.T @ (weights[:, None] * centred) + RIDGE * np.eye(inputs.shape[1], dtype=np.float32)
    pull: Float32 = centred.T @ (weights[:, None] * (targets - mean_out))
    slope = np.asarray(np.linalg.inv(square), np.float32) @ pull
    return np.concatenate([slope, (mean_out - mean_in @ slope)[None]]).astype(np.float32)


def save(index: Index, path: Path) -> None:
    """Write `index` to `path`, whole or not at all. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("wb") as file:
            # Half the bytes for a difference that no score shows.
            np.savez(file, vectors=index.vectors.astype(np.float16), layer=index.layer)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path, slugs: Sequence[str], passages: Sequence[Passage]) -> Index | None:
    """Return the index at `path`, or None where there is none that can be read."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            vectors, layer = stored["vectors"].astype(np.float32), stored["layer"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    fits = len(vectors) == len(passages) and layer.shape == (vectors.shape[1] + 1, len(slugs) + 1)
    return Index(slugs, passages, vectors, layer) if fits else None
