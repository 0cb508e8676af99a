"""Addresses of devices: what binds them, and that they say what their device and their interface say.

Of an address that somebody holds, and whose device there is: its tenant is the device's, if that has one; its
interface, if it names one, is one of the device's; and its MAC address is that interface's, if that has one. What is
left out of a request is filled in, what differs is refused. An address that rests in quarantine is nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from easterly.address.ipam.driver import among, ask, postgresql
from easterly.address.ipam.equipment import read_mac
from easterly.address.ipam.nouns import NOBODY, About, Outcome, refused

CHUNK = 10_000
_KNOWN = "SELECT d.name, d.tenant, i.name, i.mac FROM device d LEFT JOIN interface i ON i.device = d.id WHERE"


@dataclass(slots=True)
class Known:
    """What binds the addresses of a device.

    Attributes
    ----------
    tenant : str or None
    macs : dict of str to (str or None)
        By name of an interface.
    """

    tenant: str | None
    macs: dict[str, str | None] = field(default_factory=dict)


def known(connection: Connection, names: Iterable[str]) -> dict[str, Known]:
    """Devices that there are among some names."""
    listed, found = sorted(set(names)), dict[str, Known]()
    for at in range(0, len(listed), CHUNK):
        one_of, values = among(connection, "d.name", listed[at : at + CHUNK])
        for name, tenant, interface, mac in ask(connection, f"{_KNOWN} {one_of}", values):
            device = found.setdefault(name, Known(tenant))
            if interface is not None:
                device.macs[interface] = mac
    return found


def share(connection: Connection) -> None:
    """Let nobody change devices until the end of the transaction; others may do the same meanwhile."""
    if postgresql(connection):  # SQLite has one writer
        connection.exec_driver_sql("LOCK TABLE device IN SHARE MODE")


def claim(connection: Connection) -> None:
    """Let nobody change devices, or addresses that name one; before anything else is locked: nobody waits in a ring."""
    if postgresql(connection):
        connection.exec_driver_sql("LOCK TABLE device IN EXCLUSIVE MODE")


def fit(devices: Mapping[str, Known], about: About, within: str | None = None, had: About = NOBODY) -> About | Outcome:
    """What is said of a holder, completed by what its device says; or why it cannot be.

    A tenant, `within`, learns nothing of a device that is not theirs, be it nobody's: neither which interfaces it has
    nor their MAC addresses. What their address says already, `had`, it may go on saying.

    >>> here = {"leaf-1": Known("acme", {"eth0": "02:00:00:00:00:01"})}
    >>> fit(here, About(device="leaf-1", interface="eth0")).mac
    '02:00:00:00:00:01'
    >>> fit(here, About(device="leaf-1", interface="eth9")).refusal.message
    "device leaf-1 has no interface 'eth9'"
    """
    device = devices.get(about.device or "")
    if device is None:
        return about
    theirs = device.tenant is None or about.tenant in (None, "", device.tenant)
    if within is not None and device.tenant != within:
        theirs &= about[1:3] == had[1:3]  # device and interface
    if not theirs:
        # Whose it is, is not said: another tenant may be who asks.
        said = f"device {about.device} is not {within or about.tenant}'s, and the address would be"
        return refused("not-owner", said, "leave the tenant out, or give it to another device")
    about = about._replace(tenant=device.tenant or about.tenant)
    if not about.interface:
        return about
    if about.interface not in device.macs:
        text = f"device {about.device} has no interface {about.interface!r}"
        return refused("unknown", text, f"there are {', '.join(sorted(device.macs)[:20]) or 'none'}: add it first")
    mac = device.macs[about.interface]
    if mac is not None and about.mac and not same_mac(about.mac, mac):
        text = f"interface {about.interface} of {about.device} has the MAC address {mac}, not {about.mac}"
        return refused("conflict", text, "leave it out, or change it at the interface")
    return about._replace(mac=mac or about.mac)


def fit_columns(
    devices: Mapping[str, Known], who: Sequence[Sequence[str | None]], states: Sequence[str], lines: Sequence[int],
    refuse: Callable[[int, str, str], None],
) -> list[list[str | None]]:  # fmt: skip
    """What many rows say of their holders, completed by what their devices say.

    Parameters
    ----------
    devices : mapping of str to Known
    who : sequence of sequence of (str or None)
        Columns of `About`, the first five.
    states : sequence of str
    lines : sequence of int
    refuse : callable
        Told the line, the column and why, where something differs.
    """
    made = []
    for said, state, line in zip(zip(*who, strict=True), states, lines, strict=True):
        about = About._make((*said, (), ()))
        fitted = about if state == "quarantined" else fit(devices, about)
        if isinstance(fitted, Outcome):
            no = fitted.refusal
            assert no is not None
            refuse(line, {"unknown": "interface", "conflict": "mac"}.get(no.code, "tenant"), f"{no.message}; {no.hint}")
            fitted = about
        made.append(fitted[:5])
    return [list(column) for column in zip(*made, strict=True)]


def same_mac(one: str, other: str) -> bool:
    """Whether two texts are one hardware address; what is none is only itself.

    >>> same_mac("02-00-00-00-00-01", "02:00:00:00:00:01"), same_mac("x", "x")
    (True, True)
    """
    try:
        return read_mac(one) == read_mac(other)
    except ValueError:
        return one == other
