"""Statements that write what a batch decided: few of them, each with many rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from easterly.address.ipam import schema
from easterly.address.ipam.audit import chained
from easterly.address.ipam.driver import among, postgresql, run, together
from easterly.address.ipam.ledger import Ledger
from easterly.address.ipam.nouns import Allocation, Entry
from easterly.address.ipam.read import CHUNK
from easterly.address.ipam.rows import allocation_row, extras, free_row, octets

FEW = 4
"""From so many rows on, PostgreSQL copies them."""


class Guarded(Exception):
    """The database refused a row that was decided to be right."""


def insert(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows in the order of the table's columns.

    Raises
    ------
    Guarded
        Where a constraint of a copied row fails, or PostgreSQL does not take a text; other statements raise
        SQLAlchemy's errors.
    """
    if not rows:
        return
    names = ", ".join(table.columns.keys())
    if _copies(connection, rows):
        _copy(connection, f"COPY {table.name} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join("?" * len(table.columns))
    run(connection, f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)


def _copies(connection: Connection, rows: Sequence[Any]) -> bool:
    return len(rows) >= FEW and postgresql(connection)


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    import psycopg  # only where PostgreSQL is used

    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        raise Guarded(str(error).partition("\n")[0]) from error


_CHANGING = (
    "state", "until_ms", "key", "digest", "keyed", "tenant", "device", "interface", "mac", "dns_name", "about",
)  # fmt: skip
_ENDS = ("until_ms",)
_TYPES = {"until_ms": "bigint", "keyed": "bigint"}
_COUNTERS = "UPDATE pool SET sequence = ?, used = ?, count = ?, entries = ?, head = ? WHERE id = ?"


def write(connection: Connection, ledgers: Iterable[Ledger], at_ms: int) -> None:
    """Write what became of some pools.

    Raises
    ------
    Guarded, sqlalchemy.exc.IntegrityError
        Where a guard of the database disagrees.
    """
    touched = [ledger for ledger in ledgers if ledger.changes]
    if not touched:
        return
    entries, ends = [], []
    for ledger in touched:
        pool = ledger.pool
        new = chained(pool.id, pool.entries, pool.head, at_ms, ledger.changes)
        entries += [(e.chain, e.seq, e.at_ms, e.text, e.hash) for e in new]
        ends.append((ledger, new[-1].seq, new[-1].hash))
    spaces, free = _free(touched)
    made = [allocation_row(a) for ledger in touched for a in ledger.made.values()]
    every: list[tuple[Table, Sequence[Any]]] = [(schema.allocation, made), (schema.free, free), (schema.audit, entries)]
    with together(connection):
        _leave(connection, touched)
        _change(connection, _CHANGING, [_changing(a) for ledger in touched for a in ledger.changed.values()])
        _change(connection, _ENDS, [(ledger.rows[n].until_ms, n) for ledger in touched for n in ledger.longer])
        run(connection, "DELETE FROM free WHERE pool = ? AND lo = ?", spaces)
        _counters(connection, ends)
        for table, rows in every:
            if not _copies(connection, rows):
                insert(connection, table, rows)
    for table, rows in every:
        if _copies(connection, rows):
            insert(connection, table, rows)


def _leave(connection: Connection, ledgers: Iterable[Ledger]) -> None:
    """Delete what is free again."""
    gone = sorted(number for ledger in ledgers for number in ledger.gone)
    for at in range(0, len(gone), CHUNK):
        one_of, ids = among(connection, "id", gone[at : at + CHUNK])
        run(connection, f"DELETE FROM allocation WHERE {one_of}", [ids])


def write_entries(connection: Connection, entries: Iterable[Entry]) -> None:
    """Add entries to the audit."""
    insert(connection, schema.audit, [(e.chain, e.seq, e.at_ms, e.text, e.hash) for e in entries])


def _free(ledgers: Iterable[Ledger]) -> tuple[list[tuple[int, bytes]], list[tuple[Any, ...]]]:
    """Free intervals that are no more, and new ones."""
    gone: list[tuple[int, bytes]] = []
    new: list[tuple[Any, ...]] = []
    for ledger in ledgers:
        pool = ledger.pool
        begins, runs = ledger.space.changes()
        gone += [(pool.id, octets(lo)) for lo in begins]
        new += [free_row(pool.id, lo, hi, pool.bits) for lo, hi in runs]
    return gone, new


def _change(connection: Connection, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Update columns of allocations: their values, and the id."""
    if len(rows) >= FEW and postgresql(connection):  # one statement, with an array for each column
        arrays = ", ".join(f"?::{_TYPES.get(name, 'text')}[]" for name in names)
        values = ", ".join(f"{name} = new.{name}" for name in names)
        source = f"unnest({arrays}, ?::bigint[]) AS new ({', '.join(names)}, number)"
        said = f"UPDATE allocation SET {values} FROM {source} WHERE allocation.id = new.number"
        run(connection, said, [[list(column) for column in zip(*rows, strict=True)]])
    else:
        run(connection, f"UPDATE allocation SET {' = ?, '.join(names)} = ? WHERE id = ?", rows)


def _changing(a: Allocation) -> tuple[Any, ...]:
    who = a.about
    return a.state, a.until_ms, a.key, a.digest, a.keyed, *who[:5], extras(who), a.id


def _counters(connection: Connection, ends: Iterable[tuple[Ledger, int, bytes]]) -> None:
    """Write the counters of pools, with the number and the hash of the last entry of each chain."""
    rows = [
        (ledger.sequence, str(ledger.used), ledger.count, entries, head, ledger.pool.id)
        for ledger, entries, head in ends
    ]
    run(connection, _COUNTERS, rows)
