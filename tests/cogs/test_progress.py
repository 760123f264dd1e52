"""Progress is told from any thread, in few edits, and never after the work is done."""

import asyncio

import pytest
from inferbot.cogs import progress as module
from inferbot.cogs.progress import progress


async def test_the_latest_is_shown_now_and_then_and_nothing_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.02)
    shown: list[tuple[int, int]] = []

    async def edit(done: int, total: int) -> None:
        shown.append((done, total))

    async with progress(edit) as note:
        for done in range(50):
            await asyncio.to_thread(note, done, 50)
        await asyncio.sleep(0.1)
        count = len(shown)
        await asyncio.sleep(0.1)
        assert len(shown) == count, "nothing new, so nothing is shown"
    assert shown[-1] == (49, 50)
    assert count < 50
    note(50, 50)
    await asyncio.sleep(0.1)
    assert shown[-1] == (49, 50)


async def test_an_edit_that_fails_does_not_spoil_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.01)

    async def edit(_: int, __: int) -> None:
        raise RuntimeError

    async with progress(edit) as note:
        note(1, 2)
        await asyncio.sleep(0.05)
