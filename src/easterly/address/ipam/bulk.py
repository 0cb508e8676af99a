"""Many new allocations of one pool: written column by column, and the free space that they leave, made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

from sqlalchemy import Connection, func, select, update

from easterly.address.ipam import schema
from easterly.address.ipam import survey as s
from easterly.address.ipam.driver import postgresql, run
from easterly.address.ipam.lines import ends
from easterly.address.ipam.nouns import Pool
from easterly.address.ipam.rows import free_row
from easterly.address.ipam.write import Guarded, insert

MANY = 20_000
"""From so many new rows on, and if there are more of them than of others, SQLite's indices are made anew."""
TOGETHER = 250
"""Rows of one statement of SQLite: with it, a row takes half of the time that it takes alone."""
PART = 50_000
_A = schema.allocation.c
_STARTS = select(schema.allocation).order_by(_A.lo).limit(PART)


def add(connection: Connection, first: int, count: int, columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert allocations with consecutive ids.

    Parameters
    ----------
    connection : Connection
    first : int
        Id of the first.
    count : int
    columns : mapping of str to sequence
        Of the table, but `id`; those that are absent are empty. One of one value has it in all rows, and one that is
        the same object as another is written once.

    Raises
    ------
    Guarded, sqlalchemy.exc.IntegrityError
        Where a guard of the database disagrees.
    """
    if postgresql(connection):
        whole = (_spread(columns.get(name, (None,)), count) for name in schema.allocation.c.keys()[1:])
        insert(connection, schema.allocation, list(zip(range(first, first + count), *whole, strict=True)))
        return
    varied = list({id(column): column for column in columns.values() if len(column) > 1}.values())
    marks = tuple(_mark(column, varied) for column in columns.values())
    constant = [column[0] for column in columns.values() if len(column) == 1]
    flat = list(chain.from_iterable(zip(*varied, strict=True)))
    width, together = len(varied), count - count % TOGETHER
    for begin, end, rows in ((0, together, TOGETHER), (together, count, 1)):
        each = range(begin, end, rows)
        values = [(first + at, *constant, *flat[at * width : (at + rows) * width]) for at in each]
        run(connection, _statement(tuple(columns), marks, rows), values)


def _mark(column: Sequence[Any], varied: Sequence[Sequence[Any]]) -> int:
    """Which of the columns that vary it is; -1 for one of one value."""
    return -1 if len(column) == 1 else next(at for at, other in enumerate(varied) if other is column)


def _spread(column: Sequence[Any], count: int) -> Sequence[Any]:
    return [column[0]] * count if len(column) == 1 else column


@lru_cache(64)
def _statement(names: tuple[str, ...], marks: tuple[int, ...], rows: int) -> str:
    """One insert of many rows: its values are the first id, what all have in common, and then what each has."""
    common, width = marks.count(-1), max(marks) + 1
    fixed = list(accumulate((mark < 0 for mark in marks), initial=1))[1:]
    said = []
    for row in range(rows):
        begin = 2 + common + row * width
        places = (begin + mark if mark >= 0 else at for mark, at in zip(marks, fixed, strict=True))
        said.append(f"(?1+{row},{','.join(f'?{place}' for place in places)})")
    return f"INSERT INTO allocation (id, {', '.join(names)}) VALUES {','.join(said)}"


@contextmanager
def unindexed(connection: Connection, count: int) -> Iterator[None]:
    """In SQLite, make the indices anew after many rows, not with each; the guard against overlaps too.

    What it guards is looked at when the free space is made anew.
    """
    there = connection.execute(select(func.count()).select_from(schema.allocation)).scalar_one() if count > MANY else 0
    if connection.dialect.name != "sqlite" or count <= max(MANY, there):
        yield
        return
    asked = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'allocation' AND sql IS NOT NULL"
    made = [row for row in connection.exec_driver_sql(asked).all() if row[0] in ("index", "trigger")]
    for kind, name, _ in made:
        connection.exec_driver_sql(f"DROP {kind} {name}")
    yield
    for _, _, sql in made:
        connection.exec_driver_sql(sql)


def rebuild(connection: Connection, pool: Pool, sequence: int, entries: int, head: bytes) -> None:
    """Free space of a pool in one sweep over its allocations; and its counters.

    Raises
    ------
    Guarded
        Where two of its allocations overlap.
    """
    count = 0

    def runs() -> Iterator[tuple[s.Words, s.Words]]:
        nonlocal count
        after = b""
        while (part := ends(connection, _STARTS.where(_A.pool == pool.id, _A.lo > after))) is not None:
            yield part
            count += len(part[0])
            after = s.octets_of(part[0][-1:])[0]

    try:
        left = list(s.gaps(runs(), pool.lo, pool.hi))
    except ValueError as error:
        raise Guarded(str(error)) from error
    used = pool.size - sum(hi - lo + 1 for lo, hi in left)
    connection.execute(schema.free.delete().where(schema.free.c.pool == pool.id))
    insert(connection, schema.free, [free_row(pool.id, lo, hi, pool.bits) for lo, hi in left])
    values = {"sequence": sequence, "used": str(used), "count": count, "entries": entries, "head": head}
    connection.execute(update(schema.pool).where(schema.pool.c.id == pool.id).values(values))
