"""What one address plan changes of another: numbers that go, come and stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from easterly.model.address import AddressPlan

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A number that is not what it was.

    Attributes
    ----------
    what : str
        ``loopback``, ``link``, ``prefix``, ``block``, ``AS number``, ``table`` or ``VLAN``.
    whose : str
    before, after : str
        Empty for what is new, and for what is gone.
    """

    what: str
    whose: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, and how much did not.

    Attributes
    ----------
    kept : int
    rows : tuple of Change
    """

    kept: int
    rows: tuple[Change, ...]

    @property
    def moved(self) -> tuple[Change, ...]:
        """What existed before and has another number now."""
        return tuple(row for row in self.rows if row.before and row.after)


def changes(before: AddressPlan, after: AddressPlan) -> Changes:
    """Compare two plans by who has which number.

    Parameters
    ----------
    before, after : AddressPlan

    Returns
    -------
    Changes
        Sorted by what and whose.
    """
    old, new = dict(_numbers(before)), dict(_numbers(after))
    rows = [
        Change(key[0], " ".join(filter(None, key[1:-1])), old.get(key, ""), new.get(key, ""))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]
    return Changes(sum(new.get(key) == value for key, value in old.items()), tuple(rows))


def _numbers(plan: AddressPlan) -> Iterator[tuple[Key, str]]:
    """Every number by what it is, whose, and which of several."""
    rows = plan.interfaces
    for device, port, text, role in zip(*_lists(rows, "device", "port", "address", "role"), strict=True):
        if role in ("loopback", "link"):
            yield (role, device, port, _family(text)), text
    for text, vrf, role, owner, device in zip(
        *_lists(plan.prefixes, "prefix", "vrf", "role", "owner", "device"), strict=True
    ):
        yield ("prefix", role, owner if role != "hosts" else "", device, f"{vrf}{_family(text)}"), text
    count: dict[Key, int] = {}
    for text, name, place in zip(*_lists(plan.blocks, "prefix", "block", "place"), strict=True):
        key = ("block", name, place, _family(text))
        count[key] = count.get(key, 0) + 1
        yield (*key[:-1], f"{key[-1]}{count[key]}"), text
    for device, asn in zip(plan.asn_device.tolist(), plan.asn.tolist(), strict=True):
        yield ("AS number", device, ""), str(asn)
    for tenant, vni, target in zip(*_lists(plan.vrfs, "tenant", "vni", "rd"), strict=True):
        yield ("table", tenant, ""), f"VNI {vni}, route target {target}"
    for tenant, vlan in zip(*_lists(plan.vlans, "tenant", "vlan"), strict=True):
        yield ("VLAN", tenant, ""), str(vlan)


def _family(text: str) -> str:
    return "6" if ":" in text else "4"


def _lists(table: object, *names: str) -> list[list[str]]:
    return [getattr(table, name).tolist() for name in names]
