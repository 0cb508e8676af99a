"""A batch of requests: read what they need, decide, write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from easterly.address.ipam.bound import Known, known, share
from easterly.address.ipam.decide import allocate, named, pool_number
from easterly.address.ipam.leases import edit, expire, release, renew
from easterly.address.ipam.ledger import Ledger
from easterly.address.ipam.nouns import Allocation, Outcome, refused
from easterly.address.ipam.read import StoredFree, by_id, by_key, pools
from easterly.address.ipam.requests import Allocate, Edit, Expire, Release, Renew, Work
from easterly.address.ipam.space import Run, Space
from easterly.address.ipam.write import write
from easterly.address.text import AddressError


def answer(connection: Connection, requests: Sequence[Work], now_ms: int, *, approved: bool = False) -> list[Outcome]:
    """Answer requests in their order, in the transaction of the connection; one that is refused writes nothing.

    Where they are `approved`, pools that want somebody's approval have it.

    Raises
    ------
    Guarded, sqlalchemy.exc.IntegrityError
        Where a guard of the database disagrees; the transaction has to be undone.
    """
    stored = [_stores(request) for request in requests]
    ledgers = _open(connection, [request for request, stores in zip(requests, stored, strict=True) if stores], now_ms)
    outcomes = []
    for request, stores in zip(requests, stored, strict=True):
        ledger = ledgers.get(_pool(request)) if stores else None
        if ledger is not None:
            outcomes.append(decide(ledger, request, approved=approved))
        elif stores:
            outcomes.append(_unknown(request))
        else:
            outcomes.append(refused("invalid", "a character 0 in a text", "no database keeps it: leave it out"))
    write(connection, {ledger.pool.id: ledger for ledger in ledgers.values()}.values(), now_ms)
    return outcomes


def decide(ledger: Ledger, request: Work, *, approved: bool = False) -> Outcome:
    """Answer one request against its pool."""
    match request:
        case Allocate():
            return allocate(ledger, request, approved=approved)
        case Renew():
            return renew(ledger, request)
        case Release():
            return release(ledger, request)
        case Edit():
            return edit(ledger, request)
        case Expire():
            return expire(ledger, request)


def _stores(request: Work) -> bool:
    """Whether databases take the texts of a request."""
    if isinstance(request, Allocate):
        return request.about.stores(str(request.pool), request.key, request.owner, request.actor)
    return not isinstance(request, Edit) or request.about.stores(request.actor)


def _pool(request: Work) -> int | str:
    return request.pool if isinstance(request, Allocate | Expire) else pool_number(request.id)


def _unknown(request: Work) -> Outcome:
    if isinstance(request, Allocate | Expire):
        return refused("unknown", f"there is no pool {request.pool!r}", "add it first")
    return refused("gone", f"there is no allocation {request.id}", "its pool is gone")


def _open(connection: Connection, requests: Sequence[Work], now_ms: int) -> dict[int | str, Ledger]:
    """Lock the pools of a batch, in order of ids, and read the rows that its requests name."""
    found: dict[int | str, Ledger] = {}
    devices = _devices(connection, requests)
    for pool in pools(connection, map(_pool, requests), lock=True):
        source = StoredFree(connection, pool.id)
        found[pool.id] = found[pool.name] = Ledger(pool, Space(source, pool.bits), now_ms, devices=devices)
    keys, taken = defaultdict[int, set[str]](set), defaultdict[int, list[Run]](list)
    for request in requests:
        if isinstance(request, Allocate) and (ledger := found.get(request.pool)) is not None:
            if request.key is not None:
                keys[ledger.pool.id].add(request.key)
            taken[ledger.pool.id] += _wanted(request, ledger)
    ids = {number for request in requests for number in _ids(request)}
    for pool_id, wanted in keys.items():
        found[pool_id].keys = by_key(connection, pool_id, wanted)
        for first in found[pool_id].keys.values():
            ids.update(range(first.id, first.id + first.keyed))
    leaving = {number for request in requests if isinstance(request, Release | Expire) for number in _ids(request)}
    given = _spread(found, by_id(connection, ids).values() if ids else (), leaving)
    for pool_id in taken.keys() | given.keys():
        ledger = found[pool_id]
        ledger.space.know(StoredFree(connection, pool_id).around(taken[pool_id], given[pool_id]))
    return found


def _devices(connection: Connection, requests: Sequence[Work]) -> dict[str, Known]:
    """Devices that requests name; they stay what they are until the end of the transaction."""
    named: set[str | None] = {request.device for request in requests if isinstance(request, Allocate)}
    named |= {request.about.device for request in requests if isinstance(request, Edit)}
    names = [name for name in named if name]
    if not names:
        return {}
    share(connection)
    return known(connection, names)


def _ids(request: Work) -> Iterable[int]:
    if isinstance(request, Allocate):
        return ()
    return request.ids if isinstance(request, Expire) else (request.id,)


def _wanted(request: Allocate, ledger: Ledger) -> list[Run]:
    """The run that a request names, if it lies in the pool."""
    try:
        wanted = named(request)
    except AddressError:
        return []
    if wanted is None or wanted.family != ledger.pool.family:
        return []
    return [(wanted.lo, wanted.hi)]


def _spread(
    ledgers: dict[int | str, Ledger], allocations: Iterable[Allocation], leaving: set[int]
) -> defaultdict[int, list[Run]]:
    """Put allocations into the ledgers of their pools; the runs that may be given back."""
    runs = defaultdict[int, list[Run]](list)
    for a in allocations:
        ledgers[a.pool].rows[a.id] = a
        if a.id in leaving:
            runs[a.pool].append((a.lo, a.hi))
    return runs
