"""What inference costs, next to a live run on this very machine. Knows nothing of Discord."""

import statistics
import time
from dataclasses import dataclass
from functools import cached_property

from ..knowledge.costing import Cost, Home, Workload, drawing_cost, hosted_cost, own_cost, rented_cost
from ..knowledge.prices import Prices, read_prices
from ..models.engine import Engine
from ..models.errors import ModelUnavailable
from ..models.examples import Example, examples
from ..models.image_classification import Fingerprint, ImageClassifier
from ..models.registry import Registry
from ..models.sentence_similarity import SentenceEncoder

RUNS = 5
WATTS = 30.0
SAMPLE = (
    "A model that has been trained is used again and again. Each time it reads an input, works through its weights and "
    "gives an output, and nothing in it changes. That is inference, and this very text is being read by a small model "
    "on this machine, while a clock is running, to see how many milliseconds it takes to read so many words."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A live run: what the model did, the median milliseconds of one such job over `runs`, and the proof.

    `units` is how many tokens (or photos) the job was; `before` and `after` are the model's fingerprints around it.
    """

    model: str
    job: str
    milliseconds: float
    units: int
    runs: int
    before: Fingerprint
    after: Fingerprint


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a workload costs, one way and another; `measured` and `own` are None where nothing here can do it."""

    work: Workload
    at: Home
    prices: Prices
    costs: tuple[Cost, ...]
    measured: Measured | None
    own: Cost | None

    @property
    def all_costs(self) -> tuple[Cost, ...]:
        """Every way of doing it, this machine last."""
        return (*self.costs, *([self.own] if self.own else []))


class Costs:
    """Works out costs with the registry's models, on the engine's threads."""

    def __init__(self, engine: Engine, registry: Registry) -> None:
        self._engine = engine
        self._registry = registry

    @cached_property
    def prices(self) -> Prices:
        """The price list. Reads a file the first time: blocks for some milliseconds."""
        return read_prices()

    async def home(self) -> Home:
        """Return a small computer at home and the price of electricity from the list."""
        prices = await self._engine.run(lambda: self.prices)
        return Home(WATTS, prices.electricity.kwh)

    async def estimate(self, work: Workload, at: Home) -> Estimate:
        """Run a model now, and return what the work costs here and elsewhere. Raises the engine's errors."""
        return await self._engine.run(self._estimate, work, at)

    def _estimate(self, work: Workload, at: Home) -> Estimate:
        prices = self.prices
        if work.kind == "pictures":
            costs = [drawing_cost(one, work) for one in prices.drawing]
        else:
            costs = [hosted_cost(one, work, prices) for one in prices.hosted]
        costs += [rented_cost(one, work, prices) for one in prices.gpu]
        measured = self._measure(work)
        own = own_cost(_for_one_request(measured, work), work, at) if measured else None
        return Estimate(work, at, prices, tuple(costs), measured, own)

    def _measure(self, work: Workload) -> Measured | None:
        try:
            if work.kind == "text":
                return _read(self._registry.encoder())
            if work.kind == "photos":
                return _look(self._registry.classifier(), next(iter(examples().values())))
        except ModelUnavailable:
            return None
        return None


def _for_one_request(measured: Measured, work: Workload) -> float:
    """Return the milliseconds of one request: all of its tokens are read, at the pace of the job that was timed."""
    share = work.tokens_in / measured.units if work.kind == "text" else 1.0
    return measured.milliseconds * share


def _read(encoder: SentenceEncoder) -> Measured:
    before = encoder.fingerprint()
    times: list[float] = []
    count = 0
    for _ in range(RUNS):
        started = time.perf_counter()
        count = len(encoder.explain(SAMPLE).tokens)
        times.append((time.perf_counter() - started) * 1000)
    after = encoder.fingerprint()
    return Measured(encoder.card.title, f"read {count} tokens", statistics.median(times), count, RUNS, before, after)


def _look(classifier: ImageClassifier, example: Example) -> Measured:
    data = example.read()
    before = classifier.fingerprint()
    times = [classifier.classify(data).trace.total_ms for _ in range(RUNS)]
    after = classifier.fingerprint()
    return Measured(classifier.card.title, "labelled a photo", statistics.median(times), 1, RUNS, before, after)
