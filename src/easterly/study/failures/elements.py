"""What can fail: interfaces, cables and their optics, hosts, switches, planes, shared risks and named domains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from easterly.base.columns import IntColumn, ints
from easterly.model.catalog.cables import medium
from easterly.model.catalog.reliability import YEAR_h, habit
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.spec.reliability import Domain
from easterly.model.spec.site import Site

LIGHT_m_per_s = 2e8
"""In glass: what tells the length of a WAN link from its delay."""


@dataclass(frozen=True, slots=True)
class Element:
    """One part that can fail, or several that take the same links down, such as both optics of a cable.

    Attributes
    ----------
    kind : str
        A role for switches; nic, cable, optic, host, plane, wan, srlg; what a domain shares.
    down : (K,) int
        Links that are down then, ascending.
    count : int
        Parts.
    per_year : float [1/year]
        Failures of each.
    repair_s : float [s]
    """

    kind: str
    name: str
    down: IntColumn
    count: int
    per_year: float
    repair_s: float

    @property
    def away(self) -> float:
        """Share of time for which one of the parts is away, where that is little."""
        return self.count * self.per_year * self.repair_s / 3600 / YEAR_h


def elements(site: Site, network: Network) -> tuple[Element, ...]:
    """Every part of a site that can fail alone.

    Parameters
    ----------
    site : Site
        Its `reliability` goes before the catalog.
    network : Network

    Returns
    -------
    tuple of Element
        Domains first, optics last; those that have no link are left out.
    """
    touching = _touching(network)
    made = (
        *_domains(site, network, touching), *_planes(site, network, touching), *_srlgs(site, network),
        *_switches(site, network, touching), *_hosts(site, network, touching), *_nics(site, network, touching),
        *_cables(site, network),
    )  # fmt: skip
    return tuple(element for element in made if len(element.down))


def members(network: Network, domain: Domain) -> list[str]:
    """Devices of a domain, in the order of the network."""
    devices = dict.fromkeys(network.nodes.device.tolist())
    return [name for name in devices if any(fnmatchcase(name, pattern) for pattern in domain.members)]


def _touching(network: Network) -> list[IntColumn]:
    """Links at each node, in both directions."""
    ends = np.concatenate([network.links.src, network.links.dst])
    rows = np.tile(np.arange(len(network.links), dtype=np.int32), 2)
    order = np.lexsort((rows, ends))
    bounds = np.searchsorted(ends[order], np.arange(1, len(network.nodes)))
    return [ints(part) for part in np.split(rows[order], bounds)]


def _together(touching: list[IntColumn], nodes: list[int]) -> IntColumn:
    return ints(np.unique(np.concatenate([np.empty(0, dtype=np.int32), *(touching[node] for node in nodes)])))


def _domains(site: Site, network: Network, touching: list[IntColumn]) -> Iterator[Element]:
    for name, domain in sorted(site.reliability.domains.items()):
        nodes = np.flatnonzero(np.isin(network.nodes.device, members(network, domain))).tolist()
        yield Element(domain.kind, name, _together(touching, nodes), 1, domain.per_year, domain.repair)


def _planes(site: Site, network: Network, touching: list[IntColumn]) -> Iterator[Element]:
    nodes, how = network.nodes, habit("plane", site.reliability)
    switch = (nodes.kind == NodeKind.SWITCH) & (nodes.plane >= 0)
    found = sorted(set(zip(nodes.fabric[switch].tolist(), nodes.plane[switch].tolist(), strict=True)))
    several = {fabric for fabric, plane in found if plane > 0}
    for fabric, plane in found:
        if fabric in several:
            rows = np.flatnonzero(switch & (nodes.fabric == fabric) & (nodes.plane == plane)).tolist()
            yield Element("plane", f"{fabric} plane {plane}", _together(touching, rows), 1, how.per_year, how.repair_s)


def _switches(site: Site, network: Network, touching: list[IntColumn]) -> Iterator[Element]:
    nodes = network.nodes
    for node in np.flatnonzero(nodes.kind == NodeKind.SWITCH).tolist():
        role = str(nodes.role[node])
        how = habit(role, site.reliability)
        yield Element(role, str(nodes.name[node]), touching[node], 1, how.per_year, how.repair_s)


def _hosts(site: Site, network: Network, touching: list[IntColumn]) -> Iterator[Element]:
    how = habit("host", site.reliability)
    for host, name in enumerate(network.hosts.name.tolist()):
        rows = _together(touching, network.hosts.nics(host).tolist())
        yield Element("host", name, rows, 1, how.per_year, how.repair_s)


def _nics(site: Site, network: Network, touching: list[IntColumn]) -> Iterator[Element]:
    how = habit("nic", site.reliability)
    for node in network.hosts.nic_node.tolist():
        yield Element("nic", str(network.nodes.name[node]), touching[node], 1, how.per_year, how.repair_s)


def _cables(site: Site, network: Network) -> Iterator[Element]:
    links, own = network.links, site.reliability
    copper, optic, fibre = habit("cable", own), habit("optic", own), habit("fibre", own)
    table = zip(network.cables.tolist(), _names(network), strict=True)
    for row, name in table:
        back = int(links.reverse[row])
        down = ints([row] if back < 0 else sorted([row, back]))
        if links.kind[row] == LinkKind.WAN:
            km = float(links.delay_s[row]) * LIGHT_m_per_s / 1e3
            yield Element("wan", name, down, 1, fibre.per_year * km / 1e3, fibre.repair_s)
            continue
        yield Element("cable", name, down, 1, copper.per_year, copper.repair_s)
        used = medium(float(links.capacity_bps[row]), float(links.length_m[row]))
        if used.optics:
            yield Element("optic", f"optics of {name}", down, used.optics, optic.per_year, optic.repair_s)


def _srlgs(site: Site, network: Network) -> Iterator[Element]:
    """Shared risks are as long as their shortest link at most."""
    links, how = network.links, habit("fibre", site.reliability)
    member = np.repeat(np.arange(len(links)), np.diff(links.srlg_ptr))
    for group, name in enumerate(network.srlgs):
        rows = member[links.srlg_idx == group]
        if len(rows):
            back = links.reverse[rows]
            km = float(links.delay_s[rows].min()) * LIGHT_m_per_s / 1e3
            down = ints(np.unique(np.concatenate([rows, back[back >= 0]])))
            yield Element("srlg", name, down, 1, how.per_year * km / 1e3, how.repair_s)


def _names(network: Network) -> list[str]:
    return [str(name) for name in network.link_ids[network.cables]]
