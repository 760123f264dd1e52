"""Answering questions from the articles: search by words and by meaning, combined. Knows nothing of Discord.

Search by meaning is an inference: the question goes through a model and becomes an embedding, in one hop to the engine.
Without that model's weights the search goes by words alone.
"""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..knowledge.articles import Article, Shelf, read_shelf
from ..knowledge.search import index as indexes
from ..knowledge.search.index import Index, Meaning, Progress
from ..knowledge.search.lexicon import Lexicon, Passage, asked, passages, shares, words
from ..knowledge.search.questions import Example, read_questions
from ..knowledge.search.similarity import grouped, nearest
from ..models.engine import Engine
from ..models.errors import ModelUnavailable
from ..models.registry import Registry
from ..models.tasks.sentence_similarity import SentenceEncoder
from ..models.trace import Tensor, Trace

log = logging.getLogger(__name__)

Float32 = npt.NDArray[np.float32]

# What the nearest sentence and the words count in the score of an article, beside the votes; chosen by
# `benchmarks/search.py` on the questions that the search learns from, with a fifth of them left out at a time.
SENTENCE, WORDS = 0.5, 0.3
# How much the votes for "no article answers this" take away when it is decided whether to answer at all.
OFF_TOPIC = 1.25
# An article is the answer from this score on. Without the model, it is from this share of the question's words on that
# the article has too: BM25's own scores say which article is best, but not whether it is any good.
ANSWERS = 0.07
ANSWERS_BY_WORDS = 0.65
NEAREST = 3
SHOWN_PASSAGES = 5
# Longer questions are read up to here.
MAX_QUESTION = 2000


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage and how near it is: the cosine of its embedding and the question's, -1 to 1."""

    passage: Passage
    cosine: float


