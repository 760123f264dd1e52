"""Migrate a database with Alembic, on an open connection."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FOLDER = Path(__file__).parent


def config_for(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration: our folder, and the connection for `env.py`."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def known_versions() -> list[str]:
    """Return every version of the tables this code knows, oldest first."""
    newest_first = ScriptDirectory.from_config(config_for()).walk_revisions()
    return [one.revision for one in newest_first][::-1]


def upgrade(connection: Connection, version: str | None) -> None:
    """Apply every migration after `version`. Raises `LookupError` for a version this code doesn't know."""
    if version is not None and version not in known_versions():
        raise LookupError(version)
    command.upgrade(config_for(connection), "head")
