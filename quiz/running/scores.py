"""Leaderboards and a person's own statistics: sums over a server's games and days."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ...store import daily as daily_rows
from ...store import scores as rows
from ...store.records import ScoreRecord
from ...store.store import Store
from ..streaks import best_streak, season_of, streak
from .library import Library


@dataclass(frozen=True, slots=True)
class OwnScores:
    """One person's statistics: by pack, with its title; their rank in the season (None without one); and their days."""

    packs: Sequence[tuple[str, ScoreRecord]]
    rank: int | None
    season: str
    streak: int
    best_streak: int
    days: int
    days_right: int


class Scores:
    """Reads scores from the store."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library

    async def board(self, guild: int, season: str | None) -> list[ScoreRecord]:
        """Return everyone's score in a server, most points first; of one season, or of all."""
        return await self._store.read(lambda c: rows.board(c, guild, season))

    async def of(self, guild: int, user: int, today: dt.date) -> OwnScores:
        """Return a person's own statistics in a server."""
        season = season_of(today)
        by_pack = await self._store.read(lambda c: rows.by_pack(c, guild, user))
        board = await self.board(guild, season)
        answers = await self._store.read(lambda c: daily_rows.of_user(c, guild, user))
        days = [dt.date.fromisoformat(one.day) for one in answers]
        return OwnScores(
            packs=[(self._library.title(guild, pack), one) for pack, one in by_pack.items()],
            rank=next((rank for rank, one in zip(ranks(board), board, strict=True) if one.user == user), None),
            season=season,
            streak=streak(days, today),
            best_streak=best_streak(days),
            days=len(days),
            days_right=sum(one.right for one in answers),
        )


def ranks(board: Sequence[ScoreRecord]) -> list[int]:
    """Return the rank of each, best first; ties share one."""
    points = [one.points for one in board]
    return [points.index(one) + 1 for one in points]
