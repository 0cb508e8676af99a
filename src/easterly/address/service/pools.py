"""Operations on VRFs and pools."""

from __future__ import annotations

from typing import Any

from easterly.address.ipam import AddPool, AddVrf, EditPool, Pool, RemovePool, RemoveVrf, history, pages
from easterly.address.service.call import Call, Refused, Reply, etag_of, unchanged_or_leave
from easterly.address.service.models import MOST

IDS, ADDRESSES = 1 << 63, 1 << 128
"""Ids and addresses are below."""
EXACT = 1 << 53
"""Above it, numbers are told as text: JavaScript has no others."""


def told(pool: Pool) -> dict[str, Any]:
    """A pool as JSON has it."""
    return {
        "id": pool.id, "name": pool.name, "prefix": pool.text, "vrf": pool.vrf, "parent": pool.parent,
        "family": pool.family, "role": pool.role, "tenant": pool.tenant, "edges": pool.edges,
        "approval": pool.approval, "lease_s": pool.lease_s, "longest_s": pool.longest_s,
        "quarantine_s": pool.quarantine_s, "size": _count(pool.size), "used": _count(pool.used),
        "free": _count(pool.size - pool.used), "count": pool.count, **pool.about.document(),
    }  # fmt: skip


def _count(number: int) -> int | str:
    return number if number < EXACT else str(number)


async def vrfs(call: Call) -> Reply:
    """VRFs in order of names; a tenant sees its own."""
    rows = await call.desk.read(pages.vrfs, call.desk.store)
    mine = call.principal.tenant
    shown = [row for row in rows if mine is None or row.tenant == mine]
    return Reply({"items": [{"id": r.id, "name": r.name, "rd": r.rd, "tenant": r.tenant} for r in shown], "next": None})


async def add_vrf(call: Call) -> Reply:
    """Make a VRF: a space in which prefixes may be what they are in others."""
    call.whole()
    body = call.body
    outcome = await call.submit(AddVrf(body.name, body.rd, body.tenant, call.principal.name), 0)
    return Reply({"id": outcome.id}, 201, headers={"location": f"/api/v1/vrfs/{body.name}"})


async def remove_vrf(call: Call) -> Reply:
    """Remove a VRF in which no pool is left."""
    call.whole()
    await call.submit(RemoveVrf(call.path["vrf"], call.principal.name), 0)
    return Reply(None, 204)


async def listing(call: Call) -> Reply:
    """Pools in order of ids, or the children of a pool, or the top of a VRF, in order of addresses."""
    query, desk = call.query, call.desk
    if query.parent is not None or query.vrf is not None:
        return await _children(call)
    found: list[Pool] = []
    at = _cursor(query.after, 0)
    while len(found) < query.limit:
        rows = await desk.read(pages.pools, desk.store, after=at, limit=query.limit)
        found += [row for row in rows if call.principal.sees(row)]
        at = rows[-1].id if rows else at
        if len(rows) < query.limit:
            shown = found[: query.limit]
            return Reply(page([told(row) for row in shown], shown[-1].id if len(found) > query.limit else None))
    shown = found[: query.limit]
    return Reply(page([told(row) for row in shown], shown[-1].id))


async def _children(call: Call) -> Reply:
    """One level of the tree, with counts: what a page of it loads when somebody opens it."""
    query, desk = call.query, call.desk
    parent = None if query.parent is None else (await call.pool(query.parent)).id
    vrf = 1 if query.vrf is None else await vrf_of(call, query.vrf)
    family, _, lo = (query.after or "0-").partition("-")
    after = (_cursor(family, 0), _cursor(lo, -1, ADDRESSES))
    of = call.principal.tenant
    rows = await desk.read(pages.tree, desk.store, parent, vrf=vrf, after=after, limit=query.limit, of=of)
    last = rows[-1].pool if len(rows) == query.limit else None
    shown = [{**told(row.pool), "children": row.children} for row in rows]
    return Reply(page(shown, None if last is None else f"{last.family}-{last.lo}"))


