"""What an earlier plan gave to whom, so that a later one gives the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from easterly.address.text import AddressError, Prefix, read, read_address
from easterly.model.address import AddressPlan

Port = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """Numbers of an earlier plan by owner; empty where there is none.

    Attributes
    ----------
    ports : dict of (family, role, device, port) to int
        Addresses of loopbacks and of ends of links.
    subnets : dict of (family, role, owner, device) to Prefix
        Prefixes of leaves and of tenants.
    asn : dict of str to int
        By device.
    vrfs : dict of str to (str, int, str)
        Name, VNI and route target by tenant.
    vlans : dict of str to int
        By tenant.
    """

    ports: dict[tuple[int, str, str, str], int] = field(default_factory=dict)
    subnets: dict[tuple[int, str, str, str], Prefix] = field(default_factory=dict)
    asn: dict[str, int] = field(default_factory=dict)
    vrfs: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    vlans: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: AddressPlan | None) -> Kept:
        """Read a plan back."""
        if plan is None:
            return cls()
        vrfs = plan.vrfs
        rows = zip(vrfs.tenant.tolist(), vrfs.name.tolist(), vrfs.vni.tolist(), vrfs.rd.tolist(), strict=True)
        return cls(
            _ports(plan),
            _subnets(plan),
            dict(zip(plan.asn_device.tolist(), plan.asn.tolist(), strict=True)),
            {tenant: (name, vni, rd) for tenant, name, vni, rd in rows},
            dict(zip(plan.vlans.tenant.tolist(), plan.vlans.vlan.tolist(), strict=True)),
        )


def _ports(plan: AddressPlan) -> dict[tuple[int, str, str, str], int]:
    rows = plan.interfaces
    found = {}
    for device, port, text, role in zip(
        rows.device.tolist(), rows.port.tolist(), rows.address.tolist(), rows.role.tolist(), strict=True
    ):
        if role in ("loopback", "link"):
            family, number = read_address(text.partition("/")[0], text)
            found[family, role, device, port] = number
    return found


def _subnets(plan: AddressPlan) -> dict[tuple[int, str, str, str], Prefix]:
    rows = plan.prefixes
    found = {}
    for text, role, owner, device in zip(
        rows.prefix.tolist(), rows.role.tolist(), rows.owner.tolist(), rows.device.tolist(), strict=True
    ):
        try:
            prefix = read(text)
        except AddressError:  # pragma: no cover - a plan holds only what was written by this room
            continue
        found[prefix.family, role, owner, device] = prefix
    return found
