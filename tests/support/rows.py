"""Rows to fill a store with."""

from typing import Any

from inferbot.store.records import RoundRecord, VoteRecord

GUILD, CHANNEL, HOST = 10, 20, 30


def game_values(**changes: Any) -> dict[str, Any]:
    """Return the columns of an open game."""
    values: dict[str, Any] = {
        "guild": GUILD,
        "channel": CHANNEL,
        "host": HOST,
        "pack": "basics",
        "season": "2026-Q4",
        "seed": "seed",
        "rules": {"questions": 3},
        "plan": ["basics-001"],
        "phase": "lobby",
        "due_at": 60.0,
        "started_at": 0.0,
    }
    return values | changes


def round_record(game: int, number: int = 1, **changes: Any) -> RoundRecord:
    """Return a round that is open."""
    values: dict[str, Any] = {
        "question": "basics-001",
        "shown": {"text": "?"},
        "right": 1,
        "opened_at": 100.0,
        "deadline": 120.0,
        "message": None,
        "closed": False,
        "skipped": False,
    }
    return RoundRecord(game=game, number=number, **(values | changes))


def vote_record(game: int, user: int, position: int, at: float, interaction: int) -> VoteRecord:
    """Return somebody's first vote in round 1."""
    return VoteRecord(game, 1, user, interaction, position, at, 120 - at, position, changed=False)
