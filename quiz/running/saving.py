"""Writing games to the store, and reading them back as they were."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncConnection

from ...store import games as rows
from ...store import votes as vote_rows
from ...store.records import GameRecord, PlayerRecord, RoundRecord, ScoreRecord, VoteRecord
from ...store.store import Store
from ..game import Game, Phase, Player, Round
from ..rules import Rules
from ..scoring import Standing, standings
from ..votes import Vote
from .asked import Asked
from .library import Library
from .session import GameSession

log = logging.getLogger(__name__)

# Votes are written by the hundred, so not with `astuple`, which copies deeply.
_vote_values = attrgetter(*(one.name for one in fields(Vote)))


async def add(store: Store, session: GameSession) -> None:
    """Write a new game and give the session its id. Raises `GameRunsAlready`."""
    values = asdict(session.record)
    del values["id"]
    session.record = replace(session.record, id=await store.write(lambda c: rows.add(c, **values)))


async def save(store: Store, session: GameSession) -> None:
    """Write the state of a game and of its latest round."""
    game, number = session.game, session.id
    changed = {
        "plan": session.record.plan.copy(),
        "rules": asdict(game.rules),
        "phase": game.phase,
        "due_at": game.due_at,
        "paused_at": game.paused_at,
        "message": session.message,
    }
    latest = _round_record(session) if game.rounds else None

    async def work(connection: AsyncConnection) -> None:
        await rows.change(connection, number, **changed)
        if latest is not None:
            await rows.put_round(connection, latest)

    await store.write(work)


async def save_players(store: Store, game: int, players: Iterable[Player]) -> None:
    """Write players, new or in another team."""
    records = [_player_record(game, one) for one in players]
    await store.write(lambda c: rows.put_players(c, records))


async def remove_player(store: Store, game: int, user: int) -> None:
    """Remove a player who left the lobby."""
    await store.write(lambda c: rows.remove_player(c, game, user))


async def save_click(store: Store, game: int, number: int, click: Vote, newcomer: Player | None) -> Vote:
    """Write a click, and its player if they are new, and return the vote that counts now: the database decides."""
    record = VoteRecord(game, number, *_vote_values(click))

    async def work(connection: AsyncConnection) -> VoteRecord:
        if newcomer is not None:
            await rows.put_players(connection, [_player_record(game, newcomer)])
        return await vote_rows.put(connection, record)

    return _vote(await store.write(work))


async def save_scores(store: Store, session: GameSession) -> None:
    """Write that a game is over and add its scores, once; the best win, if they scored and beat someone."""
    found, why = standings(session.game), session.game.ended_by
    scores = [_score(one, beaten=len(found) > 1) for one in found if one.asked]
    await store.write(lambda c: rows.end(c, session.record, ended_by=why, scores=scores))


def _score(one: Standing, *, beaten: bool) -> ScoreRecord:
    won = one.rank == 1 and one.points > 0 and beaten
    return ScoreRecord(one.user, one.points, 1, int(won), one.right, one.asked, one.best_streak)


async def close(store: Store, session: GameSession, at: float) -> None:
    """Write that a game needs nothing more, so its channel is free again."""
    await store.write(lambda c: rows.change(c, session.id, ended_at=at))


async def unfinished(store: Store) -> list[int]:
    """Return the ids of the games that haven't ended."""
    return await store.read(rows.unfinished)


async def find(store: Store, library: Library, game: int) -> GameSession | None:
    """Return any game, over or not, as it was written last; None if there isn't one, or we can't read its rows."""
    try:
        record = await store.read(lambda c: rows.get(c, game))
        return await _restore(store, library, record) if record else None
    except (LookupError, TypeError, ValueError):  # broken JSON, or the rules of a newer version
        log.warning("a game can't be read", extra={"game": game}, exc_info=True)
        return None


async def close_unreadable(store: Store, game: int, at: float) -> tuple[int, int] | None:
    """Write that a game we can't read is over; return its server and channel, or None if there is no such game."""

    async def work(connection: AsyncConnection) -> tuple[int, int] | None:
        await rows.change(connection, game, phase=Phase.OVER, ended_by="unreadable", ended_at=at)
        return await rows.place(connection, game)

    return await store.write(work)


def _round_record(session: GameSession) -> RoundRecord:
    one = session.game.round
    return RoundRecord(
        game=session.id,
        number=one.number,
        question=one.question,
        shown=session.question.to_json(),
        right=one.right,
        opened_at=one.opened_at,
        deadline=one.deadline,
        message=session.message,
        closed=one.closed,
        skipped=one.skipped,
    )


def _player_record(game: int, player: Player) -> PlayerRecord:
    return PlayerRecord(game, player.user, player.since, player.team)


async def _restore(store: Store, library: Library, record: GameRecord) -> GameSession:
    async def work(connection: AsyncConnection) -> GameSession:
        rounds = await rows.rounds(connection, record.id)
        players = await rows.players(connection, record.id)
        cast: dict[int, dict[int, Vote]] = {}
        for one in await vote_rows.of_game(connection, record.id):
            cast.setdefault(one.number, {})[one.user] = _vote(one)
        game = Game(
            rules=Rules(**record.rules),
            due_at=record.due_at,
            phase=Phase(record.phase),
            players={one.user: Player(one.user, one.since, one.team) for one in players},
            rounds=tuple(_round(one, cast.get(one.number, {})) for one in rounds),
            paused_at=record.paused_at,
            ended_by=record.ended_by,
        )
        asked = [Asked.from_json(one.shown) for one in rounds]
        return GameSession(record, library.title(record.guild, record.pack), game, asked, record.message)

    return await store.read(work)


def _vote(record: VoteRecord) -> Vote:
    return Vote(*_vote_values(record))


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
