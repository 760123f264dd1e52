"""Labelling with the real engine: a crowd hears "busy", a shutdown leaves nobody waiting."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from inferbot.features.downloads import AttachmentGone
from inferbot.features.label import IN_PROGRESS, MAX_PICTURES, Attached, LabelAnswer, LabelFeature
from inferbot.models.engine import Engine
from inferbot.models.errors import BrokenImage, EngineBusy, EngineClosed, ModelUnavailable
from inferbot.models.registry import Registry
from inferbot.models.tasks.image_classification import Classification
from support.fakes import FakeRegistry, TableDownloads, classification

PHOTO = Attached("dog.jpg", "photo", 7)
BROKEN = Attached("broken.jpg", "broken", 7)
GONE = Attached("gone.jpg", "gone", 7)


class Gate:
    """A classifier that holds every picture until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.entered = threading.Semaphore(0)

    def classify(self, _: bytes) -> Classification:
        self.entered.release()
        self.opened.wait(10)
        return classification()


class Bench:
    def __init__(self) -> None:
        self.registry = FakeRegistry()
        self.engine = Engine(workers=2, queue_size=32, deadline=10)
        self.downloads = TableDownloads({"photo": b"a photo", "broken": b"broken"})
        self.labeller = LabelFeature(self.engine, cast("Registry", self.registry), self.downloads)

    def gate(self) -> Gate:
        gate = Gate()
        classifiers: Any = self.registry.classifiers
        classifiers["efficientnet-lite0"] = gate
        return gate


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.engine.close()


async def test_two_hundred_at_once_are_answered_or_told_when_to_come_back(bench: Bench) -> None:
    gate = bench.gate()
    asked = [asyncio.create_task(bench.labeller.label(1, [PHOTO])) for _ in range(200)]
    await asyncio.to_thread(gate.entered.acquire)
    await asyncio.sleep(0)
    assert bench.downloads.fetched <= IN_PROGRESS, "more pictures were fetched than can be looked at"
    gate.opened.set()
    results = await asyncio.gather(*asked, return_exceptions=True)
    busy = [one for one in results if isinstance(one, EngineBusy)]
    assert all(one.retry_after > 0 for one in busy)
    assert len([one for one in results if isinstance(one, LabelAnswer)]) + len(busy) == 200
    assert len(busy) == 200 - IN_PROGRESS - 32
    assert isinstance(await bench.labeller.label(1, [PHOTO]), LabelAnswer)


async def test_a_shutdown_in_the_middle_leaves_nobody_waiting(bench: Bench) -> None:
    gate = bench.gate()
    asked = [asyncio.create_task(bench.labeller.label(1, [PHOTO])) for _ in range(10)]
    await asyncio.to_thread(gate.entered.acquire)
    closing = asyncio.create_task(bench.engine.close())
    await asyncio.sleep(0)
    gate.opened.set()
    await closing
    results = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)
    assert all(isinstance(one, (LabelAnswer, EngineClosed)) for one in results)
    assert any(isinstance(one, EngineClosed) for one in results)


async def test_a_single_pictures_error_is_raised(bench: Bench) -> None:
    with pytest.raises(BrokenImage):
        await bench.labeller.label(1, [BROKEN])
    with pytest.raises(AttachmentGone):
        await bench.labeller.label(1, [GONE])


async def test_among_several_each_keeps_its_own_result_or_error(bench: Bench) -> None:
    answer = await bench.labeller.label(1, [PHOTO, BROKEN, GONE])
    assert [type(one.error) for one in answer.labeled] == [type(None), BrokenImage, AttachmentGone]
    assert answer.labeled[0].result is not None


async def test_the_first_four_are_looked_at_and_the_others_counted(bench: Bench) -> None:
    answer = await bench.labeller.label(1, [PHOTO] * 7)
    assert len(answer.labeled) == MAX_PICTURES
    assert answer.left_out == 3


async def test_an_unknown_model_is_said_before_anything_is_fetched(bench: Bench) -> None:
    with pytest.raises(ModelUnavailable):
        await bench.labeller.label(1, [GONE], "no-such-model")


async def test_the_steps_are_one_more_run_between_two_fingerprints(bench: Bench) -> None:
    answer = await bench.labeller.label(1, [PHOTO])
    picture = answer.labeled[0].picture
    assert picture is not None
    steps = await bench.labeller.steps(picture, None)
    assert steps.nothing_learned
    bench.registry.classifiers["efficientnet-lite0"].learns = True
    assert not (await bench.labeller.steps(picture, None)).nothing_learned


async def test_a_comparison_goes_on_without_the_models_that_are_missing(bench: Bench) -> None:
    bench.registry.off.add("efficientnet-lite2")
    picture = (await bench.labeller.label(1, [PHOTO])).labeled[0].picture
    assert picture is not None
    compared = await bench.labeller.compare(picture, ["efficientnet-lite0", "efficientnet-lite2"])
    assert [one.result is not None for one in compared] == [True, False]
    assert isinstance(compared[1].error, ModelUnavailable)
