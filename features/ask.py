"""Answering questions from the articles: search by words and by meaning. `knowledge/search/` decides which article.

Search by meaning is an inference: the question goes through a model and becomes an embedding, in one hop to the engine.
Without that model's weights the search goes by words alone.
"""

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..knowledge.articles import Article, Shelf, read_shelf
from ..knowledge.search.index import Corpus, Index
from ..knowledge.search.lexicon import Lexicon, words
from ..knowledge.search.names import Names
from ..knowledge.search.passages import Passage
from ..knowledge.search.questions import Example, read_questions
from ..knowledge.search.ranking import Ranking, rank, rank_by_words
from ..knowledge.search.vectors import Float32, best_first
from ..models.engine import Engine
from ..models.registry import Registry
from ..models.tasks.sentence_similarity import SentenceEncoder
from ..models.trace import Tensor, Trace
from .background_index import BackgroundIndex
from .recent import Recent

log = logging.getLogger(__name__)

NEAREST = 3
SHOWN_PASSAGES = 5
# Longer questions are cut here.
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
    """The result of a search.

    `article` is None when no article answers the question; `nearest` are the three best, best first. `score` is what
    was decided by, `needed` the score that an answer needs. `meant` is None when the search went by words alone;
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


class AskFeature:
    """Answers questions from `shelf`: by words at once, and by meaning once `index` is open.

    The index is cached in `folder`. `examples` are the questions that the search learns from.
    """

    def __init__(
        self,
        engine: Engine,
        registry: Registry,
        shelf: Shelf,
        examples: list[Example],
        folder: Path,
        remember: float = 900.0,
    ) -> None:
        self.recent = Recent[Found]("question", remember)
        self.articles = shelf.articles
        self._shelf = list(shelf.articles.values())
        self._numbers = {slug: i for i, slug in enumerate(shelf.articles)}
        self._names = Names(self._shelf)
        self._engine = engine
        corpus = Corpus(self._shelf, [one for one in examples if one.slug is None or one.slug in shelf.articles])
        self._texts = corpus.texts
        self.index = BackgroundIndex[Index](registry, folder, "index", lambda: corpus)

    def next_after(self, article: Article) -> Article | None:
        """Return the article nearest in meaning that isn't among this one's related ones; None without an index."""
        number = self._numbers.get(article.slug)
        if self.index.current is None or number is None:
            return None
        known = {article.slug, *article.related}
        near = (self._shelf[i] for i in self.index.current.neighbors[number])
        return next((one for one in near if one.slug not in known), None)

    def named_in(self, text: str) -> list[Article]:
        """Return the articles whose title or an alias is in `text`, in the order in which they appear there."""
        return [self._shelf[i] for i in self._names.in_text(text[:MAX_QUESTION])]

    def suggest(self, typed: str, count: int) -> list[str]:
        """Return up to `count` titles and aliases that complete what is typed so far, from memory alone."""
        return self._names.completions(typed, count)

    async def ask(self, question: str) -> Found:
        """Return the article that answers `question`, or that none does. Raises the engine's errors."""
        found = await self._engine.run(self.find, question)
        self._engine.observe(found.trace)
        return found

    def find(self, question: str) -> Found:
        """Do the same on this thread, which it blocks for some milliseconds."""
        question = question[:MAX_QUESTION]
        named = self._names.owner(question)
        index = self.index.current
        encoder = self.index.encoder() if index else None
        trace = Trace()
        with trace.stage("words") as stage:
            lexicon = self._lexicon
            stage.input = f"{len(question)} characters"
            read = lexicon.correct(words(question), encoder.knows if encoder else _knows_nothing)
            by_words = lexicon.scores(read)
            stage.output = f"{len(read)} words"
        if encoder is None or index is None or not read:
            ranking, meant = rank_by_words(by_words, lexicon.coverage(read), named), None
        else:
            ranking, meant = self._compare(index, encoder, " ".join(read), by_words, named, trace)
        nearest = tuple(self._shelf[i] for i in ranking.order[:NEAREST])
        article = nearest[0] if ranking.answered else None
        return Found(question, article, ranking.score, ranking.needed, nearest, " ".join(read), meant, trace)

    def _compare(
        self, index: Index, encoder: SentenceEncoder, read_as: str, by_words: Float32, named: int | None, trace: Trace
    ) -> tuple[Ranking, Meant]:
        with trace.stage("model") as stage:
            embedded = encoder.explain(read_as)
            stage.input = f"{len(embedded.tokens)} tokens"
            stage.output = str(Tensor.of(embedded.vector))
        with trace.stage("compare") as stage:
            compared = index.compare(embedded.vector)
            ranking = rank(compared, by_words, named)
            stage.input = f"{len(compared.texts):,} texts"
            stage.output = f"{len(ranking.order)} articles"
        near = best_first(compared.texts)[:SHOWN_PASSAGES]
        return ranking, Meant(
            tokens=embedded.tokens,
            beginning=tuple(float(number) for number in embedded.vector[:4]),
            dimensions=len(embedded.vector),
            compared=len(compared.texts),
            off_topic=compared.off_topic,
            nearest=tuple(FoundPassage(self._texts[i], float(compared.texts[i])) for i in near),
        )

    def warm(self) -> None:
        """Build the search by words now, so that the first question needn't wait for it."""
        _ = self._lexicon

    @cached_property
    def _lexicon(self) -> Lexicon:
        # Built for the first question, since it would slow the start down.
        return Lexicon(self._shelf)


def _knows_nothing(_: str) -> bool:
    return False


def open_ask(cache_dir: Path, registry: Registry, engine: Engine, remember: float = 900.0) -> AskFeature:
    """Return the search over the articles that come with Inferbot. Reads their files: blocks."""
    shelf = read_shelf()
    for problem in shelf.problems:
        log.warning(problem)
    return AskFeature(engine, registry, shelf, read_questions(), cache_dir / "search", remember)
