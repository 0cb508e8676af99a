"""Groups of ports that are set alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.base.units import LENGTH, RATE, format_short
from easterly.model.network import LinkKind, Network, NodeKind

HOST, STORAGE, WAN = "host", "storage", "wan"


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports by groups, before anything is decided about them.

    Attributes
    ----------
    kind, faces, fabric, device_type : list of str
        Of each group.
    rate_bps, cable_m : (G,) float
    group : (L,) int
        Group of the port that each directed link leaves; -1 outside the fabrics.
    ptr, link : CSR of the links of each group.
    """

    kind: list[str]
    faces: list[str]
    fabric: list[str]
    device_type: list[str]
    rate_bps: FloatColumn
    cable_m: FloatColumn
    group: IntColumn
    ptr: IndexColumn
    link: IntColumn

    def __len__(self) -> int:
        return len(self.kind)

    def is_host(self, row: int) -> bool:
        """Whether the ports are those of hosts."""
        return self.kind[row].endswith("-nic")

    def faces_host(self, row: int) -> bool:
        """Whether hosts are at the other end."""
        return self.faces[row] in (HOST, STORAGE) and not self.is_host(row)

    def names(self) -> Iterator[str]:
        """Names, by what tells groups apart."""
        rows = zip(self.fabric, self.kind, self.faces, self.device_type, self.rate_bps, self.cable_m, strict=True)
        for fabric, kind, faces, model, rate, cable in rows:
            towards = f"-{faces}" if faces == STORAGE else ""
            yield f"{fabric}/{kind}{towards}/{model}/{format_short(rate, RATE)}/{format_short(cable, LENGTH)}"


def ports(network: Network, stores: NDArray[np.integer]) -> Ports:
    """Group the ports of switches and hosts by fabric, kind, other end, model, rate and cable.

    Parameters
    ----------
    network : Network
    stores : (S,) int
        Hosts that hold storage.

    Returns
    -------
    Ports
        In the order of fabric and kind.
    """
    links = network.links
    ours = np.flatnonzero(network.nodes.kind[links.src] != NodeKind.WAN)
    key = _keys(network, stores)[ours]
    unique, first, group = np.unique(key, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    rows = [_describe(network, stores, int(ours[at])) for at in first.tolist()]
    order = sorted(range(len(rows)), key=lambda i: rows[i])
    rank = np.empty(len(unique), dtype=np.int64)
    rank[order] = np.arange(len(unique))
    of_link = np.full(len(links), -1)
    of_link[ours] = rank[group]
    members = ours[np.argsort(rank[group], kind="stable")]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(rank[group], minlength=len(rows)))])
    fabric, kind, faces, model = ([str(rows[i][k]) for i in order] for k in range(4))
    rate, cable = (floats([rows[i][k] for i in order]) for k in (4, 5))
    return Ports(kind, faces, fabric, model, rate, cable, ints(of_link), indices(ptr), ints(members))


def _keys(network: Network, stores: NDArray[np.integer]) -> NDArray[np.int64]:
    """A number for each directed link, the same for links whose ports are set alike."""
    nodes, links = network.nodes, network.links
    end = np.unique(_ends(network, stores), return_inverse=True)[1].reshape(-1)
    place = np.unique(nodes.fabric, return_inverse=True)[1].reshape(-1)
    model = np.unique(_models(network), return_inverse=True)[1].reshape(-1)
    rate, cable = (np.unique(c, return_inverse=True)[1].reshape(-1) for c in (links.capacity_bps, links.length_m))
    way = np.sign(nodes.tier[links.dst] - nodes.tier[links.src]) + 1
    key = np.zeros(len(links), dtype=np.int64)
    for part in (place[links.src], end[links.src], end[links.dst], way, links.kind, model[links.src], rate, cable):
        key = key * (int(part.max(initial=0)) + 1) + part
    return key


