"""Connections to a store: SQLite in a file, or PostgreSQL by URL."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

BUSY_S = 60
LITTLE_B = 1 << 20
"""Room on a disk with which SQLite can hardly go on."""


def locate(url: str | Path) -> URL:
    """A URL, or the path of a SQLite file, as a URL with its driver.

    Raises
    ------
    ValueError
        For a database that is neither SQLite in a file nor PostgreSQL.

    Examples
    --------
    >>> str(locate("addresses.db")), str(locate("postgresql://host/ipam"))
    ('sqlite:///addresses.db', 'postgresql+psycopg://host/ipam')
    """
    text = str(url)
    found = make_url(text) if "://" in text else URL.create("sqlite", database=text)
    if found.get_backend_name() == "postgresql":
        return found.set(drivername="postgresql+psycopg")
    if found.get_backend_name() != "sqlite" or found.database in (None, "", ":memory:"):
        raise ValueError(f"{text!r} is no address store: give a file for SQLite, or postgresql://user@host/database")
    return found


def connect(url: URL) -> Engine:
    """An engine whose transactions hold: durable when they are acknowledged, and one writer at a time in SQLite."""
    if url.get_backend_name() == "postgresql":
        engine = create_engine(url, pool_size=8, max_overflow=56, hide_parameters=True)  # errors are logged
        event.listen(engine, "connect", _look_up)
        return engine
    engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")


def _look_up(connection: Any, _: Any) -> None:
    # Statements look few rows up by keys. As the server is set for slow disks, it reads tables of some thousand whole.
    connection.execute("SET random_page_cost = 1.1")
    connection.commit()


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: to take it later could fail after others have written.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def reason(url: str | Path, error: DBAPIError) -> str:
    """What a database says of a failure, and what to do about it, where that is known."""
    said = str(error.orig).strip()
    where = locate(url)
    if where.get_backend_name() != "sqlite":
        return said
    folder = Path(where.database or "").absolute().parent
    if not folder.is_dir():
        return f"{said}: there is no folder {folder}"
    if not os.access(folder, os.W_OK):
        return f"{said}: {folder} cannot be written, and SQLite writes beside the file even to read it"
    room = shutil.disk_usage(folder)
    if not room.total:
        return f"{said}: {folder} is no place for files; name one on a disk"
    if room.free < LITTLE_B:
        return f"{said}: the disk of {folder} is full; what was acknowledged is kept"
    return said


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; it is durable when the block ends without an exception."""
    with engine.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the store."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection
