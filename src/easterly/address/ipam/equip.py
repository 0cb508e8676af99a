"""Devices and interfaces: made, changed and removed, with the addresses that are bound to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select, update

from easterly.address.ipam import schema
from easterly.address.ipam.batch import answer
from easterly.address.ipam.bound import CHUNK, fit, known, same_mac
from easterly.address.ipam.driver import among, ask
from easterly.address.ipam.equipment import (
    OF_DEVICES,
    OF_INTERFACES,
    AddDevice,
    AddInterface,
    Device,
    EditDevice,
    EditInterface,
    Equipment,
    Interface,
    RemoveDevice,
    RemoveInterface,
    Seen,
    check_name,
    read_mac,
)
from easterly.address.ipam.nouns import About, Allocation, Outcome, changed, refused
from easterly.address.ipam.read import by_id
from easterly.address.ipam.requests import Edit, Release, Work
from easterly.address.ipam.rows import device_of, device_row, interface_of, interface_row
from easterly.address.ipam.write import insert

_NAMING = "SELECT id FROM allocation WHERE state <> 'quarantined' AND"


@dataclass(slots=True)
class Done:
    """What was done.

    Attributes
    ----------
    outcome : Outcome
    devices, interfaces : list
        Made or changed.
    gone : list of int
        Ids of devices and interfaces that are no more.
    made : int
        Ids that were taken.
    """

    outcome: Outcome
    devices: list[Device] = field(default_factory=list)
    interfaces: list[Interface] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    made: int = 0

    def change(self) -> dict[str, Any]:
        """For the audit."""
        said: dict[str, Any] = {
            "devices": [each.document() for each in self.devices],
            "interfaces": [each.document() for each in self.interfaces],
            "gone": self.gone,
        }
        return {name: rows for name, rows in said.items() if rows}


class Undone(Exception):
    """Nothing of a request stays."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.refusal)
        self.outcome = outcome


def equip(connection: Connection, request: Equipment, number: int, now_ms: int) -> Done:
    """Answer one request; ids of what it makes begin with `number`. One that is refused changes nothing.

    Devices are claimed already.
    """
    do: Callable[..., Done] = _DO[type(request)]
    try:
        with connection.begin_nested():
            return do(connection, request, number, now_ms)
    except Undone as error:
        return Done(error.outcome)
    except ValueError as error:
        return Done(refused("invalid", str(error)))


def _leave(code: str, message: str, hint: str = "") -> Undone:
    return Undone(refused(code, message, hint))


def find_device(connection: Connection, named: int | str) -> Device:
    """A device by id or name; leaves where there is none."""
    column = schema.device.c.id if isinstance(named, int) else schema.device.c.name
    row = connection.execute(select(schema.device).where(column == named)).first()
    if row is None:
        raise _leave("unknown", f"there is no device {named!r}", "add it first")
    return device_of(row)


def _find_interface(connection: Connection, number: int) -> tuple[Interface, Device]:
    row = connection.execute(select(schema.interface).where(schema.interface.c.id == number)).first()
    if row is None:
        raise _leave("unknown", f"there is no interface {number}", "see the interfaces of its device")
    return interface_of(row), find_device(connection, row.device)


def _unchanged(found: Device | Interface | Seen, seen: Device | Interface | Seen | None, what: str) -> None:
    """Leave where something is not what whoever asks has seen."""
    if seen not in (None, found):
        raise Undone(changed(what))


def _whole(connection: Connection, device: Device) -> Seen:
    """A device with its interfaces."""
    columns = schema.interface.c
    rows = connection.execute(select(schema.interface).where(columns.device == device.id).order_by(columns.name))
    return device, tuple(map(interface_of, rows))


