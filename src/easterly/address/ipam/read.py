"""Statements that read what a batch needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select

from easterly.address.ipam import schema
from easterly.address.ipam.nouns import Allocation, Pool
from easterly.address.ipam.rows import allocation_of, octets, pool_of
from easterly.address.ipam.space import Key, Run

CHUNK = 10_000
"""Values in one list of a statement: SQLite takes 32,766."""
_F, _A, _P = schema.free.c, schema.allocation.c, schema.pool.c
_RUN = select(_F.lo, _F.hi).where(_F.pool == bindparam("pool"))
_ASCENDING = _RUN.where(_F.lo > bindparam("after")).order_by(_F.lo).limit(bindparam("most"))
_ALL = _RUN.order_by(_F.lo).limit(bindparam("most"))
_LATER = or_(_F.fit < bindparam("fit"), and_(_F.fit == bindparam("fit"), _F.lo > bindparam("lo")))
_FITTING = (
    _RUN.where(_F.fit <= bindparam("length"), _F.fit <= bindparam("fit"), _LATER)
    .order_by(_F.fit.desc(), _F.lo)
    .limit(bindparam("most"))
)
_BEYOND = or_(_F.fit > bindparam("fit"), and_(_F.fit == bindparam("fit"), _F.rank > bindparam("rank")))
_RANKED = _RUN.where(_F.fit >= bindparam("fit"), _BEYOND).order_by(_F.fit, _F.rank).limit(bindparam("most"))
_HOLDING = _RUN.where(_F.lo <= bindparam("at")).order_by(_F.lo.desc()).limit(1)
_WITHIN = _RUN.where(_F.lo <= bindparam("last"), _F.hi >= bindparam("first"))
_BESIDE = _RUN.where(or_(_F.lo.in_(bindparam("los", expanding=True)), _F.hi.in_(bindparam("his", expanding=True))))
_BY_ID = select(schema.allocation).where(_A.id.in_(bindparam("ids", expanding=True)))
_BY_KEY = select(schema.allocation).where(_A.pool == bindparam("pool"), _A.key.in_(bindparam("keys", expanding=True)))
_POOLS = select(schema.pool).where(
    or_(_P.id.in_(bindparam("ids", expanding=True)), _P.name.in_(bindparam("names", expanding=True)))
)
_POOLS_LOCKED = _POOLS.order_by(_P.id).with_for_update()


def _runs(rows: Iterable[Any]) -> list[Run]:
    return [(int.from_bytes(lo, "big"), int.from_bytes(hi, "big")) for lo, hi in rows]


class StoredFree:
    """The free intervals of a pool as they are stored; a `Source`."""

    def __init__(self, connection: Connection, pool: int) -> None:
        self._connection, self._pool = connection, pool

    def _ask(self, statement: Any, **values: Any) -> list[Run]:
        return _runs(self._connection.execute(statement, {"pool": self._pool, **values}))

    def ascending(self, after: int, limit: int) -> list[Run]:
        """Intervals by address, from beyond `after`."""
        if after < 0:
            return self._ask(_ALL, most=limit)
        return self._ask(_ASCENDING, after=octets(after), most=limit)

    def fitting(self, length: int, after: Key, limit: int) -> list[Run]:
        """Intervals into which a block of `length` fits, the tightest first, then by address."""
        if after[1] < 0:  # from the start: no interval is tighter than the block itself
            return self._ask(_FITTING, length=length, fit=length + 1, lo=b"", most=limit)
        return self._ask(_FITTING, length=length, fit=-after[0], lo=octets(after[1]), most=limit)

    def ranked(self, after: Key, limit: int) -> list[Run]:
        """Intervals with the largest block first, then by rank."""
        if after[1] < 0:
            return self._ask(_RANKED, fit=-1, rank=b"", most=limit)
        return self._ask(_RANKED, fit=after[0], rank=octets(after[1]), most=limit)

    def within(self, first: int, last: int) -> list[Run]:
        """Intervals that share an address with a run, by address."""
        return sorted(self._ask(_WITHIN, first=octets(first), last=octets(last)))

    def around(self, taken: Sequence[Run], given: Sequence[Run]) -> list[Run]:
        """Intervals that hold the begin of a run that is to be taken, and neighbours of those to be given back."""
        found: list[Run] = []
        if len(taken) > CHUNK // 100:
            first, last = min(lo for lo, _ in taken), max(hi for _, hi in taken)
            found += self.within(first, last)
        else:
            for lo, _ in taken:
                found += self._ask(_HOLDING, at=octets(lo))
        for at in range(0, len(given), CHUNK):
            part = given[at : at + CHUNK]
            los = [octets(hi + 1) for _, hi in part if hi + 1 < 1 << 128]
            found += self._ask(_BESIDE, los=los, his=[octets(lo - 1) for lo, _ in part if lo])
        return found


def _many(ask: Callable[[Sequence[Any]], Iterable[Any]], values: Iterable[Any]) -> list[Allocation]:
    listed = list(values)
    parts = (listed[at : at + CHUNK] for at in range(0, len(listed), CHUNK))
    return [allocation_of(row) for part in parts for row in ask(part)]


def by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Allocation]:
    """Allocations that there are among some ids."""
    return {a.id: a for a in _many(lambda part: connection.execute(_BY_ID, {"ids": part}), ids)}


def by_key(connection: Connection, pool: int, keys: Iterable[str]) -> dict[str, Allocation]:
    """First allocations of requests with some keys."""
    found = _many(lambda part: connection.execute(_BY_KEY, {"pool": pool, "keys": part}), keys)
    return {a.key: a for a in found if a.key is not None}


def pools(connection: Connection, named: Iterable[int | str], *, lock: bool = False) -> list[Pool]:
    """Pools by id or name, in order of ids; locked against other writers where asked."""
    wanted = set(named)
    ids, names = [n for n in wanted if isinstance(n, int)], [n for n in wanted if isinstance(n, str)]
    statement = _POOLS_LOCKED if lock else _POOLS
    rows = connection.execute(statement, {"ids": ids, "names": names})
    return sorted((pool_of(row) for row in rows), key=lambda pool: pool.id)
