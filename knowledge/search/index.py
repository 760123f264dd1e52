"""The index of meanings: every text as an embedding, and what each of them says of the article that is meant.

Names of articles and questions that people ask vote: the nearer a new question is to one of them, the more its vote
counts. What each vote is worth is worked out once, when the index is built, by least squares: that is training, of a
very small model, and every answer afterwards is inference with it.

Whoever builds an index passes in the function that embeds texts, so nothing here knows which model does it. The index
is one file, written whole or not at all, and named after everything that it was made of: it is never stale.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from . import arrays
from .lexicon import Passage

Int8 = npt.NDArray[np.int8]
Float32 = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Progress = Callable[[int, int], None]

# Change this number with the way an index is made, so that older ones are made again.
RECIPE = 3
# Texts that are embedded between two reports of progress.
CHUNK = 64
# Chunks that are embedded at a time: it takes half as long on two cores, and leaves the others alone.
THREADS = 2
# How fast a vote fades with distance, and how strongly the votes are held back from learning every example by heart.
# Both, like all constants of the search, were chosen by `benchmarks/search.py` on questions that were left out.
SHARPNESS = 2.0
HELD_BACK = 0.1
# Rows that are worked on at a time: so many fit a processor's own fast memory.
ROWS = 512
# The largest number of steps that a byte holds to either side.
LARGEST = 127
TINY = 1e-12


class Embed(Protocol):
    """Something that turns texts into embeddings."""

    def __call__(self, texts: Sequence[str], /) -> Float32:
        """Return one embedding a text, float32 [texts, dimensions], each of length one."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Rounded:
    """Embeddings quantized: each number in one byte, `steps` int8 [texts, dimensions], and how long a step is.

    `lengths` is float32 [texts], one a text; the embeddings keep their own length. No cosine changes by more than about
    0.002, for a quarter of the memory.
    """

    steps: Int8
    lengths: Float32

    @classmethod
    def of(cls, vectors: Float32) -> "Rounded":
        """Return `vectors`, float32 [texts, dimensions], rounded."""
        steps = np.rint(vectors * (LARGEST / np.maximum(np.abs(vectors).max(axis=1, keepdims=True), TINY)))
        lengths = np.linalg.norm(vectors, axis=1) / np.maximum(np.linalg.norm(steps, axis=1), TINY)
        return cls(steps.astype(np.int8), lengths.astype(np.float32))

    def rows(self, places: Sequence[int]) -> Float32:
        """Return some of the embeddings made whole again, float32 [places, dimensions]."""
        return self.steps[places].astype(np.float32) * self.lengths[places, None]

    def times(self, question: Float32) -> Float32:
        """Return the product of each embedding with one of the same kind, float32 [texts]."""
        parts = [self.steps[i : i + ROWS].astype(np.float32) @ question for i in range(0, len(self.steps), ROWS)]
        return np.concatenate(parts) * self.lengths


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """How a question compares: cosine by text, and by article its nearest sentence and the sum of votes for it.

    `texts` is float32 [texts]; `sentences` and `votes` are float32 [articles]; `off_topic` is the sum of votes for "no
    article answers this".
    """

    texts: Float32
    sentences: Float32
    votes: Float32
    off_topic: float


class Index:
    """Embeddings of all texts, and the worth of the votes of those that vote.

    `votes` is float32 [voters, articles + 1], where the last column stands for "no article".
    """

    def __init__(self, slugs: Sequence[str], texts: Sequence[Passage], vectors: Rounded, votes: Float32) -> None:
        self.vectors = vectors
        self.votes = votes
        self._voters = voters(texts)
        owners = np.array([_place(slugs, one) for one in texts])
        sentence = np.array([one.kind == "sentence" for one in texts])
        self._sentences = [np.flatnonzero((owners == i) & sentence) for i in range(len(slugs))]

    def compare(self, question: Float32) -> Meaning:
        """Compare the embedding of a question, float32 [dimensions], with everything."""
        cosines = self.vectors.times(question)
        sentences = np.array([cosines[own].max(initial=0) for own in self._sentences], np.float32)
        votes = _weight(cosines[self._voters]) @ self.votes
        return Meaning(cosines, sentences, votes[:-1], float(votes[-1]))


def voters(texts: Sequence[Passage]) -> Places:
    """Return the positions of the texts that vote: all but articles' sentences, which are too many and too alike."""
    return np.flatnonzero([one.kind != "sentence" for one in texts])