def _pairs(tags: Iterable[str], fields: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    return tuple(sorted(set(tags))), tuple(sorted(fields.items()))


def _taken(name: str) -> Undone:
    """The refusal of a name: the same whatever has it, and whoever, so that a tenant learns no more than that."""
    return _leave("conflict", f"the name {name!r} is in use already", "take another name")


def _add_device(connection: Connection, request: AddDevice, number: int, now_ms: int) -> Done:
    check_name("a device", request.name)
    names = schema.device.c.name
    if connection.execute(select(names).where(names == request.name)).first():
        raise _taken(request.name)
    made = Device(number, request.name, request.tenant, *_pairs(request.tags, request.fields))
    insert(connection, schema.device, [device_row(made)])
    held = naming(connection, [made.name])
    if request.within is not None and any(not _of(connection, a, request.within) for a in held):
        raise _taken(request.name)
    found = adopted({made.name: made}, held, number + 1)
    insert(connection, schema.interface, [interface_row(each) for each in found])
    align(connection, held, lambda about: about, request.actor, now_ms)
    return Done(Outcome(id=number), [made], found, made=1 + len(found))


def _of(connection: Connection, a: Allocation, tenant: str) -> bool:
    """Whether an address is a tenant's: by what it says, or by its pool where it says nothing."""
    return tenant == (a.about.tenant or _owner(connection, a.pool))


def _owner(connection: Connection, pool: int) -> str | None:
    owner: str | None = connection.execute(select(schema.pool.c.tenant).where(schema.pool.c.id == pool)).scalar()
    return owner


def adopted(devices: Mapping[str, Device], held: Iterable[Allocation], number: int) -> list[Interface]:
    """Interfaces that addresses name of devices that have none yet; ids begin with `number`."""
    macs: dict[tuple[str, str], str | None] = {}
    for a in sorted(held, key=lambda a: (a.about.device or "", a.about.interface or "", a.id)):
        who = a.about
        if not who.interface or not who.device or who.device not in devices:
            continue
        check_name("an interface", who.interface)
        had = macs.setdefault((who.device, who.interface), None)
        if had and who.mac and not same_mac(had, who.mac):
            text = f"by its addresses, {who.interface} of {who.device} has the MAC addresses {had} and {who.mac}"
            raise _leave("conflict", text, "correct one of them first")
        macs[who.device, who.interface] = had or (who.mac and read_mac(who.mac)) or None
    return [
        Interface(at, devices[device].id, name, mac) for at, ((device, name), mac) in enumerate(macs.items(), number)
    ]


def naming(connection: Connection, devices: Sequence[str], interface: str | None = None) -> list[Allocation]:
    """Addresses that somebody holds and that name some devices, or an interface of theirs; in order of ids."""
    ids: list[int] = []
    for at in range(0, len(devices), CHUNK):
        one_of, values = among(connection, "device", devices[at : at + CHUNK])
        more, also = (" AND interface = ?", [interface]) if interface is not None else ("", [])
        ids += [row[0] for row in ask(connection, f"{_NAMING} {one_of}{more}", [*values, *also])]
    found = by_id(connection, ids)
    return [found[number] for number in sorted(found)]


def align(
    connection: Connection, held: Iterable[Allocation], told: Callable[[About], About], actor: str, now_ms: int
) -> None:
    """Have addresses say what their devices now say; leaves where one cannot."""
    rows = list(held)
    devices = known(connection, [name for a in rows if (name := told(a.about).device)])
    changed: list[Work] = []
    for a in rows:
        about = fit(devices, told(a.about))
        if isinstance(about, Outcome):
            raise Undone(about)
        if about != a.about:
            changed.append(Edit(a.id, about, actor=actor))
    _carry_out(connection, changed, now_ms)


def _carry_out(connection: Connection, requests: Sequence[Work], now_ms: int) -> tuple[Allocation, ...]:
    outcomes = answer(connection, requests, now_ms) if requests else []
    for outcome in outcomes:
        if not outcome.ok:
            raise Undone(outcome)
    return tuple(a for outcome in outcomes for a in outcome.allocations)


def _edited(values: Mapping[str, Any], allowed: tuple[str, ...], old: Any) -> dict[str, Any]:
    """New values of a device or of an interface."""
    unknown = sorted(values.keys() - set(allowed))
    if unknown:
        raise ValueError(f"{unknown[0]!r} cannot be edited; these can: {', '.join(allowed)}")
    tags, own = _pairs(values.get("tags", old.tags), dict(values.get("fields", dict(old.fields))))
    return {**values, "tags": tags, "fields": own}


def _edit_device(connection: Connection, request: EditDevice, _: int, now_ms: int) -> Done:
    old = find_device(connection, request.device)
    _unchanged(_whole(connection, old), request.seen, f"device {old.name}")
    new = old._replace(**_edited(request.values, OF_DEVICES, old))
    check_name("a device", new.name)
    held = naming(connection, [old.name])
    if new.name != old.name:
        names = schema.device.c.name
        if connection.execute(select(names).where(names == new.name)).first():
            raise _taken(new.name)
        if naming(connection, [new.name]):
            raise _leave("conflict", f"addresses name {new.name!r}, which is no device yet", "add it, and release it")
    _write(connection, schema.device, device_row(new))

    def told(about: About) -> About:
        tenant = new.tenant if about.tenant in (None, old.tenant) and new.tenant else about.tenant
        return about._replace(device=new.name, tenant=tenant)

    if (new.name, new.tenant) != (old.name, old.tenant):
        align(connection, held, told, request.actor, now_ms)
    return Done(Outcome(id=new.id), [new])


def _write(connection: Connection, table: Any, row: Sequence[Any]) -> None:
    values = dict(zip(table.columns.keys(), row, strict=True))
    connection.execute(update(table).where(table.c.id == row[0]).values(values))


def _remove_device(connection: Connection, request: RemoveDevice, _: int, now_ms: int) -> Done:
    old = find_device(connection, request.device)
    _unchanged(_whole(connection, old), request.seen, f"device {old.name}")
    freed = _let_go(connection, naming(connection, [old.name]), f"device {old.name}", request, now_ms)
    parts = schema.interface.c
    gone = connection.execute(select(parts.id).where(parts.device == old.id).order_by(parts.id)).scalars().all()
    connection.execute(schema.interface.delete().where(parts.device == old.id))
    connection.execute(schema.device.delete().where(schema.device.c.id == old.id))
    return Done(Outcome(freed, id=old.id), gone=[old.id, *gone])


def _let_go(
    connection: Connection, held: list[Allocation], what: str, request: RemoveDevice | RemoveInterface, now_ms: int
) -> tuple[Allocation, ...]:
    """Release addresses, or leave."""
    if held and not request.release:
        more = f" and {len(held) - 1} more" if len(held) > 1 else ""
        raise _leave("in-use", f"{what} has the address {held[0].text}{more}", "release them first, or with it")
    within = request.within
    if within is not None and any(_owner(connection, pool) != within for pool in {a.pool for a in held}):
        raise _leave("not-owner", f"{what} has addresses of pools that are not {within}'s", "have them released")
    return _carry_out(connection, [Release(a.id, actor=request.actor) for a in held], now_ms)


def _add_interface(connection: Connection, request: AddInterface, number: int, _: int) -> Done:
    device = find_device(connection, request.device)
    check_name("an interface", request.name)
    _unique(connection, device, request.name)
    mac = None if request.mac is None else read_mac(request.mac)
    made = Interface(number, device.id, request.name, mac, *_pairs(request.tags, request.fields))
    insert(connection, schema.interface, [interface_row(made)])
    return Done(Outcome(id=number), interfaces=[made], made=1)


def _unique(connection: Connection, device: Device, name: str) -> None:
    columns = schema.interface.c
    there = select(columns.id).where(columns.device == device.id, columns.name == name)
    if connection.execute(there).first():
        raise _leave("conflict", f"device {device.name} has an interface {name!r} already", "take another name")


def _edit_interface(connection: Connection, request: EditInterface, _: int, now_ms: int) -> Done:
    old, device = _find_interface(connection, request.id)
    _unchanged(old, request.seen, f"interface {old.name} of {device.name}")
    new = old._replace(**_edited(request.values, OF_INTERFACES, old))
    check_name("an interface", new.name)
    new = new._replace(mac=None if new.mac is None else read_mac(new.mac))
    if new.name != old.name:
        _unique(connection, device, new.name)
    held = naming(connection, [device.name], old.name)
    _write(connection, schema.interface, interface_row(new))

    def told(about: About) -> About:
        follows = not about.mac or (old.mac is not None and same_mac(about.mac, old.mac))
        return about._replace(interface=new.name, mac=new.mac if follows else about.mac)

    if (new.name, new.mac) != (old.name, old.mac):
        align(connection, held, told, request.actor, now_ms)
    return Done(Outcome(id=new.id), interfaces=[new])


def _remove_interface(connection: Connection, request: RemoveInterface, _: int, now_ms: int) -> Done:
    old, device = _find_interface(connection, request.id)
    _unchanged(old, request.seen, f"interface {old.name} of {device.name}")
    held = naming(connection, [device.name], old.name)
    freed = _let_go(connection, held, f"interface {old.name} of {device.name}", request, now_ms)
    connection.execute(schema.interface.delete().where(schema.interface.c.id == old.id))
    return Done(Outcome(freed, id=old.id), gone=[old.id])


_DO: Mapping[type, Callable[..., Done]] = {
    AddDevice: _add_device, EditDevice: _edit_device, RemoveDevice: _remove_device,
    AddInterface: _add_interface, EditInterface: _edit_interface, RemoveInterface: _remove_interface,
}  # fmt: skip
