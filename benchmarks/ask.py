"""How well a question finds its article: by words alone, by meaning alone, and both together, and how fast.

Three sets of questions. The search learns from those in `knowledge/questions`, so for them a fifth at a time is left
out of what it learns from, and their figures are what its constants were chosen by. They are the hardest, since they
were written to tell neighbours apart. Those in `benchmarks/questions` are held back: nothing is ever tuned on them.
Those in `benchmarks/unseen` were written after everything was settled, and changed nothing.

    python benchmarks/ask.py [--errors]
"""

import argparse
import hashlib
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt
from inferbot.features.ask import AskFeature
from inferbot.knowledge.articles import read_shelf
from inferbot.knowledge.search import ranking
from inferbot.knowledge.search.embedding import embed_all
from inferbot.knowledge.search.index import Corpus, Index
from inferbot.knowledge.search.lexicon import Lexicon, words
from inferbot.knowledge.search.questions import Example, read_questions
from inferbot.models.engine import Engine
from inferbot.models.registry import Registry
from inferbot.models.tasks.sentence_similarity import SentenceEncoder
from inferbot.models.weights.cache import Cache
from inferbot.settings import load_settings

Float32 = npt.NDArray[np.float32]

HELD_BACK = Path(__file__).parent / "questions"
UNSEEN = Path(__file__).parent / "unseen"
FOLDS = 5
# The share of on-topic questions that every way of searching is made to answer when their thresholds are compared.
ANSWERED = 0.95


class Bench:
    """The articles, the questions, and the embeddings of everything, made once."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self.encoder = encoder
        self.articles = list(read_shelf().articles.values())
        self.slugs = [one.slug for one in self.articles]
        self.lexicon = Lexicon(self.articles)
        self.learnt = read_questions()
        self.held = read_questions(HELD_BACK)
        self.unseen = read_questions(UNSEEN)
        corpus = Corpus(self.articles, self.learnt)
        said = len(corpus.texts) - len(self.learnt)
        self.passages = [np.flatnonzero(corpus.owners[:said] == i) for i in range(len(self.slugs))]
        texts = [one.text for one in corpus.texts]
        self.vectors = embed_all(texts, encoder.embed, lambda _done, _total: None)

    def index(self, left_out: npt.NDArray[np.bool_] | None = None) -> Index:
        """Return the index fitted on the questions to learn from, but for those that are `left_out`."""
        keep = np.ones(len(self.learnt), bool) if left_out is None else ~left_out
        corpus = Corpus(self.articles, [one for one, kept in zip(self.learnt, keep, strict=True) if kept])
        said = np.ones(len(self.vectors) - len(keep), bool)
        return corpus.open(corpus.fit(self.vectors[np.concatenate([said, keep])]))

    def nearest(self, cosines: Float32) -> Float32:
        """Return the cosine of each article's nearest passage, float32 [articles]."""
        return np.array([cosines[own].max() for own in self.passages], np.float32)

    def scores(self, index: Index, question: str) -> dict[str, tuple[Float32, float]]:
        """Return, by way of searching, the score of each article, and what is taken away before deciding."""
        read = self.lexicon.correct(words(question), self.encoder.knows)
        by_words = self.lexicon.scores(read)
        meaning = index.compare(self.encoder.explain(" ".join(read)).vector)
        together = ranking.combine(meaning, by_words)
        return {
            "BM25 alone": (by_words, 0.0),
            "embeddings alone": (self.nearest(meaning.texts), 0.0),
            "together": (together, ranking.OFF_TOPIC * meaning.off_topic),
        }


def rank(bench: Bench, examples: Sequence[Example], folds: int) -> dict[str, tuple[Float32, Float32]]:
    """Return, by way of searching, the scores [questions, articles] and what is taken away [questions]."""
    places = [hashlib.sha256(one.question.encode()).digest()[1] % folds if folds else 0 for one in examples]
    left_out = [np.array([place == fold for place in places]) for fold in range(folds)]
    layers = [bench.index(out) for out in left_out] or [bench.index()]
    rows = [bench.scores(layers[place], one.question) for one, place in zip(examples, places, strict=True)]
    return {way: (np.array([row[way][0] for row in rows]), np.array([row[way][1] for row in rows])) for way in rows[0]}