def _describe(network: Network, stores: NDArray[np.integer], link: int) -> tuple[str, str, str, str, float, float]:
    """Fabric, kind, other end, model, rate and cable of the port that one link leaves."""
    nodes, links = network.nodes, network.links
    a, b = int(links.src[link]), int(links.dst[link])
    near, far = (_end(network, stores, node) for node in (a, b))
    climb = int(nodes.tier[b]) - int(nodes.tier[a])
    kind = f"{near}-nic" if near in (HOST, STORAGE) else f"{near}-{'up' if climb > 0 else 'down' if climb else 'peer'}"
    if links.kind[link] == LinkKind.WAN:
        kind, far = "wan-edge", WAN
    host = int(network.node_host[a])
    model = str(network.hosts.host_type[host]) if host >= 0 else str(nodes.switch_type[a])
    return str(nodes.fabric[a]), kind, far, model, float(links.capacity_bps[link]), float(links.length_m[link])


def _end(network: Network, stores: NDArray[np.integer], node: int) -> str:
    if network.nodes.kind[node] != NodeKind.NIC:
        return str(network.nodes.role[node])
    return STORAGE if int(network.node_host[node]) in stores else HOST


def _models(network: Network) -> NDArray[np.int64]:
    """A number for the model of each node: those of hosts first."""
    host = np.unique(network.hosts.host_type, return_inverse=True)[1].reshape(-1)
    switch = np.unique(network.nodes.switch_type, return_inverse=True)[1].reshape(-1) + len(network.hosts)
    owner = network.node_host
    return np.where(owner >= 0, host[np.maximum(owner, 0)] if len(host) else 0, switch)


def _ends(network: Network, stores: NDArray[np.integer]) -> NDArray[np.int64]:
    """A number for the role of each node; storage hosts have one of their own."""
    role = np.unique(network.nodes.role, return_inverse=True)[1].reshape(-1)
    is_store = np.isin(network.node_host, stores) & (network.nodes.kind == NodeKind.NIC)
    return np.where(is_store, role.max(initial=0) + 1, role)


def round_trips(network: Network, made: Ports) -> FloatColumn:
    """Longest round trip through the ports of each group: to the top of the fabric and down again, without queues.

    Links and switches of every tier count with their longest delay. Between switches of one tier as many steps are
    taken as there are switches across the widest way (half of a ring of them all). Through the edge of the WAN the
    delay of its link comes on top.
    """
    inside = {fabric: 2 * one_way_s(network, fabric) for fabric in set(made.fabric)}
    found = []
    for row in range(len(made)):
        own = made.link[made.ptr[row] : made.ptr[row + 1]]
        beyond = 2 * float(network.links.delay_s[own].max()) if made.faces[row] == WAN else 0.0
        found.append(inside[made.fabric[row]] + beyond)
    return floats(found)


def one_way_s(network: Network, fabric: str) -> float:
    """Delay of links and switches from a host to the farthest other one of its fabric, by tiers."""
    nodes, links = network.nodes, network.links
    own = (nodes.fabric[links.src] == fabric) & (nodes.fabric[links.dst] == fabric) & (links.kind != LinkKind.WAN)
    low = np.minimum(nodes.tier[links.src], nodes.tier[links.dst])
    high = np.maximum(nodes.tier[links.src], nodes.tier[links.dst])
    switches = (nodes.fabric == fabric) & (nodes.kind == NodeKind.SWITCH) & (nodes.role != "border")
    tiers = [int(t) for t in np.unique(nodes.tier[switches])]
    total = 0.0
    for tier in tiers:
        up = links.delay_s[own & (high == tier) & (low < tier)]
        crossed = 1 if tier == tiers[-1] else 2
        total += 2 * float(up.max(initial=0.0)) + crossed * float(nodes.delay_s[switches & (nodes.tier == tier)].max())
    peers = links.delay_s[own & (high == low)]
    steps = int(switches.sum()) // 2 if len(peers) else 0
    return total + steps * (float(peers.max(initial=0.0)) + float(nodes.delay_s[switches].max(initial=0.0)))
