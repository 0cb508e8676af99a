"""Operations on devices and their interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from easterly.address.ipam import (
    AddDevice,
    AddInterface,
    Device,
    EditDevice,
    EditInterface,
    Interface,
    RemoveDevice,
    RemoveInterface,
)
from easterly.address.ipam import devices as readers
from easterly.address.ipam.equipment import Seen
from easterly.address.service.call import Call, Refused, Reply, etag_of, unchanged_or_leave
from easterly.address.service.pools import IDS, number, page


async def listing(call: Call) -> Reply:
    """Devices in order of ids, with their interfaces; a tenant sees its own."""
    query, mine = call.query, call.principal.tenant
    if mine is not None and query.tenant not in (None, mine):
        return Reply(page([], None))
    after = 0 if query.after is None else number(query.after)
    how = {"tenant": mine or query.tenant, "tag": query.tag, "mac": query.mac}
    rows = await call.desk.read(readers.devices, call.desk.store, after=after, limit=query.limit, **how)
    parts = await call.desk.read(readers.interfaces, call.desk.store, [row.id for row in rows])
    return Reply(page([_told(row, parts[row.id]) for row in rows], rows[-1].id if len(rows) == query.limit else None))


def _told(device: Device, parts: Sequence[Interface]) -> dict[str, Any]:
    return {**device.document(), "interfaces": [each.document() for each in parts]}


async def _read(call: Call, named: int | str | None = None) -> Seen:
    """A device that the principal sees, with its interfaces."""
    wanted = call.path["device"] if named is None else named
    found = await call.desk.read(readers.device, call.desk.store, wanted)
    if found is None or call.principal.tenant not in (None, found.tenant):
        raise Refused(404, "unknown", f"there is no device {wanted!r}", "list the devices: GET /api/v1/devices")
    parts = await call.desk.read(readers.interfaces, call.desk.store, [found.id])
    return found, tuple(parts[found.id])


async def add(call: Call) -> Reply:
    """Make a device; interfaces that its addresses name already are made with it."""
    body, mine = call.body, call.principal.tenant
    if mine is not None and body.tenant not in (None, mine):
        raise Refused(403, "not-owner", f"a device of {mine}'s token is {mine}'s", "leave `tenant` out")
    request = AddDevice(body.name, mine or body.tenant, body.tags, body.fields, call.principal.name, mine)
    await call.submit(request, 0)
    document = _told(*await _read(call, body.name))
    return Reply(document, 201, etag_of(document), {"location": f"/api/v1/devices/{quote(body.name)}"})


async def one(call: Call) -> Reply:
    """A device with its interfaces."""
    document = _told(*await _read(call))
    return Reply(document, etag=etag_of(document))


async def edit(call: Call) -> Reply:
    """Change what a device says of itself: its addresses follow; what is left out stays."""
    found = await _read(call)
    seen = found if unchanged_or_leave(call, etag_of(_told(*found))) else None  # the store looks again
    values = call.body.model_dump(exclude_unset=True)
    if call.principal.tenant is not None and "tenant" in values:
        raise Refused(403, "not-owner", "a tenant does not give devices away", "leave `tenant` out")
    await call.submit(EditDevice(found[0].id, values, call.principal.name, seen), 0)
    document = _told(*await _read(call, found[0].id))
    return Reply(document, etag=etag_of(document))


async def remove(call: Call) -> Reply:
    """Remove a device with its interfaces; refused while it has addresses, unless they are to be released."""
    found, who = await _read(call), call.principal
    seen = found if unchanged_or_leave(call, etag_of(_told(*found))) else None
    await call.submit(RemoveDevice(found[0].id, call.query.release, who.name, who.tenant, seen), 0)
    return Reply(None, 204)


async def addresses(call: Call) -> Reply:
    """Addresses that a device has."""
    found, _ = await _read(call)
    rows = await call.desk.read(readers.addresses, call.desk.store, found.name)
    return Reply(page([row.document() for row in rows], None))


async def add_interface(call: Call) -> Reply:
    """Make an interface of a device."""
    found, _ = await _read(call)
    body = call.body
    request = AddInterface(found.id, body.name, body.mac, body.tags, body.fields, call.principal.name)
    outcome = await call.submit(request, 0)
    document = (await _part(call, outcome.id or 0)).document()
    return Reply(document, 201, etag_of(document), {"location": f"/api/v1/interfaces/{outcome.id}"})


async def _part(call: Call, wanted: int | None = None) -> Interface:
    """An interface of a device that the principal sees."""
    text = call.path["id"] if wanted is None else str(wanted)
    known = text.isascii() and text.isdigit() and len(text) < 20 and int(text) < IDS
    found = await call.desk.read(readers.interface, call.desk.store, int(text)) if known else None
    if found is not None:
        device = await call.desk.read(readers.device, call.desk.store, found.device)
        if device is not None and call.principal.tenant in (None, device.tenant):
            return found
    raise Refused(404, "unknown", f"there is no interface {text[:40]}", "see the interfaces of its device")


async def interface(call: Call) -> Reply:
    """An interface."""
    document = (await _part(call)).document()
    return Reply(document, etag=etag_of(document))


async def edit_interface(call: Call) -> Reply:
    """Change what an interface says of itself: its addresses follow; what is left out stays."""
    found = await _part(call)
    seen = found if unchanged_or_leave(call, etag_of(found.document())) else None
    values = call.body.model_dump(exclude_unset=True)
    await call.submit(EditInterface(found.id, values, call.principal.name, seen), 0)
    document = (await _part(call)).document()
    return Reply(document, etag=etag_of(document))


async def remove_interface(call: Call) -> Reply:
    """Remove an interface; refused while addresses are bound to it, unless they are to be released."""
    found, who = await _part(call), call.principal
    seen = found if unchanged_or_leave(call, etag_of(found.document())) else None
    await call.submit(RemoveInterface(found.id, call.query.release, who.name, who.tenant, seen), 0)
    return Reply(None, 204)
