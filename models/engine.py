"""The engine: a short queue and a few threads between the event loop and work that would block it.

A job makes one hop to a worker thread and one hop back. The queue is bounded, so that a crowd hears "busy" at once, and
each job has a deadline that counts from the moment it is submitted.
"""

import asyncio
import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from functools import partial
from typing import Any, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from .errors import DeadlinePassed, EngineBusy, EngineClosed
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


class Engine:
    """Runs blocking functions on ``workers`` threads, with at most ``queue_size`` jobs waiting for one.

    ``deadline`` is the longest, in seconds, that a caller waits for an answer. ``yielding`` threads let all others go
    first where the system supports it (Linux). Metrics go to ``registry``, or to a new one that :attr:`registry` shows.
    Everything but the jobs runs on the event loop's thread.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        queue_size: int = 32,
        deadline: float = 20.0,
        registry: CollectorRegistry | None = None,
        yielding: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registry = registry or CollectorRegistry()
        self._queue_size = queue_size
        self._deadline = deadline
        self._yielding = yielding
        self._clock = clock
        self._mean_seconds = FIRST_MEAN_SECONDS
        self._closed = False
        # What is queued or running. A withdrawn job leaves at once; its future stays in the queue, where it is skipped.
        self._jobs: dict[Future[Any], Callable[[], Any]] = {}
        self._queue = queue.SimpleQueue[Future[Any] | None]()
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
        self._late = Counter("inferbot_deadline_passed", "Jobs past their deadline.", registry=self.registry)

    @property
    def depth(self) -> int:
        """How many jobs wait for a worker, without those that run."""
        return sum(not future.running() for future in list(self._jobs))

    def expected_wait(self, jobs: int) -> float:
        """Return an estimate, in seconds, of how long ``jobs`` jobs will take, from the length of the latest ones."""
        return self._mean_seconds * max(1, jobs) / len(self._threads)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return ``function(*args, **kwargs)``, called on a worker thread; what it raises is raised here.

        Raises :class:`EngineBusy` at once when the queue is full, :class:`EngineClosed` when the engine closes or is
        closed, and :class:`DeadlinePassed` when no answer came in time. A job still queued then never starts; one that
        runs continues to its end, and its result is dropped.
        """
        job = asyncio.wrap_future(self._submit(partial(function, *args, **kwargs)))
        timeout = asyncio.timeout(self._deadline)
        try:
            async with timeout:
                return await job  # cancelled by the deadline or with this task, which withdraws a queued job
        except TimeoutError:
            # The job may raise a TimeoutError of its own, which isn't the deadline.
            if not timeout.expired():
                raise
            self._late.inc()
            raise DeadlinePassed(self._deadline) from None

    def _submit(self, call: Callable[[], T]) -> Future[T]:
        if self._closed:
            raise EngineClosed
        if len(self._jobs) >= len(self._threads) + self._queue_size:
            self._busy.inc()
            raise EngineBusy(self.expected_wait(self.depth))
        future = Future[T]()
        self._jobs[future] = call
        future.add_done_callback(self._jobs.pop)
        self._queue.put(future)
        return future

    async def close(self) -> None:
        """Stop: queued jobs raise :class:`EngineClosed` at once, running ones after a bounded wait. Safe to repeat."""
        self._closed = True
        with contextlib.suppress(queue.Empty):
            while True:
                self._refuse(self._queue.get_nowait())
        for _ in self._threads:
            self._queue.put(None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.gather(*map(asyncio.wrap_future, list(self._jobs)), return_exceptions=True)
        stuck = list(self._jobs)
        for future in stuck:
            self._refuse(future)
        for thread in () if stuck else self._threads:
            thread.join()

    def _refuse(self, future: Future[Any] | None) -> None:
        # One that was withdrawn or has just finished needs no answer.
        with contextlib.suppress(InvalidStateError):
            if future is not None:
                future.set_exception(EngineClosed())

    def observe(self, trace: Trace) -> None:
        """Count the stages of ``trace`` in the metrics."""
        for stage in trace.stages:
            self._stage_seconds.labels(stage.name).observe(stage.milliseconds / 1000)

    def _work(self) -> None:
        if self._yielding and sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING)
        while (future := self._queue.get()) is not None:
            self._run_job(future)
            del future  # waiting for the next job shouldn't keep this one's result in memory

    def _run_job(self, future: Future[Any]) -> None:
        call = self._jobs.get(future)
        if call is None or not future.set_running_or_notify_cancel():
            return
        start = self._clock()
        try:
            settle = partial(future.set_result, call())
        except BaseException as error:  # noqa: BLE001 (every exception belongs to the waiter, not to the worker)
            settle = partial(future.set_exception, error)
        seconds = self._clock() - start
        self._job_seconds.observe(seconds)
        self._mean_seconds += MEAN_WEIGHT * (seconds - self._mean_seconds)
        # A future that close() has settled already keeps that answer.
        with contextlib.suppress(InvalidStateError):
            settle()
