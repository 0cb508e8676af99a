"""VRFs, pools and devices: made and removed one at a time, under the lock of the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from easterly.address.ipam import schema
from easterly.address.ipam.audit import START, chained
from easterly.address.ipam.bound import claim
from easterly.address.ipam.decide import allocate
from easterly.address.ipam.equip import equip
from easterly.address.ipam.equipment import (
    AddDevice,
    AddInterface,
    EditDevice,
    EditInterface,
    Equipment,
    RemoveDevice,
    RemoveInterface,
)
from easterly.address.ipam.ledger import Ledger
from easterly.address.ipam.nouns import About, Outcome, Pool, changed, refused
from easterly.address.ipam.places import Place, place
from easterly.address.ipam.read import StoredFree, by_id, pools
from easterly.address.ipam.requests import (
    EDITABLE,
    AddPool,
    AddVrf,
    Administration,
    Allocate,
    EditPool,
    RemovePool,
    RemoveVrf,
)
from easterly.address.ipam.rows import free_row, octets, pool_of, pool_row
from easterly.address.ipam.space import Space
from easterly.address.ipam.write import insert as insert_rows
from easterly.address.ipam.write import write, write_entries
from easterly.address.text import AddressError

OFFICE = 0
"""Number of the administration's own audit chain."""
FIRST = 1
"""Id of the VRF that every store begins with."""


_VERBS: Mapping[type, tuple[str, int]] = {
    AddVrf: ("add-vrf", 1), RemoveVrf: ("remove-vrf", 0), AddPool: ("add-pool", 1), EditPool: ("edit-pool", 0),
    RemovePool: ("remove-pool", 0), AddDevice: ("add-device", 0), EditDevice: ("edit-device", 0),
    RemoveDevice: ("remove-device", 0), AddInterface: ("add-interface", 0), EditInterface: ("edit-interface", 0),
    RemoveInterface: ("remove-interface", 0),
}  # fmt: skip
"""What the audit calls a request, and how many ids it takes; those of devices say that themselves."""


def administer(connection: Connection, request: Administration, now_ms: int) -> Outcome:
    """Answer one request in the transaction of the connection."""
    if isinstance(request, Equipment):
        claim(connection)
    row = connection.execute(select(schema.registry).with_for_update()).one()
    verb, made = _VERBS[type(request)]
    if isinstance(request, Equipment):
        done = equip(connection, request, row.next, now_ms)
        if done.outcome.ok:
            record(connection, row, {"do": verb, "by": request.actor, **done.change()}, done.made, now_ms)
        return done.outcome
    outcome = _answer(connection, request, row.next, now_ms)
    if outcome.ok:
        name = request.name if isinstance(request, AddVrf | AddPool) else _named(request)
        change = {"do": verb, "by": request.actor, "id": outcome.id, "name": name}
        if isinstance(request, AddVrf):
            change |= {"rd": request.rd, "tenant": request.tenant}
        record(connection, row, change, made, now_ms)
    return outcome


def _named(request: EditPool | RemovePool | RemoveVrf) -> int | str:
    return request.vrf if isinstance(request, RemoveVrf) else request.pool


def _answer(
    connection: Connection, request: AddVrf | RemoveVrf | AddPool | EditPool | RemovePool, number: int, now_ms: int
) -> Outcome:
    match request:
        case AddVrf():
            return _add_vrf(connection, request, number)
        case RemoveVrf():
            return _remove_vrf(connection, request)
        case AddPool():
            return _add_pool(connection, request, number, now_ms)
        case EditPool():
            return _edit_pool(connection, request, now_ms)
        case RemovePool():
            return _remove_pool(connection, request, now_ms)


