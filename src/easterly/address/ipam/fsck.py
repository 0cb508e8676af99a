"""The proof that a store is sound; every sentence that it yields is damage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, pairwise
from typing import Any

from sqlalchemy import Connection, select, text

from easterly.address.ipam import schema
from easterly.address.ipam.administer import FIRST, OFFICE, definition
from easterly.address.ipam.audit import broken
from easterly.address.ipam.connect import reading
from easterly.address.ipam.nouns import SEQUENCE_BITS, Allocation, Entry, Pool, Vrf, origin
from easterly.address.ipam.replay import Office, replay, replay_office
from easterly.address.ipam.rows import allocation_of, device_of, free_row, interface_of, pool_of
from easterly.address.ipam.store import Store
from easterly.address.text import write


def fsck(store: Store) -> list[str]:
    """What is wrong with a store, read in one transaction; nothing where it is sound.

    For each pool: free intervals and allocations are disjoint and together the whole pool, intervals are maximal
    and rated right, counters are right, the audit chain is whole, and its replay gives the allocations. For each
    VRF: pools overlap only as parent and child, and every child is an allocation of its parent. VRFs, devices,
    interfaces, tokens and hooks are what the administration's audit gives when it is replayed, and addresses say what
    their devices say.

    Parameters
    ----------
    store : Store

    Returns
    -------
    list of str
    """
    with reading(store.engine) as connection:
        pools = [pool_of(row) for row in connection.execute(select(schema.pool).order_by(schema.pool.c.id))]
        found = list(chain.from_iterable(_pool(connection, pool) for pool in pools))
        found += _nesting(connection, pools)
        found += _administration(connection)
        found += _devices(connection)
        found += _strays(connection, {pool.id for pool in pools})
    return found


def _pool(connection: Connection, pool: Pool) -> Iterator[str]:
    columns = schema.allocation.c
    asked = select(schema.allocation).where(columns.pool == pool.id).order_by(columns.lo)
    held = [allocation_of(row) for row in connection.execute(asked)]
    yield from (f"pool {pool.name}: {said}" for said in chain(_space(connection, pool, held), _counters(pool, held)))
    yield from (f"pool {pool.name}: {said}" for said in _chain(connection, pool, held))


def _space(connection: Connection, pool: Pool, held: list[Allocation]) -> Iterator[str]:
    """Free and used are disjoint and the whole pool."""
    columns = schema.free.c
    asked = select(schema.free).where(columns.pool == pool.id).order_by(columns.lo)
    runs: list[tuple[int, int, str]] = [(a.lo, a.hi, f"allocation {a.id}") for a in held]
    for row in connection.execute(asked):
        lo, hi = int.from_bytes(row.lo, "big"), int.from_bytes(row.hi, "big")
        runs.append((lo, hi, "free interval"))
        if tuple(row) != free_row(pool.id, lo, hi, pool.bits):
            yield f"the free interval at {write(pool.family, lo)} is rated wrong"
    runs.sort()
    ends = [(pool.lo - 1, pool.lo - 1, "begin"), *runs, (pool.hi + 1, pool.hi + 1, "end")]
    for (_, last, before), (first, _, after) in pairwise(ends):
        if first <= last:
            yield f"{before} and {after} overlap at {write(pool.family, first)}"
        elif first > last + 1:
            lowest, highest = write(pool.family, last + 1), write(pool.family, first - 1)
            yield f"addresses {lowest} to {highest} are neither free nor used"
        elif before == after == "free interval":
            yield f"two free intervals meet at {write(pool.family, first)}"


def _counters(pool: Pool, held: list[Allocation]) -> Iterator[str]:
    if pool.count != len(held):
        yield f"counts {pool.count} allocations, and there are {len(held)}"
    if pool.used != sum(a.size for a in held):
        yield f"counts {pool.used} addresses in use, and there are {sum(a.size for a in held)}"
    for a in held:
        if a.id >> SEQUENCE_BITS != pool.id or a.id - (pool.id << SEQUENCE_BITS) >= pool.sequence:
            yield f"allocation {a.id} has an id that the pool never gave"
        if (a.vrf, a.family) != (pool.vrf, pool.family):
            yield f"allocation {a.id} is of another VRF or family"
        block = 1 << max(0, pool.bits - a.length)
        if a.length >= 0 and (a.size != block or a.lo % block):
            yield f"allocation {a.id} ends where its length does not"


def _entries(connection: Connection, number: int) -> list[Entry]:
    columns = schema.audit.c
    asked = select(schema.audit).where(columns.chain == number).order_by(columns.seq)
    return [Entry(*row) for row in connection.execute(asked)]


def _chain(connection: Connection, pool: Pool, held: list[Allocation]) -> Iterator[str]:
    entries = _entries(connection, pool.id)
    damage = [*broken(entries), *_ending(entries, pool.entries, pool.head)]
    yield from damage
    if damage:
        return
    try:
        said, rows = replay(entries)
    except ValueError as error:
        yield str(error)
        return
    if said != definition(pool):
        yield "the audit has another definition of it"
    there = {a.id: a for a in held}
    for number in sorted(rows.keys() | there.keys()):
        if rows.get(number) != there.get(number):
            yield f"allocation {number} is not what the audit says"


def _ending(entries: list[Entry], count: int, head: bytes) -> Iterator[str]:
    """Whether a chain ends where it should: what was cut off its end breaks no hash."""
    if len(entries) != count or (entries and entries[-1].hash != head):
        yield f"the audit ends after {len(entries)} entries, and should after {count}"


def _administration(connection: Connection) -> Iterator[str]:
    row = connection.execute(select(schema.registry)).one()
    entries = _entries(connection, OFFICE)
    damage = [*broken(entries), *_ending(entries, row.entries, row.head)]
    yield from damage
    if damage:
        return
    try:
        state = replay_office(entries)
    except ValueError as error:
        yield str(error)
        return
    vrfs = [Vrf(*each) for each in connection.execute(select(schema.vrf)) if each.id != FIRST]
    devices = [device_of(each) for each in connection.execute(select(schema.device))]
    interfaces = [interface_of(each) for each in connection.execute(select(schema.interface))]
    yield from _unlike("VRF", state.vrfs, vrfs)
    yield from _unlike("device", state.devices, devices)
    yield from _unlike("interface", state.interfaces, interfaces)
    yield from _service(connection, state)


def _unlike(what: str, said: Mapping[int, Any], rows: Iterable[Any]) -> Iterator[str]:
    yield from _differing(what, said, {row.id: row for row in rows})


def _differing(what: str, said: Mapping[Any, Any], there: Mapping[Any, Any]) -> Iterator[str]:
    for key in sorted(said.keys() | there.keys()):
        if said.get(key) != there.get(key):
            yield f"{what} {key} is not what the audit says"


def _service(connection: Connection, state: Office) -> Iterator[str]:
    """Tokens and hooks, but what is secret of them: nobody has let themselves in past the audit."""
    token, hook = schema.token.c, schema.hook.c
    columns = (token.id, token.name, token.role, token.tenant, token.since_ms, token.until_ms)
    tokens = {row.name: dict(row._mapping) for row in connection.execute(select(*columns))}
    yield from _differing("token", state.tokens, tokens)
    hooks = {
        row.name: {"name": row.name, "to": origin(row.url), "pools": json.loads(row.pools)}
        for row in connection.execute(select(hook.name, hook.url, hook.pools))
    }
    yield from _differing("hook", state.hooks, hooks)


_BOUND = text(
    "SELECT a.id, d.name, a.interface, i.id FROM allocation a JOIN device d ON d.name = a.device "
    "LEFT JOIN interface i ON i.device = d.id AND i.name = a.interface "
    "WHERE a.state <> 'quarantined' AND (a.interface <> '' AND i.id IS NULL "
    "OR d.tenant IS NOT NULL AND coalesce(a.tenant, '') <> d.tenant "
    "OR i.mac IS NOT NULL AND coalesce(a.mac, '') <> i.mac) ORDER BY a.id"
)


def _devices(connection: Connection) -> Iterator[str]:
    """Addresses say what their devices and interfaces say."""
    for number, device, interface, there in connection.execute(_BOUND):
        if interface and there is None:
            yield f"allocation {number} is bound to interface {interface} of {device}, which there is not"
        else:
            yield f"allocation {number} has another tenant or MAC address than its device {device}"
    parts, of = schema.interface.c, schema.device.c.id
    strays = select(parts.id).where(parts.device.not_in(select(of))).order_by(parts.id)
    for number in connection.execute(strays).scalars():
        yield f"interface {number} belongs to a device that there is not"


def _nesting(connection: Connection, pools: list[Pool]) -> Iterator[str]:
    """Pools of a VRF overlap only as parent and child."""
    named = {pool.id: pool for pool in pools}
    columns = schema.allocation.c
    asked = select(columns.pool, columns.lo, columns.hi).where(columns.kind == "pool")
    places: set[tuple[int | None, bytes, bytes]] = {(row.pool, row.lo, row.hi) for row in connection.execute(asked)}
    for pool in pools:
        at = (pool.parent, pool.lo.to_bytes(16, "big"), pool.hi.to_bytes(16, "big"))
        if pool.parent is not None and (pool.parent not in named or at not in places):
            yield f"pool {pool.name} is no allocation of its parent"
        places.discard(at)
    for parent, lo, _ in places:
        outer = named.get(parent or 0)
        at_text = write(outer.family, int.from_bytes(lo, "big")) if outer else lo.hex()
        yield f"pool {outer.name if outer else parent}: the allocation at {at_text} is a pool that there is not"
    tops = sorted((p.vrf, p.family, p.lo, p.hi, p.name) for p in pools if p.parent is None)
    for a, b in pairwise(tops):
        if a[:2] == b[:2] and b[2] <= a[3]:
            yield f"pools {a[4]} and {b[4]} overlap"


def _strays(connection: Connection, pools: set[int]) -> Iterator[str]:
    for table in (schema.allocation, schema.free):
        for number in connection.execute(select(table.c.pool).distinct()).scalars():
            if number not in pools:
                yield f"rows of table {table.name} belong to pool {number}, which there is not"
