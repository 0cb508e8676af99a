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
    texts = _labels(network, stores)
    ours = np.flatnonzero(network.nodes.kind[links.src] != NodeKind.WAN)
    columns = [np.unique(column[ours], return_inverse=True) for column in (*texts, links.capacity_bps, links.length_m)]
    codes = np.column_stack([codes for _, codes in columns]) if len(ours) else np.empty((0, 6), dtype=np.int64)
    rows, group = np.unique(codes, axis=0, return_inverse=True)
    fabric, kind, faces, model, rate, cable = (
        values[rows[:, i]].tolist() for i, (values, _) in enumerate(columns)
    )  # fmt: skip
    of_link = np.full(len(links), -1)
    of_link[ours] = group.reshape(-1)
    order = ours[np.argsort(group.reshape(-1), kind="stable")]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(group.reshape(-1), minlength=len(rows)))])
    return Ports(kind, faces, fabric, model, floats(rate), floats(cable), ints(of_link), indices(ptr), ints(order))


def _labels(network: Network, stores: NDArray[np.integer]) -> tuple[NDArray[np.str_], ...]:
    """Fabric, kind, other end and model of the port that each directed link leaves."""
    nodes, links = network.nodes, network.links
    near, far = _ends(network, stores)[links.src], _ends(network, stores)[links.dst]
    tier = nodes.tier[links.dst] - nodes.tier[links.src]
    way = np.select([tier > 0, tier < 0], ["-up", "-down"], "-peer")
    kind = np.char.add(near, way)
    kind[np.isin(near, (HOST, STORAGE))] = np.char.add(near[np.isin(near, (HOST, STORAGE))], "-nic")
    kind[links.kind == LinkKind.WAN] = "wan-edge"
    faces = np.where(links.kind == LinkKind.WAN, WAN, far)
    models = np.where(nodes.kind == NodeKind.NIC, _host_types(network), nodes.switch_type)
    return nodes.fabric[links.src], kind, faces, models[links.src]


def _ends(network: Network, stores: NDArray[np.integer]) -> NDArray[np.str_]:
    """Role of each node: host or storage of an interface."""
    is_store = np.isin(network.node_host, stores) & (network.nodes.kind == NodeKind.NIC)
    inner = np.where(network.nodes.kind == NodeKind.NIC, HOST, network.nodes.role)
    return np.where(is_store, STORAGE, inner).astype("<U32")


def _host_types(network: Network) -> NDArray[np.str_]:
    if not len(network.hosts):
        return np.full(len(network.nodes), "")
    return network.hosts.host_type[np.maximum(network.node_host, 0)]


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
