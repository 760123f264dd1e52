"""A game being played: the rules' own state, what was asked, where it is shown, and what it waits for."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from ...store.records import GameRecord
from .. import game as games
from ..chance import draw
from ..game import Game
from ..rules import Rules
from ..streaks import season_of
from .asked import Asked
from .library import EVERYTHING, Library
from .predictor import Predictor


@dataclass(frozen=True, slots=True)
class Plan:
    """A game that is to be started: where, by whom, and what is played."""

    guild: int
    channel: int
    host: int
    rules: Rules
    pack: str = EVERYTHING
    event: int | None = None
    interested: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class GameSession:
    """One game in one channel. `record` is its row; what changes while it is played is kept here until it is saved.

    `title` is the pack's; `message` is where the game is shown now.
    """

    record: GameRecord
    title: str
    game: Game
    asked: list[Asked] = field(default_factory=list[Asked])
    message: int | None = None
    interested: tuple[int, ...] = ()
    # One step of a game at a time; clicks don't wait for it.
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # Set while the open round has a message, so its deadline is known.
    posted: asyncio.Event = field(default_factory=asyncio.Event)
    accepting: bool = True
    timer: asyncio.TimerHandle | None = None
    # Counts the timers. A step whose timer is no longer the latest is dropped, even if it waits for the lock already.
    turn: int = 0
    # The update of the message's counts: planned, and under way.
    refresh: asyncio.TimerHandle | None = None
    refreshing: asyncio.Task[None] | None = None
    # How often in a row the game couldn't be shown or written, and since when it has waited for that (Unix seconds).
    failures: int = 0
    stuck_since: float = 0.0
    end_shown: bool = False
    _writing: int = 0
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def id(self) -> int:
        """The game's id."""
        return self.record.id

    @property
    def channel(self) -> int:
        """The channel where it is played."""
        return self.record.channel

    @property
    def question(self) -> Asked:
        """The question asked last."""
        return self.asked[-1]

    def stop_timer(self) -> None:
        """Cancel the next step, even one that is due and waits for the lock."""
        self.turn += 1
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    @contextmanager
    def writing(self, changed: Game, user: int) -> Generator[None]:
        """Put `user` into the game, or take them out, as in `changed` while that is written.

        The game changes before the write, so that no one else can take the seat, and back if the write fails. The
        game's next step waits for the end of it (`settle`).
        """
        before = self.game.players.get(user)
        self.game = changed
        self._writing += 1
        try:
            yield
        except Exception:
            self.game = games.with_player(self.game, user, before)
            raise
        finally:
            self._writing -= 1
            if not self._writing:
                self._settled.set()

    async def settle(self) -> None:
        """Accept nothing more from people, and wait until everything accepted is written."""
        self.accepting = False
        while self._writing:
            self._settled.clear()
            await self._settled.wait()


Step = Callable[[GameSession], Awaitable[object]]


def new_session(plan: Plan, library: Library, predictor: Predictor, now: float) -> GameSession:
    """Return a session with an open lobby and its questions drawn. Raises the library's errors."""
    questions = library.choose(plan.guild, pack=plan.pack, difficulty=plan.rules.difficulty, fits=predictor.can)
    seed = secrets.token_hex(8)
    drawn = draw([one.id for one in questions], plan.rules.questions, seed)
    game = games.open_lobby(replace(plan.rules, questions=len(drawn)), now)
    record = GameRecord(
        id=0,
        guild=plan.guild,
        channel=plan.channel,
        host=plan.host,
        pack=plan.pack,
        season=season_of(datetime.fromtimestamp(now, UTC).date()),
        seed=seed,
        rules=asdict(game.rules),
        plan=drawn,
        phase=game.phase,
        due_at=game.due_at,
        paused_at=None,
        message=None,
        event=plan.event,
        started_at=now,
        ended_at=None,
        ended_by="",
    )
    return GameSession(record, library.title(plan.guild, plan.pack), game, interested=plan.interested)
