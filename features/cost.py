"""What inference costs, next to a live run on this very machine. Knows nothing of Discord."""

import statistics
from dataclasses import dataclass
from functools import cached_property

from ..knowledge.costing import Cost, Home, Workload, drawing_cost, hosted_cost, own_cost, rented_cost
from ..knowledge.prices import Prices, read_prices
from ..models.engine import Engine
from ..models.errors import ModelUnavailable
from ..models.examples import Example, examples
from ..models.registry import Registry
from ..models.runtime import Fingerprint
from ..models.tasks.image_classification import ImageClassifier
from .complete import CompleteFeature, Order, Steps

RUNS = 5
WATTS = 30.0
# What a small language model goes on with while the clock is running.
SAMPLE = (
    "A model that has been trained is used again and again. Each time it reads an input, works through its weights and "
    "gives an output, and nothing in it changes. That is"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A live run: what the model did, the milliseconds of one such job, the median of `runs`, and the proof.

    `one` is how many milliseconds a request of the workload takes at the `pace` that was seen (words for people);
    `before` and `after` are the model's fingerprints around the run.
    """

    model: str
    job: str
    milliseconds: float
    one: float
    pace: str
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

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory; the price list is there once for all."""
        return 2048 + 256 * len(self.costs)


class CostFeature:
    """Works out costs with the registry's models: photos on the engine's threads, texts as the `author` writes them."""

    def __init__(self, engine: Engine, registry: Registry, author: CompleteFeature) -> None:
        self._engine = engine
        self._registry = registry
        self._author = author

    @cached_property
    def prices(self) -> Prices:
        """The price list. Reads a file the first time: blocks for some milliseconds."""
        return read_prices()

    async def home(self) -> Home:
        """Return a small computer at home and the price of electricity from the list."""
        prices = await self._engine.run(lambda: self.prices)
        return Home(WATTS, prices.electricity.kwh)

    async def estimate(self, owner: int, work: Workload, at: Home) -> Estimate:
        """Run a model now, and return what the work costs here and elsewhere.

        Raises `OneAtATime` or `LineFull` while texts are written, or the engine's errors.
        """
        prices = await self._engine.run(lambda: self.prices)
        if work.kind == "pictures":
            costs = [drawing_cost(one, work) for one in prices.drawing]
        else:
            costs = [hosted_cost(one, work, prices) for one in prices.hosted]
        costs += [rented_cost(one, work, prices) for one in prices.gpu]
        measured = await self._measure(owner, work)
        own = own_cost(measured.one, work, at) if measured else None
        return Estimate(work, at, prices, tuple(costs), measured, own)

    async def _measure(self, owner: int, work: Workload) -> Measured | None:
        try:
            if work.kind == "text":
                return _written(await self._author.steps(owner, Order(owner, SAMPLE, "greedy")), work)
            if work.kind == "photos":
                return await self._engine.run(_look, self._registry.classifier(), next(iter(examples().values())))
        except ModelUnavailable:
            return None
        return None


def _written(steps: Steps, work: Workload) -> Measured | None:
    """Return what a request of `work` takes by the pace at which a short text was read and gone on with."""
    if not steps.written.steps:
        return None
    first, *later = steps.written.steps
    reading = first.milliseconds / first.read
    writing = statistics.mean(step.milliseconds for step in later or [first])
    whole = sum(step.milliseconds for step in steps.written.steps)
    return Measured(
        model=steps.written.card.title,
        job=f"read {first.read} tokens and wrote {1 + len(later)}",
        milliseconds=whole,
        one=work.tokens_in * reading + work.tokens_out * writing,
        pace=f"{reading:.1f} ms for a token in, {writing:.1f} ms for a token out",
        runs=1,
        before=steps.before,
        after=steps.after,
    )


def _look(classifier: ImageClassifier, example: Example) -> Measured:
    data = example.read()
    before = classifier.fingerprint()
    times = [classifier.classify(data).trace.total_ms for _ in range(RUNS)]
    after = classifier.fingerprint()
    one = statistics.median(times)
    return Measured(
        classifier.card.title, "labelled a photo", one, one, f"{one:.1f} ms for a photo", RUNS, before, after
    )
