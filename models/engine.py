"""The engine: a short, fair queue and a few threads between the event loop and work that would block it.

A job makes one hop to a worker thread and one hop back. The queue is bounded, so that a crowd hears "busy" at once; it
is fair, so that one person can't fill it (`fair_queue.py`); and each job has a deadline that counts from the moment it
is submitted. What a job costs is measured: the queue expects of each function what its latest calls took.
"""

import asyncio
import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from .errors import DeadlinePassed, EngineBusy, EngineClosed, JobCrashed, TooManyRequests
from .fair_queue import FairQueue, Ticket
from .owner import Owner, current_owner
from .trace import Trace

P = ParamSpec("P")
T = TypeVar("T")

# The assumed length of a job before the first one has finished, and how much each later one moves the mean.
FIRST_MEAN_SECONDS = 0.1
MEAN_WEIGHT = 0.2
# How long closing waits for jobs that are already running.
CLOSE_SECONDS = 5.0
# The niceness of a yielding thread, from 0 to 19.
YIELDING = 5
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


@dataclass(slots=True, eq=False)
class _Job:
    """A call on its way through a worker thread, and back to the loop where its `answer` is awaited."""

    call: Callable[[], Any]
    kind: str
    ticket: Ticket
    answer: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Engine:
    """Runs blocking functions on ``workers`` threads, with at most ``queue_size`` jobs waiting for one.

    ``deadline`` is the longest, in seconds, that a caller waits for an answer. ``yielding`` threads let all others go
    first where the system supports it (Linux). Metrics go to ``registry``, or to a new one that :attr:`registry` shows.
    ``spent`` is told, on the loop, how many seconds each job of an owner took. Everything but the jobs runs on the
    event loop's thread.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        queue_size: int = 32,
        deadline: float = 20.0,
        registry: CollectorRegistry | None = None,
        yielding: bool = False,
        spent: Callable[[Owner, float], None] = lambda _owner, _seconds: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registry = registry or CollectorRegistry()
        self._deadline = deadline
        self._yielding = yielding
        self._spent = spent
        self._clock = clock
        self._mean_seconds = FIRST_MEAN_SECONDS
        self._mean_of: dict[str, float] = {}  # by kind of job
        self._closed = False
        self._fair = FairQueue(workers, queue_size)
        self._running: set[_Job] = set()
        self._calls = queue.SimpleQueue[_Job | None]()  # to the threads, never more than they can take at once
        self._make_metrics()
        # Daemons, so that a job that never ends can't keep the process alive.
        self._threads = [
            threading.Thread(target=self._work, name=f"inference-{number}", daemon=True) for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def _make_metrics(self) -> None:
        depth = Gauge("inferbot_queue_depth", "Jobs that wait for a worker.", registry=self.registry)
        depth.set_function(lambda: self.depth)
        self._job_seconds = Histogram(
            "inferbot_job_seconds", "Time on a worker thread.", buckets=BUCKETS, registry=self.registry
        )
        self._stage_seconds = Histogram(
            "inferbot_stage_seconds", "Time of one stage.", ["stage"], buckets=BUCKETS, registry=self.registry
        )
        self._busy = Counter("inferbot_busy", "Jobs turned away by a full queue.", registry=self.registry)
        self._over_share = Counter(
            "inferbot_over_share", "Jobs turned away because their owner has too many.", registry=self.registry
        )
        self._late = Counter("inferbot_deadline_passed", "Jobs past their deadline.", registry=self.registry)

    @property
    def depth(self) -> int:
        """How many jobs wait for a worker, without those that run."""
        return self._fair.depth

    def place_of(self, person: int) -> int:
        """Return the position in the queue of a person's first job that waits; 0 if none does."""
        return self._fair.place_of(person)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return ``function(*args, **kwargs)``, called on a worker thread; what it raises is raised here.

        What isn't an ``Exception``, such as a panic of a library in Rust, becomes :class:`JobCrashed`. Raises
        :class:`TooManyRequests` at once when the owner of the work has too many jobs here, :class:`EngineBusy` when the
        queue is full, :class:`EngineClosed` when the engine closes or is closed, and :class:`DeadlinePassed` when no
        answer came in time. A job still queued then never starts; one that runs continues to its end, and its result is
        dropped.
        """
        kind = getattr(function, "__qualname__", type(function).__qualname__)
        ticket = self._join(kind)
        timeout = asyncio.timeout(self._deadline)
        try:
            async with timeout:
                return await self._answer(ticket, kind, partial(function, *args, **kwargs))
        except TimeoutError:
            # The job may raise a TimeoutError of its own, which isn't the deadline.
            if not timeout.expired():
                raise
            self._late.inc()
            raise DeadlinePassed(self._deadline) from None

    def _join(self, kind: str) -> Ticket:
        if self._closed:
            raise EngineClosed
        try:
            return self._fair.join(current_owner(), self._mean_of.get(kind, self._mean_seconds))
        except TooManyRequests:
            self._over_share.inc()
            raise
        except EngineBusy:
            self._busy.inc()
            raise

    async def _answer(self, ticket: Ticket, kind: str, call: Callable[[], T]) -> T:
        try:
            await ticket.called
        except BaseException:  # cancelled by the deadline or with this task, or refused by `close`
            self._fair.leave(ticket)
            raise
        if self._closed:
            self._fair.leave(ticket)
            raise EngineClosed
        loop = asyncio.get_running_loop()
        job = _Job(call, kind, ticket, loop.create_future(), loop)
        self._running.add(job)
        self._calls.put(job)
        # Once a thread has it, a job ends by itself; until then it keeps its place.
        return await asyncio.shield(job.answer)

    async def close(self) -> None:
        """Stop: queued jobs raise :class:`EngineClosed` at once, running ones after a bounded wait. Safe to repeat."""
        self._closed = True
        for ticket in self._fair.waiting:
            if not ticket.called.done():
                ticket.called.set_exception(EngineClosed())
        for _ in self._threads:
            self._calls.put(None)
        if self._running:
            await asyncio.wait([job.answer for job in self._running], timeout=CLOSE_SECONDS)
        stuck = [job for job in self._running if not job.answer.done()]
        for job in stuck:
            job.answer.set_exception(EngineClosed())
        for thread in () if stuck else self._threads:
            thread.join()

    def observe(self, trace: Trace) -> None:
        """Count the stages of ``trace`` in the metrics."""
        for stage in trace.stages:
            self._stage_seconds.labels(stage.name).observe(stage.milliseconds / 1000)

    def _work(self) -> None:
        if self._yielding and sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING)
        while (job := self._calls.get()) is not None:
            self._run_job(job)
            del job  # waiting for the next job shouldn't keep this one's result in memory

    def _run_job(self, job: _Job) -> None:
        """Do a job, on a worker thread, and hand its result to the loop."""
        start = self._clock()
        try:
            settle = partial(job.answer.set_result, job.call())
        except Exception as error:  # noqa: BLE001 (every exception belongs to the waiter, not to the worker)
            settle = partial(job.answer.set_exception, error)
        except BaseException as error:  # noqa: BLE001 (PyO3's panics: no handler would catch one and answer)
            crash = JobCrashed()
            crash.__cause__ = error
            settle = partial(job.answer.set_exception, crash)
        seconds = self._clock() - start
        # A loop that is closed has no one left who waits.
        with contextlib.suppress(RuntimeError):
            job.loop.call_soon_threadsafe(self._settle, job, seconds, settle)

    def _settle(self, job: _Job, seconds: float, settle: Callable[[], None]) -> None:
        self._running.discard(job)
        self._job_seconds.observe(seconds)
        self._mean_seconds += MEAN_WEIGHT * (seconds - self._mean_seconds)
        mean = self._mean_of.get(job.kind, seconds)
        self._mean_of[job.kind] = mean + MEAN_WEIGHT * (seconds - mean)
        if job.ticket.owner is not None:
            self._spent(job.ticket.owner, seconds)
        self._fair.leave(job.ticket, seconds)
        # A job that `close` has given up on keeps that answer.
        if not job.answer.done():
            settle()
