"""The engine under load, past deadlines and while it shuts down. Events, not clocks, decide the order of things."""

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from inferbot.models import engine as engine_module
from inferbot.models.engine import Engine
from inferbot.models.errors import DeadlinePassed, EngineBusy, EngineClosed, JobCrashed, TooManyRequests
from inferbot.models.owner import Owner, working_for
from inferbot.models.trace import Stage, Trace

LONG = 30.0


class Gate:
    """A job that says when it runs and waits to be let go."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.released = threading.Event()
        self.runs = 0

    def __call__(self) -> str:
        self.runs += 1
        self.started.set()
        assert self.released.wait(LONG)
        return "done"

    async def wait_started(self) -> None:
        while not self.started.is_set():  # noqa: ASYNC110 (set by a thread)
            await asyncio.sleep(0.001)


@pytest.fixture
async def gates() -> AsyncIterator[Callable[[], Gate]]:
    made = weakref.WeakSet[Gate]()

    def make() -> Gate:
        gate = Gate()
        made.add(gate)
        return gate

    yield make
    for gate in made:
        gate.released.set()


@pytest.fixture
async def one_worker() -> AsyncIterator[Engine]:
    engine = Engine(workers=1, queue_size=2)
    yield engine
    await engine.close()


def metric(engine: Engine, name: str) -> float | None:
    return engine.registry.get_sample_value(name)


def add(a: int, *, b: int) -> int:
    return a + b


def worker_name() -> str:
    return threading.current_thread().name


async def test_runs_a_function_with_its_arguments_on_a_worker_thread(one_worker: Engine) -> None:
    assert await one_worker.run(add, 1, b=2) == 3
    assert await one_worker.run(worker_name) == "inference-0"
    assert metric(one_worker, "inferbot_job_seconds_count") == 2


async def test_an_exception_reaches_the_caller_and_the_worker_lives_on(one_worker: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        await one_worker.run(lambda: 1 / 0)
    assert await one_worker.run(add, 1, b=1) == 2


async def test_what_is_no_exception_becomes_one_that_handlers_catch(one_worker: Engine) -> None:
    class PanicException(BaseException):
        """As PyO3 raises it for a panic in Rust; like the original, it isn't an Exception."""

    def panic() -> None:
        raise PanicException("capacity overflow")

    with pytest.raises(JobCrashed) as error:
        await one_worker.run(panic)
    assert isinstance(error.value.__cause__, PanicException)
    assert await one_worker.run(add, 1, b=1) == 2


async def test_a_timeout_error_of_the_job_is_not_the_deadline(one_worker: Engine) -> None:
    def times_out() -> None:
        raise TimeoutError("of the job")

    with pytest.raises(TimeoutError, match="of the job"):
        await one_worker.run(times_out)


async def test_a_full_queue_says_busy_at_once_and_keeps_what_it_has(
    one_worker: Engine, gates: Callable[[], Gate]
) -> None:
    gate = gates()
    waiting = [asyncio.create_task(one_worker.run(gate)) for _ in range(3)]
    await gate.wait_started()
    assert one_worker.depth == 2
    assert metric(one_worker, "inferbot_queue_depth") == 2
    with pytest.raises(EngineBusy) as busy:
        await one_worker.run(gate)
    assert busy.value.retry_after > 0
    assert metric(one_worker, "inferbot_busy_total") == 1
    gate.released.set()
    assert await asyncio.gather(*waiting) == ["done"] * 3
    assert one_worker.depth == 0


async def test_two_hundred_at_once_are_answered_or_told_busy() -> None:
    engine = Engine(workers=2, queue_size=32)
    answers = await asyncio.gather(*(engine.run(add, n, b=0) for n in range(200)), return_exceptions=True)
    await engine.close()
    done = [answer for answer in answers if isinstance(answer, int)]
    assert len(done) >= 34
    assert all(isinstance(answer, int | EngineBusy) for answer in answers)


async def test_retry_after_follows_the_mean_job_time_and_the_depth(gates: Callable[[], Gate]) -> None:
    now = [0.0]

    def takes_ten_seconds() -> None:
        now[0] += 10.0

    engine = Engine(workers=1, queue_size=1, clock=lambda: now[0])
    for _ in range(40):
        await engine.run(takes_ten_seconds)
    gate = gates()
    waiting = [asyncio.create_task(engine.run(gate)) for _ in range(2)]
    await gate.wait_started()
    with pytest.raises(EngineBusy) as busy:
        await engine.run(gate)
    assert busy.value.retry_after == pytest.approx(10.0, rel=0.01)
    gate.released.set()
    await asyncio.gather(*waiting)
    await engine.close()


