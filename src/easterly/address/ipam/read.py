"""Statements that read what a batch needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from easterly.address.ipam import schema
from easterly.address.ipam.driver import among, ask, postgresql
from easterly.address.ipam.nouns import Allocation, Pool
from easterly.address.ipam.rows import allocation_of, octets, pool_of
from easterly.address.ipam.space import Key, Run

CHUNK = 10_000
"""Values in one list of a statement: SQLite takes 32,766."""
_RUN = "SELECT lo, hi FROM free WHERE pool = ?"
_ASCENDING = f"{_RUN} AND lo > ? ORDER BY lo LIMIT ?"
_FITTING = f"{_RUN} AND fit <= ? AND fit <= ? AND (fit < ? OR fit = ? AND lo > ?) ORDER BY fit DESC, lo LIMIT ?"
_RANKED = f"{_RUN} AND fit >= ? AND (fit > ? OR fit = ? AND rank > ?) ORDER BY fit, rank LIMIT ?"
_HOLDING = f"{_RUN} AND lo <= ? ORDER BY lo DESC LIMIT 1"
_WITHIN = f"{_RUN} AND lo <= ? AND hi >= ?"
_ALLOCATIONS = f"SELECT {', '.join(schema.allocation.c.keys())} FROM allocation WHERE"
_POOLS = f"SELECT {', '.join(schema.pool.c.keys())} FROM pool WHERE"


def _runs(rows: Iterable[Any]) -> list[Run]:
    return [(int.from_bytes(lo, "big"), int.from_bytes(hi, "big")) for lo, hi in rows]


class StoredFree:
    """The free intervals of a pool as they are stored; a `Source`."""

    def __init__(self, connection: Connection, pool: int) -> None:
        self._connection, self._pool = connection, pool

    def _ask(self, said: str, *values: Any) -> list[Run]:
        return _runs(ask(self._connection, said, (self._pool, *values)))

    def ascending(self, after: int, limit: int) -> list[Run]:
        """Intervals by address, from beyond `after`."""
        return self._ask(_ASCENDING, octets(after) if after >= 0 else b"", limit)

    def fitting(self, length: int, after: Key, limit: int) -> list[Run]:
        """Intervals into which a block of `length` fits, the tightest first, then by address."""
        # From the start, no interval is tighter than the block itself.
        fit, lo = (length + 1, b"") if after[1] < 0 else (-after[0], octets(after[1]))
        return self._ask(_FITTING, length, fit, fit, fit, lo, limit)

    def ranked(self, after: Key, limit: int) -> list[Run]:
        """Intervals with the largest block first, then by rank."""
        fit, rank = (-1, b"") if after[1] < 0 else (after[0], octets(after[1]))
        return self._ask(_RANKED, fit, fit, fit, rank, limit)

    def within(self, first: int, last: int) -> list[Run]:
        """Intervals that share an address with a run, by address."""
        return sorted(self._ask(_WITHIN, octets(last), octets(first)))

    def around(self, taken: Sequence[Run], given: Sequence[Run]) -> list[Run]:
        """Intervals that hold the begin of a run that is to be taken, and neighbours of those to be given back."""
        found: list[Run] = []
        if len(taken) > CHUNK // 100:
            first, last = min(lo for lo, _ in taken), max(hi for _, hi in taken)
            found += self.within(first, last)
        else:
            for lo, _ in taken:
                found += self._ask(_HOLDING, octets(lo))
        for at in range(0, len(given), CHUNK):
            part = given[at : at + CHUNK]
            los = [octets(hi + 1) for _, hi in part if hi + 1 < 1 << 128]
            after, values = among(self._connection, "lo", los)
            before, more = among(self._connection, "hi", [octets(lo - 1) for lo, _ in part if lo])
            found += self._ask(f"{_RUN} AND ({after} OR {before})", *values, *more)
        return found


def _many(connection: Connection, column: str, values: Iterable[Any], also: str = "", *others: Any) -> list[Allocation]:
    listed, found = list(values), list[Any]()
    for at in range(0, len(listed), CHUNK):
        one_of, marked = among(connection, column, listed[at : at + CHUNK])
        found += ask(connection, f"{_ALLOCATIONS} {also} {one_of}", (*others, *marked))
    return [allocation_of(row) for row in found]


def by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Allocation]:
    """Allocations that there are among some ids."""
    return {a.id: a for a in _many(connection, "id", ids)}


def by_key(connection: Connection, pool: int, keys: Iterable[str]) -> dict[str, Allocation]:
    """First allocations of requests with some keys."""
    return {a.key: a for a in _many(connection, "key", keys, "pool = ? AND", pool) if a.key is not None}


def pools(connection: Connection, named: Iterable[int | str], *, lock: bool = False) -> list[Pool]:
    """Pools by id or name, in order of ids; locked against other writers where asked."""
    wanted = set(named)
    numbers, ids = among(connection, "id", [n for n in wanted if isinstance(n, int)])
    texts, names = among(connection, "name", [n for n in wanted if isinstance(n, str)])
    ending = "ORDER BY id FOR UPDATE" if lock and postgresql(connection) else "ORDER BY id"
    return [pool_of(row) for row in ask(connection, f"{_POOLS} {numbers} OR {texts} {ending}", ids + names)]
