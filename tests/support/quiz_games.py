"""Games as production runs them, on a real store, shown to a list; the clock and the model are the test's."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from inferbot.features.quiz import known_to_packs
from inferbot.knowledge.articles import read_shelf
from inferbot.knowledge.packs import Question
from inferbot.quiz.rules import Rules
from inferbot.quiz.running.asked import Asked, Prediction
from inferbot.quiz.running.games import Games
from inferbot.quiz.running.library import Library
from inferbot.quiz.running.outlet import Posted
from inferbot.quiz.running.predictor import NoPrediction
from inferbot.quiz.running.session import GameSession, Plan
from inferbot.store.store import Store

GUILD, HOST = 10, 30


@dataclass
class Screen:
    """An outlet that notes what it shows. `failure` is raised instead; showing waits while `gate` is closed."""

    now: float = 100.0
    shown: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    failure: Exception | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    paused: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self.gate.set()

    async def _show(self, how: str, session: GameSession) -> None:
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.shown.append((how, session.game.phase))

    async def post(self, session: GameSession) -> Posted:
        await self._show("post", session)
        return Posted(len(self.shown), self.now)

    async def update(self, session: GameSession) -> None:
        await self._show("update", session)

    async def tell_paused(self, session: GameSession) -> None:
        self.paused.append(session.id)


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
