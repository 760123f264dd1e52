"""The tables. Discord's ids are integers; times are Unix seconds on Discord's clock."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

# Constraints need names, so that a later migration can change them.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _discord_id(name: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=optional, autoincrement=False)


def _json(name: str) -> Column[Any]:
    return Column(name, JSON, nullable=False)


def _real(name: str, *, optional: bool = False) -> Column[float]:
    return Column(name, Float, nullable=optional)


def _game_id() -> Column[int]:
    return Column("game", Integer, ForeignKey("games.id", ondelete="CASCADE"), primary_key=True)


games = Table(
    "games",
    metadata,
    Column("id", Integer, primary_key=True),
    _discord_id("guild"),
    _discord_id("channel"),
    _discord_id("host"),
    Column("pack", String(60), nullable=False),
    Column("season", String(10), nullable=False),
    Column("seed", String(40), nullable=False),
    _json("rules"),
    _json("plan"),
    Column("phase", String(10), nullable=False),
    _real("due_at"),
    _real("paused_at", optional=True),
    _discord_id("message", optional=True),
    _discord_id("event", optional=True),
    _real("started_at"),
    _real("ended_at", optional=True),
    Column("ended_by", String(20), nullable=False, server_default=""),
)
# One game per channel: the database itself refuses a second one.
Index("ix_games_one_open", games.c.channel, unique=True, sqlite_where=text("ended_at IS NULL"))
Index("ix_games_guild", games.c.guild)

rounds = Table(
    "rounds",
    metadata,
    _game_id(),
    Column("number", Integer, primary_key=True),
    Column("question", String(80), nullable=False),
    _json("shown"),
    Column("right", Integer),
    _real("opened_at"),
    _real("deadline"),
    _discord_id("message", optional=True),
    Column("closed", Boolean, nullable=False, server_default=text("0")),
    Column("skipped", Boolean, nullable=False, server_default=text("0")),
)

players = Table(
    "players",
    metadata,
    _game_id(),
    _discord_id("user", key=True),
    Column("since", Integer, nullable=False),
    Column("team", Integer),
)
Index("ix_players_user", players.c.user)

votes = Table(
    "votes",
    metadata,
    _game_id(),
    Column("number", Integer, primary_key=True),
    _discord_id("user", key=True),
    Column("interaction", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    _real("at"),
    _real("left"),
    Column("first", Integer, nullable=False),
    Column("changed", Boolean, nullable=False),
    UniqueConstraint("interaction"),
)
Index("ix_votes_user", votes.c.user)

scores = Table(
    "scores",
    metadata,
    _discord_id("guild", key=True),
    _discord_id("user", key=True),
    Column("season", String(10), primary_key=True),
    Column("pack", String(60), primary_key=True),
    Column("points", Integer, nullable=False),
    Column("games", Integer, nullable=False),
    Column("wins", Integer, nullable=False),
    Column("right", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("best_streak", Integer, nullable=False),
)

packs = Table(
    "packs",
    metadata,
    _discord_id("guild", key=True),
    Column("id", String(40), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("questions", Integer, nullable=False),
    _discord_id("uploader"),
    _real("uploaded_at"),
)

events = Table(
    "events",
    metadata,
    _discord_id("id", key=True),
    _discord_id("guild"),
    _discord_id("channel"),
    _discord_id("host"),
    _json("choices"),
    _real("starts_at"),
    Column("zone", String(60), nullable=False),
    Column("weekly", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("game", Integer),
)
Index("ix_events_guild", events.c.guild)

daily = Table(
    "daily",
    metadata,
    _discord_id("guild", key=True),
    Column("day", String(10), primary_key=True),
    _discord_id("user", key=True),
    Column("question", String(80), nullable=False),
    Column("position", Integer, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("interaction", BigInteger, nullable=False),
    UniqueConstraint("interaction"),
)
Index("ix_daily_user", daily.c.user)

departures = Table(
    "departures",
    metadata,
    _discord_id("guild", key=True),
    _real("left_at"),
)
