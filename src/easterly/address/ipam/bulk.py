"""Many addresses at once, from and to CSV: all or nothing, in one transaction and little memory.

The first line names the columns; see `lines`.
"""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from socket import AF_INET, inet_ntop
from typing import Any

from sqlalchemy import Connection, bindparam, select

from easterly.address.ipam import schema
from easterly.address.ipam.administer import open_ledger
from easterly.address.ipam.audit import chained
from easterly.address.ipam.connect import reading, writing
from easterly.address.ipam.ledger import Ledger
from easterly.address.ipam.lines import PLAIN, Line, address_reader, check_names, read_lines
from easterly.address.ipam.nouns import SEQUENCE_BITS, Pool, span
from easterly.address.ipam.read import StoredFree
from easterly.address.ipam.rows import tags_and_fields
from easterly.address.ipam.space import Run
from easterly.address.ipam.store import Store
from easterly.address.ipam.write import counters, insert, rewrite_free, write_entries
from easterly.address.text import AddressError

CHUNK = 10_000


class FileRefused(ValueError):
    """A file that cannot be taken over; the message names the line."""


def import_csv(store: Store, pool: int | str, path: str | Path, *, actor: str = "") -> int:
    """Take over allocations of one pool from a file: all of them, or none.

    Parameters
    ----------
    store : Store
    pool : int or str
        Id or name.
    path : str or Path
    actor : str

    Returns
    -------
    int
        How many.

    Raises
    ------
    FileRefused
        With the line, for what is no address, lies outside, is there twice or is taken already.
    """
    with _uncollected(), writing(store.engine) as connection:
        ledger = open_ledger(connection, pool, store.now_ms())
        if ledger is None:
            raise FileRefused(f"there is no pool {pool!r}: add it first")
        runs, count = _places(path, ledger.pool)
        if not runs:
            return 0
        free = StoredFree(connection, ledger.pool.id).within(runs[0][0], runs[-1][1])
        left = _left(free, runs, path, ledger.pool)
        with _checked_at_once(connection, ledger.pool.id, count):
            entries, head = _insert(connection, ledger, path, actor)
        ledger.sequence, ledger.count = ledger.sequence + count, ledger.count + count
        ledger.used += sum(hi - lo + 1 for lo, hi in runs)
        rewrite_free(connection, ledger.pool, [lo for lo, _ in free], left)
        counters(connection, [(ledger, entries, head)])
    return count


def _insert(connection: Connection, ledger: Ledger, path: str | Path, actor: str) -> tuple[int, bytes]:
    """Write allocations and audit, so many lines at a time; number and hash of the last entry."""
    pool, first = ledger.pool, (ledger.pool.id << SEQUENCE_BITS) + ledger.sequence
    entries, head = pool.entries, pool.head
    rows = _rows(path)
    _, names = next(rows)
    while chunk := list(islice(rows, CHUNK)):
        values = [row for _, row in chunk]
        lines = list(_numbered(read_lines(values, names, pool.family), path, chunk))
        insert(connection, schema.allocation, [_row(ledger, n, line) for n, line in enumerate(lines, first)])
        # The lines themselves: what was said, and all that a replay needs.
        change = {"do": "import", "by": actor, "id": first, "family": pool.family, "names": names, "rows": values}
        [entry] = chained(pool.id, entries, head, ledger.now_ms, [change])
        write_entries(connection, [entry])
        entries, head, first = entry.seq, entry.hash, first + len(lines)
    return entries, head


def _numbered(lines: Iterator[Line], path: str | Path, chunk: list[tuple[int, list[str]]]) -> Iterator[Line]:
    """The lines; an error names its line."""
    done = 0
    try:
        for line in lines:
            done += 1
            yield line
    except ValueError as error:
        raise FileRefused(f"{path}:{chunk[done][0]}: {error}") from error


def _row(ledger: Ledger, number: int, line: Line) -> tuple[Any, ...]:
    """A line in the order of the table's columns."""
    pool = ledger.pool
    lo = line.lo.to_bytes(16, "big")
    return (
        number, pool.id, pool.vrf, pool.family, lo, lo if line.lo == line.hi else line.hi.to_bytes(16, "big"),
        line.length, line.kind(pool.family), line.state, line.until_ms, line.owner, ledger.now_ms, None, None, 0,
        *line.texts, line.extras,
    )  # fmt: skip


