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

from . import stored
from .search import Passage

Float16 = npt.NDArray[np.float16]
Float32 = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Progress = Callable[[int, int], None]

# Change this number with the way an index is made, so that older ones are made again.
RECIPE = 2
# Texts that are embedded between two reports of progress.
CHUNK = 64
# Chunks that are embedded at a time: it takes half as long on two cores, and leaves the others alone.
THREADS = 2
# How fast a vote fades with distance, and how strongly the votes are held back from learning every example by heart.
# Both, like all constants of the search, were chosen by `benchmarks/search.py` on questions that were left out.
SHARPNESS = 2.0
HELD_BACK = 0.1


class Embed(Protocol):
    """Something that turns texts into embeddings."""

    def __call__(self, texts: Sequence[str], /) -> Float32:
        """Return one embedding a text, float32 [texts, dimensions], each of length one."""
        ...


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

    `vectors` is float16 [texts, dimensions], half the memory for a difference that no score shows; `votes` is float32
    [voters, articles + 1], where the last column stands for "no article".
    """

    def __init__(self, slugs: Sequence[str], texts: Sequence[Passage], vectors: Float16, votes: Float32) -> None:
        self.vectors = vectors
        self.votes = votes
        self._voters = voters(texts)
        owners = np.array([_place(slugs, one) for one in texts])
        sentence = np.array([one.kind == "sentence" for one in texts])
        self._sentences = [np.flatnonzero((owners == i) & sentence) for i in range(len(slugs))]

    def compare(self, question: Float32) -> Meaning:
        """Compare the embedding of a question, float32 [dimensions], with everything."""
        cosines = self.vectors.astype(np.float32) @ question
        sentences = np.array([cosines[own].max(initial=0) for own in self._sentences], np.float32)
        votes = _weight(cosines[self._voters]) @ self.votes
        return Meaning(cosines, sentences, votes[:-1], float(votes[-1]))


def voters(texts: Sequence[Passage]) -> Places:
    """Return the positions of the texts that vote: all but articles' sentences, which are too many and too alike."""
    return np.flatnonzero([one.kind != "sentence" for one in texts])


def _place(slugs: Sequence[str], text: Passage) -> int:
    return slugs.index(text.slug) if text.slug else len(slugs)


def _weight(cosines: Float32) -> Float32:
    """Return how much a vote counts from that far away: 1 for the same meaning, less and less with distance."""
    return np.exp(SHARPNESS * (cosines - 1))


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
    near = _weight(chosen @ chosen.T) + HELD_BACK * np.eye(len(places), dtype=np.float32)
    wanted = np.eye(len(slugs) + 1, dtype=np.float32)[[_place(slugs, texts[int(i)]) for i in places]]
    votes: Float32 = np.linalg.solve(near, wanted)
    return Index(slugs, texts, vectors.astype(np.float16), votes)


def save(index: Index, path: Path) -> None:
    """Write `index` to `path`, whole or not at all. Raises `OSError`."""
    stored.save(path, vectors=index.vectors, votes=index.votes)


def load(path: Path, slugs: Sequence[str], texts: Sequence[Passage]) -> Index | None:
    """Return the index at `path`, or None when there is none that is whole and fits these texts. Blocks."""
    found = stored.load(path, "vectors", "votes")
    if found is None:
        return None
    vectors, votes = found
    fits = len(vectors) == len(texts) and votes.shape == (len(voters(texts)), len(slugs) + 1)
    return Index(slugs, texts, vectors, votes) if fits else None
