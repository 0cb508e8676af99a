"""Nouns to rows and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from easterly.address.ipam.equipment import Device, Interface
from easterly.address.ipam.free import largest
from easterly.address.ipam.nouns import NOBODY, About, Allocation, Pool
from easterly.address.text import reversed_bits

_int = int.from_bytes


def octets(number: int) -> bytes:
    """An address as it is stored.

    >>> octets(258).hex()
    '00000000000000000000000000000102'
    """
    return number.to_bytes(16, "big")


def extras(about: About) -> str | None:
    """Tags and custom fields as they are stored."""
    if not (about.tags or about.fields):
        return None
    return json.dumps([about.tags, dict(about.fields)], separators=(",", ":"))


def tags_and_fields(said: str | None) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Inverse of `extras`."""
    if said is None:
        return (), ()
    tags, own = json.loads(said)
    return tuple(tags), tuple(own.items())


def tagged(value: str) -> str:
    """A pattern for `LIKE`, with a backslash before what it would take for more: rows that have a tag."""
    quoted = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace('"', '\\\\"')
    return f'[[%"{quoted}"%],%'


def allocation_row(a: Allocation) -> tuple[Any, ...]:
    """An allocation in the order of the table's columns."""
    who = a.about
    return (
        a.id, a.pool, a.vrf, a.family, a.lo.to_bytes(16, "big"), a.hi.to_bytes(16, "big"), *a[6:15],
        *who[:5], None if who is NOBODY else extras(who),
    )  # fmt: skip


def about_of(row: Sequence[Any]) -> About:
    """What is known of a holder, from the last six columns of an allocation."""
    return NOBODY if not any(row) else About._make((*row[:5], *tags_and_fields(row[5])))


def allocation_of(row: Sequence[Any]) -> Allocation:
    """Inverse of `allocation_row`."""
    return Allocation._make((*row[:4], _int(row[4], "big"), _int(row[5], "big"), *row[6:15], about_of(row[15:21])))


def pool_row(p: Pool) -> tuple[Any, ...]:
    """A pool in the order of the table's columns."""
    return (
        p.id, p.name, p.vrf, p.parent, p.family, octets(p.lo), octets(p.hi), p.length, p.role, p.tenant, p.edges,
        p.approval, p.lease_s, p.longest_s, p.quarantine_s, extras(p.about), p.sequence, str(p.used), p.count,
        p.entries, p.head,
    )  # fmt: skip


def pool_of(row: Sequence[Any]) -> Pool:
    """Inverse of `pool_row`."""
    tags, own = tags_and_fields(row[15])
    about = About(tags=tags, fields=own) if tags or own else NOBODY
    lo, hi, used = _int(row[5], "big"), _int(row[6], "big"), int(row[17])
    values = (
        *row[:5], lo, hi, *row[7:10], bool(row[10]), bool(row[11]), *row[12:15], about, row[16], used, *row[18:21],
    )  # fmt: skip
    return Pool(*values)


def _marks(tags: tuple[str, ...], own: tuple[tuple[str, str], ...]) -> str | None:
    return extras(About(tags=tags, fields=own))


def device_row(d: Device) -> tuple[Any, ...]:
    """A device in the order of the table's columns."""
    return d.id, d.name, d.tenant, _marks(d.tags, d.fields)


def device_of(row: Sequence[Any]) -> Device:
    """Inverse of `device_row`."""
    number, name, tenant, about = row
    return Device(number, name, tenant, *tags_and_fields(about))


def interface_row(i: Interface) -> tuple[Any, ...]:
    """An interface in the order of the table's columns."""
    return i.id, i.device, i.name, i.mac, _marks(i.tags, i.fields)


def interface_of(row: Sequence[Any]) -> Interface:
    """Inverse of `interface_row`."""
    number, device, name, mac, about = row
    return Interface(number, device, name, mac, *tags_and_fields(about))


def free_row(pool: int, lo: int, hi: int, bits: int) -> tuple[int, bytes, bytes, int, bytes]:
    """A free interval in the order of the table's columns."""
    length, block = largest(lo, hi, bits)
    return pool, octets(lo), octets(hi), length, octets(reversed_bits(block, bits))