def record(connection: Connection, row: Any, change: dict[str, Any], made: int, now_ms: int) -> None:
    """Add a change to the administration's chain, and take ids.

    Parameters
    ----------
    connection : Connection
    row : Row
        The registry, as it was locked.
    change : dict
    made : int
        Ids that were taken.
    now_ms : int
    """
    [entry] = chained(OFFICE, row.entries, row.head, now_ms, [change])
    write_entries(connection, [entry])
    connection.execute(update(schema.registry).values(next=row.next + made, entries=entry.seq, head=entry.hash))


def note(connection: Connection, change: dict[str, Any], now_ms: int) -> None:
    """Add a change that takes no ids to the administration's chain, which is locked first."""
    record(connection, connection.execute(select(schema.registry).with_for_update()).one(), change, 0, now_ms)


def _add_vrf(connection: Connection, request: AddVrf, number: int) -> Outcome:
    names = schema.vrf.c.name
    if not request.name or connection.execute(select(names).where(names == request.name)).first():
        return refused("conflict", f"there is a VRF {request.name!r} already", "take another name")
    connection.execute(
        insert(schema.vrf), {"id": number, "name": request.name, "rd": request.rd, "tenant": request.tenant}
    )
    return Outcome(id=number)


def _remove_vrf(connection: Connection, request: RemoveVrf) -> Outcome:
    vrf, pool = schema.vrf.c, schema.pool.c
    column = vrf.id if isinstance(request.vrf, int) else vrf.name
    found = connection.execute(select(schema.vrf).where(column == request.vrf)).first()
    if found is None:
        return refused("unknown", f"there is no VRF {request.vrf!r}")
    if found.id == FIRST:
        return refused("in-use", f"VRF {found.name} is the one of pools that name none", "it stays")
    names = connection.execute(select(pool.name).where(pool.vrf == found.id).order_by(pool.id)).scalars().all()
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        return refused("in-use", f"VRF {found.name} has pool {names[0]}{more}", "remove its pools first")
    connection.execute(schema.vrf.delete().where(vrf.id == found.id))
    return Outcome(id=found.id)


def _add_pool(connection: Connection, request: AddPool, number: int, now_ms: int) -> Outcome:
    if not request.name or pools(connection, [request.name]):
        return refused("conflict", f"there is a pool {request.name!r} already", "take another name")
    try:
        wanted = None if request.prefix is None else place(request.prefix)
    except AddressError as error:
        return refused("invalid", str(error), error.hint)
    if request.parent is not None:
        return _add_child(connection, request, number, wanted, now_ms)
    if wanted is None:
        return refused("invalid", "a pool without a place", "give a prefix, or a parent and a prefix length")
    vrf = connection.execute(
        select(schema.vrf.c.id).where(
            (schema.vrf.c.id if isinstance(request.vrf, int) else schema.vrf.c.name) == request.vrf
        )
    ).scalar()
    if vrf is None:
        return refused("unknown", f"there is no VRF {request.vrf!r}", "add it first")
    pool = _pool(request, number, vrf, None, wanted)
    clash = _unfit(pool) or _overlapping(connection, vrf, wanted)
    return clash or _store(connection, pool, request, now_ms)


def _overlapping(connection: Connection, vrf: int, wanted: Place) -> Outcome | None:
    """Whether a pool at the top of a VRF shares an address; they are disjoint, so that the last one decides."""
    columns = schema.pool.c
    row = connection.execute(
        select(schema.pool)
        .where(columns.vrf == vrf, columns.parent.is_(None), columns.family == wanted.family)
        .where(columns.lo <= octets(wanted.hi))
        .order_by(columns.lo.desc())
        .limit(1)
    ).first()
    found = None if row is None else pool_of(row)
    if found is None or found.hi < wanted.lo:
        return None
    return refused("conflict", f"overlaps pool {found.name} ({found.text})", "make it a child, or use another VRF")


