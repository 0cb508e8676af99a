"""Operations of whoever runs the store: tokens, hooks, the audit; and what anybody may ask of the service itself."""

from __future__ import annotations

import json
from typing import Any

from easterly.address.ipam import pages
from easterly.address.service import access, hooks
from easterly.address.service.call import Call, Refused, Reply
from easterly.address.service.pools import number, page


async def tokens(call: Call) -> Reply:
    """All tokens, without what is secret of them."""
    call.whole()
    return Reply(page(await call.desk.read(access.tokens, call.desk.store), None))


async def add_token(call: Call) -> Reply:
    """Make a token; it is told this once."""
    call.whole()
    body = call.body
    try:
        said, who = (body.name, body.role, body.tenant, body.lasts_s), call.principal.name
        made = await call.desk.read(access.add_token, call.desk.store, *said, who)
    except ValueError as error:
        raise Refused(409, "conflict", str(error)) from None
    call.desk.gate.forget()
    return Reply({"id": made[0], "name": body.name, "token": made[1]}, 201)


async def drop_token(call: Call) -> Reply:
    """Revoke a token."""
    call.whole()
    if not await call.desk.read(access.drop_token, call.desk.store, call.path["name"], call.principal.name):
        raise Refused(404, "unknown", f"there is no token {call.path['name']!r}", "list them: GET /api/v1/tokens")
    call.desk.gate.forget()
    return Reply(None, 204)


async def all_hooks(call: Call) -> Reply:
    """All hooks, without their secrets."""
    call.whole()
    return Reply(page(await call.desk.read(hooks.listed, call.desk.store), None))


async def add_hook(call: Call) -> Reply:
    """Tell a URL what happens, from now on, at least once each."""
    call.whole()
    body = call.body
    chosen = [(await call.pool(name)).id for name in body.pools]
    try:
        await call.desk.read(hooks.add, call.desk.store, body.name, body.url, body.secret, chosen, call.principal.name)
    except ValueError as error:
        raise Refused(409, "conflict", str(error)) from None
    return Reply({"name": body.name}, 201)


async def drop_hook(call: Call) -> Reply:
    """Tell it no more."""
    call.whole()
    if not await call.desk.read(hooks.drop, call.desk.store, call.path["name"], call.principal.name):
        raise Refused(404, "unknown", f"there is no hook {call.path['name']!r}", "list them: GET /api/v1/hooks")
    return Reply(None, 204)


async def audit(call: Call) -> Reply:
    """A pool's audit chain: what was changed, by whom, each entry hashed with the one before."""
    pool = await call.pool()
    return await _chain(call, pool.id)


async def office(call: Call) -> Reply:
    """The administration's audit chain."""
    call.whole()
    return await _chain(call, 0)


async def _chain(call: Call, chain: int) -> Reply:
    query = call.query
    after = 0 if query.after is None else number(query.after)
    rows = await call.desk.read(pages.audit, call.desk.store, chain, after=after, limit=query.limit)
    shown: list[dict[str, Any]] = [
        {"seq": row.seq, "at_ms": row.at_ms, "change": json.loads(row.text), "hash": row.hash.hex()} for row in rows
    ]
    return Reply(page(shown, rows[-1].seq if len(rows) == query.limit else None))


async def health(call: Call) -> Reply:
    """Whether the store answers."""
    await call.desk.read(pages.vrfs, call.desk.store)
    return Reply({"status": "ok"})


async def whoami(call: Call) -> Reply:
    """Who a token is."""
    who = call.principal
    return Reply({"name": who.name, "role": who.role, "tenant": who.tenant})
