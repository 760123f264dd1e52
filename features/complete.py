"""Going on with texts: who writes when, a token a hop, the model opened for it and closed again. No Discord in here.

Generation has threads of its own. Each token is a hop of about 20 ms, so that a text can be stopped between any two,
and the threads let all others go first: labelling does not starve while texts are written.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Literal

from ..models.cards import GenerationCard
from ..models.engine import Engine
from ..models.registry import Registry
from ..models.runtime import Fingerprint, give_back_memory
from ..models.tasks import sampling
from ..models.tasks.sampling import STYLES, Style, StyleName
from ..models.tasks.text_generation import MAX_TOKENS, Generation, Step, TextGenerator
from ..models.trace import Stage, Trace
from .queue import Queue, Ticket
from .recent import Recent

SEATS, ROOM = 2, 8
TOKENS = 60
SEEDS = 1_000_000
# How long the short runs of the other buttons are.
TEMPERATURES = (0.0, 0.7, 1.5)
HEATED_TOKENS = 24
CACHE_TOKENS = 30
STEPS_TOKENS = 12
ODDS = 5

Ended = Literal["limit", "end", "stopped"]


@dataclass(frozen=True, slots=True)
class Order:
    """A text to go on with: whose, how, and at most how many tokens."""

    owner: int
    prompt: str
    style: StyleName = "balanced"
    seed: int = 1
    limit: int = TOKENS


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an order: the `text` that the model added to `prompt`, and how it went."""

    order: Order
    card: GenerationCard
    prompt: str
    text: str
    ended: Ended
    prompt_tokens: int
    steps: tuple[Step, ...]

    @property
    def first_ms(self) -> float | None:
        """The time to the first token, in milliseconds; None when there is none."""
        return self.steps[0].milliseconds if self.steps else None

    @property
    def per_second(self) -> float | None:
        """Tokens a second after the first; None when there are not enough to say."""
        later = sum(step.milliseconds for step in self.steps[1:])
        return 1000 * (len(self.steps) - 1) / later if later else None

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        return 4096 + 4 * (len(self.prompt) + len(self.text)) + 200 * len(self.steps)


@dataclass(frozen=True, slots=True)
class Heated:
    """The same prompt at one temperature: what was written, and the best next tokens with their scores there."""

    temperature: float
    text: str
    odds: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Uncached:
    """The same tokens written with the KV cache and without it: the times in milliseconds, and how much was read."""

    tokens: int
    with_ms: float
    without_ms: float
    with_read: int
    without_read: int
    cache_bytes: int


@dataclass(frozen=True, slots=True)
class Steps:
    """How a text came about, done once more, with the weights' fingerprint from before and after it."""

    written: Written
    trace: Trace
    cache_shape: tuple[int, ...]
    cache_tensors: int
    before: Fingerprint
    after: Fingerprint


class Writing:
    """A text that is on its way: in the line, or being written. Only its `Author` changes it."""

    def __init__(self, order: Order, ticket: Ticket) -> None:
        self.order = order
        self.key = secrets.token_urlsafe(8)
        self.stopped = False
        self.ticket = ticket
        self.writer: Generation | None = None
        self.task: asyncio.Task[Written] | None = None

    def stop(self) -> bool:
        """Stop before the next token, or leave the line; return whether there was anything to stop still."""
        if self.stopped or self.task is None or self.task.done():
            return False
        self.stopped = True
        if self.writer is None:
            self.task.cancel()
        return True

    @property
    def place(self) -> int:
        """How many texts come first, this one counted; 0 when it is its turn."""
        return self.ticket.place

    @property
    def text(self) -> str:
        """What is there so far."""
        return self.writer.text if self.writer else ""

    async def done(self, within: float) -> bool:
        """Wait at most `within` seconds; return whether it is done, well or not."""
        if self.task is None:
            return True
        await asyncio.wait([self.task], timeout=within)
        return self.task.done()

    async def result(self) -> Written | None:
        """Return what was written; None when it was stopped before its turn. Raises what went wrong."""
        if self.task is None:
            return None
        try:
            return await asyncio.shield(self.task)
        except asyncio.CancelledError:
            if self.stopped:
                return None
            raise


