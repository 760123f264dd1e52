"""A hall for `quiz.py`: a playground with people in it, and the bot in a process of its own that can be killed."""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inferbot.playground.server import Playground
from inferbot.playground.world.model import JSON, Event, EventKind, Interaction, InteractionStatus, JSONObject

BOT = Path(__file__).with_name("quiz_bot.py")
EPHEMERAL, TEXT = 64, 10
START_SECONDS = 120.0


def inside(parts: list[JSONObject]) -> Iterator[JSONObject]:
    """Yield every component of a message, nested ones too."""
    for part in parts:
        yield part
        yield from inside(part.get("components", []))


def text_of(message: JSONObject) -> str:
    """Return all texts of a message."""
    return "\n".join(part["content"] for part in inside(message["components"]) if part["type"] == TEXT)


def buttons(message: JSONObject, action: str) -> list[str]:
    """Return the custom ids of a message's buttons for one of the quiz's actions."""
    ids = [part.get("custom_id", "") for part in inside(message["components"])]
    return [one for one in ids if one.startswith(f"inferbot:Quiz:1:{action}:")]


@dataclass
class Sight:
    """A public message of the bot as people saw it; `at` is when it was sent or edited, in Unix seconds."""

    at: float
    message: JSONObject
    text: str


@dataclass
class Hall:
    """People before a bot that may die. `seen` holds what the bot showed in each channel, oldest first."""

    playground: Playground
    folder: Path
    seen: dict[str, list[Sight]] = field(default_factory=dict[str, list[Sight]])
    stalls: list[float] = field(default_factory=list[float])
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _process: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None

    def listen(self, event: Event) -> None:
        """Note what the bot shows in the channel."""
        if event.kind not in (EventKind.MESSAGE, EventKind.MESSAGE_EDIT) or event.data["flags"] & EPHEMERAL:
            return
        sight = Sight(time.time(), event.data, text_of(event.data))
        self.seen.setdefault(event.data["channel_id"], []).append(sight)

    async def start_bot(self) -> None:
        """Start the bot and wait until it is ready."""
        used = {"INFERBOT_DATA_DIR": str(self.folder), "INFERBOT_FETCH_WEIGHTS": "false", "INFERBOT_LOG_LEVEL": "ERROR"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(BOT),
            str(self.playground.port),
            self.playground.token,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | used,
        )
        if self._process.stdout is None:
            raise RuntimeError
        async with asyncio.timeout(START_SECONDS):
            line = await self._process.stdout.readline()
        if line != b"ready\n":
            sys.exit("The bot did not start.")
        self._reading = asyncio.create_task(self._read(self._process.stdout))

    async def _read(self, lines: asyncio.StreamReader) -> None:
        async for line in lines:
            self.stalls.append(float(line))

    @property
    def pid(self) -> int:
        """The bot's process."""
        if self._process is None:
            raise RuntimeError
        return self._process.pid

    async def kill_bot(self) -> None:
        """Kill the bot as the system's out-of-memory killer would: at once, and without a word to it."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    def people(self, count: int) -> list[str]:
        """Return the ids of `count` people; the first is the server's owner."""
        while len(self.playground.people.persons()) < count:
            self.playground.people.add(f"Person {len(self.playground.people.persons())}")
        return [one.id for one in self.playground.people.persons()[:count]]

    def channel(self, number: int) -> str:
        """Return the id of a channel of that number."""
        name = f"quiz-{number}"
        world = self.playground.world
        known = next((one for one in world.channels.values() if one.name == name), None)
        return (known or world.add_channel(name)).id

    async def until(self, channel: str, words: str, *, after: float = 0.0, within: float = 60.0) -> Sight:
        """Return what the bot showed first in a channel after a time, with these words in it."""
        async with asyncio.timeout(within):
            while True:
                for one in self.seen.get(channel, []):
                    if one.at >= after and words in one.text:
                        return one
                await asyncio.sleep(0.02)

    async def click(self, person: str, message: JSONObject, custom_id: str) -> tuple[Interaction, str, float]:
        """Return the interaction, what the person was told (empty without an answer), and the seconds it took."""
        began = time.perf_counter()
        done = await self.playground.people.click(person, message["id"], custom_id)
        took = time.perf_counter() - began
        if done.status is not InteractionStatus.ANSWERED or done.message_id is None:
            return done, "", took
        said = self.playground.people.message(person, done.message_id)
        return done, text_of(said), took

    async def begin(self, channel: str, players: list[str], **options: JSON) -> None:
        """Open a game in a channel, let everyone join, and ask the first question."""
        owner = self.playground.world.owner.id
        since = time.time()
        await self.playground.people.slash(owner, channel, "quiz start", options)
        lobby = await self.until(channel, "No one has joined yet", after=since)
        (join,), (begin,) = buttons(lobby.message, "join"), buttons(lobby.message, "begin")
        for some in range(0, len(players), 10):
            await asyncio.gather(*(self.click(one, lobby.message, join) for one in players[some : some + 10]))
        await self.click(owner, lobby.message, begin)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what the bot's database holds, as another program reads it."""
        with closing(sqlite3.connect(self.folder / "inferbot.sqlite3")) as database:
            return database.execute(query).fetchall()


@asynccontextmanager
async def hall() -> AsyncGenerator[Hall]:
    """Open a hall with an empty database; the bot is not started yet."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with Playground() as playground:
            here = Hall(playground, Path(folder))
            leave = playground.world.subscribe(here.listen)
            try:
                yield here
            finally:
                leave()
                await here.kill_bot()
