"""How the bot is doing: `/healthz`, `/readyz` and `/metrics` for machines, and the figures of `/status` for people.

No figure is about a person or a server: a label is the name of a stage, or of an error's class.
"""

import asyncio
import errno
import math
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Metric, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from ..models.engine import Engine
from ..models.registry import Registry
from ..quiz.running.games import Games
from ..settings import SettingsError

# How often, in seconds, the event loop is asked how late it is.
LAG_EVERY = 0.5
LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
# How long, in seconds, closing the port waits for requests that are being answered.
CLOSE_SECONDS = 1.0
UNEXPECTED = "unexpected"

# The answers that were a sentence instead of a result. One per process: errors are answered where no service is known.
REFUSED = Counter("inferbot_refused", "Requests answered with an error, by its class.", ["cause"], registry=None)


class Gateway(Protocol):
    """The part of a Discord client that knows how the connection is."""

    @property
    def latency(self) -> float:
        """The seconds between a heartbeat and its acknowledgement; NaN or infinite while there is none."""
        ...

    def is_ready(self) -> bool:
        """Tell whether the client is connected and knows its servers."""
        ...


@dataclass(frozen=True, slots=True)
class HealthStatus:
    """How the bot is doing now. `latency` is in seconds, `memory` in bytes; None where that isn't known."""

    version: str
    started_at: float
    latency: float | None
    games: int
    waiting: int
    waiting_texts: int
    missing: tuple[str, ...]
    memory: int | None


class HealthFeature:
    """Knows how the bot is doing. `gateway` is None until the first cog is loaded."""

    def __init__(
        self,
        metrics: CollectorRegistry,
        engine: Engine,
        writing: Engine,
        registry: Registry,
        games: Games,
        clock: Callable[[], float],
    ) -> None:
        self.gateway: Gateway | None = None
        self.metrics = metrics
        self._engine = engine
        self._writing = writing
        self._registry = registry
        self._games = games
        self._started_at = clock()
        self._version = version("inferbot")
        self._add_metrics()

    def _add_metrics(self) -> None:
        Info("inferbot_build", "The version that runs.", registry=self.metrics).info({"version": self._version})
        figures: dict[str, tuple[str, Callable[[], float]]] = {
            "inferbot_gateway_ready": ("1 while connected to Discord.", self.is_ready),
            "inferbot_gateway_latency_seconds": ("From a heartbeat to its acknowledgement.", self._latency),
            "inferbot_games": ("Quizzes that are on.", lambda: len(self._games)),
            "inferbot_models_missing": ("Models whose weights aren't ready.", lambda: len(self._registry.missing())),
        }
        for name, (about, figure) in figures.items():
            Gauge(name, about, registry=self.metrics).set_function(figure)
        self._lag = Histogram(
            "inferbot_loop_lag_seconds", "How late the event loop is.", buckets=LAG_BUCKETS, registry=self.metrics
        )
        self.metrics.register(_OfTexts(self._writing))
        self.metrics.register(REFUSED)
        self._process = ProcessCollector(registry=self.metrics)

    def is_ready(self) -> bool:
        """Tell whether people can be answered."""
        return self.gateway is not None and self.gateway.is_ready()

    def _latency(self) -> float:
        return self.gateway.latency if self.gateway else math.nan

    def status(self) -> HealthStatus:
        """Return how the bot is doing. Reads a few small files: call it on a worker thread."""
        latency = self._latency()
        return HealthStatus(
            version=self._version,
            started_at=self._started_at,
            latency=latency if math.isfinite(latency) else None,
            games=len(self._games),
            waiting=self._engine.depth,
            waiting_texts=self._writing.depth,
            missing=tuple(card.id for card in self._registry.missing()),
            memory=self._memory(),
        )

    def _memory(self) -> int | None:
        for figure in self._process.collect():
            if figure.name == "process_resident_memory_bytes":
                return int(figure.samples[0].value)
        return None

    async def measure_lag(self) -> None:
        """Measure how late the event loop is, again and again."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self._lag.observe(max(0.0, loop.time() - due))


class _OfTexts(Collector):
    """The metrics of the engine that texts are written on, under names of their own: `inferbot_text_…`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Yield each metric anew."""
        for metric in self._engine.registry.collect():
            metric.name = _of_texts(metric.name)
            metric.samples = [sample._replace(name=_of_texts(sample.name)) for sample in metric.samples]
            yield metric


def _of_texts(name: str) -> str:
    return name.replace("inferbot_", "inferbot_text_", 1)


def count_refusal(cause: str = UNEXPECTED) -> None:
    """Count an answer that was a sentence instead of a result; `cause` is the name of the error's class."""
    REFUSED.labels(cause).inc()


@asynccontextmanager
async def serving(health: HealthFeature, host: str, port: int) -> AsyncGenerator[int]:
    """Serve health and metrics at `host` and `port` (0 takes a free one), and yield the port.

    Raises `SettingsError` if it can't listen there.
    """
    runner = web.AppRunner(_application(health), access_log=None, shutdown_timeout=CLOSE_SECONDS)
    await runner.setup()
    lag = asyncio.create_task(health.measure_lag(), name="inferbot-loop-lag")
    try:
        await _listen(runner, host, port)
        yield runner.addresses[0][1]
    finally:
        lag.cancel()
        await asyncio.gather(lag, runner.cleanup(), return_exceptions=True)


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        why = "another program uses" if error.errno == errno.EADDRINUSE else f"can't be opened at {host}"
        raise SettingsError(
            f"INFERBOT_METRICS_PORT is {port}, which {why}: choose another, or another INFERBOT_METRICS_HOST."
        ) from None


def _application(health: HealthFeature) -> web.Application:
    async def alive(_: web.Request) -> web.Response:
        """Answer at all: whoever reads this knows that the event loop runs."""
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        status, yes = await asyncio.to_thread(health.status), health.is_ready()
        return web.json_response({"ready": yes, "missing_models": status.missing}, status=200 if yes else 503)

    async def metrics(request: web.Request) -> web.Response:
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        body = await asyncio.to_thread(encode, health.metrics)
        return web.Response(body=body, headers={"Content-Type": kind})

    application = web.Application()
    application.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)])
    return application