@contextmanager
def _checked_at_once(connection: Connection, pool: int, count: int) -> Iterator[None]:
    """Let one question at the end do what the guard of overlaps does for each row; build indices of many rows at once.

    PostgreSQL's guard asks once for each statement already.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    asked = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'allocation' AND sql IS NOT NULL"
    there = connection.exec_driver_sql("SELECT coalesce(sum(count), 0) FROM pool").scalar_one()
    later = {"allocation_overlap", *(("allocation_device", "allocation_mac", "allocation_dns_name") * (count > there))}
    made = [row for row in connection.exec_driver_sql(asked).all() if row.name in later]
    for row in made:
        connection.exec_driver_sql(f"DROP {row.type} {row.name}")
    yield
    before = "SELECT lo, lag(hi) OVER (ORDER BY lo) AS last FROM allocation WHERE pool = ?"
    if connection.exec_driver_sql(f"SELECT 1 FROM ({before}) WHERE last >= lo LIMIT 1", (pool,)).first():
        raise FileRefused("the free space disagrees with the allocations: run fsck")
    for row in made:
        connection.exec_driver_sql(row.sql)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: a million tuples hold none, and it would look at them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _rows(path: str | Path) -> Iterator[tuple[int, list[str]]]:
    """Names of the columns, then the values of each line, with the numbers of their lines."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        yield from ((number, row) for number, row in enumerate(csv.reader(file), 1) if row)


def _places(path: str | Path, pool: Pool) -> tuple[list[Run], int]:
    """All runs of a file, sorted, and how many lines they are; neighbours that follow each other are one run."""
    read, found, count = address_reader(pool.family), list[Run](), 0
    lines = _rows(path)
    number, names = next(lines, (1, list[str]()))
    try:
        check_names(names)
        at = names.index("address")
        for line, row in lines:
            number = line
            lo, hi, _ = read(row[at])
            if lo < pool.lo or hi > pool.hi:
                raise ValueError(f"{row[at]} is outside of pool {pool.name} ({pool.text})")
            count += 1
            if found and found[-1][1] + 1 == lo:
                found[-1] = (found[-1][0], hi)
            else:
                found.append((lo, hi))
    except IndexError as error:
        raise FileRefused(f"{path}:{number}: too few values") from error
    except ValueError as error:
        hint = f"; {error.hint}" if isinstance(error, AddressError) and error.hint else ""
        raise FileRefused(f"{path}:{number}: {error}{hint}") from error
    found.sort()
    return found, count


def _left(free: Sequence[Run], runs: Sequence[Run], path: str | Path, pool: Pool) -> list[Run]:
    """What is left of free intervals when runs are taken out of them; all are sorted."""
    left: list[Run] = []
    rest = iter([*free, (pool.hi + 1, pool.hi + 1)])
    lo, hi = next(rest)
    for first, last in runs:
        while hi < first:
            if lo <= hi:
                left.append((lo, hi))
            lo, hi = next(rest)
        if not lo <= first <= last <= hi:
            text = span(pool.family, first, last, pool.bits if first == last else -1)
            raise FileRefused(f"{path}: {text} is there twice, or taken already, whole or in part, in pool {pool.name}")
        if lo < first:
            left.append((lo, first - 1))
        lo = last + 1
    return [run for run in (*left, (lo, hi), *rest) if run[0] <= run[1] <= pool.hi]


_C = schema.allocation.c
_SHOWN = (
    select(_C.lo, _C.hi, _C.length, _C.family, *(_C[name] for name in PLAIN), _C.about)
    .where(_C.pool == bindparam("pool"), _C.state != "quarantined", _C.kind != "pool")
    .order_by(_C.lo)
)
_SAID = select(_C.about).distinct().where(_C.pool == bindparam("pool"), _C.about.is_not(None), _C.kind != "pool")


def export_csv(store: Store, pool: int, path: str | Path) -> int:
    """Write what is held and reserved in a pool as `import_csv` reads it, in order of address.

    Child pools are left out: they are no allocations without their pools.

    Parameters
    ----------
    store : Store
    pool : int
        Id.
    path : str or Path

    Returns
    -------
    int
        How many.
    """
    count, values = 0, {"pool": pool}
    with reading(store.engine) as connection, Path(path).open("w", newline="", encoding="utf-8") as file:
        own = sorted({name for (said,) in connection.execute(_SAID, values) for name, _ in tags_and_fields(said)[1]})
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["address", *PLAIN, "tags", *(f"field:{name}" for name in own)])
        rows = connection.execution_options(yield_per=CHUNK).execute(_SHOWN, values)
        for part in rows.partitions(CHUNK):
            out.writerows(map(_written(own), part))
            count += len(part)
    return count


def _written(own: list[str]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What turns a row into the values of a line."""
    none = [""] * (1 + len(own))

    def written(row: Sequence[Any]) -> Sequence[Any]:
        lo, hi, length, family, *plain, said = row
        if length == 32 and family == 4:
            text = inet_ntop(AF_INET, lo[12:])
        else:
            text = span(family, int.from_bytes(lo, "big"), int.from_bytes(hi, "big"), length)
        if said is None:
            return (text, *plain, *none)
        tags, pairs = tags_and_fields(said)
        values = dict(pairs)
        return (text, *plain, ";".join(tags), *(values.get(name, "") for name in own))

    return written
