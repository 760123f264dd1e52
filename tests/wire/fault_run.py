"""People who use every feature while Discord and the network fail, and what must hold at the end whatever failed."""

import asyncio
import contextlib
import logging
import random
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inferbot.features.app import Services
from inferbot.playground.api.faults import (
    DOWNLOAD,
    RESUME,
    Fault,
    at_random,
    cut,
    late,
    rate_limited,
    refused,
    repeated,
)
from inferbot.playground.world.errors import PersonError
from inferbot.playground.world.model import Event, EventKind, Interaction, InteractionStatus, JSONObject, Upload
from inferbot.quiz.running.games import NoGame
from inferbot.quiz.running.session import GameSession
from support.components import button_id, texts, walk
from wire.stage import Stage, eventually

PRIVATE, LOADING = 64, 128
MANY_REQUESTS = 429
CALLBACK = "POST /interactions/{interaction}/{token}/callback"
TAKEN = refused(502, effect=True)
GOES_AWAY = [
    rate_limited(0.1),
    refused(500),
    refused(503),
    cut(),
    cut(effect=True),
    TAKEN,
    late(0.2),
]
MENU = {
    CALLBACK: GOES_AWAY,
    # discord.py repeats a follow-up that got a 502, and Discord takes no nonce with those: it may appear twice.
    "POST /webhooks/*": [*(fault for fault in GOES_AWAY if fault != TAKEN), refused(403, 50013)],
    "PATCH /webhooks/*": [*GOES_AWAY, refused(404, 10008)],
    "POST /channels/*": [*GOES_AWAY, refused(403, 50013), refused(400, 200000)],
    # Not that the message is gone, or its thread archived: then a new one is right, and here there would be two.
    "PATCH /channels/*": [*GOES_AWAY, refused(403, 50013)],
    "event *": [repeated(), late(0.2), late(1.0), cut()],
    RESUME: [refused(401), late(0.3)],
    DOWNLOAD: [cut(), late(0.2), refused(404), refused(503)],
}
"""What can go wrong, by place: mostly what goes away, and sometimes what someone has to do something about."""
# Words of a harmless kind for each command. `recommend` has no index under the fakes, and says so.
COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("ask", {"question": "What is inference?"}),
    ("topics", {}),
    ("translate", {"text": "The coffee is ready.", "to": "pt"}),
    ("complete", {"text": "Once upon a time", "tokens": 8}),
    ("isit", {"situation": "My phone suggests the next word"}),
    ("recommend", {"film": "Metropolis"}),
    ("cost", {}),
    ("label", {"example": "coffee"}),
    ("quiz practice", {}),
    ("quiz leaderboard", {}),
    ("demo", {}),
    ("help", {}),
    ("status", {}),
    ("privacy show", {}),
]
MENUS = ("Explain this", "Translate", "Label this image")
# Presses that end what others are still playing, or lead out.
LEFT_ALONE = ("stop", "leave", "delete", "forget")
# discord.py's own words about a connection that it makes again, and about suggestions that didn't arrive.
ITS_OWN = ("Attempting a reconnect", "Ignoring exception in autocomplete")
# People here are patient: how fast a busy machine answers is measured elsewhere.
PATIENCE = 10.0
# For this many seconds a game may wait for nothing: a step that was planned is about to begin.
STUCK = 2.0
# A session that is lost takes with it what was sent this shortly before, in seconds.
IN_FLIGHT = 1.0


@dataclass(frozen=True)
class Acknowledged:
    """An answer in a quiz of which a person was told that it's locked in."""

    game: int
    number: int
    position: int
    person: str