async def test_a_queued_job_past_its_deadline_never_starts(gates: Callable[[], Gate]) -> None:
    engine = Engine(workers=1, deadline=0.05)
    running, queued = gates(), gates()
    first = asyncio.create_task(engine.run(running))
    await running.wait_started()
    with pytest.raises(DeadlinePassed) as late:
        await engine.run(queued)
    assert late.value.seconds == 0.05
    assert engine.depth == 0
    running.released.set()
    with pytest.raises(DeadlinePassed):
        await first
    await engine.close()
    assert queued.runs == 0


async def test_a_running_job_past_its_deadline_frees_its_waiter(gates: Callable[[], Gate]) -> None:
    engine = Engine(workers=1, deadline=0.05)
    gate = gates()
    with pytest.raises(DeadlinePassed):
        await engine.run(gate)
    assert metric(engine, "inferbot_deadline_passed_total") == 1
    gate.released.set()
    assert await engine.run(add, 1, b=1) == 2
    await engine.close()


async def test_a_cancelled_waiter_takes_its_queued_job_along(one_worker: Engine, gates: Callable[[], Gate]) -> None:
    running, queued = gates(), gates()
    first = asyncio.create_task(one_worker.run(running))
    await running.wait_started()
    second = asyncio.create_task(one_worker.run(queued))
    await asyncio.sleep(0)
    assert one_worker.depth == 1
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert one_worker.depth == 0
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    running.released.set()
    assert await one_worker.run(add, 1, b=1) == 2
    assert queued.runs == 0


async def test_closing_refuses_the_queue_and_lets_the_running_job_finish(gates: Callable[[], Gate]) -> None:
    engine = Engine(workers=1)
    running, queued = gates(), gates()
    first = asyncio.create_task(engine.run(running))
    await running.wait_started()
    second = asyncio.create_task(engine.run(queued))
    await asyncio.sleep(0)
    closing = asyncio.create_task(engine.close())
    with pytest.raises(EngineClosed):
        await second
    running.released.set()
    assert await first == "done"
    await closing
    await engine.close()
    assert queued.runs == 0
    with pytest.raises(EngineClosed):
        await engine.run(add, 1, b=1)


