"""Statements that every batch runs, past SQLAlchemy: it takes longer over one than the database does.

Marks are question marks for both databases. Errors are those that SQLAlchemy would raise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Row = Sequence[Any]


def postgresql(connection: Connection) -> bool:
    """Whether a connection is to PostgreSQL."""
    return connection.dialect.name == "postgresql"


def ask(connection: Connection, said: str, values: Row) -> list[Any]:
    """All rows of one statement."""
    with _cursor(connection, said) as cursor:
        return list(cursor.execute(_marked(connection, said), values).fetchall())


def run(connection: Connection, said: str, rows: Sequence[Row]) -> None:
    """Run a statement once for each row of values."""
    with _cursor(connection, said) as cursor:
        if len(rows) == 1:
            cursor.execute(_marked(connection, said), rows[0])
        elif rows:
            cursor.executemany(_marked(connection, said), rows)


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Statements of the block go to PostgreSQL one behind the other, with one wait at the end for all of them.

    What is wrong with one may be told only there. Nothing can be copied in the block.
    """
    driver = connection.dialect.loaded_dbapi
    if not postgresql(connection) or not driver.Pipeline.is_supported():  # by libpq, from 14 on
        yield
        return
    raw: Any = connection.connection.driver_connection
    try:
        with raw.pipeline():
            yield
    except driver.Error as error:
        raise DBAPIError.instance("a batch", None, error, driver.Error, dialect=connection.dialect) from error


def among(connection: Connection, column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """A condition that a column has one of some values, with the values of its marks."""
    if postgresql(connection):  # one text for lists of any length: it is prepared once
        return f"{column} = ANY(?)", [list(values)]
    marks = ",".join("?" * len(values))
    return f"{column} IN ({marks or 'NULL'})", list(values)  # an empty list would have SQLite look at every row


def _marked(connection: Connection, said: str) -> str:
    return said.replace("?", "%s") if postgresql(connection) else said


@contextmanager
def _cursor(connection: Connection, said: str) -> Iterator[Any]:
    driver = connection.dialect.loaded_dbapi
    cursor: Any = connection.connection.cursor()
    try:
        yield cursor
    except driver.Error as error:
        raise DBAPIError.instance(said, None, error, driver.Error, dialect=connection.dialect) from error
    finally:
        cursor.close()
