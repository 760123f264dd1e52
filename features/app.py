"""The composition root: every feature, opened together and closed together as one `Services`."""

import logging
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

import prometheus_client

from ..models.engine import Engine
from ..models.registry import Registry
from ..models.runtime import give_back_memory
from ..models.weights.cache import Cache
from ..settings import Settings, SettingsError
from ..store.errors import StoreError
from ..store.store import Store, open_store
from .ask import AskFeature, Found, open_ask
from .complete import SEATS, CompleteFeature, Written
from .cost import CostFeature, Estimate
from .downloads import Downloads, HttpDownloads
from .isit import IsItAnswer, IsItFeature
from .label import Answer, LabelFeature
from .missing_weights import catching_up
from .next_word import GrowingText, NextWords
from .quiz import ModelPredictor, QuizFeature, open_quiz
from .recent import Recent
from .recommend import RecommendFeature, open_recommend
from .translate import Translated, TranslateFeature

log = logging.getLogger(__name__)

T = TypeVar("T")

# Opening the text model is one hop, which may take long on a small and busy machine.
WRITING_DEADLINE = 120.0


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """Everything a cog may ask for, ready to use."""

    settings: Settings
    engine: Engine
    registry: Registry
    downloads: Downloads
    label: LabelFeature
    answers: Recent[Answer]
    translate: TranslateFeature
    translations: Recent[Translated]
    ask: AskFeature
    found: Recent[Found]
    isit: IsItFeature
    judged: Recent[IsItAnswer]
    complete: CompleteFeature
    written: Recent[Written]
    next_words: NextWords
    sentences: Recent[GrowingText]
    recommend: RecommendFeature
    cost: CostFeature
    estimates: Recent[Estimate]
    store: Store
    quiz: QuizFeature
    closing: AsyncExitStack

    async def close(self) -> None:
        """Stop what runs, leave no waiter hanging, and forget every picture."""
        await self.closing.aclose()


async def open_services(settings: Settings, *, downloads: Downloads | None = None) -> Services:
    """Load the models that are ready; what is missing, the search index too, is made in the background.

    Weights are fetched only when the settings allow it. Raises `SettingsError` when the data folder can't be used.
    """
    async with AsyncExitStack() as closing:
        answers = _recent(Answer, settings, closing)
        translations = _recent(Translated, settings, closing)
        found = _recent(Found, settings, closing)
        judged = _recent(IsItAnswer, settings, closing)
        written = _recent(Written, settings, closing)
        sentences = _recent(GrowingText, settings, closing)
        estimates = _recent(Estimate, settings, closing)
        downloads = downloads or HttpDownloads()
        closing.push_async_callback(downloads.close)
        metrics = prometheus_client.CollectorRegistry()
        engine = Engine(
            workers=settings.workers, queue_size=settings.queue_size, deadline=settings.deadline, registry=metrics
        )
        closing.push_async_callback(engine.close)
        if settings.metrics_port:
            _serve_metrics(settings.metrics_port, metrics, closing)
        registry = Registry(Cache(settings.cache_dir), settings.own_models, settings.default_model)
        registry.load()
        asker = open_ask(settings.cache_dir, registry, engine)
        indexed = asker.index.load()
        recommender = open_recommend(settings.cache_dir, registry, engine)
        closing.push_async_callback(recommender.close)
        give_back_memory()
        for problem in registry.problems:
            log.warning(problem)
        missing = registry.missing() if settings.fetch_weights else []
        if missing or not indexed:
            await closing.enter_async_context(
                catching_up(registry, (asker.index, recommender.index), settings.cache_dir, missing)
            )
        # Two texts at a time have threads of their own, so that they never stand in the way of pictures.
        writing = Engine(workers=SEATS, queue_size=settings.queue_size, deadline=WRITING_DEADLINE, yielding=True)
        closing.push_async_callback(writing.close)
        author = CompleteFeature(writing, registry, idle=settings.unload_minutes * 60)
        closing.push_async_callback(author.close)
        labeller = LabelFeature(engine, registry, downloads, queue_size=settings.queue_size)
        interpreter = TranslateFeature(engine, registry)
        store = await _open_store(settings)
        closing.push_async_callback(store.close)
        predictor = ModelPredictor(labeller, interpreter, registry)
        quiz = await open_quiz(settings, store, asker.articles, predictor, time.time)
        closing.push_async_callback(quiz.close)
        return Services(
            settings=settings,
            engine=engine,
            registry=registry,
            downloads=downloads,
            label=labeller,
            answers=answers,
            translate=interpreter,
            translations=translations,
            ask=asker,
            found=found,
            isit=IsItFeature(engine, registry),
            judged=judged,
            complete=author,
            written=written,
            next_words=NextWords(author, writing),
            sentences=sentences,
            recommend=recommender,
            cost=CostFeature(engine, registry, author),
            estimates=estimates,
            store=store,
            quiz=quiz,
            closing=closing.pop_all(),
        )


def _recent(_: type[T], settings: Settings, closing: AsyncExitStack) -> Recent[T]:
    """Return a memory for values of one type, which is cleared at the end."""
    memory = Recent[T](settings.remember_minutes * 60)
    closing.callback(memory.clear)
    return memory


async def _open_store(settings: Settings) -> Store:
    try:
        return await open_store(settings.data_dir)
    except StoreError as error:
        raise SettingsError(str(error)) from None


def _serve_metrics(port: int, metrics: prometheus_client.CollectorRegistry, closing: AsyncExitStack) -> None:
    try:
        server, thread = prometheus_client.start_http_server(port, addr="127.0.0.1", registry=metrics)
    except OSError:
        raise SettingsError(f"INFERBOT_METRICS_PORT is {port}, which another program uses: choose another.") from None
    closing.callback(thread.join)
    closing.callback(server.server_close)
    closing.callback(server.shutdown)