def _add_child(connection: Connection, request: AddPool, number: int, wanted: Place | None, now_ms: int) -> Outcome:
    """A pool that is an allocation of its parent."""
    assert request.parent is not None
    ledger = open_ledger(connection, request.parent, now_ms)
    if ledger is None:
        return refused("unknown", f"there is no pool {request.parent!r}", "add the parent first")
    if wanted is None and request.prefix_length is None:
        return refused("invalid", "a pool without a place", "give a prefix or a prefix length")
    if wanted is not None:
        ledger.space.know(StoredFree(connection, ledger.pool.id).around([(wanted.lo, wanted.hi)], []))
    if wanted is not None and wanted[1:3] == (ledger.pool.lo, ledger.pool.hi):
        return refused("conflict", "all of its parent", "use the parent")
    asked = Allocate(
        ledger.pool.id, prefix_length=request.prefix_length, sparse=request.sparse, address=request.prefix,
        tenant=request.tenant, fields={"pool": str(number)}, actor=request.actor,
    )  # fmt: skip
    if request.prefix is not None and "-" in request.prefix:
        first, _, last = request.prefix.partition("-")
        asked = Allocate(
            ledger.pool.id, first=first.strip(), last=last.strip(), fields=asked.fields, actor=request.actor
        )
    no = _unfit(_pool(request, number, ledger.pool.vrf, None, Place(ledger.pool.family, 0, 0, 0)))
    if no is not None:
        return no
    outcome = allocate(ledger, asked, kind="pool")
    if not outcome.ok:
        return outcome
    write(connection, [ledger], now_ms)
    [a] = outcome.allocations
    pool = _pool(request, number, ledger.pool.vrf, ledger.pool.id, Place(a.family, a.lo, a.hi, a.length))
    return Outcome(outcome.allocations, id=_store(connection, pool, request, now_ms).id)


def open_ledger(connection: Connection, named: int | str, now_ms: int) -> Ledger | None:
    """The ledger of one pool, locked."""
    found = pools(connection, [named], lock=True)
    if not found:
        return None
    return Ledger(found[0], Space(StoredFree(connection, found[0].id), found[0].bits), now_ms)


def _pool(request: AddPool, number: int, vrf: int, parent: int | None, at: Place) -> Pool:
    about = About(tags=tuple(sorted(request.tags)), fields=tuple(sorted(request.fields.items())))
    return Pool(
        number, request.name, vrf, parent, *at, request.role, request.tenant, request.edges, request.approval,
        request.lease_s, request.longest_s, request.quarantine_s, about,
    )  # fmt: skip


def _store(connection: Connection, pool: Pool, request: AddPool, now_ms: int) -> Outcome:
    """Write a pool, all of it free, and begin its audit chain."""
    change = {"do": "open", "by": request.actor, "pool": definition(pool)}
    [entry] = chained(pool.id, 0, START, now_ms, [change])
    row = list(pool_row(pool))
    row[-2:] = [entry.seq, entry.hash]
    insert_rows(connection, schema.pool, [row])
    insert_rows(connection, schema.free, [free_row(pool.id, pool.lo, pool.hi, pool.bits)])
    write_entries(connection, [entry])
    return Outcome(id=pool.id)


