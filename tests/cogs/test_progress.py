"""Long work tells where it is in few edits and never after it is done, and its asker can cancel it."""

import asyncio
from typing import Any

import pytest
from inferbot.cogs import progress as module
from inferbot.cogs.progress import Cancellable, told
from inferbot.cogs.text import in_queue
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import buttons_of, message_of, text_of


async def test_the_latest_is_shown_now_and_then_and_nothing_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.001)
    shown: list[str] = []
    came = asyncio.Event()
    state = ""

    async def edit(text: str) -> None:
        shown.append(text)
        came.set()

    async with told(edit, lambda: state):
        for wanted in ("1 of 2", "1 of 2", "2 of 2"):
            state = wanted
            await came.wait()
        came.clear()
        state = "over"
        await came.wait()
    state = "too late"
    await asyncio.sleep(0.01)
    assert shown == [*dict.fromkeys(shown)]
    assert (shown[0], shown[-1]) == ("1 of 2", "over")


async def test_an_edit_that_fails_does_not_spoil_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.001)
    tried = asyncio.Event()

    async def edit(_: str) -> None:
        tried.set()
        raise RuntimeError

    async with told(edit, lambda: "1 of 2"):
        await tried.wait()


async def test_only_its_asker_cancels_work_and_only_while_it_is_there() -> None:
    work = Cancellable()
    task = asyncio.create_task(asyncio.Event().wait())
    with work.offered(1, task) as key:
        assert not work.cancel(key, 2)
        assert not work.cancel("another", 1)
        assert work.cancel(key, 1)
        await asyncio.wait([task])
        assert not work.cancel(key, 1)
    assert not work.cancel(key, 1)


def test_a_place_in_the_queue_in_words() -> None:
    assert [in_queue(place) for place in (0, 1, 7)] == [
        "",
        "You're next in the queue.",
        "You're number 7 in the queue.",
    ]


class Waiting(Stage):
    """Where a person waits for something that takes a minute."""

    def __init__(self, env: Env, fakes: Fakes) -> None:
        super().__init__(env, fakes)
        for engine in (fakes.engine, fakes.writing):
            engine.seconds = 60
            engine.places[self.ann.id] = 3

    async def wait_a_little(self) -> None:
        await self.env.advance_time(2)


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> Waiting:
    return Waiting(simcord_env, fakes)


@pytest.mark.simcord(settle_timeout=1.4)
@pytest.mark.parametrize(
    ("command", "options"),
    [("label", {"example": "coffee"}), ("translate", {"text": "Good morning, my friend.", "to": "Portuguese"})],
)
async def test_who_waits_sees_their_place_and_can_cancel(stage: Waiting, command: str, options: Any) -> None:
    result = await stage.ann.slash(stage.channel, command, **options)
    await stage.wait_a_little()
    waiting = message_of(result)
    assert text_of(waiting) == "You're number 3 in the queue."
    assert buttons_of(waiting) == ["Cancel"]
    await stage.ann.click(waiting, label="Cancel")
    assert text_of(message_of(result)) == "Cancelled."
    assert buttons_of(message_of(result)) == []
    await stage.env.advance_time(300)
    assert text_of(message_of(result)) == "Cancelled."


@pytest.mark.simcord(settle_timeout=1.4)
async def test_work_that_nobody_cancels_is_answered(stage: Waiting) -> None:
    result = await stage.ann.slash(stage.channel, "label", example="coffee")
    await stage.wait_a_little()
    stage.fakes.engine.places[stage.ann.id] = 1
    await stage.wait_a_little()
    assert text_of(message_of(result)) == "You're next in the queue."
    await stage.env.advance_time(300)
    assert "golden retriever" in text_of(message_of(result))
