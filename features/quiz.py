"""The quiz: its games, packs, nights, practice and scores, and the models that it asks what they will say."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Mapping

from ..knowledge.articles import Article
from ..knowledge.packs import Known, Question, ToTranslate
from ..models.engine import Engine
from ..models.errors import InferenceError, ModelUnavailable
from ..models.examples import examples
from ..models.registry import Registry
from ..models.tasks.language_names import NAMES
from ..models.trace import Trace
from ..quiz.running.asked import Asked, Prediction
from ..quiz.running.daily import Daily
from ..quiz.running.games import Games
from ..quiz.running.library import EVERYTHING, Library, NoQuestions
from ..quiz.running.nights import Nights
from ..quiz.running.practice import Practice, practice
from ..quiz.running.predictor import NoPrediction, Predictor
from ..quiz.running.scores import Scores
from ..quiz.running.situations import SITUATIONS, TITLE, situation_questions
from ..settings import Settings
from ..store.records import EventRecord
from ..store.store import Store
from . import decency
from .decency import NotForAll
from .drawing.quiz import night_banner
from .label import LabelFeature
from .recent import Recent
from .translate import TranslateFeature, Untranslatable

log = logging.getLogger(__name__)

# Too little for a person to call two translations different.
ENDINGS = " .!?\u2026"


class QuizFeature:
    """Everything the quiz's cog needs. `practices` and `drafts` are what buttons of private messages refer to."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        library: Library,
        predictor: Predictor,
        clock: Callable[[], float],
        remember: float,
    ) -> None:
        self._engine = engine
        self.library = library
        self.predictor = predictor
        self.games = Games(store, library, predictor, clock)
        self.nights = Nights(store, library, self.games)
        self.daily = Daily(store, library)
        self.scores = Scores(store, library)
        self.practices = Recent[Practice]("practice", remember)
        self.drafts = Recent[EventRecord]("plan", remember)

    async def practise(
        self,
        guild: int | None,
        user: int,
        *,
        pack: str = EVERYTHING,
        difficulty: str | None = None,
        article: str | None = None,
    ) -> tuple[str, Practice]:
        """Return a new practice and the key to it. Raises `NoSuchPack` or `NoQuestions`."""
        if pack in (SITUATIONS, TITLE):
            found = list(await asyncio.to_thread(situation_questions))
        else:
            found = self.library.choose(
                guild, pack=pack, difficulty=difficulty, article=article, fits=self.predictor.can
            )
        begun = practice(user, found)
        return self.practices.remember(begun, begun.size), begun

    async def banner(self, title: str) -> bytes | None:
        """Return the banner of a quiz night as a PNG; None while there's no thread to draw it: events need none."""
        try:
            return await self._engine.run(night_banner, title)
        except InferenceError:
            return None

    async def practise_about(self, guild: int | None, user: int, article: str) -> tuple[str, Practice]:
        """Return a new practice on an article, or on everything if there is no question on it."""
        try:
            return await self.practise(guild, user, article=article)
        except NoQuestions:
            return await self.practise(guild, user)

    async def close(self) -> None:
        """Stop the games, which stay open in the store, and forget every practice and draft."""
        await self.games.close()
        self.practices.clear()
        self.drafts.clear()


def known_to_packs(articles: Mapping[str, Article]) -> Known:
    """Return what packs may refer to."""
    return Known(articles, examples(), NAMES)


async def open_quiz(
    settings: Settings,
    engine: Engine,
    store: Store,
    articles: Mapping[str, Article],
    predictor: Predictor,
    clock: Callable[[], float],
) -> QuizFeature:
    """Return the quiz with every pack read; problems of the owner's own are logged."""
    library = Library(store, known_to_packs(articles), settings.own_packs)
    await library.load()
    for problem in library.problems:
        log.warning(problem)
    return QuizFeature(engine, store, library, predictor, clock, settings.remember_minutes * 60)


class ModelPredictor:
    """Runs the model a question is about: the image model on a bundled photo, or a translation model on a sentence."""

    def __init__(self, engine: Engine, label: LabelFeature, translate: TranslateFeature, registry: Registry) -> None:
        self._engine = engine
        self._label = label
        self._translate = translate
        self._registry = registry

    def can(self, question: Question) -> bool:
        """Return whether the question has its answer, or the model that gives it is available."""
        if question.answer is not None:
            return True
        if question.translate is not None:
            return (question.translate.source, question.translate.target) in self._translate.pairs()
        try:
            self._registry.classifier()
        except ModelUnavailable:
            return False
        return True

    async def get_ready(self, asked: Asked) -> None:
        """Open the model a question is about, so no one waits for it when the question closes."""
        if asked.answer is None and asked.translate is not None:
            with contextlib.suppress(InferenceError):  # the prediction will say so
                await self._translate.open(asked.translate.source, asked.translate.target)

    async def predict(self, asked: Asked) -> Prediction:
        """Return what the model says about the question's photo or sentence. Raises `NoPrediction`."""
        try:
            if asked.translate is not None:
                return await self._translated(asked, asked.translate)
            return await self._labeled(asked)
        except (InferenceError, Untranslatable, NotForAll, KeyError) as error:
            raise NoPrediction from error

    async def _labeled(self, asked: Asked) -> Prediction:
        answer = await self._label.label(0, [examples()[asked.example or ""]])
        result = answer.labeled[0].result
        if result is None:
            raise NoPrediction
        best = result.labels[0]
        return Prediction(best.name, best.score, _stages(result.trace), _position(asked, best.name))

    async def _translated(self, asked: Asked, sentence: ToTranslate) -> Prediction:
        done = await self._translate.translate(0, sentence.text, source=sentence.source, target=sentence.target)
        translation = done.translation
        await decency.check(self._engine, translation.text)
        scores = [max(step.chosen.score, 1e-9) for one in translation.sentences for step in one.steps]
        score = math.exp(sum(map(math.log, scores)) / len(scores))
        return Prediction(translation.text, score, _stages(translation.trace), _position(asked, translation.text))


def _position(asked: Asked, said: str) -> int:
    """Return which option the model chose; the last one is "something else"."""
    names = [_compared(one.text) for one in asked.options]
    return names.index(_compared(said)) if _compared(said) in names else len(names) - 1


def _compared(text: str) -> str:
    return text.casefold().strip(ENDINGS)


def _stages(trace: Trace) -> tuple[tuple[str, float], ...]:
    return tuple((one.name, one.milliseconds) for one in trace.stages)