def _place(slugs: Sequence[str], text: Passage) -> int:
    return slugs.index(text.slug) if text.slug else len(slugs)


def _weight(cosines: Float32) -> Float32:
    """Return how much a vote counts from that far away: 1 for the same meaning, less and less with distance.

    It is worked out in the place of `cosines`: between all voters they are many.
    """
    cosines -= 1
    cosines *= SHARPNESS
    return np.exp(cosines, out=cosines)


def key_of(slugs: Sequence[str], texts: Sequence[Passage], model: str) -> str:
    """Return the SHA-256 of all that an index is made of; `model` names the model, its file and its settings."""
    made_of = [RECIPE, model, list(slugs), [(one.slug, one.kind, one.text) for one in texts]]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def build(slugs: Sequence[str], texts: Sequence[Passage], embed: Embed, progress: Progress) -> Index:
    """Embed everything and fit the votes. Blocks for seconds; `progress` hears of texts done, and of how many."""
    return fit(slugs, texts, embed_all([one.text for one in texts], embed, progress))


def embed_all(texts: Sequence[str], embed: Embed, progress: Progress) -> Float32:
    """Return the embeddings of `texts`, a report of progress after each chunk. Those of like length go together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    chunks = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
    parts: list[Float32] = []

    def embed_chunk(chunk: list[int]) -> Float32:
        return embed([texts[i] for i in chunk])

    with ThreadPoolExecutor(THREADS, "inferbot-index") as pool:
        try:
            for part in pool.map(embed_chunk, chunks):
                parts.append(part)
                progress(min(len(parts) * CHUNK, len(order)), len(order))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    vectors = np.concatenate(parts)
    return vectors[np.argsort(order)]


def fit(slugs: Sequence[str], texts: Sequence[Passage], vectors: Float32) -> Index:
    """Return the index of embeddings that are there already, float32 [texts, dimensions].

    The votes are kernel ridge regression (Hastie and others, The Elements of Statistical Learning, chapter 12.3.7).
    """
    places = voters(texts)
    chosen = vectors[places]
    near = _weight(chosen @ chosen.T)
    np.fill_diagonal(near, 1 + HELD_BACK)
    wanted = np.eye(len(slugs) + 1, dtype=np.float32)[[_place(slugs, texts[int(i)]) for i in places]]
    return Index(slugs, texts, Rounded.of(vectors), solve(near, wanted))


def solve(near: Float32, wanted: Float32) -> Float32:
    """Return x with `near` @ x = `wanted`, for a symmetric, positive `near` [n, n], which is used up.

    Gauss's elimination, a block of rows at a time, on the upper half alone. numpy's own works in double precision on
    copies: for thousands of voters that is half a gigabyte, and several times as long.
    """
    count = len(near)
    blocks = [slice(start, min(start + ROWS, count)) for start in range(0, count, ROWS)]
    found = wanted.copy()
    for own in blocks:
        rest = slice(own.stop, count)
        solved = np.linalg.solve(near[own, own], np.hstack([near[own, rest], found[own]]))
        for other in blocks[blocks.index(own) + 1 :]:
            below = near[own, other].T
            near[other, other.start :] -= below @ solved[:, other.start - own.stop : count - own.stop]
            found[other] -= below @ solved[:, count - own.stop :]
        near[own, rest], found[own] = solved[:, : count - own.stop], solved[:, count - own.stop :]
    for own in reversed(blocks):
        found[own] -= near[own, own.stop :] @ found[own.stop :]
    return found


def save(index: Index, path: Path) -> None:
    """Write `index` to `path`, whole or not at all. Raises `OSError`."""
    arrays.save(path, steps=index.vectors.steps, lengths=index.vectors.lengths, votes=index.votes)


def load(path: Path, slugs: Sequence[str], texts: Sequence[Passage]) -> Index | None:
    """Return the index at `path`, or None when there is none that is whole and fits these texts. Blocks."""
    found = arrays.load(path, "steps", "lengths", "votes")
    if found is None:
        return None
    steps, lengths, votes = found
    fits = len(steps) == len(lengths) == len(texts) and votes.shape == (len(voters(texts)), len(slugs) + 1)
    return Index(slugs, texts, Rounded(steps, lengths), votes) if fits else None
