"""The address plan by device: what each renderer looks up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from ipaddress import ip_interface
from typing import NamedTuple

from easterly.model.address import AddressPlan, Prefixes
from easterly.model.isolation import Isolation
from easterly.model.router import DEFAULT, Permit


class Port(NamedTuple):
    """One address of one interface."""

    port: str
    address: str
    vrf: str
    role: str
    link: int

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.address else 4

    @property
    def bare(self) -> str:
        """The address without its length."""
        return self.address.partition("/")[0]


class Announced(NamedTuple):
    """A prefix that a device announces."""

    prefix: str
    vrf: str
    family: int


@dataclass(frozen=True)
class Sheet:
    """Rows of the address plan, by device."""

    plan: AddressPlan
    isolation: Isolation | None = None

    @cached_property
    def imports(self) -> dict[str, tuple[str, ...]]:
        """Route targets of others that each VRF imports."""
        found: dict[str, list[str]] = defaultdict(list)
        if self.isolation is not None:
            rows = self.isolation.targets
            for vrf, imported, target in zip(
                rows.vrf.tolist(), rows.imported.tolist(), rows.target.tolist(), strict=True
            ):
                if imported and target != self.vrfs[vrf][1]:
                    found[vrf].append(target)
        return {vrf: tuple(targets) for vrf, targets in found.items()}

    @cached_property
    def ports(self) -> dict[str, list[Port]]:
        """Addresses of each device, in the order of the plan."""
        rows, found = self.plan.interfaces, defaultdict(list)
        columns = (rows.port.tolist(), rows.address.tolist(), rows.vrf.tolist(), rows.role.tolist(), rows.link.tolist())
        for device, *row in zip(rows.device.tolist(), *columns, strict=True):
            found[device].append(Port(*row))
        return dict(found)

    @cached_property
    def announced(self) -> dict[str, list[Announced]]:
        """Host prefixes that each device announces."""
        rows, found = self.plan.prefixes, defaultdict(list)
        for device, prefix, vrf in zip(rows.device.tolist(), rows.prefix.tolist(), rows.vrf.tolist(), strict=True):
            if device:
                found[device].append(Announced(prefix, vrf, _family(prefix)))
        return dict(found)

    @cached_property
    def asn(self) -> dict[str, int]:
        """AS number of each device."""
        return dict(zip(self.plan.asn_device.tolist(), self.plan.asn.tolist(), strict=True))

    @cached_property
    def _bridges(self) -> dict[tuple[str, str, str], str]:
        """Port of the gateway by device, VRF and prefix."""
        return {
            (device, port.vrf, _network(port.address)): port.port
            for device, ports in self.ports.items() for port in ports if port.role == "gateway"
        }  # fmt: skip

    def bridge(self, device: str, host: Port) -> str:
        """Interface of a switch that holds the gateway of a host's interface."""
        return self._bridges[device, host.vrf, _network(host.address)]

    @cached_property
    def by_link(self) -> dict[tuple[int, int], str]:
        """Bare address of the interface that a directed link leaves, by link and family."""
        rows = self.plan.interfaces
        return {
            (link, 6 if ":" in address else 4): address.partition("/")[0]
            for link, address, role in zip(rows.link.tolist(), rows.address.tolist(), rows.role.tolist(), strict=True)
            if role == "link"
        }

    def loopback(self, device: str) -> str:
        """Bare loopback address of a device, of the first family that it has."""
        return next((port.bare for port in self.ports.get(device, []) if port.role == "loopback"), "")

    @cached_property
    def anycast(self) -> dict[str, tuple[str, ...]]:
        """Prefixes of one address, by service."""
        rows, found = self.plan.prefixes, defaultdict(list)
        columns = (rows.prefix.tolist(), rows.role.tolist(), rows.owner.tolist())
        for prefix, role, owner in zip(*columns, strict=True):
            if role == "anycast":
                found[owner].append(prefix)
        return {service: tuple(given) for service, given in found.items()}

    def services(self, family: int) -> tuple[str, ...]:
        """Prefixes of all services of one family."""
        return tuple(text for given in self.anycast.values() for text in given if _family(text) == family)

    @cached_property
    def vrfs(self) -> dict[str, tuple[int, str]]:
        """VNI and route target of each VRF."""
        rows = self.plan.vrfs
        return {
            name: (vni, target)
            for name, vni, target in zip(rows.name.tolist(), rows.vni.tolist(), rows.rd.tolist(), strict=True)
        }

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Number of each VRF in route distinguishers."""
        return self.plan.vrfs.numbers

    @cached_property
    def families(self) -> tuple[int, ...]:
        """Families that the fabric itself is numbered in."""
        return tuple(sorted({_family(text) for text, _, _ in self._pools}))

    def ranges(self, family: int) -> tuple[Permit, ...]:
        """What the default table may hold: hosts' prefixes of any length, and loopbacks one by one."""
        whole = 32 if family == 4 else 128
        permits = []
        for text, vrf, owner in self._pools:
            if vrf == DEFAULT and owner != "links" and _family(text) == family:
                single = owner == "loopback" and int(text.partition("/")[2]) < whole
                permits.append(Permit(text, low=whole) if single else Permit(text, high=whole))
        return tuple(permits)

    def reachable(self, vrf: str, family: int) -> tuple[str, ...]:
        """Prefixes that hosts of a table find behind their gateways."""
        kinds = [(text, table) for text, table, owner in self._pools if owner not in ("links", "loopback")]
        own = [text for text, table in kinds if table == vrf and _family(text) == family]
        default = [text for text, table in kinds if table == DEFAULT and _family(text) == family]
        return (*(own or default), *(self.services(family) if vrf == DEFAULT else ()))

    @cached_property
    def _pools(self) -> list[tuple[str, str, str]]:
        rows: Prefixes = self.plan.prefixes
        columns = (rows.prefix.tolist(), rows.vrf.tolist(), rows.owner.tolist(), rows.role.tolist())
        return [(text, vrf, owner) for text, vrf, owner, role in zip(*columns, strict=True) if role == "pool"]


@cache
def _network(address: str) -> str:
    return str(ip_interface(address).network)


def _family(text: str) -> int:
    return 6 if ":" in text else 4
