"""Games as production runs them, on a real store, shown to a list; the clock and the model are the test's."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from inferbot.features.quiz import known_to_packs
from inferbot.knowledge.articles import read_shelf
from inferbot.knowledge.packs import Question
from inferbot.quiz.rules import Rules
from inferbot.quiz.running.asked import Asked, Prediction
from inferbot.quiz.running.games import Games
from inferbot.quiz.running.library import Library
from inferbot.quiz.running.outlet import OutletForbidden, Posted
from inferbot.quiz.running.predictor import NoPrediction
from inferbot.quiz.running.session import GameSession, Plan
from inferbot.store import scores
from inferbot.store.records import ScoreRecord
from inferbot.store.store import Store

GUILD, HOST = 10, 30


@dataclass
class Screen:
    """An outlet that notes what it shows. `failure` is raised instead; showing waits while `gate` is closed.

    Like Discord, it posts each nonce once. `lost` is raised after a post that worked, as when its answer is lost.
    """

    now: float = 100.0
    shown: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    failure: Exception | None = None
    lost: Exception | None = None
    posts: dict[str, Posted] = field(default_factory=dict[str, Posted])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    paused: list[OutletForbidden] = field(default_factory=list[OutletForbidden])
    unreadable: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def __post_init__(self) -> None:
        self.gate.set()

    async def _show(self, how: str, session: GameSession) -> None:
        phase = session.game.phase  # as it is when the message is made, however long Discord makes it wait
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.shown.append((how, phase))

    async def post(self, session: GameSession, nonce: str) -> Posted:
        if nonce not in self.posts:
            await self._show("post", session)
            self.posts[nonce] = Posted(len(self.shown), self.now)
        if self.lost is not None:
            raise self.lost
        return self.posts[nonce]

    async def update(self, session: GameSession) -> None:
        await self._show("update", session)

    async def tell_paused(self, session: GameSession, refusal: OutletForbidden) -> None:
        assert session.game.paused_at is not None
        self.paused.append(refusal)

    async def tell_unreadable(self, guild: int, channel: int) -> None:
        self.unreadable.append((guild, channel))


class NoModel:
    """A predictor without a model; `failure` is what asking it ends in."""

    def __init__(self) -> None:
        self.failure: Exception = NoPrediction()
        self.asked: list[str] = []

    def can(self, question: Question) -> bool:
        return question.answer is not None

    async def get_ready(self, asked: Asked) -> None:
        self.asked.append(asked.id)

    async def predict(self, asked: Asked) -> Prediction:
        self.asked.append(asked.id)
        raise self.failure


class Hall:
    """Every game of a store, and short ways to start one."""

    def __init__(self, store: Store, library: Library) -> None:
        self.store = store
        self.library = library
        self.screen = Screen()
        self.model = NoModel()
        self.games = Games(store, library, self.model, lambda: self.screen.now)
        self.games.show_through(self.screen)
        self.channel = 0

    async def lobby(self, **rules: Any) -> GameSession:
        """Open a lobby in a channel of its own."""
        self.channel += 1
        chosen = replace(Rules(questions=3, seconds=20), **rules)
        return await self.games.start(Plan(GUILD, self.channel, HOST, chosen, "language-models"))

    async def begun(self, *users: int, **rules: Any) -> GameSession:
        """Ask these people the first question."""
        session = await self.lobby(**rules)
        for user in users:
            await self.games.join(session.id, user)
        await self.games.begin(session.id)
        return session

    async def vote(self, session: GameSession, user: int, position: int = 0) -> None:
        """Click in the open round."""
        number = session.game.round.number
        await self.games.click(session.id, number, user, position, self.screen.now, session.id * 10_000 + user)

    async def scores(self) -> list[ScoreRecord]:
        """Return everyone's scores in the server."""
        return await self.store.read(lambda c: scores.board(c, GUILD, None))

    async def stored(self, session: GameSession) -> GameSession:
        """Return the game as a restart would find it."""
        found = await self.games.find(session.id)
        assert found is not None
        return found


async def open_hall(store: Store) -> Hall:
    """Return a hall with the bundled packs."""
    library = Library(store, known_to_packs(read_shelf().articles))
    await library.load()
    return Hall(store, library)


class DiskFull(Exception):
    """Nothing can be written."""


async def settled() -> None:
    """Let everything run that is ready to, the database and due timers too."""
    await asyncio.sleep(0.05)


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is true."""
    deadline = asyncio.get_running_loop().time() + 10
    while not true():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.005)


def due_now(session: GameSession) -> None:
    """Let the session's next step be due at once."""
    timer: Any = session.timer
    callback, args = timer._callback, timer._args
    timer.cancel()
    session.timer = asyncio.get_running_loop().call_later(0, callback, *args)


async def same(hall: Hall, session: GameSession) -> None:
    """Check that a restart would find the game as it is in memory."""
    assert (await hall.stored(session)).game == session.game