class CompleteFeature:
    """Goes on with texts on the threads of `engine`, with the model that `registry` opens for it.

    The model is closed when nobody has used it for `idle` seconds.
    """

    def __init__(self, engine: Engine, registry: Registry, remember: float = 900.0, *, idle: float = 600.0) -> None:
        self.recent = Recent[Written]("completion", remember)
        self._engine = engine
        self._registry = registry
        self._idle = idle
        self._line = Queue(SEATS, ROOM)
        self._under_way: dict[str, Writing] = {}
        self._users = 0
        self._opened = False
        self._timer: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def begin(self, order: Order) -> Writing:
        """Put `order` in the line and return it at once. Raises `OneAtATime` or `LineFull`."""
        order = replace(order, limit=min(max(order.limit, 1), MAX_TOKENS))
        writing = Writing(order, self._line.join(order.owner))
        writing.task = asyncio.create_task(self._write(writing), name="inferbot-writing")
        # Not at the task's own end: one that is stopped before it ever ran has none.
        writing.task.add_done_callback(lambda task: self._end(writing, task))
        self._under_way[writing.key] = writing
        return writing

    def find(self, key: str) -> Writing | None:
        """Return the text of that key while it is on its way."""
        return self._under_way.get(key)

    async def _write(self, writing: Writing) -> Written:
        order = writing.order
        await writing.ticket.seat()
        async with self._open() as generator:
            prompt = await self._engine.run(generator.encode, order.prompt)
            style = STYLES[order.style]
            writer = await self._engine.run(Generation, generator, prompt, style, order.seed, order.limit)
            writing.writer = writer
            await self._run(writer, lambda: writing.stopped)
            return _written(order, writer)

    def _end(self, writing: Writing, task: asyncio.Task[Written]) -> None:
        self._line.leave(writing.ticket)
        del self._under_way[writing.key]
        if not task.cancelled():
            task.exception()  # looked at, since nobody may wait for it any more

    async def _run(self, writer: Generation, stopped: Callable[[], bool] = lambda: False) -> None:
        """Have `writer` write until it is done: a hop a token, so that nobody waits longer than that for a thread."""
        while not (writer.done or stopped()):
            await self._engine.run(writer.step)

    async def score(self, text: str, chosen: Sequence[int] = ()) -> tuple[TextGenerator, list[int], sampling.Float32]:
        """Return the model, the tokens of `text` with those `chosen` after it, and the logits of the next one.

        Raises `NoPrompt`, `PromptTooLong`, `ModelUnavailable` or the engine's errors.
        """
        async with self._open() as generator:
            return await self._engine.run(_score, generator, text, chosen)

    async def heat(self, owner: int, order: Order) -> tuple[Heated, ...]:
        """Go on with the same prompt and seed at three temperatures. Raises as `begin` and `score`."""
        async with self._line.turn(owner), self._open() as generator:
            return tuple([await self._heat(generator, order, temperature) for temperature in TEMPERATURES])

    async def _heat(self, generator: TextGenerator, order: Order, temperature: float) -> Heated:
        prompt = await self._engine.run(generator.encode, order.prompt)
        style = Style(temperature, top_k=200)
        writer = await self._engine.run(Generation, generator, prompt, style, order.seed, HEATED_TOKENS)
        await self._run(writer)
        logits = await self._engine.run(generator.open_context(len(prompt)).feed, prompt)
        found = sampling.best(logits, ODDS, temperature)
        pieces = generator.pieces([one.token for one in found])
        return Heated(temperature, writer.text, tuple((p, one.score) for p, one in zip(pieces, found, strict=True)))

    async def uncache(self, owner: int, order: Order) -> Uncached:
        """Write the same tokens with the KV cache and without it. Raises as `begin` and `score`."""
        async with self._line.turn(owner), self._open() as generator:
            prompt = await self._engine.run(generator.encode, order.prompt)
            cached = await self._engine.run(Generation, generator, prompt, STYLES["greedy"], 0, CACHE_TOKENS)
            await self._run(cached)
            count = max(1, len(cached.steps))
            uncached = await self._engine.run(Generation, generator, prompt, STYLES["greedy"], 0, count, cached=False)
            await self._run(uncached)
            used = cached.context.bytes * cached.context.length // (len(prompt) + CACHE_TOKENS)
            return Uncached(len(cached.steps), _ms(cached), _ms(uncached), _read(cached), _read(uncached), used)

    async def steps(self, owner: int, order: Order) -> Steps:
        """Write the beginning once more, the weights fingerprinted before and after. Raises as `begin` and `score`."""
        async with self._line.turn(owner), self._open() as generator:
            before = await self._engine.run(generator.fingerprint)
            trace = Trace()
            prompt = await self._engine.run(_tokenise, generator, order.prompt, trace)
            limit = min(order.limit, STEPS_TOKENS)
            writer = await self._engine.run(Generation, generator, prompt, STYLES[order.style], order.seed, limit)
            await self._run(writer)
            after = await self._engine.run(generator.fingerprint)
            _trace(writer, trace)
            self._engine.observe(trace)
            batch, heads, _, width = writer.context.shape
            shape = (batch, heads, writer.context.length, width)
            written = _written(order, writer)
            return Steps(written, trace, shape, 2 * generator.card.layers, before, after)

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[TextGenerator]:
        """Give the model, opened if it is not; it stays open for the body and a while longer."""
        self._users += 1
        if self._timer:
            self._timer.cancel()
        try:
            generator = await self._engine.run(self._registry.generator)
            if not self._opened:
                self._opened = True
                await self._engine.run(give_back_memory)
            yield generator
        finally:
            self._users -= 1
            if not self._users:
                self._timer = asyncio.get_running_loop().call_later(self._idle, self._rest)

    def _rest(self) -> None:
        task = asyncio.create_task(self._unload(), name="inferbot-unload")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _unload(self) -> None:
        if not self._users:
            self._opened = False
            await self._engine.run(self._registry.close_generator)
            await self._engine.run(give_back_memory)

    async def close(self) -> None:
        """Stop every text and forget the model's timer."""
        if self._timer:
            self._timer.cancel()
        tasks = [writing.task for writing in self._under_way.values() if writing.task]
        for task in (*tasks, *self._closing):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, *self._closing, return_exceptions=True)