async def vrf_of(call: Call, name: str) -> int:
    """Id of a VRF that the principal sees; leaves where there is none."""
    for row in await call.desk.read(pages.vrfs, call.desk.store):
        if row.name == name and (call.principal.tenant in (None, row.tenant) or row.name == "default"):
            return row.id
    raise Refused(404, "unknown", f"there is no VRF {name!r}", "list the VRFs: GET /api/v1/vrfs")


async def add(call: Call) -> Reply:
    """Make a pool, at the top of a VRF or out of a parent; a tenant's own, out of a pool of theirs."""
    body, principal = call.body, call.principal
    tenant = body.tenant
    if principal.tenant is not None:
        if body.parent is None or body.tenant not in (None, principal.tenant):
            raise Refused(403, "not-owner", "a tenant makes pools of its own, out of its own", "name a parent")
        tenant = principal.tenant
    parent = 0 if body.parent is None else (await call.pool(body.parent, fresh=False)).id
    said = body.model_dump(exclude={"tenant"})
    request = AddPool(**said, tenant=tenant, actor=principal.name)
    outcome = await call.submit(request, parent)
    made = await call.pool(body.name)
    assert outcome.id == made.id
    document = told(made)
    return Reply(document, 201, etag_of(document), {"location": f"/api/v1/pools/{made.name}"})


async def one(call: Call) -> Reply:
    """A pool with its counters."""
    document = told(await call.pool())
    return Reply(document, etag=etag_of(document))


async def remove(call: Call) -> Reply:
    """Remove a pool that is empty; a child's addresses return to its parent."""
    found = await call.pool()
    seen = found if unchanged_or_leave(call, etag_of(told(found))) else None  # the store looks again
    if call.principal.tenant is not None and found.parent is None:
        raise Refused(403, "not-owner", f"pool {found.name} was given to the tenant", "ask whoever runs the store")
    await call.submit(RemovePool(found.id, call.principal.name, seen), found.parent or found.id)
    call.desk.pools.pop(found.name, None)
    return Reply(None, 204)


async def edit(call: Call) -> Reply:
    """Change what a pool says of itself: name, role, leases, tags; whose it is only for whoever runs the store."""
    found = await call.pool()
    seen = found if unchanged_or_leave(call, etag_of(told(found))) else None
    values = call.body.model_dump(exclude_unset=True)
    if call.principal.tenant is not None and "tenant" in values:
        raise Refused(403, "not-owner", "a tenant does not give pools away", "leave `tenant` out")
    if values.get("name", found.name) is None:
        raise Refused(422, "invalid", "a pool has a name", "leave `name` out to keep it")
    await call.submit(EditPool(found.id, values, call.principal.name, seen), found.id)
    call.desk.pools.pop(found.name, None)
    document = told(await call.pool(values.get("name", found.name)))
    return Reply(document, etag=etag_of(document))


async def usage(call: Call) -> Reply:
    """How full a pool was, and when it will be full if it goes on."""
    pool = await call.pool()
    noted = await call.desk.read(history.usage, call.desk.store, pool.id)
    found = history.forecast(noted, float(pool.size))
    points = [{"at_s": at, "used": used} for at, used in zip(noted.at_s.tolist(), noted.used.tolist(), strict=True)]
    names = ("rate_per_s", "full_s", "earliest_s", "latest_s")
    told_of = None if found is None else {name: _finite(getattr(found, name)) for name in names}
    return Reply({"size": _count(pool.size), "points": points[-MOST:], "forecast": told_of})


def _finite(value: float) -> float | None:
    return value if abs(value) != float("inf") else None


def page(items: list[Any], after: object | None) -> dict[str, Any]:
    """A page and the cursor of the next."""
    return {"items": items, "next": None if after is None else str(after)}


def _cursor(text: str | None, start: int, below: int = IDS) -> int:
    return number(text, below) if text else start


def number(text: str, below: int = IDS) -> int:
    """A number of a cursor; leaves where it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 40 and int(text) < below):
        raise Refused(422, "invalid", f"{text!r} is no cursor", "give `next` of the page before, as it is")
    return int(text)
