"""Readers of devices and interfaces, in pages by key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from easterly.address.ipam import schema
from easterly.address.ipam.connect import reading
from easterly.address.ipam.driver import among, ask
from easterly.address.ipam.equipment import Device, Interface, read_mac
from easterly.address.ipam.nouns import Allocation
from easterly.address.ipam.read import by_id
from easterly.address.ipam.rows import device_of, interface_of, tagged
from easterly.address.ipam.store import Store

_D, _I = schema.device.c, schema.interface.c
CHUNK = 10_000


def devices(
    store: Store, *, after: int = 0, limit: int = 1000, tenant: str | None = None, tag: str | None = None,
    mac: str | None = None,
) -> list[Device]:  # fmt: skip
    """Devices in order of ids.

    Parameters
    ----------
    store : Store
    after : int
        Id of the last device of the page before.
    limit : int
    tenant, tag : str or None
        Only those that have it.
    mac : str or None
        Only those with an interface that has it.

    Returns
    -------
    list of Device

    Raises
    ------
    ValueError
        For a `mac` that is none.
    """
    asked = select(schema.device).where(_D.id > after)
    if tenant is not None:
        asked = asked.where(_D.tenant == tenant)
    if tag is not None:
        asked = asked.where(_D.about.like(tagged(tag), escape="\\"))
    if mac is not None:
        asked = asked.where(_D.id.in_(select(_I.device).where(_I.mac == read_mac(mac))))
    with reading(store.engine) as connection:
        return [device_of(row) for row in connection.execute(asked.order_by(_D.id).limit(limit))]


def device(store: Store, named: int | str) -> Device | None:
    """A device by id or name; None where there is none."""
    column = _D.id if isinstance(named, int) else _D.name
    with reading(store.engine) as connection:
        row = connection.execute(select(schema.device).where(column == named)).first()
    return None if row is None else device_of(row)


def interfaces(store: Store, of: Sequence[int]) -> dict[int, list[Interface]]:
    """Interfaces of some devices, in order of names.

    Parameters
    ----------
    store : Store
    of : sequence of int
        Ids.

    Returns
    -------
    dict of int to list of Interface
        By id of the device; all of `of` are in it.
    """
    names = ", ".join(schema.interface.columns.keys())
    found: dict[int, list[Interface]] = {number: [] for number in of}
    with reading(store.engine) as connection:
        for at in range(0, len(of), CHUNK):
            one_of, ids = among(connection, "device", list(of[at : at + CHUNK]))
            for row in ask(connection, f"SELECT {names} FROM interface WHERE {one_of} ORDER BY name", ids):
                found[row[1]].append(interface_of(row))
    return found


def interface(store: Store, number: int) -> Interface | None:
    """An interface by id; None where there is none."""
    with reading(store.engine) as connection:
        row = connection.execute(select(schema.interface).where(_I.id == number)).first()
    return None if row is None else interface_of(row)


def addresses(store: Store, name: str) -> list[Allocation]:
    """Addresses that a device has, in order of ids; those in quarantine are nobody's."""
    columns = schema.allocation.c
    asked = select(columns.id).where(columns.device == name, columns.state != "quarantined")
    with reading(store.engine) as connection:
        found = by_id(connection, connection.execute(asked).scalars())
    return [found[number] for number in sorted(found)]
