"""Operations on allocations: take, look up, change, renew, give back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from easterly.address.ipam import About, Allocate, Allocation, Edit, Outcome, Pool, Release, Renew, approvals, pages
from easterly.address.ipam.nouns import SEQUENCE_BITS
from easterly.address.service.call import Call, Refused, Reply, etag_of, granted, unchanged_or_leave
from easterly.address.service.models import NewAllocation, OfPool
from easterly.address.service.pools import ADDRESSES, IDS, number, page, vrf_of
from easterly.address.text import AddressError

T = TypeVar("T")


async def allocate(call: Call) -> Reply:
    """Take addresses; the same again for a request of the same idempotency key."""
    return await _allocated(call, await call.pool(fresh=False), call.body)


async def _allocated(call: Call, pool: Pool, body: NewAllocation) -> Reply:
    principal = call.principal
    if principal.tenant is not None and body.tenant not in (None, principal.tenant):
        raise Refused(403, "not-owner", f"addresses of {pool.name} are {principal.tenant}'s", "leave `tenant` out")
    asked = Allocate(
        pool.id, body.count, body.prefix_length, body.sparse, body.address, body.first, body.last, body.lease_s,
        body.idempotency_key, principal.tenant or body.tenant, body.device, body.interface, body.mac, body.dns_name,
        body.tags, body.fields, body.reserve, actor=principal.name, within=principal.tenant,
    )  # fmt: skip
    outcome = await call.desk.lanes.submit(asked, pool.id)
    if outcome.refusal is not None:
        if outcome.refusal.code == "pending":
            return await _asked(call, asked)
        call.desk.pools.pop(pool.name, None)  # it may have been removed, and made anew under its name
        granted(outcome)
    return Reply(_told(outcome), 200 if outcome.repeated else 201)


async def several(call: Call) -> Reply:
    """Answer many requests at once, each as if it were alone; what waits together shares a transaction."""
    names = dict.fromkeys(body.pool for body in call.body.requests)  # each is looked up once
    looked = await asyncio.gather(*(call.pool(name, fresh=False) for name in names), return_exceptions=True)
    found = dict(zip(names, looked, strict=True))
    answers = await asyncio.gather(*(_alone(call, found[body.pool], body) for body in call.body.requests))
    return Reply({"answers": answers})


async def _alone(call: Call, pool: Pool | BaseException, body: OfPool) -> dict[str, Any]:
    try:
        if isinstance(pool, BaseException):
            raise pool
        reply = await _allocated(call, pool, body)
    except Refused as refused:
        return refused.document()
    return {"status": reply.status, **reply.document}


async def _asked(call: Call, asked: Allocate) -> Reply:
    """What needs somebody's approval is put before them."""
    outcome = await call.desk.read(approvals.ask, call.desk.store, asked)
    granted(outcome)
    where = f"/api/v1/approvals/{outcome.id}"
    return Reply({"id": outcome.id, "state": "open"}, 202, headers={"location": where})


def _told(outcome: Outcome) -> dict[str, Any]:
    return {"allocations": [each.document() for each in outcome.allocations], "repeated": outcome.repeated}


async def of_pool(call: Call) -> Reply:
    """Allocations of a pool in order of addresses."""
    pool, query = await call.pool(fresh=False), call.query
    after = -1 if query.after is None else number(query.after, ADDRESSES)
    wanted = query.filters() | ({"within": query.within} if query.within is not None else {})
    return Reply(await _found(call, pages.json_page, call.desk.store, pool.id, after, query.limit, wanted))


async def search(call: Call) -> Reply:
    """Allocations of all pools that one sees, in order of ids: by MAC address, DNS name, device and so on."""
    query, of = call.query, call.principal.tenant
    if query.within is not None:
        raise Refused(422, "invalid", "`within` is of one pool", "ask GET /api/v1/pools/{pool}/allocations")
    after = 0 if query.after is None else number(query.after)
    rows = await _found(call, pages.search, call.desk.store, after=after, limit=query.limit, of=of, **query.filters())
    shown = [row.document() for row in rows]
    return Reply(page(shown, rows[-1].id if len(rows) == query.limit else None))


async def holders(call: Call) -> Reply:
    """Who holds an address: the pools around it from the outside in, and the allocation itself."""
    query, seen = call.query, _Seen(call)
    vrf = await vrf_of(call, query.vrf)
    rows = await _found(call, pages.holders, call.desk.store, query.address, vrf=vrf)
    return Reply(page([row.document() for row in rows if await seen.pool(row.pool)], None))