def definition(pool: Pool) -> dict[str, Any]:
    """What a pool is, without its counters."""
    said: Mapping[str, Any] = {
        "id": pool.id, "name": pool.name, "vrf": pool.vrf, "parent": pool.parent, "at": pool.text, "role": pool.role,
        "tenant": pool.tenant, "edges": pool.edges, "approval": pool.approval, "lease_s": pool.lease_s,
        "longest_s": pool.longest_s, "quarantine_s": pool.quarantine_s, "about": pool.about.document() or None,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def _edit_pool(connection: Connection, request: EditPool, now_ms: int) -> Outcome:
    ledger = open_ledger(connection, request.pool, now_ms)
    if ledger is None:
        return refused("unknown", f"there is no pool {request.pool!r}")
    if request.seen is not None and _shown(request.seen) != _shown(ledger.pool):
        return changed(f"pool {ledger.pool.name}")
    unknown = sorted(request.values.keys() - set(EDITABLE))
    if unknown:
        return refused("invalid", f"{unknown[0]!r} of a pool cannot be edited", f"these can: {', '.join(EDITABLE)}")
    old, values = ledger.pool, dict(request.values)
    if values.get("name", old.name) != old.name and pools(connection, [values["name"]]):
        return refused("conflict", f"there is a pool {values['name']!r} already", "take another name")
    tags, own = values.pop("tags", old.about.tags), values.pop("fields", dict(old.about.fields))
    new = replace(old, **values, about=About(tags=tuple(sorted(tags)), fields=tuple(sorted(own.items()))))
    no = _unfit(new)
    if no is not None:
        return no
    [entry] = chained(
        new.id, old.entries, old.head, now_ms, [{"do": "define", "by": request.actor, "pool": definition(new)}]
    )
    write_entries(connection, [entry])
    row = dict(zip(schema.pool.columns.keys(), pool_row(replace(new, entries=entry.seq, head=entry.hash)), strict=True))
    connection.execute(update(schema.pool).where(schema.pool.c.id == new.id).values(row))
    return Outcome(id=new.id)


def _shown(pool: Pool) -> Pool:
    """A pool without what is only its audit's: a lease that is renewed leaves it what it was."""
    return replace(pool, sequence=0, entries=0, head=b"")


def _unfit(pool: Pool) -> Outcome | None:
    """Why a pool cannot be as it is defined."""
    if not pool.name:
        return refused("invalid", "a pool without a name", "give it one")
    for name, least in (("lease_s", 0.001), ("longest_s", 0.001), ("quarantine_s", 0.0)):
        value = getattr(pool, name)
        if value is not None and not least <= value < 1e10:
            return refused("invalid", f"{name} is {value}", f"seconds, at least {least:g}")
    if pool.lease_s is not None and pool.longest_s is not None and pool.lease_s > pool.longest_s:
        return refused("invalid", f"a lease of {pool.lease_s:g} s", f"the longest is {pool.longest_s:g} s")
    return None


def _remove_pool(connection: Connection, request: RemovePool, now_ms: int) -> Outcome:
    ledger = open_ledger(connection, request.pool, now_ms)
    if ledger is None:
        return refused("unknown", f"there is no pool {request.pool!r}")
    pool = ledger.pool
    if request.seen is not None and _shown(request.seen) != _shown(pool):
        return changed(f"pool {pool.name}")
    if pool.count:
        return refused("in-use", f"pool {pool.name} holds {pool.count} allocations", "release them first")
    [entry] = chained(pool.id, pool.entries, pool.head, now_ms, [{"do": "close", "by": request.actor}])
    write_entries(connection, [entry])
    connection.execute(schema.free.delete().where(schema.free.c.pool == pool.id))
    connection.execute(schema.usage.delete().where(schema.usage.c.pool == pool.id))
    connection.execute(schema.pool.delete().where(schema.pool.c.id == pool.id))
    if pool.parent is not None:
        _return_to_parent(connection, pool, request.actor, now_ms)
    return Outcome(id=pool.id)


def _return_to_parent(connection: Connection, pool: Pool, actor: str, now_ms: int) -> None:
    assert pool.parent is not None
    ledger = open_ledger(connection, pool.parent, now_ms)
    assert ledger is not None
    columns = schema.allocation.c
    number = connection.execute(
        select(columns.id).where(columns.pool == pool.parent, columns.lo == octets(pool.lo))
    ).scalar_one()
    ledger.rows = by_id(connection, [number])
    run = (pool.lo, pool.hi)
    ledger.space.know(StoredFree(connection, pool.parent).around([], [run]))
    ledger.changes.append({"do": "free", "by": actor, "ids": [number], "why": "pool removed"})
    ledger.free(list(ledger.rows.values()))
    write(connection, [ledger], now_ms)
