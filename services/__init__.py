"""What the cogs share: one `Services` for each bot, opened with its first extension and closed with its last.

It stands outside `cogs/` on purpose: discord.py forgets an extension's modules when it is unloaded, and what keeps
the count of who still needs the services must outlive that. The bot is only a key here, so any Bot class will do.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakKeyDictionary

import prometheus_client

from ..models.engine import Engine
from ..models.examples import examples
from ..models.registry import Registry
from ..models.weights import Cache
from ..settings import Settings, SettingsError, load_settings
from ..store.errors import StoreError
from ..store.store import Store, open_store
from .asking import Asker, Found, open_asker
from .costs import Costs, Estimate
from .downloads import Downloads, HttpDownloads
from .fetching import catching_up
from .generating import SEATS, Author, Written
from .judging import Judge, Judgement
from .labelling import Answer, Labeller
from .memory import give_back_memory
from .next_words import NextWords, Sentence
from .quizzing.calendar import Draft
from .quizzing.hosting import Host
from .quizzing.library import Library
from .quizzing.practising import Practice
from .quizzing.predicting import Predictor
from .quizzing.running import Runner
from .recent import Recent
from .recommending import Recommender, open_recommender
from .translating import Interpreter, Translated

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
    labeller: Labeller
    answers: Recent[Answer]
    interpreter: Interpreter
    translations: Recent[Translated]
    asker: Asker
    found: Recent[Found]
    judge: Judge
    judged: Recent[Judgement]
    author: Author
    written: Recent[Written]
    next_words: NextWords
    sentences: Recent[Sentence]
    recommender: Recommender
    costs: Costs
    estimates: Recent[Estimate]
    practices: Recent[Practice]
    drafts: Recent[Draft]
    store: Store
    library: Library
    host: Host
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
        judged = _recent(Judgement, settings, closing)
        written = _recent(Written, settings, closing)
        sentences = _recent(Sentence, settings, closing)
        estimates = _recent(Estimate, settings, closing)
        practices = _recent(Practice, settings, closing)
        drafts = _recent(Draft, settings, closing)
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
        asker = open_asker(settings.cache_dir, registry, engine)
        indexed = asker.load()
        recommender = open_recommender(settings.cache_dir, registry, engine)
        closing.push_async_callback(recommender.close)
        give_back_memory()
        for problem in registry.problems:
            log.warning(problem)
        missing = registry.missing() if settings.fetch_weights else []
        if missing or not indexed:
            await closing.enter_async_context(catching_up(registry, (asker, recommender), settings.cache_dir, missing))
        # Two texts at a time have threads of their own, so that they never stand in the way of pictures.
        writing = Engine(workers=SEATS, queue_size=settings.queue_size, deadline=WRITING_DEADLINE, yielding=True)
        closing.push_async_callback(writing.close)
        author = Author(writing, registry, idle=settings.unload_minutes * 60)
        closing.push_async_callback(author.close)
        labeller = Labeller(engine, registry, downloads, queue_size=settings.queue_size)
        interpreter = Interpreter(engine, registry)
        store = await _open_store(settings)
        closing.push_async_callback(store.close)
        library = Library(store, articles=asker.articles, examples=examples(), own_folder=settings.own_packs)
        await library.load()
        for problem in library.problems:
            log.warning(problem)
        runner = Runner(store, library, Predictor(labeller, interpreter, registry), time.time)
        closing.push_async_callback(runner.close)
        return Services(
            settings=settings,
            engine=engine,
            registry=registry,
            downloads=downloads,
            labeller=labeller,
            answers=answers,
            interpreter=interpreter,
            translations=translations,
            asker=asker,
            found=found,
            judge=Judge(engine, registry),
            judged=judged,
            author=author,
            written=written,
            next_words=NextWords(author, writing),
            sentences=sentences,
            recommender=recommender,
            costs=Costs(engine, registry, author),
            estimates=estimates,
            practices=practices,
            drafts=drafts,
            store=store,
            library=library,
            host=Host(runner),
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


@dataclass(frozen=True, slots=True)
class _Holding:
    services: Services
    holders: set[str]


Opener = Callable[[], Awaitable[Services]]

_held: WeakKeyDictionary[object, _Holding] = WeakKeyDictionary()
_locks: WeakKeyDictionary[object, asyncio.Lock] = WeakKeyDictionary()
_openers: WeakKeyDictionary[object, Opener] = WeakKeyDictionary()


def open_with(bot: object, opener: Opener) -> None:
    """Have the extensions of `bot` open their services this way, instead of from the environment and `.env`."""
    _openers[bot] = opener


async def acquire(bot: object, holder: str) -> Services:
    """Return the services of `bot`, opened if `holder` (an extension's name) is the first to ask.

    Raises `SettingsError` when a setting is wrong.
    """
    async with _locks.setdefault(bot, asyncio.Lock()):
        holding = _held.get(bot)
        if holding is None:
            opener = _openers.get(bot, _from_environment)
            holding = _held[bot] = _Holding(await opener(), set())
        holding.holders.add(holder)
        return holding.services


async def release(bot: object, holder: str) -> None:
    """Let go of the services of `bot`; the last holder closes them. Asking twice, or without holding, is fine."""
    async with _locks.setdefault(bot, asyncio.Lock()):
        holding = _held.get(bot)
        if holding is None:
            return
        holding.holders.discard(holder)
        if not holding.holders:
            del _held[bot]
            await holding.services.close()


async def _from_environment() -> Services:
    return await open_services(load_settings())
