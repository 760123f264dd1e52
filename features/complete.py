"""`/complete` without Discord: a queue of texts, one hop per token, the model opened for them and closed again.

Generation has threads of its own. Each token is a hop of about 20 ms, so a text can be stopped between any two, and the
threads yield to all others: labeling doesn't starve while texts are written. Everything that runs the model takes a
turn of one queue, a single next word, too: no button is a way around it.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from ..models.cards import GenerationCard
from ..models.engine import Engine
from ..models.errors import EngineBusy, TooManyRequests
from ..models.fair_queue import FairQueue, Share, Ticket
from ..models.owner import owner_for, working_for
from ..models.registry import Registry
from ..models.runtime import Fingerprint, give_back_memory
from ..models.tasks import sampling
from ..models.tasks.sampling import STYLES, Style, StyleName
from ..models.tasks.text_generation import MAX_TOKENS, Generation, Step, TextGenerator
from ..models.trace import Stage, Trace
from .next_word import NextWords
from .recent import Recent

# Two texts are written at a time. A class that starts all at once waits for some minutes, but it gets its texts.
SLOTS, MOST_WAITING = 2, 40
# One text at a time for each person; of one server, all but a few places.
SHARE = Share(person=1, server=35, served=1)
# What a turn of the queue costs: a token's usual time in seconds, and the tokens of a prompt that is only read.
TOKEN_SECONDS = 0.03
PROMPT_TOKENS = 4
TOKENS = 60
SEEDS = 1_000_000
# The lengths of the short runs behind the other buttons.
TEMPERATURES = (0.0, 0.7, 1.5)
HEATED_TOKENS = 24
CACHE_TOKENS = 30
STEPS_TOKENS = 12
ODDS = 5

Ended = Literal["limit", "end", "stopped"]
T = TypeVar("T")


class OneAtATime(Exception):
    """Someone who is already queued or being served wants a second place."""


class QueueFull(Exception):
    """The queue is full; `waiting` is the number of people in it."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} people are waiting.")
        self.waiting = waiting


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """A text to continue: whose, how, and at most how many tokens."""

    owner: int
    prompt: str
    style: StyleName = "balanced"
    seed: int = 1
    limit: int = TOKENS


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished request: the `text` the model added to `prompt`, and how it went."""

    request: CompletionRequest
    card: GenerationCard
    prompt: str
    text: str
    ended: Ended
    prompt_tokens: int
    steps: tuple[Step, ...]

    @property
    def first_ms(self) -> float | None:
        """The time to the first token, in milliseconds; None if there is none."""
        return self.steps[0].milliseconds if self.steps else None

    @property
    def per_second(self) -> float | None:
        """Tokens per second after the first; None if there are too few to say."""
        later = sum(step.milliseconds for step in self.steps[1:])
        return 1000 * (len(self.steps) - 1) / later if later else None

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        return 4096 + 4 * (len(self.prompt) + len(self.text)) + 200 * len(self.steps)


@dataclass(frozen=True, slots=True)
class TemperatureSample:
    """The same prompt at one temperature: the text, and the best next tokens with their scores there."""

    temperature: float
    text: str
    odds: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class CacheComparison:
    """The same tokens with and without the KV cache: the times in milliseconds, and the tokens read."""

    tokens: int
    with_ms: float
    without_ms: float
    with_read: int
    without_read: int
    cache_bytes: int


@dataclass(frozen=True, slots=True)
class CompletionSteps:
    """One more run of a request, with the model's fingerprint before and after it."""

    completion: Completion
    trace: Trace
    cache_shape: tuple[int, ...]
    cache_tensors: int
    before: Fingerprint
    after: Fingerprint


class RunningCompletion:
    """A request in the queue, or being written. Only `CompleteFeature` changes it."""

    def __init__(self, request: CompletionRequest, ticket: Ticket, queue: FairQueue) -> None:
        self.request = request
        self.key = secrets.token_urlsafe(8)
        self.stopped = False
        self.ticket = ticket
        self._queue = queue
        self.generation: Generation | None = None
        self.task: asyncio.Task[Completion] | None = None

    def stop(self) -> bool:
        """Stop before the next token, or leave the queue; return whether there was still anything to stop."""
        if self.stopped or self.task is None or self.task.done():
            return False
        self.stopped = True
        if self.generation is None:
            self.task.cancel()
        return True

    @property
    def place(self) -> int:
        """Its position in the queue; 0 while it's being written."""
        return self._queue.place(self.ticket)

    @property
    def text(self) -> str:
        """The text so far."""
        return self.generation.text if self.generation else ""

    async def done(self, within: float) -> bool:
        """Wait at most `within` seconds; return whether it's done, successfully or not."""
        if self.task is None:
            return True
        await asyncio.wait([self.task], timeout=within)
        return self.task.done()

    async def result(self) -> Completion | None:
        """Return the completion; None if it was stopped before its turn. Raises what went wrong."""
        if self.task is None:
            return None
        try:
            return await asyncio.shield(self.task)
        except asyncio.CancelledError:
            if self.stopped:
                return None
            raise