async def test_closing_leaves_no_waiter_hanging_on_a_job_that_does_not_end(
    gates: Callable[[], Gate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "CLOSE_SECONDS", 0.05)
    engine = Engine(workers=1)
    stuck = gates()
    waiter = asyncio.create_task(engine.run(stuck))
    await stuck.wait_started()
    await engine.close()
    with pytest.raises(EngineClosed):
        await waiter
    stuck.released.set()
    monkeypatch.undo()
    await engine.close()
    assert not any(thread.is_alive() for thread in engine._threads)  # pyright: ignore[reportPrivateUsage]


async def test_closing_an_idle_engine_ends_its_threads() -> None:
    before = threading.active_count()
    engine = Engine(workers=3)
    assert threading.active_count() == before + 3
    await asyncio.gather(engine.close(), engine.close())
    assert threading.active_count() == before


async def test_a_slow_job_does_not_stall_the_loop(one_worker: Engine) -> None:
    turns = threading.Semaphore(0)

    def needs_a_hundred_turns_of_the_loop() -> bool:
        return all(turns.acquire(timeout=LONG) for _ in range(100))

    job = asyncio.create_task(one_worker.run(needs_a_hundred_turns_of_the_loop))
    while not job.done():
        turns.release()
        await asyncio.sleep(0)
    assert job.result()


async def test_stage_times_become_metrics(one_worker: Engine) -> None:
    one_worker.observe(Trace([Stage("resize", 12.0, "", "")]))
    count = one_worker.registry.get_sample_value("inferbot_stage_seconds_count", {"stage": "resize"})
    total = one_worker.registry.get_sample_value("inferbot_stage_seconds_sum", {"stage": "resize"})
    assert (count, total) == (1, pytest.approx(0.012))


async def test_an_idle_worker_keeps_neither_arguments_nor_results(one_worker: Engine) -> None:
    class Large:
        """Something whose memory is missed."""

    def same(large: Large) -> Large:
        return large

    kept = Large()
    gone = weakref.ref(await one_worker.run(same, kept))
    del kept
    while gone() is not None:  # noqa: ASYNC110 (set by a thread)
        await asyncio.sleep(0.001)


async def test_a_withdrawn_job_lets_go_of_its_arguments_while_the_worker_is_busy(
    one_worker: Engine, gates: Callable[[], Gate]
) -> None:
    running, queued = gates(), gates()
    first = asyncio.create_task(one_worker.run(running))
    await running.wait_started()
    second = asyncio.create_task(one_worker.run(queued))
    await asyncio.sleep(0)
    gone = weakref.ref(queued)
    second.cancel()
    await asyncio.wait([second])
    del queued, second
    gc.collect()
    assert gone() is None
    running.released.set()
    assert await first == "done"


async def test_a_job_that_fails_while_closing_is_reported_to_its_waiter_alone(
    gates: Callable[[], Gate], caplog: pytest.LogCaptureFixture
) -> None:
    gate = gates()

    def fail() -> None:
        gate()
        raise ZeroDivisionError

    engine = Engine(workers=1)
    waiter = asyncio.create_task(engine.run(fail))
    await gate.wait_started()
    closing = asyncio.create_task(engine.close())
    await asyncio.sleep(0)
    gate.released.set()
    with pytest.raises(ZeroDivisionError):
        await waiter
    await closing
    gc.collect()
    assert not caplog.records


ANN, BOB = Owner(1), Owner(2)


async def run_for(engine: Engine, owner: Owner, job: Callable[[], str]) -> str:
    with working_for(owner):
        return await engine.run(job)


async def test_one_persons_jobs_leave_a_worker_to_others(gates: Callable[[], Gate]) -> None:
    engine = Engine(workers=2, queue_size=32)
    flood = gates()
    jobs = [asyncio.create_task(run_for(engine, ANN, flood)) for _ in range(8)]
    await flood.wait_started()
    assert await run_for(engine, BOB, worker_name)
    assert flood.runs == 1
    assert (engine.place_of(1), engine.place_of(2)) == (1, 0)
    with pytest.raises(TooManyRequests) as error:
        await run_for(engine, ANN, worker_name)
    assert (error.value.held, error.value.of_server) == (8, False)
    assert metric(engine, "inferbot_over_share_total") == 1
    assert metric(engine, "inferbot_busy_total") == 0
    flood.released.set()
    assert await asyncio.gather(*jobs) == ["done"] * 8
    await engine.close()


async def test_a_class_in_one_server_is_served_at_once() -> None:
    engine = Engine(workers=2, queue_size=32)
    names = await asyncio.gather(*(run_for(engine, Owner(n, server=7), worker_name) for n in range(30)))
    assert len(names) == 30
    await engine.close()


async def test_the_owner_of_the_work_travels_into_its_tasks_and_pays() -> None:
    now = [0.0]
    spent: list[tuple[Owner, float]] = []

    def takes_three_seconds() -> str:
        now[0] += 3
        return "done"

    engine = Engine(workers=1, spent=lambda owner, seconds: spent.append((owner, seconds)), clock=lambda: now[0])
    with working_for(ANN):
        task = asyncio.create_task(engine.run(takes_three_seconds))
    await engine.run(takes_three_seconds)
    await task
    assert spent == [(ANN, 3)]
    await engine.close()


async def test_a_kind_of_job_costs_what_its_latest_ones_took(gates: Callable[[], Gate]) -> None:
    now = [0.0]

    def takes_ten_seconds() -> None:
        now[0] += 10

    engine = Engine(workers=1, queue_size=8, clock=lambda: now[0])
    await engine.run(takes_ten_seconds)
    await engine.run(worker_name)
    gate = gates()
    first = asyncio.create_task(engine.run(gate))
    await gate.wait_started()
    order: list[str] = []
    long, short = engine.run(takes_ten_seconds), run_for(engine, BOB, worker_name)
    queued: list[asyncio.Task[Any]] = [asyncio.create_task(long), asyncio.create_task(short)]
    for name, task in zip(("long", "short"), queued, strict=True):
        task.add_done_callback(lambda _, name=name: order.append(name))
    await asyncio.sleep(0)
    gate.released.set()
    await asyncio.gather(first, *queued)
    assert order == ["short", "long"]
    await engine.close()