@dataclass(frozen=True, slots=True)
class Meant:
    """How the model read a question: its tokens, the first numbers of its embedding, and the nearest texts.

    `off_topic` is the sum of votes that no article answers it.
    """

    tokens: tuple[str, ...]
    beginning: tuple[float, ...]
    dimensions: int
    compared: int
    off_topic: float
    nearest: tuple[FoundPassage, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a question led to.

    `article` is None when no article covers it; `nearest` are the three best, best first. `score` is what was decided
    by, `needed` the score from which on an article is the answer. `meant` is None when the search went by words alone;
    `read_as` is the question as it was read, spelling corrected.
    """

    question: str
    article: Article | None
    score: float
    needed: float
    nearest: tuple[Article, ...]
    read_as: str
    meant: Meant | None
    trace: Trace

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        return 4096 + 4 * len(self.question)


class StoppedError(Exception):
    """Building the index was stopped in the middle."""


class AskFeature:
    """Answers questions from `shelf`, by words at once, and by meaning as soon as `refresh` has opened an index.

    The index is kept in `folder`. `examples` are the questions that the search learns from.
    """

    def __init__(self, engine: Engine, registry: Registry, shelf: Shelf, examples: list[Example], folder: Path) -> None:
        self.articles = shelf.articles
        self._shelf = list(shelf.articles.values())
        self._slugs = list(shelf.articles)
        # Whoever types a title or an alias means that article, whatever else is like it.
        self._names = {name.casefold(): i for i, one in enumerate(self._shelf) for name in (*one.aliases, one.title)}
        self._engine = engine
        self._registry = registry
        learnt = [one for one in examples if one.slug is None or one.slug in shelf.articles]
        self._texts = [*passages(self._shelf), *asked(learnt)]
        self._folder = folder
        self._lexicon: Lexicon | None = None  # made by the first question
        self._lexicon_lock = threading.Lock()
        self._index: Index | None = None
        self._stopped = threading.Event()

    def load(self) -> bool:
        """Open the index if the model is there and a fresh index lies in the cache; return whether it is open."""
        if self._index is None and (encoder := self._encoder()):
            self._index = indexes.load(self._path(encoder), self._slugs, self._texts)
        return self._index is not None

    def refresh(self, progress: Progress = lambda _done, _total: None) -> bool:
        """Open the index, built and stored first where there is no fresh one; return whether it is open.

        Blocks, for seconds when it builds. Raises `StoppedError` when `stop` was called meanwhile.
        """
        encoder = self._encoder()
        if encoder is None or self.load():
            return self._index is not None

        def report(done: int, total: int) -> None:
            if self._stopped.is_set():
                raise StoppedError
            progress(done, total)

        built = indexes.build(self._slugs, self._texts, encoder.embed, report)
        try:
            _remove_old(self._folder)
            indexes.save(built, self._path(encoder))
        except OSError as error:
            log.warning("the search index could not be stored", extra={"reason": str(error)})
        self._index = built
        return True

    def stop(self) -> None:
        """Have a `refresh` that runs in another thread end soon."""
        self._stopped.set()

    def _encoder(self) -> SentenceEncoder | None:
        try:
            return self._registry.encoder()
        except ModelUnavailable:
            return None

    def _path(self, encoder: SentenceEncoder) -> Path:
        model = f"{encoder.card.model_dump_json()} {encoder.card.source and encoder.card.source.file_sha256}"
        key = indexes.key_of(self._slugs, self._texts, model)
        return self._folder / f"index-{key[:32]}.npz"

    def next_after(self, article: Article) -> Article | None:
        """Return the article nearest in meaning to this one that is not among its related ones; None without an index.

        It is found as `/recommend` finds films: by the average of what each says. Takes a millisecond or two.
        """
        if self._index is None or article.slug not in self._slugs:
            return None
        owners = {
            i: self._slugs.index(one.slug) for i, one in enumerate(self._texts) if one.slug and one.kind != "question"
        }
        said = self._index.vectors.rows(list(owners))
        vectors = grouped(said, list(owners.values()), len(self._slugs))
        own = self._slugs.index(article.slug)
        known = {own, *(self._slugs.index(slug) for slug in article.related if slug in self._slugs)}
        near = nearest(vectors, vectors[own], 1, known)
        return self._shelf[near[0][0]] if near else None

    def named_in(self, text: str) -> list[Article]:
        """Return the articles whose title or an alias stands in `text`, in the order in which they stand there."""
        plain = f" {' '.join(words(text[:MAX_QUESTION]))} "
        places: dict[int, int] = {}
        for name, i in self._names.items():
            place = plain.find(f" {' '.join(words(name))} ")
            if place >= 0:
                places[i] = min(place, places.get(i, place))
        return [self._shelf[i] for i in sorted(places, key=places.__getitem__)]

    def suggest(self, typed: str, count: int) -> list[str]:
        """Return up to `count` titles and aliases for what somebody has typed so far, from memory alone.

        Those that begin with it come first; of nothing typed, the titles.
        """
        wanted = typed.strip().casefold()
        if not wanted:
            return [one.title for one in self._shelf][:count]
        titles = [one.title for one in self._shelf]
        names = titles + [alias for one in self._shelf for alias in one.aliases]
        found = [name for name in names if wanted in name.casefold()]
        return sorted(found, key=lambda name: not name.casefold().startswith(wanted))[:count]

    async def ask(self, question: str) -> Found:
        """Return the article that answers `question`, or that none does. Raises the engine's errors."""
        found = await self._engine.run(self.find, question)
        self._engine.observe(found.trace)
        return found

    def find(self, question: str) -> Found:
        """Do the same on this very thread, which it blocks for some milliseconds."""
        question = question[:MAX_QUESTION]
        trace = Trace()
        encoder = self._encoder() if self._index else None
        with trace.stage("words") as stage:
            lexicon = self._words()
            stage.input = f"{len(question)} characters"
            read = lexicon.correct(words(question), encoder.knows if encoder else _knows_nothing)
            by_words = lexicon.scores(read)
            stage.output = f"{len(read)} words"
        read_as = " ".join(read)
        if encoder is None or self._index is None or not read:
            covered = np.array([lexicon.coverage(read, i) for i in range(len(self._shelf))], np.float32)
            return self._decide(question, read_as, by_words, covered, ANSWERS_BY_WORDS, None, trace)
        with trace.stage("model") as stage:
            embedded = encoder.explain(read_as)
            stage.input = f"{len(embedded.tokens)} tokens"
            stage.output = str(Tensor.of(embedded.vector))
        with trace.stage("compare") as stage:
            meaning = self._index.compare(embedded.vector)
            scores = combine(meaning, by_words)
            stage.input = f"{len(meaning.texts):,} texts"
            stage.output = f"{len(scores)} articles"
        order: list[int] = np.argsort(-meaning.texts)[:SHOWN_PASSAGES].tolist()
        near = tuple(FoundPassage(self._texts[i], float(meaning.texts[i])) for i in order)
        vector = embedded.vector
        start = tuple(float(number) for number in vector[:4])
        meant = Meant(embedded.tokens, start, len(vector), len(meaning.texts), meaning.off_topic, near)
        decided = scores - OFF_TOPIC * meaning.off_topic
        return self._decide(question, read_as, scores, decided, ANSWERS, meant, trace)

    def _decide(
        self,
        question: str,
        read_as: str,
        scores: Float32,
        decided: Float32,
        needed: float,
        meant: Meant | None,
        trace: Trace,
    ) -> Found:
        order: list[int] = np.argsort(-scores, kind="stable").tolist()
        named = self._names.get(question.strip().casefold())
        if named is not None:
            order.remove(named)
            order.insert(0, named)
        nearest = tuple(self._shelf[i] for i in order[:NEAREST])
        score = float(decided[order[0]])
        article = nearest[0] if named is not None or score >= needed else None
        return Found(question, article, score, needed, nearest, read_as, meant, trace)

    def warm(self) -> None:
        """Make the search by words now, so that the first question need not wait for it."""
        self._words()

    def _words(self) -> Lexicon:
        """Return the search by words, made when the first question comes: it takes a while, and a start should not."""
        with self._lexicon_lock:
            if self._lexicon is None:
                self._lexicon = Lexicon(self._shelf)
        return self._lexicon


def combine(meaning: Meaning, by_words: Float32) -> Float32:
    """Return the score of each article, float32 [articles]: votes, the nearest of its sentences, and shared words."""
    return np.asarray(meaning.votes + SENTENCE * meaning.sentences + WORDS * shares(by_words), np.float32)


def _knows_nothing(_: str) -> bool:
    return False


def _remove_old(folder: Path) -> None:
    """Remove indexes of older articles or models."""
    for path in folder.glob("index-*.npz"):
        path.unlink(missing_ok=True)


def open_ask(cache_dir: Path, registry: Registry, engine: Engine) -> AskFeature:
    """Return an asker of the articles that come with Inferbot. Reads their files: blocks."""
    shelf = read_shelf()
    for problem in shelf.problems:
        log.warning(problem)
    return AskFeature(engine, registry, shelf, read_questions(), cache_dir / "search")