class CompleteFeature:
    """Continues texts on the threads of `engine`. The model is closed after `idle` seconds without use."""

    def __init__(self, engine: Engine, registry: Registry, remember: float = 900.0, *, idle: float = 600.0) -> None:
        self.recent = Recent[Completion]("completion", remember)
        self.next_words = NextWords(self.with_model, remember)
        self._engine = engine
        self._registry = registry
        self._idle = idle
        self._queue = FairQueue(SLOTS, MOST_WAITING, SHARE)
        self._running: dict[str, RunningCompletion] = {}
        self._users = 0
        self._opened = False
        self._timer: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def start(self, request: CompletionRequest) -> RunningCompletion:
        """Queue `request` and return at once. Raises `OneAtATime` or `QueueFull`."""
        request = replace(request, limit=min(max(request.limit, 1), MAX_TOKENS))
        running = RunningCompletion(request, self._join(request.owner, request.limit), self._queue)
        running.task = asyncio.create_task(self._write(running), name="inferbot-writing")
        # Not in the task's own `finally`: a task that's cancelled before it ran never gets there.
        running.task.add_done_callback(lambda task: self._end(running, task))
        self._running[running.key] = running
        return running

    def find(self, key: str) -> RunningCompletion | None:
        """Return the request with that key while it's queued or being written."""
        return self._running.get(key)

    def _join(self, owner: int, tokens: int) -> Ticket:
        try:
            return self._queue.join(owner_for(owner), tokens * TOKEN_SECONDS)
        except TooManyRequests as error:
            raise QueueFull(self._queue.depth) if error.of_server else OneAtATime from None
        except EngineBusy:
            raise QueueFull(self._queue.depth) from None

    async def _write(self, running: RunningCompletion) -> Completion:
        request = running.request
        await running.ticket.called
        async with self._open() as generator:
            prompt = await self._engine.run(generator.encode, request.prompt)
            style = STYLES[request.style]
            generation = await self._engine.run(Generation, generator, prompt, style, request.seed, request.limit)
            running.generation = generation
            await self._run(generation, lambda: running.stopped)
            return _completion(request, generation)

    def _end(self, running: RunningCompletion, task: asyncio.Task[Completion]) -> None:
        self._queue.leave(running.ticket)
        del self._running[running.key]
        if not task.cancelled():
            task.exception()  # retrieved, since no one may be waiting for it anymore

    async def _run(self, generation: Generation, stopped: Callable[[], bool] = lambda: False) -> None:
        """Run `generation` until it's done: one hop per token, so no one waits longer than that for a thread."""
        while not (generation.done or stopped()):
            await self._engine.run(generation.step)

    @asynccontextmanager
    async def turn(self, owner: int, tokens: int = PROMPT_TOKENS) -> AsyncGenerator[TextGenerator]:
        """Wait for a turn of about `tokens` tokens, and yield the model for as long as it lasts.

        Raises `OneAtATime`, `QueueFull`, `ModelUnavailable` or the engine's errors.
        """
        ticket = self._join(owner, tokens)
        try:
            await ticket.called
            async with self._open() as generator:
                yield generator
        finally:
            self._queue.leave(ticket)

    async def with_model(self, owner: int, function: Callable[[TextGenerator], T]) -> T:
        """Run `function` with the model in one hop. Raises like `turn`, and what `function` raises."""
        async with self.turn(owner) as generator:
            return await self._engine.run(function, generator)

    async def sample_temperatures(self, owner: int, request: CompletionRequest) -> tuple[TemperatureSample, ...]:
        """Continue the same prompt with the same seed at three temperatures. Raises like `turn`, and for the prompt."""
        async with self.turn(owner, len(TEMPERATURES) * HEATED_TOKENS) as generator:
            return tuple([await self._sample(generator, request, temperature) for temperature in TEMPERATURES])

    async def _sample(
        self, generator: TextGenerator, request: CompletionRequest, temperature: float
    ) -> TemperatureSample:
        prompt = await self._engine.run(generator.encode, request.prompt)
        style = Style(temperature, top_k=200)
        generation = await self._engine.run(Generation, generator, prompt, style, request.seed, HEATED_TOKENS)
        await self._run(generation)
        logits = await self._engine.run(generator.open_context(len(prompt)).feed, prompt)
        found = sampling.best(logits, ODDS, temperature)
        pieces = generator.pieces([one.token for one in found])
        return TemperatureSample(
            temperature, generation.text, tuple((p, one.score) for p, one in zip(pieces, found, strict=True))
        )

    async def compare_cache(self, owner: int, request: CompletionRequest) -> CacheComparison:
        """Write the same tokens with and without the KV cache. Raises like `sample_temperatures`."""
        async with self.turn(owner, 2 * CACHE_TOKENS) as generator:
            prompt = await self._engine.run(generator.encode, request.prompt)
            cached = await self._engine.run(Generation, generator, prompt, STYLES["greedy"], 0, CACHE_TOKENS)
            await self._run(cached)
            count = max(1, len(cached.steps))
            uncached = await self._engine.run(Generation, generator, prompt, STYLES["greedy"], 0, count, cached=False)
            await self._run(uncached)
            used = cached.context.bytes * cached.context.length // (len(prompt) + CACHE_TOKENS)
            return CacheComparison(len(cached.steps), _ms(cached), _ms(uncached), _read(cached), _read(uncached), used)

    async def steps(self, owner: int, request: CompletionRequest) -> CompletionSteps:
        """Write the first tokens once more, with fingerprints before and after. Raises like `sample_temperatures`."""
        async with self.turn(owner, STEPS_TOKENS) as generator:
            before = await self._engine.run(generator.fingerprint)
            trace = Trace()
            prompt = await self._engine.run(_tokenize, generator, request.prompt, trace)
            limit = min(request.limit, STEPS_TOKENS)
            generation = await self._engine.run(
                Generation, generator, prompt, STYLES[request.style], request.seed, limit
            )
            await self._run(generation)
            after = await self._engine.run(generator.fingerprint)
            _trace(generation, trace)
            self._engine.observe(trace)
            batch, heads, _, width = generation.context.shape
            shape = (batch, heads, generation.context.length, width)
            completion = _completion(request, generation)
            return CompletionSteps(completion, trace, shape, 2 * generator.card.layers, before, after)

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[TextGenerator]:
        """Yield the model, opened first if needed; it stays open for the body and a while longer."""
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
        # The person who used the model last set the timer, and this isn't their work.
        with working_for(None):
            if not self._users:
                self._opened = False
                await self._engine.run(self._registry.close_generator)
                await self._engine.run(give_back_memory)

    async def close(self) -> None:
        """Stop every text, forget every sentence, and stop the model's timer: the last text to stop sets it again."""
        self.next_words.recent.clear()
        tasks = [running.task for running in self._running.values() if running.task]
        for task in (*tasks, *self._closing):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, *self._closing, return_exceptions=True)
        if self._timer:
            self._timer.cancel()


