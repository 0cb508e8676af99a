"""Backup, restore, and a move from one database to another: all rows of one state, in a store of any kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DatabaseError

from easterly.address.ipam import migrations, schema
from easterly.address.ipam.connect import connect, locate, reading, writing
from easterly.address.ipam.store import Store, StoreError, init
from easterly.address.ipam.write import insert

PAGE = 20_000


def backup(store: Store, path: str | Path) -> None:
    """Write a store into a new SQLite file, as it is at one moment; writers need not wait in SQLite or PostgreSQL.

    Parameters
    ----------
    store : Store
    path : str or Path
        There must be no file yet.

    Raises
    ------
    StoreError
        Where there is one.
    """
    if Path(path).exists():
        raise StoreError(f"{path} is there already: a backup does not overwrite anything")
    with init(Path(path)) as copy:
        transfer(store, copy)


def restore(path: str | Path, url: str | Path) -> None:
    """Make a store from a backup.

    Parameters
    ----------
    path : str or Path
        The backup.
    url : str or Path
        A new store, of any kind.

    Raises
    ------
    StoreError
        Where the store is not empty, or the backup is none.
    """
    if not Path(path).exists():
        raise StoreError(f"there is no backup at {path}")
    if not _is_store(path):  # `init` would make its tables in it
        raise StoreError(f"{path} is no backup: no address store is in it")
    with init(Path(path)) as saved, init(url) as store:
        transfer(saved, store)


def _is_store(path: str | Path) -> bool:
    """Whether a file holds an address store, of whatever version."""
    engine = connect(locate(path))
    try:
        with engine.connect() as connection:
            return migrations.current(connection) is not None
    except DatabaseError:  # no database at all
        return False
    finally:
        engine.dispose()


def transfer(source: Store, target: Store) -> None:
    """Copy all rows into a store that has none; the guards of the target look at each.

    Raises
    ------
    StoreError
        Where the target holds something.
    """
    with reading(source.engine) as old, writing(target.engine) as new:
        if new.execute(select(schema.pool.c.id).limit(1)).first() or new.execute(select(schema.audit)).first():
            raise StoreError("the target is not empty: copy into a new store")
        new.execute(schema.registry.delete())
        new.execute(schema.vrf.delete())
        for table in schema.metadata.sorted_tables:
            for rows in _pages(old, table):
                insert(new, table, rows)


def _pages(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """All rows in order of their keys: a parent's pool comes before its children's."""
    asked = select(table).order_by(*table.primary_key.columns)
    yield from connection.execution_options(yield_per=PAGE).execute(asked).partitions(PAGE)
