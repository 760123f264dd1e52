"""The composition root: every feature, opened together and closed together as one `Services`."""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from ..knowledge.articles import Article
from ..models.engine import Engine
from ..models.registry import Registry
from ..models.runtime import give_back_memory, keep_large_blocks_apart
from ..models.weights.cache import Cache
from ..settings import Settings, SettingsError
from ..store.errors import StoreError
from ..store.store import Store, open_store
from .ask import AskFeature, open_ask
from .complete import SLOTS, CompleteFeature
from .cost import CostFeature
from .decency import is_decent
from .downloads import Downloads, HttpDownloads
from .drawing.canvas import keep_fonts_in
from .fair_use import FairUse
from .health import HealthFeature, serving
from .isit import IsItFeature
from .label import LabelFeature
from .missing_weights import catching_up
from .privacy import PrivacyFeature
from .quiz import ModelPredictor, QuizFeature, open_quiz
from .recommend import RecommendFeature, open_recommend
from .translate import TranslateFeature
from .unloading import unloading

log = logging.getLogger(__name__)

# Opening the text model is one hop, which may take long on a small and busy machine.
WRITING_DEADLINE = 120.0


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """What features are made of: settings, threads, models, storage and the time in Unix seconds.

    Texts are written, and classifiers trained, by `writing`, on threads of their own that yield to all others: what
    takes long in many small steps never delays `engine`.
    What `closing` holds is closed last to first.
    """

    settings: Settings
    engine: Engine
    writing: Engine
    registry: Registry
    downloads: Downloads
    store: Store
    clock: Callable[[], float]
    closing: AsyncExitStack
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    fair_use: FairUse = field(default_factory=FairUse)

    @property
    def remember(self) -> float:
        """For how many seconds buttons under an answer find what they need."""
        return self.settings.remember_minutes * 60


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """Everything a cog may ask for, ready to use: one feature per command, and what they share."""

    settings: Settings
    engine: Engine
    registry: Registry
    downloads: Downloads
    label: LabelFeature
    translate: TranslateFeature
    ask: AskFeature
    isit: IsItFeature
    complete: CompleteFeature
    recommend: RecommendFeature
    cost: CostFeature
    quiz: QuizFeature
    privacy: PrivacyFeature
    health: HealthFeature
    fair_use: FairUse
    closing: AsyncExitStack

    async def close(self) -> None:
        """Stop what runs, leave no waiter hanging, and forget every picture."""
        await self.closing.aclose()


async def open_services(settings: Settings, *, downloads: Downloads | None = None) -> Services:
    """Open the models that are ready, and every feature; what's missing is fetched or built in the background.

    Weights are fetched only if the settings allow it. Raises `SettingsError` if the data folder can't be used.
    """
    closing = AsyncExitStack()
    keep_large_blocks_apart()
    keep_fonts_in(settings.cache_dir / "matplotlib")
    try:
        core = await _open_core(settings, downloads or HttpDownloads(), closing)
        ask = open_ask(settings.cache_dir, core.registry, core.engine, core.remember)
        indexed = ask.index.load()
        recommend = open_recommend(settings.cache_dir, core.registry, core.engine)
        give_back_memory()
        missing = core.registry.missing() if settings.fetch_weights else []
        indexes = (ask.index, recommend.index) if missing or not indexed else ()
        repairs = settings.fetch_weights
        await closing.enter_async_context(
            catching_up(core.registry, indexes, settings.cache_dir, missing, repairs=repairs)
        )
        await closing.enter_async_context(unloading(core.registry, settings.unload_minutes * 60))
        services = await open_features(core, ask, recommend, ask.articles)
        if settings.metrics_port:
            address = str(settings.metrics_host), settings.metrics_port
            await closing.enter_async_context(serving(services.health, *address))
    except BaseException:
        await closing.aclose()
        raise
    for problem in core.registry.problems:
        log.warning(problem)
    return services


async def _open_core(settings: Settings, downloads: Downloads, closing: AsyncExitStack) -> Core:
    closing.push_async_callback(downloads.close)
    metrics = CollectorRegistry()
    fair_use = FairUse()
    engine = Engine(
        workers=settings.workers,
        queue_size=settings.queue_size,
        deadline=settings.deadline,
        registry=metrics,
        spent=fair_use.spent,
    )
    closing.push_async_callback(engine.close)
    registry = Registry(Cache(settings.cache_dir), settings.own_models, settings.default_model, fits=is_decent)
    registry.load()
    writing = Engine(
        workers=SLOTS,
        queue_size=settings.queue_size,
        deadline=WRITING_DEADLINE,
        yielding=True,
        spent=fair_use.spent,
    )
    closing.push_async_callback(writing.close)
    store = await _open_store(settings)
    closing.push_async_callback(store.close)
    return Core(settings, engine, writing, registry, downloads, store, time.time, closing, metrics, fair_use)


async def open_features(
    core: Core, ask: AskFeature, recommend: RecommendFeature, articles: Mapping[str, Article]
) -> Services:
    """Return every feature, made of `core`; closing them closes `core`, too. Quiz packs may refer to `articles`."""
    closing, remember = core.closing, core.remember
    label = LabelFeature(
        core.engine, core.registry, core.downloads, queue_size=core.settings.queue_size, remember=remember
    )
    translate = TranslateFeature(core.engine, core.registry, remember)
    complete = CompleteFeature(core.writing, core.registry, remember, idle=core.settings.unload_minutes * 60)
    isit = IsItFeature(core.engine, core.registry, remember, training=core.writing)
    cost = CostFeature(core.engine, core.registry, complete, remember)
    predictor = ModelPredictor(core.engine, label, translate, core.registry)
    quiz = await open_quiz(core.settings, core.engine, core.store, articles, predictor, core.clock)
    for feature in (label, translate, ask, isit, complete, cost):
        closing.callback(feature.recent.clear)
    for feature in (recommend, complete, quiz):
        closing.push_async_callback(feature.close)
    return Services(
        settings=core.settings,
        engine=core.engine,
        registry=core.registry,
        downloads=core.downloads,
        label=label,
        translate=translate,
        ask=ask,
        isit=isit,
        complete=complete,
        recommend=recommend,
        cost=cost,
        quiz=quiz,
        privacy=PrivacyFeature(core.store, core.clock, quiz.library),
        health=HealthFeature(core.metrics, core.engine, core.writing, core.registry, quiz.games, core.clock),
        fair_use=core.fair_use,
        closing=closing,
    )


async def _open_store(settings: Settings) -> Store:
    try:
        return await open_store(settings.data_dir)
    except StoreError as error:
        raise SettingsError(str(error)) from None
