"""Where flows start and end: what a name of the site file stands for, as nodes of the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.demand.layout import Traffic, busiest_s
from easterly.demand.pairs import pairs, staircase
from easterly.model.network import Network, NodeKind
from easterly.model.spec.site import Site

Nodes = NDArray[np.integer]
Piece = tuple[Nodes, Nodes, NDArray[np.float64]]
"""Senders, receivers, amounts."""

MOST_FLOWS = 8192
"""Flows of one exchange above which not every host is paired with every other."""


def known(site: Site) -> set[str]:
    """Names that can be an end: jobs, services, traffic, fabrics, WAN sites."""
    return {*site.jobs, *site.services, *site.traffic, *site.fabrics, *site.wan.sites}


def nodes_of(network: Network, hosts: Mapping[str, IntColumn], name: str) -> IntColumn:
    """Nodes that a name stands for, ascending by host and interface.

    Parameters
    ----------
    network : Network
    hosts : mapping of str to (H,) int
        Hosts of every work that has some.
    name : str
        A work: the interfaces of its hosts. A fabric: those of all its hosts. A WAN site: its router.

    Returns
    -------
    (N,) int
        Node indices; empty where the name stands for nothing.
    """
    if name in hosts:
        return interfaces(network, hosts[name])
    own = np.flatnonzero(network.hosts.fabric == name)
    if len(own):
        return interfaces(network, own)
    return ints(np.flatnonzero((network.nodes.kind == NodeKind.WAN) & (network.nodes.name == name)))


def interfaces(network: Network, rows: Nodes) -> IntColumn:
    """Interfaces of some hosts, by host in the order given, then by number."""
    ptr = network.hosts.nic_ptr
    runs = [network.hosts.nic_node[ptr[row] : ptr[row + 1]] for row in np.asarray(rows).tolist()]
    return ints(np.concatenate([np.empty(0, dtype=np.int32), *runs]))


@dataclass(frozen=True)
class Ends:
    """Everything that can send and receive: what names stand for, and who runs on which hosts.

    Attributes
    ----------
    site : Site
    network : Network
    hosts : mapping of str to (H,) int
        Hosts in rank order, by work.
    """

    site: Site
    network: Network
    hosts: Mapping[str, IntColumn]

    @cached_property
    def rate_bps(self) -> FloatColumn:
        """(N,) rate of each node's links outwards."""
        links = self.network.links
        return floats(np.bincount(links.src, links.capacity_bps, minlength=len(self.network.nodes)))

    def nodes(self, name: str) -> IntColumn:
        """Nodes that a name stands for; see `nodes_of`."""
        return nodes_of(self.network, self.hosts, name)

    def own(self, name: str, first: int = 0, count: int | None = None) -> IntColumn:
        """Interfaces of a work's hosts, or of `count` of them from `first` on."""
        rows = self.hosts.get(name, ints([]))
        return interfaces(self.network, rows[first : None if count is None else first + count])

    def places(self, name: str) -> set[str]:
        """Fabrics of the hosts that a name stands for, or the WAN site itself."""
        rows = self.hosts.get(name)
        return {name} if rows is None else {str(fabric) for fabric in np.unique(self.network.hosts.fabric[rows])}

    def machines(self, nodes: Nodes) -> int:
        """How many different devices some nodes belong to."""
        return len(np.unique(self._owner[nodes]))

    def total_bps(self, nodes: Nodes) -> float:
        """Rate of some nodes together."""
        return float(np.cumsum(np.append(0.0, self.rate_bps[nodes]))[-1])

    def evenly(self, src: Nodes, dst: Nodes, amount: float) -> Piece:
        """Every sender to every receiver, each with an equal part of the whole.

        Interfaces of equal rank in their hosts meet, so that traffic stays on its rail. Where that would be more than
        `MOST_FLOWS` flows, each host sends to some hosts all over the other side; the parts stay equal.
        """
        a, b = self._by_host(src), self._by_host(dst)
        if not a.size or not b.size:
            return a[:0].ravel(), b[:0].ravel(), np.zeros(0)
        lane = staircase(a.shape[1], b.shape[1])
        host = pairs(len(a), len(b), max(1, MOST_FLOWS // len(lane[0])))
        part = (host[2][:, None] * lane[2]).ravel() * amount
        return a[host[0][:, None], lane[0]].ravel(), b[host[1][:, None], lane[1]].ravel(), part

    def among(self, nodes: Nodes, amount: float) -> Piece:
        """Every host to every other of the same set, each with an equal part of the whole."""
        src, dst, part = self.evenly(nodes, nodes, 1.0)
        apart = self._owner[src] != self._owner[dst]
        total = float(np.cumsum(np.append(0.0, part[apart]))[-1])
        return src[apart], dst[apart], part[apart] * (amount / total if total else 0.0)

    def traffic(self, pieces: Iterable[Piece]) -> Traffic:
        """One traffic of several pieces: equal pairs are added up, what stays in a host is left out."""
        columns = [*pieces, (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
        src, dst, amount = (np.concatenate([np.asarray(c[i]) for c in columns]) for i in range(3))
        count = len(self.network.nodes)
        keep = (self._owner[src] != self._owner[dst]) & (amount > 0)
        keys, row = np.unique(src[keep].astype(np.int64) * count + dst[keep], return_inverse=True)
        total = floats(np.bincount(row, amount[keep], minlength=len(keys)))
        a, b = keys // count, keys % count
        return Traffic(ints(a), ints(b), floats(total), busiest_s(ints(a), ints(b), total, self.rate_bps), 0.0)

    def _by_host(self, nodes: Nodes) -> NDArray[np.int64]:
        """(hosts, interfaces of one); one row per interface where hosts have unequally many."""
        array = np.asarray(nodes, dtype=np.int64)
        starts = np.flatnonzero(np.r_[True, np.diff(self._owner[array]) != 0]) if len(array) else array
        sizes = np.diff(np.append(starts, len(array)))
        if len(np.unique(sizes)) != 1:
            return array[:, None]
        return array.reshape(len(starts), -1)

    @cached_property
    def _owner(self) -> NDArray[np.int64]:
        """(N,) number of the device that each node belongs to."""
        host = self.network.node_host.astype(np.int64)
        return np.where(host >= 0, host, len(self.network.hosts) + np.arange(len(host)))
