"""Upserts that run often, compiled to SQL once.

SQLAlchemy doesn't cache the compiled form of SQLite's `ON CONFLICT`, and compiling one takes longer than running it.
"""

from typing import Any

from sqlalchemy import Insert, Table, TextClause, bindparam, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert as Upsert


def row_of(table: Table) -> dict[str, Any]:
    """Return a bind parameter for each column, to be used as an insert's values."""
    return {column.name: bindparam(column.name) for column in table.c}


def upsert(table: Table) -> Upsert:
    """Return the insert of a whole row, whose values are parameters named like the columns."""
    return sqlite.insert(table).values(row_of(table))


def prepared(statement: Insert) -> TextClause:
    """Return the statement as SQL text, which SQLAlchemy does cache; its parameters keep their names."""
    return text(str(statement.compile(dialect=sqlite.dialect(paramstyle="named"))))
