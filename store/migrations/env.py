"""Alembic runs this file to migrate, on the connection that `upgrade.py` passes in."""

from alembic import context
from inferbot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
