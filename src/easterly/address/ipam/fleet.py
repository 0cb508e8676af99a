"""Devices and interfaces of a file: many rows at once, with one entry in the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from easterly.address.ipam import schema
from easterly.address.ipam.administer import record
from easterly.address.ipam.bound import CHUNK
from easterly.address.ipam.driver import among, ask
from easterly.address.ipam.equip import Done, Undone, adopted, align, naming
from easterly.address.ipam.equipment import Device, Interface, check_name, read_mac
from easterly.address.ipam.nouns import Outcome
from easterly.address.ipam.rows import device_of, device_row, interface_of, interface_row
from easterly.address.ipam.sheet import cell, read_object, read_tags
from easterly.address.ipam.write import insert

Row = Mapping[str, str]
Refuse = Callable[[int, str, str], None]
KINDS = ("device", "interface")
_TABLES = {KINDS[0]: ", ".join(schema.device.columns.keys()), KINDS[1]: ", ".join(schema.interface.columns.keys())}


@dataclass(slots=True)
class _Fleet:
    """What there is of the devices that rows name, and what is to be made."""

    refuse: Refuse
    next: int
    devices: dict[str, Device] = field(default_factory=dict)
    interfaces: dict[tuple[int, str], Interface] = field(default_factory=dict)
    done: Done = field(default_factory=lambda: Done(Outcome()))

    def number(self) -> int:
        self.done.made += 1
        return self.next + self.done.made - 1

    def device(self, line: int, row: Row) -> None:
        """Make the device of a row, unless it is there."""
        there = self.devices.get(row["device"])
        if there is None:
            check_name("a device", row["device"])
            made = Device(self.number(), row["device"], row["tenant"] or None, *_marks(row))
            self.devices[made.name] = made
            self.done.devices.append(made)
        elif row["tenant"] and row["tenant"] != there.tenant:
            self.refuse(line, "tenant", f"device {there.name} is there already, and differs in this")

    def interface(self, line: int, row: Row) -> None:
        """Make the interface of a row, unless it is there."""
        device = self.devices.get(row["device"])
        if device is None:
            self.refuse(line, "device", f"there is no device {row['device']!r}: its row stands before its interfaces")
            return
        mac = read_mac(row["mac"]) if row["mac"] else None
        there = self.interfaces.get((device.id, row["interface"]))
        if there is None:
            check_name("an interface", row["interface"])
            made = Interface(self.number(), device.id, row["interface"], mac, *_marks(row))
            self.interfaces[device.id, made.name] = made
            self.done.interfaces.append(made)
        elif mac is not None and mac != there.mac:
            self.refuse(line, "mac", f"interface {there.name} of {device.name} is there already, and differs in this")


def _marks(row: Row) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    own = {name: cell(value) for name, value in read_object(row["fields"]).items()}
    return read_tags(row["tags"]) if row["tags"] else (), tuple(sorted(own.items()))


def load_devices(
    connection: Connection, rows: Sequence[tuple[int, Row]], refuse: Refuse, actor: str, now_ms: int
) -> int:
    """Make the devices and interfaces of rows; those that are there stay as they are.

    Devices are claimed already.

    Parameters
    ----------
    connection : Connection
    rows : sequence of (int, mapping of str to str)
        Lines, and cells by column.
    refuse : callable
        Told the line, the column and why, for every row that is refused.
    actor : str
    now_ms : int

    Returns
    -------
    int
        How many were made.
    """
    registry = connection.execute(select(schema.registry).with_for_update()).one()
    fleet = _read(connection, {row["device"] for _, row in rows}, _Fleet(refuse, registry.next))
    for kind, make in ((KINDS[0], fleet.device), (KINDS[1], fleet.interface)):
        for line, row in rows:
            if row["kind"] == kind:
                try:
                    make(line, row)
                except (ValueError, TypeError) as error:
                    refuse(line, "mac" if "MAC" in str(error) else kind, str(error))
    done = fleet.done
    try:
        with connection.begin_nested():
            _put(connection, fleet, actor, now_ms)
    except Undone as error:
        no = error.outcome.refusal
        refuse(rows[0][0], "device", "" if no is None else f"{no.message}; {no.hint}")
        return 0
    if done.change():
        change = {"do": "load-devices", "by": actor, **done.change()}
        record(connection, registry, change, done.made, now_ms)
    return len(done.devices) + len(done.interfaces)


def _read(connection: Connection, names: Iterable[str], fleet: _Fleet) -> _Fleet:
    listed = sorted(names)
    for at in range(0, len(listed), CHUNK):
        one_of, values = among(connection, "name", listed[at : at + CHUNK])
        rows = ask(connection, f"SELECT {_TABLES['device']} FROM device WHERE {one_of}", values)
        fleet.devices.update((row[1], device_of(row)) for row in rows)
        one_of, ids = among(connection, "device", [row[0] for row in rows])
        parts: list[Any] = ask(connection, f"SELECT {_TABLES['interface']} FROM interface WHERE {one_of}", ids)
        fleet.interfaces.update(((row[1], row[2]), interface_of(row)) for row in parts)
    return fleet


def _put(connection: Connection, fleet: _Fleet, actor: str, now_ms: int) -> None:
    """Write what is to be made; what addresses say already is taken over, as with every new device."""
    done = fleet.done
    new = {device.name: device for device in done.devices}
    insert(connection, schema.device, [device_row(each) for each in done.devices])
    held = naming(connection, sorted(new)) if new else []
    for part in adopted(new, held, 0):
        if (part.device, part.name) not in fleet.interfaces:
            done.interfaces.append(part._replace(id=fleet.number()))
    insert(connection, schema.interface, [interface_row(each) for each in done.interfaces])
    align(connection, held, lambda about: about, actor, now_ms)
