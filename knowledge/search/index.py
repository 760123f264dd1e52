"""The index of embeddings: every text's embedding, and a vote for an article learned for each name and question.

Titles, aliases and example questions vote: the nearer a new question is to one of them, the more its vote counts. What
each vote is worth is fitted by least squares when the index is built: that is training, of a very small model, and
every answer afterwards is inference with it.

The caller passes in the function that embeds texts, so nothing here knows which model does it. The index is one file,
named after everything it was made of, so it is never stale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..articles import Article
from .embedding import Embed, Progress, embed_all
from .npz import Arrays
from .passages import example_passages, passages
from .questions import Example
from .vectors import Float32, Quantized, means

# Bump this when an index is made differently, so that older files are rebuilt.
RECIPE = 4
# How fast a vote fades with distance, and how strongly the votes are regularized. Like every constant of the search,
# both were chosen by `benchmarks/ask.py` on questions that were left out of the fit.
SHARPNESS = 2.0
REGULARIZATION = 0.1
LARGEST_SOLVED_WHOLE = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """How a question compares: its cosine with each text, each article's nearest sentence, and the votes for it.

    `texts` is float32 [texts]; `sentences` and `votes` are float32 [articles]; `off_topic` is the sum of votes for "no
    article answers this".
    """

    texts: Float32
    sentences: Float32
    votes: Float32
    off_topic: float


class Corpus:
    """What an index is made of: the passages of `articles`, and examples of what people ask."""

    def __init__(self, articles: Sequence[Article], examples: Sequence[Example]) -> None:
        self.slugs = [one.slug for one in articles]
        self.texts = [*passages(articles), *example_passages(examples)]
        numbers = {slug: i for i, slug in enumerate(self.slugs)}
        # "No article" is the last number.
        self.owners = np.array([numbers.get(one.slug, len(numbers)) for one in self.texts])
        # All vote but the sentences, which are too many and too similar.
        self.voters = np.flatnonzero([one.kind != "sentence" for one in self.texts])
        self.sentences = np.flatnonzero([one.kind == "sentence" for one in self.texts])

    def made_of(self) -> list[Any]:
        """Return everything that the index depends on but the model."""
        return [RECIPE, self.slugs, self.texts]

    def build(self, embed: Embed, progress: Progress) -> Arrays:
        """Embed every text and fit the votes. Blocks for seconds; `progress` gets texts done, and the total."""
        return self.fit(embed_all([one.text for one in self.texts], embed, progress))

    def fit(self, vectors: Float32) -> Arrays:
        """Return the quantized embeddings of the texts, made of float32 [texts, dimensions], and the votes' worth.

        The votes are kernel ridge regression (Hastie and others, The Elements of Statistical Learning, section 12.3.7).
        """
        chosen = vectors[self.voters]
        kernel = _weight(chosen @ chosen.T)
        np.fill_diagonal(kernel, 1 + REGULARIZATION)
        targets = np.eye(len(self.slugs) + 1, dtype=np.float32)[self.owners[self.voters]]
        quantized = Quantized.of(vectors)
        return {"steps": quantized.steps, "scales": quantized.scales, "votes": solve(kernel, targets)}

    def open(self, arrays: Arrays) -> "Index":
        """Return the index in the arrays that `build` made."""
        return Index(self, Quantized(arrays["steps"], arrays["scales"]), arrays["votes"])


class Index:
    """Embeddings of all texts, what each vote is worth, and each article's neighbors.

    `votes` is float32 [voters, articles + 1]; the last column is for "no article". `neighbors` holds, for each article,
    all articles by how near their mean embeddings are, itself included.
    """

    def __init__(self, corpus: Corpus, vectors: Quantized, votes: Float32) -> None:
        self.vectors = vectors
        self.votes = votes
        count = len(corpus.slugs)
        self._voters = corpus.voters
        self._sentences = [corpus.sentences[corpus.owners[corpus.sentences] == i] for i in range(count)]
        said = [i for i, one in enumerate(corpus.texts) if one.kind != "question"]
        centers = means(vectors.rows(said), corpus.owners[said].tolist(), count)
        self.neighbors: list[list[int]] = np.argsort(-(centers @ centers.T), axis=1, kind="stable").tolist()

    def compare(self, question: Float32) -> Comparison:
        """Compare the embedding of a question, float32 [dimensions], with every text."""
        cosines = self.vectors.dot(question)
        sentences = np.array([cosines[own].max(initial=0) for own in self._sentences], np.float32)
        votes = _weight(cosines[self._voters]) @ self.votes
        return Comparison(cosines, sentences, votes[:-1], float(votes[-1]))


def _weight(cosines: Float32) -> Float32:
    """Return what a vote counts at each cosine: 1 for the same meaning, less with distance. Overwrites `cosines`."""
    cosines -= 1
    cosines *= SHARPNESS
    return np.exp(cosines, out=cosines)


def solve(kernel: Float32, targets: Float32) -> Float32:
    """Return x with `kernel` @ x = `targets`, for a symmetric positive definite `kernel` [n, n]. Overwrites both.

    By halves (the Schur complement): numpy solves in double precision on copies, which takes 0.7 GB for all voters at
    once and 0.3 GB this way, in about the same time.
    """
    if len(kernel) <= LARGEST_SOLVED_WHOLE:
        return np.asarray(np.linalg.solve(kernel, targets), np.float32)
    half = len(kernel) // 2
    beside, below = kernel[:half, half:], kernel[half:, half:]
    solved = solve(kernel[:half, :half], np.hstack([beside, targets[:half]]))
    across, first = solved[:, : len(below)], solved[:, len(below) :]
    below -= beside.T @ across
    targets[half:] -= beside.T @ first
    second = solve(below, targets[half:])
    first -= across @ second
    return np.concatenate([first, second])
