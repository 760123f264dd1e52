"""The steps that change the tables, in order; Alembic runs them at start."""
