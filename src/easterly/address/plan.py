"""The address plan of a site, composed from pools, places and what an earlier plan gave."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from easterly.address import anycast, blocks, numbers
from easterly.address.kept import Kept
from easterly.address.place import Cables, Devices, cables, devices
from easterly.address.pools import Family, Source, families
from easterly.address.space import Wish
from easterly.address.subnets import DEFAULT, Ports, Subnets, ports, subnets
from easterly.address.text import BITS, write_many
from easterly.address.tight import give
from easterly.base.columns import IndexColumn, indices, ints, texts
from easterly.base.findings import Finding
from easterly.model.address import AddressPlan, Interfaces, Prefixes, Vrfs
from easterly.model.demand import Work
from easterly.model.network import Network
from easterly.model.spec.site import Site

LINK, LOOPBACK = "link", "loopback"
COLUMNS = ("device", "port", "address", "vrf", "role")


def plan(site: Site, network: Network, work: Work, previous: AddressPlan | None = None) -> AddressPlan:
    """Number everything that needs a number, in IPv4, in IPv6 or in both.

    Loopbacks (/32, /128) of switches and WAN routers; both ends of every link between them (/31 by RFC 3021,
    /127 by RFC 6164); per leaf a prefix for its hosts with the gateway at its first usable address; the same
    per tenant that has a table or a pool of its own; private AS numbers by RFC 7938 section 5.2; VNIs and
    route targets of tenants' tables. Every number follows from what an object is, not from how many there are:
    more hosts, leaves, spines or tenants leave existing numbers as they were.

    Parameters
    ----------
    site : Site
    network : Network
    work : Work
        Which hosts work for which tenant.
    previous : AddressPlan, optional
        An earlier plan. What still exists keeps its numbers whatever its place has become, as far as they are
        inside the pools; new objects get numbers that are free.

    Returns
    -------
    AddressPlan

    Raises
    ------
    FindingsError
        E502 a pool is too small, E505 too few AS numbers, E507 a slot twice, E510 to E518 pools that cannot
        be used, E525 a service has no address.
    """
    kept, found = Kept.of(previous), devices(site, network)
    wires, plugged = cables(site, network, found), ports(site, network, found, work)
    tables = numbers.vrfs(site, kept)
    sheet = Sheet(network, found, plugged, tables)
    for family in families(site):
        sheet.add_loopbacks(family.loopback, kept)
        sheet.add_links(family.links, wires, kept)
        sheet.add_hosts(family.family, subnets(site, found, plugged, network, family, kept)[0])
        sheet.add_pools(family)
    asn = numbers.asns(site, network, found, kept)
    names = texts(network.nodes.name[found.node])
    parts = blocks.cut(site, network, found, _table_of(tables), previous)
    sheet.prefix_rows += anycast.rows(anycast.addresses(site, parts, previous))
    vlans = numbers.vlans(site, kept)
    return AddressPlan(sheet.prefixes(), sheet.interfaces(), names, indices(asn), tables, parts, vlans)


def tight_pools(site: Site, network: Network, work: Work) -> tuple[Finding, ...]:
    """Warnings (E504) of pools that leave no room to grow in place, without writing the plan.

    Raises
    ------
    FindingsError
        As `plan`.
    """
    kept, found = Kept.of(None), devices(site, network)
    wires, plugged = cables(site, network, found), ports(site, network, found, work)
    notes: list[Finding] = []
    for family in families(site):
        notes += give(family.loopback, Wish.of(found.group, found.ordinal))[1]
        notes += give(family.links, Wish.of(wires.group, wires.place, 2))[1]
        notes += subnets(site, found, plugged, network, family, kept)[1]
    return tuple(dict.fromkeys(notes))


@dataclass(slots=True)
class Sheet:
    """Rows of the plan while it is written, as plain lists: text columns are made once, at the end."""

    network: Network
    found: Devices
    plugged: Ports
    tables: Vrfs
    port_rows: dict[str, list[list[str]]] = field(default_factory=lambda: {column: [] for column in COLUMNS})
    port_links: list[IndexColumn] = field(default_factory=list)
    prefix_rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    pool_rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def add_loopbacks(self, source: Source, kept: Kept) -> None:
        """One address per device."""
        family, names = source.prefix.family, self.network.nodes.name[self.found.node].tolist()
        had = [_inside(kept.ports.get((family, LOOPBACK, name, "lo")), source) for name in names]
        first, _ = give(source, Wish.of(self.found.group, self.found.ordinal, 1, had if kept.ports else -1))
        numbers_of = [source.prefix.first + offset for offset in first.tolist()]
        self._add(names, ["lo"] * len(names), _with_length(family, numbers_of, BITS[family]), LOOPBACK)

    def add_links(self, source: Source, wires: Cables, kept: Kept) -> None:
        """Two addresses per cable, the lower one at the owner's end."""
        if not len(wires):
            return
        family = source.prefix.family
        near, near_port = self._ends(wires.owner)
        far, far_port = self._ends(wires.other)
        had = [
            _inside(_pair(kept, family, a, b), source)
            for a, b in zip(zip(near, near_port, strict=True), zip(far, far_port, strict=True), strict=True)
        ] if kept.ports else -1  # fmt: skip
        first, _ = give(source, Wish.of(wires.group, wires.place, 2, had))
        low = [source.prefix.first + offset for offset in first.tolist()]
        length = BITS[family] - 1
        self._add(near, near_port, _with_length(family, low, length), LINK, wires.owner)
        self._add(far, far_port, _with_length(family, [number + 1 for number in low], length), LINK, wires.other)

    def add_hosts(self, family: int, nets: Subnets) -> None:
        """Prefixes, gateways and the addresses of hosts' interfaces."""
        found, plugged = self.found, self.plugged
        leaf = self.network.nodes.name[found.node[nets.leaf]].tolist()
        vrf = [self._vrf(t) for t in nets.tenant.tolist()]
        text = _with_length(family, nets.first, nets.length)
        rows = zip(text, vrf, nets.tenant.tolist(), leaf, strict=True)
        self.prefix_rows += [
            (prefix, table, "hosts" if t < 0 else "tenant", name if t < 0 else plugged.tenants[t], name)
            for prefix, table, t, name in rows
        ]
        gateway = _with_length(family, [first + 1 for first in nets.first], nets.length)
        self._add(leaf, [self._bridge(t) for t in nets.tenant.tolist()], gateway, "gateway", None, vrf)
        of, links = nets.of_port.tolist(), self.network.links
        own = [nets.first[s] + 1 + port for s, port in zip(of, plugged.port.tolist(), strict=True)]
        device = self.network.hosts.name[plugged.host].tolist()
        nic = [f"nic{port}" for port in links.src_port[plugged.row].tolist()]
        address = _with_length(family, own, [nets.length[s] for s in of])
        self._add(device, nic, address, "host", plugged.row, [vrf[s] for s in of])

    def add_pools(self, family: Family) -> None:
        """What may be announced in which table, for filters."""
        sources = (("hosts", family.hosts), ("links", family.links), ("loopback", family.loopback))
        self.pool_rows += [(str(source.prefix), DEFAULT, "pool", role, "") for role, source in sources]
        self.pool_rows += [
            (str(source.prefix), self._vrf(self.plugged.tenants.index(name)), "pool", name, "")
            for name, source in sorted(family.tenants.items())
        ]

    def prefixes(self) -> Prefixes:
        """All prefixes."""
        columns = list(zip(*self.prefix_rows, *self.pool_rows, strict=True))
        return Prefixes(*(texts(column) for column in (columns or [()] * 5)))

    def interfaces(self) -> Interfaces:
        """All interface addresses."""
        joined = {name: texts([value for part in parts for value in part]) for name, parts in self.port_rows.items()}
        link = np.concatenate(self.port_links) if self.port_links else np.zeros(0)
        return Interfaces(**joined, link=ints(link))

    def _add(
        self, device: list[str], port: list[str], address: list[str], role: str, link: IndexColumn | None = None,
        vrf: list[str] | None = None,
    ) -> None:  # fmt: skip
        count = len(device)
        parts = (device, port, address, [DEFAULT] * count if vrf is None else vrf, [role] * count)
        for rows, part in zip(self.port_rows.values(), parts, strict=True):
            rows.append(part)
        self.port_links.append(np.full(count, -1) if link is None else link)

    def _ends(self, rows: IndexColumn) -> tuple[list[str], list[str]]:
        """Devices and ports that the links leave."""
        links = self.network.links
        return self.network.nodes.name[links.src[rows]].tolist(), [f"swp{p}" for p in links.src_port[rows].tolist()]

    def _vrf(self, tenant: int) -> str:
        """Table of a row of `Ports.tenants`."""
        if tenant < 0:
            return DEFAULT
        rows = np.flatnonzero(self.tables.tenant == self.plugged.tenants[tenant])
        return str(self.tables.name[rows[0]]) if len(rows) else DEFAULT

    def _bridge(self, tenant: int) -> str:
        """Interface of a leaf that holds a gateway: ``br-hosts``, or the tenant's bridge named after its VNI."""
        if tenant < 0:
            return "br-hosts"
        rows = np.flatnonzero(self.tables.tenant == self.plugged.tenants[tenant])
        return f"br{self.tables.vni[rows[0]]}" if len(rows) else f"br-t{tenant}"


def _with_length(family: int, addresses: list[int], length: int | list[int]) -> list[str]:
    lengths = [length] * len(addresses) if isinstance(length, int) else length
    return [f"{text}/{n}" for text, n in zip(write_many(family, addresses), lengths, strict=True)]


def _table_of(tables: Vrfs) -> dict[str, str]:
    """Routing table of each tenant that has one."""
    return dict(zip(tables.tenant.tolist(), tables.name.tolist(), strict=True))


def _inside(number: int | None, source: Source) -> int:
    """Offset in the source, or -1 for what is outside."""
    if number is None or not source.prefix.first <= number <= source.prefix.last:
        return -1
    return number - source.prefix.first


def _pair(kept: Kept, family: int, near: tuple[str, str], far: tuple[str, str]) -> int | None:
    """The lower address of a cable that had both its ends in one earlier prefix."""
    low, high = kept.ports.get((family, LINK, *near)), kept.ports.get((family, LINK, *far))
    return low if low is not None and high is not None and high == low + 1 and low % 2 == 0 else None