class Log(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note an error, with the last line of its trace."""
        message = record.getMessage()
        if message.startswith(ITS_OWN):
            return
        cause = record.exc_info[1] if record.exc_info else None
        self.lines.append(f"{record.name}: {message} ({cause!r})" if cause else f"{record.name}: {message}")


@dataclass
class Run:
    """One run: who is there, what they were told, and what was broken."""

    stage: Stage
    database: Path
    photo: Upload
    dice: random.Random
    people: list[str]
    log: Log = field(default_factory=Log)
    used: int = 0
    asked: list[Interaction] = field(default_factory=list[Interaction])
    acknowledged: list[Acknowledged] = field(default_factory=list[Acknowledged])
    created: Counter[str] = field(default_factory=Counter[str])
    away: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    broken: list[str] = field(default_factory=list[str])
    ready_after: float = 0.0

    @property
    def injected(self) -> int:
        """How many faults there were so far."""
        return len(self.stage.playground.faults.injected)

    @property
    def services(self) -> Services:
        cog: Any = self.stage.bot.get_cog("Ask")
        return cog.services

    # What people see and do

    def on_event(self, event: Event) -> None:
        """Note each message the bot makes, and when it's away."""
        now = self.stage.world.clock()
        if event.kind is EventKind.BOT:
            if event.data["online"] and self.away:
                self.away[-1] = (self.away[-1][0], now)
            elif not event.data["online"]:
                self.away.append((now, float("inf")))
        elif event.kind is EventKind.MESSAGE and event.data["author"]["id"] == self.stage.world.bot.id:
            self.created[_identity(event.data)] += 1

    async def act(self, person: str, channel: str) -> None:
        """Do one thing at random, and look at its answer."""
        acts = (self._label, self._mention, self._type, self._use_menu, self._press, self._command)
        (do,) = self.dice.choices(acts, (3, 2, 1, 2, 3, 9))
        with contextlib.suppress(PersonError, TimeoutError):
            asked = await do(person, channel)
            if asked is not None and asked.modal is not None:
                asked = await self._note(self.stage.people.submit(person, asked.id, {}))
            if asked is not None and asked.message_id is not None:
                await self.stage.people.reply(asked, within=5)

    async def _label(self, person: str, channel: str) -> Interaction:
        return await self._slash(person, channel, "label", {"image": self.photo})

    async def _command(self, person: str, channel: str) -> Interaction:
        name, options = self.dice.choice(COMMANDS)
        return await self._slash(person, channel, name, options)

    async def _mention(self, person: str, channel: str) -> None:
        self.stage.people.say(person, channel, f"<@{self.stage.world.bot.id}> what is a token?")

    async def _type(self, person: str, channel: str) -> None:
        await self.stage.people.autocomplete(person, channel, "ask", {"question": "tok"}, "question")

    async def _use_menu(self, person: str, channel: str) -> Interaction | None:
        shown = self.stage.people.messages(person, channel)
        if not shown:
            return None
        message, menu = self.dice.choice(shown), self.dice.choice(MENUS)
        return await self._note(self.stage.people.context_menu(person, channel, menu, message["id"]))

    async def _slash(self, person: str, channel: str, name: str, options: dict[str, Any]) -> Interaction:
        return await self._note(self.stage.people.slash(person, channel, name, options))

    async def _note(self, asking: Awaitable[Interaction]) -> Interaction:
        asked = await asking
        self.used += 1
        self.asked.append(asked)
        return asked

    async def _press(self, person: str, channel: str) -> Interaction | None:
        offered = [
            (message["id"], part)
            for message in self.stage.people.messages(person, channel, limit=15)
            for part in walk(message)
            if "custom_id" in part and not part.get("disabled") and message["author"]["id"] == self.stage.world.bot.id
            if not any(word in part["custom_id"].lower() for word in LEFT_ALONE)
            if ":Quiz:" not in part["custom_id"]
        ]
        if not offered:
            return None
        message_id, part = self.dice.choice(offered)
        values = [self.dice.choice(part["options"])["value"]] if "options" in part else None
        return await self._note(self.stage.people.click(person, message_id, part["custom_id"], values))

    # The quiz

    async def play(self, channel: str, host: str, enough: Callable[[], bool]) -> None:
        """Play one game after another in a channel until it's enough: press what the latest message offers."""
        voted: set[tuple[str, str]] = set()
        while not enough():
            with contextlib.suppress(PersonError, TimeoutError):
                if self._game_in(channel) is None:
                    await self._slash(host, channel, "quiz start", {"pack": "basics", "questions": 2, "seconds": 5})
                else:
                    await self._play_on(channel, host, voted)
            await asyncio.sleep(0.05)

    def _game_in(self, channel: str) -> GameSession | None:
        with contextlib.suppress(NoGame, AttributeError):  # the latter once the bot is closed
            return self.services.quiz.games.in_channel(int(channel))
        return None

    async def watch(self) -> None:
        """Note each game that waits for nothing: neither for its next step, nor for Discord, nor to be resumed."""
        since: dict[int, float] = {}
        while True:
            now, sessions = time.monotonic(), map(self._game_in, self.channels)
            idle = {one.id for one in sessions if one and not _waits(one)}
            since = {game: since.get(game, now) for game in idle}
            stuck = [game for game, began in since.items() if now - began > STUCK]
            self.broken += [f"stuck: game {game} waits for nothing" for game in stuck]
            since |= dict.fromkeys(stuck, float("inf"))
            await asyncio.sleep(0.1)

    @property
    def channels(self) -> list[str]:
        """The ids of the server's channels."""
        return [one.id for one in self.stage.people.channels_for(self.stage.you) if one.recipient_id is None]

    async def _play_on(self, channel: str, host: str, voted: set[tuple[str, str]]) -> None:
        shown = [one for one in self.stage.people.messages(host, channel, limit=10) if not one["flags"] & PRIVATE]
        for message in reversed(shown):
            ids = [part.get("custom_id", "") for part in walk(message)]
            votes = [one for one in ids if ":Quiz:" in one and ":vote:" in one]
            if votes:
                await asyncio.gather(*(self._vote(person, message, votes, voted) for person in self.people))
                return
            if any(":join:" in one for one in ids):
                await asyncio.gather(*(self._join(person, message) for person in self.people[:3]))
                await self._note(self.stage.people.click(host, message["id"], button_id(message, "Start now")))
                return
        game = self._game_in(channel)
        if game is not None and game.game.paused_at is not None:
            await self._slash(host, channel, "quiz resume", {})
        elif game is not None and game.message is not None:
            await self._slash(host, channel, "quiz skip", {})

    async def _join(self, person: str, message: JSONObject) -> None:
        with contextlib.suppress(PersonError, TimeoutError):
            await self._note(self.stage.people.click(person, message["id"], button_id(message, "Join")))

    async def _vote(self, person: str, message: JSONObject, votes: list[str], voted: set[tuple[str, str]]) -> None:
        if (person, votes[0]) in voted:
            return
        chosen = self.dice.choice(votes)
        with contextlib.suppress(PersonError, TimeoutError):
            asked = await self._note(self.stage.people.click(person, message["id"], chosen))
            if asked.message_id is None:
                return
            said = texts(await self.stage.people.reply(asked, within=5))
            voted.add((person, votes[0]))
            if "Locked in" in said or "Changed to" in said:
                game, number, position = map(int, chosen.rsplit(":", 1)[1].split("."))
                self.acknowledged.append(Acknowledged(game, number, position, person))

    # What must hold

    async def settle(self, within: float) -> None:
        """Let everything go right again but for one lost session, and see how soon the bot is back."""
        began = time.monotonic()
        self.stage.playground.faults.clear()
        self.stage.playground.faults.at(RESUME, refused(401))
        self.stage.playground.gateway.drop()
        try:
            async with asyncio.timeout(within):
                await eventually(lambda: not self.stage.playground.gateway.online, within)
                await self.stage.playground.gateway.wait_online()
                while not await self._answers():
                    pass
        except TimeoutError:
            self.broken.append(f"not ready again within {within:.0f} s")
        self.ready_after = time.monotonic() - began
        with contextlib.suppress(TimeoutError):
            await eventually(
                lambda: not any(self._is_open(one) and not self._excused(one) for one in self.asked), within
            )

    async def _answers(self) -> bool:
        with contextlib.suppress(PersonError, TimeoutError):
            asked = await self.stage.people.slash(self.stage.you, self.stage.general, "help")
            return asked.message_id is not None and bool(await self.stage.people.reply(asked, within=3))
        return False

    async def check(self, within: float) -> None:
        """Note in `broken` what doesn't hold."""
        for asked in self.asked:
            if (asked.status is not InteractionStatus.ANSWERED or self._is_open(asked)) and not self._excused(asked):
                self.broken.append(f"unanswered: {asked.label} {self._faults_of(asked)}")
        self.broken += [f"posted {count} times: {what}" for what, count in self.created.items() if count > 1 and what]
        self._check_votes()
        for channel in self.channels:
            await self._check_channel(channel, within)
        self.broken += [f"logged: {line}" for line in self.log.lines]
        self.broken += [f"playground: {line}" for line in self.stage.playground.failures]

    def _is_open(self, asked: Interaction) -> bool:
        message = self.stage.world.messages.find(asked.message_id or "")
        return message is not None and bool(message.flags & LOADING)

    def _faults_of(self, asked: Interaction) -> list[str]:
        about = (asked.token, asked.id)
        injected = self.stage.playground.faults.injected
        return [f"{one.place}: {one.fault}" for one in injected if any(name in one.about for name in about)]

    def _excused(self, asked: Interaction) -> bool:
        """Tell whether no bot could have answered: it never heard of it in time, or Discord said no for good."""
        if any(left - IN_FLIGHT <= asked.created_at <= back for left, back in self.away):
            return True
        injected = self.stage.playground.faults.injected
        return any(asked.token in one.about and _for_good(one.fault) for one in injected)

    def _check_votes(self) -> None:
        last = {(one.game, one.number, one.person): one.position for one in self.acknowledged}
        with closing(sqlite3.connect(self.database)) as database:
            rows = database.execute("SELECT game, number, user, position FROM votes").fetchall()
        stored = {(game, number, str(user)): position for game, number, user, position in rows}
        self.broken += [f"lost answer: {key}" for key, position in last.items() if stored.get(key) != position]

    async def _check_channel(self, channel: str, within: float) -> None:
        """Make sure that a channel isn't wedged: what's on can be stopped, and another game started."""
        for command, words in (("quiz stop", ""), ("quiz start", "The lobby is open"), ("quiz stop", "")):
            asked = await self.stage.people.slash(self.stage.you, channel, command)
            said = texts(await self.stage.people.reply(asked)) if asked.message_id else str(asked.error)
            if words not in said:
                self.broken.append(f"wedged: /{command} says {said!r}")
            if command == "quiz stop":
                await self._until_free(channel, within)

    async def _until_free(self, channel: str, within: float) -> None:
        try:
            await eventually(lambda: self._game_in(channel) is None, within)
        except TimeoutError:
            self.broken.append(f"wedged: a game in {channel} doesn't end")


def _for_good(fault: Fault) -> bool:
    return fault.status is not None and 400 <= fault.status < 500 and fault.status != MANY_REQUESTS


def _waits(session: GameSession) -> bool:
    return session.timer is not None or session.lock.locked() or session.game.paused_at is not None


def _identity(message: JSONObject) -> str:
    """Name a message by what must not be said twice: a round of a game, a reply, or an answer's follow-up."""
    ids = [part["custom_id"] for part in walk(message) if ":Quiz:" in part.get("custom_id", "")]
    rounds = [one for one in ids if ":vote:" in one or ":join:" in one]
    if rounds and not message["flags"] & PRIVATE:
        return min(rounds)
    metadata = message.get("interaction_metadata")
    if metadata is None:
        replied = message.get("message_reference")
        return f"reply to {replied['message_id']}" if replied else ""
    return f"{metadata['id']} {texts(message)}" if texts(message) else ""


@asynccontextmanager
async def fault_run(stage: Stage, database: Path, photo: Upload, *, seed: int, chance: float) -> AsyncGenerator[Run]:
    """Begin a run: let things go wrong from now on, and watch the log."""
    people = [stage.you, *(stage.people.add(name).id for name in ("Ann", "Bob", "Cleo", "Dan"))]
    run = Run(stage, database, photo, random.Random(seed), people)
    leave = stage.world.subscribe(run.on_event)
    logging.getLogger().addHandler(run.log)
    stage.world.interactions.answer_seconds = PATIENCE
    stage.playground.faults.schedule = at_random(seed, chance, MENU)
    watching = asyncio.create_task(run.watch())
    try:
        yield run
    finally:
        watching.cancel()
        leave()
        logging.getLogger().removeHandler(run.log)


async def live(run: Run, enough: Callable[[], bool]) -> None:
    """Let everyone act, and play in two channels, until it's enough."""
    general = run.stage.general
    quizzes = [run.stage.world.channel_named(name).id for name in ("quiz", "random")]

    async def busy(person: str) -> None:
        while not enough():
            await run.act(person, general)

    playing = [run.play(channel, host, enough) for channel, host in zip(quizzes, run.people, strict=False)]
    await asyncio.gather(*map(busy, run.people), *playing)


def left_running(before: set[asyncio.Task[Any]]) -> list[str]:
    """Name the tasks that weren't there before; the playground's own connections don't count."""
    names = [str(task.get_coro()) for task in asyncio.all_tasks() - before - {asyncio.current_task()}]
    return [name for name in names if "RequestHandler" not in name]