def print_table(bench: Bench, name: str, examples: Sequence[Example], folds: int, *, errors: bool) -> None:
    """Print one line for each way of searching."""
    gold = np.array([bench.slugs.index(one.slug) if one.slug else -1 for one in examples])
    on = gold >= 0
    print(f"\n{name}: {on.sum()} questions with an article, {(~on).sum()} without\n")
    print("| search | first | among the first three | answered | turned away | threshold |")
    print("| --- | --- | --- | --- | --- | --- |")
    for way, (scores, taken) in rank(bench, examples, folds).items():
        order = np.argsort(-scores, axis=1, kind="stable")
        first = (order[on, 0] == gold[on]).mean()
        three = (order[on, :3] == gold[on, None]).any(axis=1).mean()
        best = scores.max(axis=1) - taken
        threshold = ranking.ANSWERS if way == "together" else float(np.quantile(best[on], 1 - ANSWERED))
        kept, away = (best[on] >= threshold).mean(), (best[~on] < threshold).mean()
        print(f"| {way} | {first:.1%} | {three:.1%} | {kept:.1%} | {away:.1%} | {threshold:.2f} |")
        if way == "together" and errors:
            print_errors(bench, examples, order, best, threshold)


def print_errors(
    bench: Bench, examples: Sequence[Example], order: npt.NDArray[np.int64], best: Float32, threshold: float
) -> None:
    """Print each question that went wrong, and how."""
    for one, row, score in zip(examples, order.tolist(), best.tolist(), strict=True):
        got = bench.slugs[int(row[0])]
        verdict = "answered" if score >= threshold else "turned away"
        if (one.slug and (got != one.slug or score < threshold)) or (not one.slug and score >= threshold):
            print(f"  {one.slug or 'off-topic'}: {verdict}, {got} {score:.2f}: {one.question[:110]}")


def print_times(registry: Registry, examples: Sequence[Example]) -> None:
    """Print how long a question takes, model included, and how long an index takes to build and to open."""
    engine = Engine(workers=1)
    with tempfile.TemporaryDirectory() as folder:
        shelf, questions = read_shelf(), read_questions()
        asker = AskFeature(engine, registry, shelf, questions, Path(folder))
        started = time.perf_counter()
        asker.index.refresh()
        built = time.perf_counter() - started
        started = time.perf_counter()
        again = AskFeature(engine, registry, read_shelf(), read_questions(), Path(folder))
        again.index.load()
        opened = time.perf_counter() - started
    for one in examples[:20]:
        again.find(one.question)
    taken: list[float] = []
    for one in examples:
        started = time.perf_counter()
        again.find(one.question)
        taken.append((time.perf_counter() - started) * 1000)
    print("\n| time | |")
    print("| --- | --- |")
    print(f"| one question, p50 of {len(taken)} | {median(taken):.1f} ms |")
    print(f"| one question, p95 | {np.quantile(taken, 0.95):.1f} ms |")
    print(f"| the index, built from nothing | {built:.1f} s |")
    print(f"| articles and index, opened from the cache | {opened:.2f} s |")


def main() -> None:
    """Print both tables and the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="list the questions to learn from that went wrong")
    parser.add_argument("--only-learnt", action="store_true", help="leave the questions that are held back alone")
    arguments = parser.parse_args()
    settings = load_settings()
    registry = Registry(Cache(settings.cache_dir), None, settings.default_model)
    registry.load()
    bench = Bench(registry.encoder())
    print_table(bench, "Learnt from, a fifth left out at a time", bench.learnt, FOLDS, errors=arguments.errors)
    if not arguments.only_learnt:
        print_table(bench, "Held back", bench.held, 0, errors=False)
        if bench.unseen:
            print_table(bench, "Written after the tuning", bench.unseen, 0, errors=False)
        print_times(registry, bench.held)


if __name__ == "__main__":
    main()
