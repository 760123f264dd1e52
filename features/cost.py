"""`/cost` without Discord: what inference costs, next to a live run on this machine."""

import statistics
from dataclasses import dataclass, replace
from functools import cached_property

from ..knowledge.costing import Cost, Home, Workload, drawing_cost, hosted_cost, own_cost, rented_cost
from ..knowledge.prices import Prices, read_prices
from ..models.engine import Engine
from ..models.errors import ModelUnavailable
from ..models.examples import Example, examples
from ..models.registry import Registry
from ..models.runtime import Fingerprint
from ..models.tasks.image_classification import ImageClassifier
from .complete import CompleteFeature, CompletionRequest, CompletionSteps
from .drawing.cost import draw_costs
from .recent import Recent

RUNS = 5
WATTS = 30.0
# What a small language model continues while it's timed.
SAMPLE = (
    "A model that has been trained is used again and again. Each time it reads an input, works through its weights and "
    "gives an output, and nothing in it changes. That is"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A live run: what the model did, the milliseconds of one such job, the median of `runs`, and the proof.

    `one` is how many milliseconds a request of the workload takes at the measured `pace` (words for people);
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
    """What a workload costs; `measured` and `own` are None if no model here can do it. `chart` is a PNG."""

    work: Workload
    at: Home
    prices: Prices
    costs: tuple[Cost, ...]
    measured: Measured | None
    own: Cost | None
    chart: bytes = b""

    @property
    def all_costs(self) -> tuple[Cost, ...]:
        """Every option, this machine last."""
        return (*self.costs, *([self.own] if self.own else []))

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory; the price list is shared."""
        return 2048 + 256 * len(self.costs) + len(self.chart)


class CostFeature:
    """Prices a workload, timed with the registry's models: photos on the engine's threads, texts through `complete`."""

    def __init__(self, engine: Engine, registry: Registry, complete: CompleteFeature, remember: float = 900.0) -> None:
        self.recent = Recent[Estimate]("estimate", remember)
        self._engine = engine
        self._registry = registry
        self._complete = complete

    @cached_property
    def prices(self) -> Prices:
        """The price list. Reads a file the first time: blocks for a few milliseconds."""
        return read_prices()

    async def home(self) -> Home:
        """Return a small computer at home and the price of electricity from the list."""
        prices = await self._engine.run(lambda: self.prices)
        return Home(WATTS, prices.electricity.kwh)

    async def estimate(self, owner: int, work: Workload, at: Home) -> Estimate:
        """Run a model now, and return what the work costs here and elsewhere.

        Raises `OneAtATime` or `QueueFull` while texts are written, or the engine's errors.
        """
        prices = await self._engine.run(lambda: self.prices)
        if work.kind == "pictures":
            costs = [drawing_cost(one, work) for one in prices.drawing]
        else:
            costs = [hosted_cost(one, work, prices) for one in prices.hosted]
        costs += [rented_cost(one, work, prices) for one in prices.gpu]
        measured = await self._measure(owner, work)
        own = own_cost(measured.one, work, at) if measured else None
        estimate = Estimate(work, at, prices, tuple(costs), measured, own)
        return replace(estimate, chart=await self._engine.run(draw_costs, estimate.all_costs, own, prices))

    async def _measure(self, owner: int, work: Workload) -> Measured | None:
        try:
            if work.kind == "text":
                steps = await self._complete.steps(owner, CompletionRequest(owner, SAMPLE, "greedy"))
                return _measured_text(steps, work)
            if work.kind == "photos":
                return await self._engine.run(
                    _measured_photo, self._registry.classifier(), next(iter(examples().values()))
                )
        except ModelUnavailable:
            return None
        return None


def _measured_text(steps: CompletionSteps, work: Workload) -> Measured | None:
    """Return how long a request of `work` takes, at the pace at which a short text was read and continued."""
    if not steps.completion.steps:
        return None
    first, *later = steps.completion.steps
    reading = first.milliseconds / first.read
    writing = statistics.mean(step.milliseconds for step in later or [first])
    whole = sum(step.milliseconds for step in steps.completion.steps)
    return Measured(
        model=steps.completion.card.title,
        job=f"read {first.read} tokens and wrote {1 + len(later)}",
        milliseconds=whole,
        one=work.tokens_in * reading + work.tokens_out * writing,
        pace=f"{reading:.1f} ms for a token in, {writing:.1f} ms for a token out",
        runs=1,
        before=steps.before,
        after=steps.after,
    )


def _measured_photo(classifier: ImageClassifier, example: Example) -> Measured:
    data = example.read()
    before = classifier.fingerprint()
    times = [classifier.classify(data).trace.total_ms for _ in range(RUNS)]
    after = classifier.fingerprint()
    one = statistics.median(times)
    return Measured(
        classifier.card.title, "labelled a photo", one, one, f"{one:.1f} ms for a photo", RUNS, before, after
    )