async def _found(call: Call, reader: Callable[..., T], *args: Any, **named: Any) -> T:
    try:
        return await call.desk.read(reader, *args, **named)
    except AddressError as error:
        raise Refused(422, "invalid", str(error), error.hint) from None
    except ValueError as error:
        raise Refused(422, "invalid", str(error)) from None


class _Seen:
    """Which pools a principal sees, by id, each asked for once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[int, bool] = {}

    async def pool(self, number_of: int) -> bool:
        if self._call.principal.tenant is None:
            return True
        if number_of not in self._known:
            found = await self._call.desk.read(pages.pool, self._call.desk.store, number_of)
            self._known[number_of] = found is not None and self._call.principal.sees(found)
        return self._known[number_of]


async def one(call: Call) -> Reply:
    """An allocation."""
    document = (await _mine(call)).document()
    return Reply(document, etag=etag_of(document))


async def _mine(call: Call) -> Allocation:
    wanted = _id(call, "allocation")
    found = await call.desk.read(pages.allocation, call.desk.store, wanted)
    if found is None or not await _Seen(call).pool(found.pool):
        raise Refused(404, "unknown", f"there is no allocation {wanted}", "it was released, or it is not yours")
    return found


async def edit(call: Call) -> Reply:
    """Change what is known of the holder; all of it is replaced."""
    held = await _mine(call)
    seen = held if unchanged_or_leave(call, etag_of(held.document())) else None  # the store looks again
    tenant = call.principal.tenant
    if tenant is not None and call.body.tenant not in (None, tenant):
        raise Refused(403, "not-owner", f"this address is {tenant}'s", "leave `tenant` out")
    said = call.body.model_dump(exclude={"tags", "fields", "tenant"})
    fields = tuple(sorted(call.body.fields.items()))
    about = About(**said, tenant=tenant or call.body.tenant, tags=tuple(sorted(set(call.body.tags))), fields=fields)
    return await _changed(call, Edit(held.id, about, actor=call.principal.name, seen=seen, within=tenant))


async def renew(call: Call) -> Reply:
    """Let a lease last longer, from now on."""
    held = await _owned(call)
    return await _changed(call, Renew(held, call.body.lease_s, actor=call.principal.name))


async def _changed(call: Call, request: Edit | Renew) -> Reply:
    outcome = await call.submit(request, request.id >> SEQUENCE_BITS)
    document = outcome.allocations[0].document()
    return Reply(document, etag=etag_of(document))


async def _owned(call: Call) -> int:
    """Id of an allocation of a pool that the principal sees; whoever sees all need not look."""
    return _id(call, "allocation") if call.principal.tenant is None else (await _mine(call)).id


def _id(call: Call, what: str) -> int:
    """The number in the path; leaves where nothing can have it."""
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < IDS):
        raise Refused(404, "unknown", f"there is no {what} {text[:40]}", "ids are whole numbers")
    return int(text)


async def release(call: Call) -> Reply:
    """Give back: quarantined as long as the pool says, then free."""
    seen = None
    if "if-match" in call.headers:
        found = await _mine(call)
        seen = found if unchanged_or_leave(call, etag_of(found.document())) else None
    held = await _owned(call)
    await call.submit(Release(held, actor=call.principal.name, seen=seen), held >> SEQUENCE_BITS)
    return Reply(None, 204)


async def asked(call: Call) -> Reply:
    """Requests that wait for approval, or that were decided."""
    query, desk, of = call.query, call.desk, call.principal.tenant
    after = 0 if query.after is None else number(query.after)
    rows = await desk.read(approvals.questions, desk.store, state=query.state, after=after, limit=query.limit, of=of)
    shown = [_question(row) for row in rows]
    return Reply(page(shown, rows[-1].id if len(rows) == query.limit else None))


def _question(row: approvals.Question) -> dict[str, Any]:
    request = replace(row.request, fields=dict(row.request.fields))
    return {
        "id": row.id, "pool": row.pool, "state": row.state, "asker": row.asker, "asked_ms": row.asked_ms,
        "decider": row.decider, "decided_ms": row.decided_ms, "note": row.note, "count": request.count,
        "prefix_length": request.prefix_length, "address": request.address, **request.about.document(),
    }  # fmt: skip


async def approve(call: Call) -> Reply:
    """Carry out a request that waits."""
    return await _decided(call, approve=True)


async def reject(call: Call) -> Reply:
    """Decide that a request is not carried out."""
    return await _decided(call, approve=False)


async def _decided(call: Call, *, approve: bool) -> Reply:
    call.whole()
    desk = call.desk
    outcome = await desk.read(approvals.decide, desk.store, _id(call, "question"), approve=approve,
                              actor=call.principal.name, note=call.body.note)  # fmt: skip
    granted(outcome)
    return Reply(_told(outcome))
