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


def upgrade(connection: Connection, version: str | None) -> None:
    """Apply every migration after `version`. Raises `LookupError` for a version this code doesn't know."""
    config = config_for(connection)
    known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise LookupError(version)
    command.upgrade(config, "head")