def _written(order: Order, writer: Generation) -> Written:
    ended: Ended = "end" if writer.ended else "limit" if writer.done else "stopped"
    prompt = writer.generator.decode(writer.prompt)
    steps = tuple(writer.steps)
    return Written(order, writer.generator.card, prompt, writer.text, ended, len(writer.prompt), steps)


def _score(
    generator: TextGenerator, text: str, chosen: Sequence[int]
) -> tuple[TextGenerator, list[int], sampling.Float32]:
    tokens = [*generator.encode(text), *chosen]
    return generator, tokens, generator.open_context(len(tokens)).feed(tokens)


def _ms(writer: Generation) -> float:
    return sum(step.milliseconds for step in writer.steps)


def _read(writer: Generation) -> int:
    return sum(step.read for step in writer.steps)


def _tokenise(generator: TextGenerator, text: str, trace: Trace) -> list[int]:
    with trace.stage("tokens") as stage:
        tokens = generator.encode(text)
        stage.input = f"{len(text)} characters"
        stage.output = f"1×{len(tokens)} int64"
    return tokens


def _trace(writer: Generation, trace: Trace) -> None:
    """Note the stages of a text: the first token's, and the mean of the later ones."""
    if not writer.steps:
        return
    vocabulary = f"1×1×{writer.generator.card.vocabulary} float32"
    first, *later = writer.steps
    trace.add(Stage("read prompt", first.model_ms, f"1×{first.read} int64", vocabulary))
    trace.add(Stage("choose", first.choose_ms, vocabulary, f"1 of {first.choices} tokens"))
    if later:
        model, choose = (
            sum(times) / len(later) for times in zip(*((s.model_ms, s.choose_ms) for s in later), strict=True)
        )
        trace.add(Stage("next token", model, "1×1 int64", vocabulary))
        trace.add(Stage("choose", choose, vocabulary, "on average"))
