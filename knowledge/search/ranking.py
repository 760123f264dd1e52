"""The formula that ranks articles for a question and decides whether the best one answers it.

Every constant was chosen by `benchmarks/ask.py` on the questions that the search learns from, a fifth of them left
out of the fit at a time.
"""

from dataclasses import dataclass

import numpy as np

from .index import Comparison
from .vectors import Float32, best_first

# What the nearest sentence and the shared words add to an article's score, beside its votes.
SENTENCE, WORDS = 0.5, 0.3
# How much the votes for "no article answers this" subtract when deciding whether to answer at all.
OFF_TOPIC = 1.25
# An article is the answer from this score on. Without the model it is from this share of the question's words on that
# the article has too: BM25's scores say which article is best, but not whether it is any good.
ANSWERS = 0.07
ANSWERS_BY_WORDS = 0.65
# A question whose words all fail to tell articles apart mustn't look certain: shares are of at least this BM25 score.
LEAST_BEST = 6.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """The articles' positions, best first, and whether the first answers the question.

    Equal scores keep the articles' order. `score` is what was decided by, and `needed` the score that an answer needs.
    """

    order: tuple[int, ...]
    score: float
    needed: float
    answered: bool


def rank(compared: Comparison, by_words: Float32, named: int | None) -> Ranking:
    """Rank by votes, sentences and words. `by_words` are BM25 scores; `named` is the article whose name was asked."""
    scores = combine(compared, by_words)
    return _ranked(scores, scores - OFF_TOPIC * compared.off_topic, ANSWERS, named)


def rank_by_words(by_words: Float32, coverage: Float32, named: int | None) -> Ranking:
    """Rank by BM25 scores alone; `coverage` is the share of the question's words that each article has."""
    return _ranked(by_words, coverage, ANSWERS_BY_WORDS, named)


def combine(compared: Comparison, by_words: Float32) -> Float32:
    """Return each article's score, float32 [articles]: votes, its nearest sentence, and shared words."""
    return np.asarray(compared.votes + SENTENCE * compared.sentences + WORDS * shares(by_words), np.float32)


def shares(scores: Float32) -> Float32:
    """Return BM25 scores as shares of the best one, 0 to 1, so that long questions weigh no more than short ones."""
    return scores / max(float(scores.max(initial=0)), LEAST_BEST)


def _ranked(scores: Float32, confidence: Float32, needed: float, named: int | None) -> Ranking:
    order = best_first(scores)
    # A person who types a title or an alias means that article, whatever else is similar.
    if named is not None:
        order = [named, *(i for i in order if i != named)]
    score = float(confidence[order[0]])
    return Ranking(tuple(order), score, needed, named is not None or score >= needed)