def _completion(request: CompletionRequest, generation: Generation) -> Completion:
    ended: Ended = "end" if generation.ended else "limit" if generation.done else "stopped"
    prompt = generation.generator.decode(generation.prompt)
    steps = tuple(generation.steps)
    return Completion(request, generation.generator.card, prompt, generation.text, ended, len(generation.prompt), steps)


def _ms(generation: Generation) -> float:
    return sum(step.milliseconds for step in generation.steps)


def _read(generation: Generation) -> int:
    return sum(step.read for step in generation.steps)


def _tokenize(generator: TextGenerator, text: str, trace: Trace) -> list[int]:
    with trace.stage("tokens") as stage:
        tokens = generator.encode(text)
        stage.input = f"{len(text)} characters"
        stage.output = f"1×{len(tokens)} int64"
    return tokens


def _trace(generation: Generation, trace: Trace) -> None:
    """Add the stages of a text: the first token's, and the mean of the later ones."""
    if not generation.steps:
        return
    vocabulary = f"1×1×{generation.generator.card.vocabulary} float32"
    first, *later = generation.steps
    trace.add(Stage("read prompt", first.model_ms, f"1×{first.read} int64", vocabulary))
    trace.add(Stage("choose", first.choose_ms, vocabulary, f"1 of {first.choices} tokens"))
    if later:
        model, choose = (
            sum(times) / len(later) for times in zip(*((s.model_ms, s.choose_ms) for s in later), strict=True)
        )
        trace.add(Stage("next token", model, "1×1 int64", vocabulary))
        trace.add(Stage("choose", choose, vocabulary, "on average"))
