"""The engine: a short queue and a few threads between the event loop and work that would block it.

A job makes one hop to a worker thread and one hop back. The queue is bounded, so that a crowd hears "busy" at once
instead of waiting for ever, and each job has a deadline that counts from the moment it is handed in.
"""

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from .errors import DeadlinePassed, EngineBusy, EngineClosed
from .trace import Trace

P = ParamSpec("P")
T = TypeVar("T")

# A guess at the length of a job before the first one has finished, and how much each later one moves the mean.
FIRST_MEAN_SECONDS = 0.1
MEAN_WEIGHT = 0.2
# How long closing waits for jobs that are already running.
CLOSE_SECONDS = 5.0
# How nice a yielding thread is to all others, from 0 to 19.
YIELDING = 5
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


@dataclass(slots=True, eq=False)
class _Job:
    call: Callable[[], Any]
    # Settled once, by whoever comes first: the worker, a cancelled waiter, or close().
    future: Future[Any] = field(default_factory=Future[Any])


class Engine:
    """Runs blocking functions on ``workers`` threads, with at most ``queue_size`` jobs waiting for one.

    ``deadline`` is the longest, in seconds, that a caller waits for an answer. Threads that are ``yielding`` let all
    others go first where the system can be told so (Linux). Metrics go to ``registry``, or to a new one that
    :attr:`registry` shows.
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
        self._queue: deque[_Job] = deque()
        self._running: set[_Job] = set()
        # Guards the four fields above; never held while a job runs.
        self._changed = threading.Condition()
        self._make_metrics()
        self._ends = [Future[None]() for _ in range(workers)]
        # Daemons, so that a job that never ends cannot keep the process alive.
        self._threads = [
            threading.Thread(target=self._work, args=(end,), name=f"inference-{number}", daemon=True)
            for number, end in enumerate(self._ends)
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
        """How many jobs wait for a worker; those that run are not counted."""
        return len(self._queue)

    def expected_wait(self, jobs: int) -> float:
        """Return a guess, in seconds, of how long ``jobs`` jobs will take, from the length of the latest ones."""
        return self._mean_seconds * max(1, jobs) / len(self._threads)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return ``function(*args, **kwargs)``, called on a worker thread.

        Whatever the function raises is raised here. :class:`EngineBusy` is raised at once when the queue is full,
        :class:`DeadlinePassed` when no answer came in time (a job still queued then never starts; one that runs goes on
        to its end and its result is dropped), :class:`EngineClosed` when the engine closes or is closed.
        """
        job = _Job(lambda: function(*args, **kwargs))
        self._hand_in(job)
        timeout = asyncio.timeout(self._deadline)
        try:
            async with timeout:
                return await asyncio.wrap_future(job.future)
        except TimeoutError:
            # The job may raise a TimeoutError of its own, which is not the deadline.
            if not timeout.expired():
                raise
            self._late.inc()
            raise DeadlinePassed(self._deadline) from None
        finally:
            self._withdraw(job)

    def _hand_in(self, job: _Job) -> None:
        with self._changed:
            if self._closed:
                raise EngineClosed
            # With a worker free the job does not wait, however short the queue is.
            waiting_after = len(self._queue) + len(self._running) + 1 - len(self._threads)
            if waiting_after > self._queue_size:
                self._busy.inc()
                raise EngineBusy(self.expected_wait(len(self._queue)))
            self._queue.append(job)
            self._changed.notify()

    def _withdraw(self, job: _Job) -> None:
        with self._changed, contextlib.suppress(ValueError):
            self._queue.remove(job)

    async def close(self) -> None:
        """Stop: queued jobs raise :class:`EngineClosed` at once, running ones after a bounded wait. Safe to repeat."""
        with self._changed:
            self._closed = True
            queued = list(self._queue)
            self._queue.clear()
            self._changed.notify_all()
        _refuse(queued)
        _, stuck = await asyncio.wait([asyncio.wrap_future(end) for end in self._ends], timeout=CLOSE_SECONDS)
        _refuse(list(self._running))
        if not stuck:
            for thread in self._threads:
                thread.join()

    def observe(self, trace: Trace) -> None:
        """Count the stages of ``trace`` in the metrics."""
        for stage in trace.stages:
            self._stage_seconds.labels(stage.name).observe(stage.milliseconds / 1000)

    def _work(self, end: Future[None]) -> None:
        if self._yielding and sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING)
        while self._work_once():
            pass
        end.set_result(None)

    def _work_once(self) -> bool:
        job = self._next_job()
        if job is None:
            return False
        start = self._clock()
        _settle(job)
        seconds = self._clock() - start
        self._job_seconds.observe(seconds)
        with self._changed:
            self._running.discard(job)
            self._mean_seconds += MEAN_WEIGHT * (seconds - self._mean_seconds)
        return True

    def _next_job(self) -> _Job | None:
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if not self._queue:
                    return None
                job = self._queue.popleft()
                if job.future.set_running_or_notify_cancel():
                    self._running.add(job)
                    return job


def _settle(job: _Job) -> None:
    # A future that close() has settled already keeps that answer.
    with contextlib.suppress(InvalidStateError):
        try:
            result = job.call()
        except BaseException as error:  # noqa: BLE001 (whatever it is belongs to the waiter, not to the worker)
            job.future.set_exception(error)
        else:
            job.future.set_result(result)


def _refuse(jobs: list[_Job]) -> None:
    for job in jobs:
        with contextlib.suppress(InvalidStateError):
            job.future.set_exception(EngineClosed())
