"""A game that is being played: the rules' own state, what was asked, and where it is shown."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from ...store.records import GameRecord, PlayerRecord, RoundRecord, VoteRecord
from ..game import Game, Phase, Player, Round
from ..rules import Rules
from ..votes import Vote
from .asked import Asked


@dataclass(slots=True, eq=False)
class GameSession:
    """One game in one channel. `title` is the pack's; `message` is where it is shown now."""

    id: int
    guild: int
    channel: int
    host: int
    pack: str
    title: str
    season: str
    seed: str
    plan: list[str]
    game: Game
    started_at: float
    asked: list[Asked] = field(default_factory=list[Asked])
    messages: dict[int, int | None] = field(default_factory=dict[int, int | None])
    message: int | None = None
    event: int | None = None
    interested: tuple[int, ...] = ()
    # One step of a game at a time; clicks don't wait for it.
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # Set while the open round's message is there, so that its time is known.
    posted: asyncio.Event = field(default_factory=asyncio.Event)
    accepting: bool = True
    writing: int = 0
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.TimerHandle | None = None
    refresh: asyncio.TimerHandle | None = None

    @property
    def question(self) -> Asked:
        """What was asked last."""
        return self.asked[-1]

    def game_record(self) -> GameRecord:
        """Return the row of this game."""
        game = self.game
        return GameRecord(
            id=self.id,
            guild=self.guild,
            channel=self.channel,
            host=self.host,
            pack=self.pack,
            season=self.season,
            seed=self.seed,
            rules=asdict(game.rules),
            plan=self.plan,
            phase=game.phase,
            due_at=game.due_at,
            paused_at=game.paused_at,
            message=self.message,
            event=self.event,
            started_at=self.started_at,
            ended_at=None,
            ended_by=game.ended_by,
        )

    def round_record(self) -> RoundRecord:
        """Return the row of the round that was asked last."""
        one = self.game.round
        return RoundRecord(
            game=self.id,
            number=one.number,
            question=one.question,
            shown=self.question.to_json(),
            right=one.right,
            opened_at=one.opened_at,
            deadline=one.deadline,
            message=self.messages.get(one.number),
            closed=one.closed,
            skipped=one.skipped,
        )

    def player_records(self) -> list[PlayerRecord]:
        """Return the rows of everybody in the game."""
        return [PlayerRecord(self.id, one.user, one.since, one.team) for one in self.game.players.values()]


def restored(
    record: GameRecord,
    rounds: Sequence[RoundRecord],
    players: Sequence[PlayerRecord],
    votes: Sequence[VoteRecord],
    title: str,
) -> GameSession:
    """Return the table that these rows are of, as it stood when the last of them was written."""
    cast: dict[int, dict[int, Vote]] = {}
    for one in votes:
        cast.setdefault(one.number, {})[one.user] = vote_of(one)
    game = Game(
        rules=Rules(**record.rules),
        due_at=record.due_at,
        phase=Phase(record.phase),
        players={one.user: Player(one.user, one.since, one.team) for one in players},
        rounds=tuple(_round(one, cast.get(one.number, {})) for one in rounds),
        paused_at=record.paused_at,
        ended_by=record.ended_by,
    )
    table = GameSession(
        id=record.id,
        guild=record.guild,
        channel=record.channel,
        host=record.host,
        pack=record.pack,
        title=title,
        season=record.season,
        seed=record.seed,
        plan=record.plan,
        game=game,
        started_at=record.started_at,
        asked=[Asked.from_json(one.shown) for one in rounds],
        messages={one.number: one.message for one in rounds},
        message=record.message,
        event=record.event,
    )
    if rounds and rounds[-1].message is not None:
        table.posted.set()
    return table


def vote_of(record: VoteRecord) -> Vote:
    """Return the vote of a row."""
    return Vote(
        record.user, record.position, record.at, record.left, record.interaction, record.first, changed=record.changed
    )


def _round(record: RoundRecord, votes: Mapping[int, Vote]) -> Round:
    return Round(
        number=record.number,
        question=record.question,
        options=len(record.shown["options"]),
        right=record.right,
        opened_at=record.opened_at,
        deadline=record.deadline,
        closed=record.closed,
        skipped=record.skipped,
        votes=votes,
    )
