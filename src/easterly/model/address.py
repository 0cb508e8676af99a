"""The address plan."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Annotated

from easterly.base.columns import IndexColumn, IntColumn, TextColumn, ints, texts
from easterly.base.schema import Doc


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Prefixes given to a purpose, in one VRF each."""

    prefix: Annotated[TextColumn, Doc("Prefix text, RFC 5952 for IPv6.")]
    vrf: Annotated[TextColumn, Doc("VRF; ``default`` for the underlay.")]
    role: Annotated[TextColumn, Doc("hosts, tenant, pool.")]
    owner: Annotated[TextColumn, Doc("Leaf, tenant or pool that it belongs to.")]
    device: Annotated[TextColumn, Doc("Leaf that announces it; empty for pools.")]

    def __len__(self) -> int:
        return len(self.prefix)


@dataclass(frozen=True, slots=True)
class Interfaces:
    """Addresses of interfaces: loopbacks, both ends of links, host interfaces and their gateways."""

    device: Annotated[TextColumn, Doc("Device.")]
    port: Annotated[TextColumn, Doc("``lo``, ``swp7``, ``nic3``.")]
    address: Annotated[TextColumn, Doc("Address with prefix length, such as ``10.64.128.0/31``.")]
    vrf: Annotated[TextColumn, Doc("VRF.")]
    role: Annotated[TextColumn, Doc("loopback, link, host, gateway.")]
    link: Annotated[IntColumn, Doc("Row of the link that leaves the interface; -1 for loopbacks.")]

    def __len__(self) -> int:
        return len(self.device)


@dataclass(frozen=True, slots=True)
class Vrfs:
    """Routing tables of tenants."""

    name: Annotated[TextColumn, Doc("VRF, named after its tenant.")]
    tenant: Annotated[TextColumn, Doc("Tenant.")]
    vni: Annotated[IntColumn, Doc("VXLAN network identifier.")]
    rd: Annotated[TextColumn, Doc("Route target, ``asn:number``; the route distinguisher adds the device.")]

    @property
    def numbers(self) -> dict[str, int]:
        """Number of each table by name, where 16 bits are left beside an address (RFC 4364 section 4.2).

        The VNI cut to size, or the next one free where two meet: so another tenant does not renumber it.
        """
        given: dict[int, str] = {}
        for vni, name in sorted(zip(self.vni.tolist(), self.name.tolist(), strict=True)):
            given[cut_to_two_bytes(vni, given)] = name
        return {name: number for number, name in given.items()}


@dataclass(frozen=True, slots=True)
class Vlans:
    """VLANs of tenants."""

    tenant: Annotated[TextColumn, Doc("Tenant.")]
    vlan: Annotated[IntColumn, Doc("VLAN; -1 where none was left.")]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Prefixes of blocks: the block itself, then one for each of its places."""

    prefix: Annotated[TextColumn, Doc("Prefix text, RFC 5952 for IPv6.")]
    block: Annotated[TextColumn, Doc("Block.")]
    place: Annotated[
        TextColumn, Doc("Fabric, pod, plane, rail, leaf or host that it is for; empty for the block itself.")
    ]
    inside: Annotated[TextColumn, Doc("Block or pool around it.")]
    role: Annotated[TextColumn, Doc("Purpose; empty where none is stated.")]
    vrf: Annotated[TextColumn, Doc("VRF.")]
    tenant: Annotated[TextColumn, Doc("Tenant, or empty.")]
    zone: Annotated[TextColumn, Doc("Security zone, or empty.")]
    level: Annotated[IntColumn, Doc("Blocks around it.")]
    hosts: Annotated[IntColumn, Doc("Addresses that are wanted in each prefix; -1 where none are stated.")]
    vlan: Annotated[IntColumn, Doc("VLAN; -1 where none is stated.")]

    def __len__(self) -> int:
        return len(self.prefix)


@dataclass(frozen=True, slots=True)
class AddressPlan:
    """Every number that the plan hands out."""

    prefixes: Annotated[Prefixes, Doc("Prefixes.")]
    interfaces: Annotated[Interfaces, Doc("Interface addresses.")]
    asn_device: Annotated[TextColumn, Doc("Devices that speak BGP.")]
    asn: Annotated[IndexColumn, Doc("AS number of each.")]
    vrfs: Annotated[Vrfs, Doc("Tenants' routing tables.")]
    blocks: Annotated[Blocks, Doc("Blocks that the site states.")]
    vlans: Annotated[Vlans, Doc("VLANs of tenants; none in plans that were made before they were part of it.")] = field(
        default_factory=lambda: Vlans(texts([]), ints([]))
    )


def cut_to_two_bytes(number: int, taken: Container[int]) -> int:
    """The last two bytes of a number, or the next that are not taken.

    Examples
    --------
    >>> cut_to_two_bytes(0x1FFFF, {0xFFFF, 0})
    1
    """
    number &= 0xFFFF
    while number in taken:
        number = (number + 1) & 0xFFFF
    return number
