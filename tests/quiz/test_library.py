"""The library of packs: one upload at a time, never read on the event loop, and no bad file stops the start."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inferbot.features.quiz import known_to_packs
from inferbot.knowledge.packs import Pack
from inferbot.quiz.running import library as libraries
from inferbot.quiz.running.library import Library, Upload, UploadRunning
from inferbot.store.store import Store

PACK = b"""
title = "Our club"
about = "What we made."

[[question]]
id = "club-001"
kind = "true-false"
difficulty = "easy"
text = "Is it?"
answer = true
explanation = "It is."
"""
HERE, ELSEWHERE = 1, 2
FILE = Upload("club.toml", PACK)


class Reading:
    """Reads packs for real, but only while `gate` is open; notes the threads it ran on."""

    def __init__(self, read: Callable[..., Pack]) -> None:
        self._read = read
        self.gate = threading.Event()
        self.started = threading.Semaphore(0)
        self.threads = set[threading.Thread]()

    def __call__(self, *args: Any, **kwargs: Any) -> Pack:
        self.threads.add(threading.current_thread())
        self.started.release()
        self.gate.wait()
        return self._read(*args, **kwargs)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    made = Reading(libraries.read_pack)
    monkeypatch.setattr(libraries, "read_pack", made)
    return made


@pytest.fixture
def library(store: Store) -> Library:
    return Library(store, known_to_packs({}))


async def test_a_server_uploads_one_pack_at_a_time(library: Library, reading: Reading) -> None:
    first = asyncio.create_task(library.upload(HERE, 7, FILE, 0.0))
    await asyncio.to_thread(reading.started.acquire)
    with pytest.raises(UploadRunning):
        await library.upload(HERE, 8, FILE, 0.0)
    other = asyncio.create_task(library.upload(ELSEWHERE, 9, FILE, 0.0))
    await asyncio.to_thread(reading.started.acquire)
    reading.gate.set()
    assert (await first).title == (await other).title == "Our club"
    assert (await library.upload(HERE, 8, FILE, 0.0)).title == "Our club"


async def test_a_pack_is_never_read_on_the_event_loop(library: Library, reading: Reading, store: Store) -> None:
    reading.gate.set()
    await library.upload(HERE, 7, FILE, 0.0)
    again = Library(store, known_to_packs({}))
    await again.load()
    assert list(again.own(HERE)) == ["club"]
    assert reading.threads
    assert threading.current_thread() not in reading.threads


async def test_an_upload_that_fails_lets_the_next_one_in(library: Library) -> None:
    with pytest.raises(Exception, match="isn't valid TOML"):
        await library.upload(HERE, 7, Upload("club.toml", b"nonsense"), 0.0)
    assert await library.upload(HERE, 7, FILE, 0.0)


async def test_each_bad_file_of_the_owner_is_one_sentence_and_the_others_are_played(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "club.toml").write_bytes(PACK)
    bad = {
        "bomb.toml": b"a" + b".a" * 30_000 + b" = 1",
        "bytes.toml": b"\xff\xfe\x00",
        "deep.toml": b"a = " + b"[" * 30_000,
        "empty.toml": b"",
        "large.toml": b"#" * 70_000,
        "number.toml": b"source = " + b"9" * 4400,
        "other.toml": PACK.replace(b"club-001", b"other-001").replace(b"true", b"yes"),
        "twice.toml": PACK.replace(b"easy", b"simple").replace(b"Is it?", b""),
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.toml").mkdir()
    library = Library(store, known_to_packs({}), tmp_path)
    await library.load()
    assert "club" in library.packs(None)
    assert [one.split(": ")[0] for one in library.problems] == sorted([*bad, "folder.toml"])
    assert library.problems[-1].endswith(" `inferbot check twice.toml` lists 1 more.")
