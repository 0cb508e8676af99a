"""A planned network as what is connected: switches joined by cables, and hosts that hang on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import robust
from easterly.base.columns import BoolColumn, IntColumn, ints
from easterly.model.network import Network


@dataclass(frozen=True, slots=True)
class Structure:
    """Cables between switches, and those between hosts and switches; traffic never passes through a host.

    Attributes
    ----------
    network : Network
    a, b : (F,) int
        Nodes at both ends of each cable between switches.
    fabric_cable : (F,) int
        Its place in `Network.cables`.
    host, node : (A,) int
        Host and node of each cable between them.
    host_cable : (A,) int
        Its place in `Network.cables`.
    """

    network: Network
    a: IntColumn
    b: IntColumn
    fabric_cable: IntColumn
    host: IntColumn
    node: IntColumn
    host_cable: IntColumn

    @property
    def cables(self) -> int:
        """Of both kinds."""
        return len(self.a) + len(self.host)

    @property
    def switches(self) -> IntColumn:
        """Nodes that are switches or routers."""
        return ints(np.flatnonzero(self.network.transit))

    def joined(self, cable_up: BoolColumn | None = None, node_up: BoolColumn | None = None) -> Joined:
        """Who is connected while some cables (C,) and nodes (N,) are up; all of them if absent."""
        nodes = np.ones(len(self.network.nodes), dtype=np.bool_) if node_up is None else node_up
        cables = np.ones(self.cables, dtype=np.bool_) if cable_up is None else cable_up
        alive = cables[self.fabric_cable] & nodes[self.a] & nodes[self.b]
        label = robust.components(len(nodes), self.a, self.b, np.ascontiguousarray(alive))
        there = cables[self.host_cable] & nodes[self.node]
        return _joined(len(self.network.hosts), self.host[there], label[self.node[there]])


@dataclass(frozen=True, slots=True)
class Joined:
    """Hosts by the components that they hang on: two are connected where they have one in common.

    Attributes
    ----------
    kind : (H,) int
        Hosts of one kind hang on the same components.
    meets : (K, K) bool
        Whether two kinds have a component in common; a kind that hangs on none has none with itself.
    largest : int
        Hosts that hang on one component, the one with most of them.
    """

    kind: IntColumn
    meets: NDArray[np.bool_]
    largest: int

    @property
    def cut_off(self) -> int:
        """Hosts that hang on nothing."""
        return int((~np.diagonal(self.meets)[self.kind]).sum())

    def pairs(self, hosts: IntColumn | None = None) -> float:
        """Share of all pairs of hosts, or of some hosts, that are connected; 1 of a single host."""
        kind = self.kind if hosts is None else self.kind[hosts]
        if len(kind) < 2:
            return 1.0
        count = np.bincount(kind, minlength=len(self.meets)).astype(np.float64)
        together = float((count[:, None] * self.meets * count[None, :]).sum())
        alone = float(count[np.diagonal(self.meets)].sum())
        return (together - alone) / (len(kind) * (len(kind) - 1))


def structure_of(network: Network) -> Structure:
    """The structure of a network.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Structure
    """
    rows = network.cables
    src, dst = network.links.src[rows], network.links.dst[rows]
    inner = network.transit[src] & network.transit[dst]
    outer = np.flatnonzero(~inner)
    low = network.transit[dst[outer]]  # the source is the interface
    nic, node = np.where(low, src[outer], dst[outer]), np.where(low, dst[outer], src[outer])
    keep = (network.node_host[nic] >= 0) & network.transit[node]
    return Structure(
        network, ints(src[inner]), ints(dst[inner]), ints(np.flatnonzero(inner)), ints(network.node_host[nic][keep]),
        ints(node[keep]), ints(outer[keep]),
    )  # fmt: skip


def _joined(hosts: int, host: IntColumn, label: IntColumn) -> Joined:
    """Kinds of hosts from the component of every cable that is left."""
    on = np.unique(host.astype(np.int64) << 32 | label)
    host, label = ints(on >> 32), ints(on & 0xFFFFFFFF)
    names, place = np.unique(label, return_inverse=True)
    most = np.bincount(host, minlength=hosts).max(initial=0)
    table = np.full((hosts, int(most)), -1, dtype=np.int64)
    first = np.searchsorted(host, np.arange(hosts))
    table[host, np.arange(len(host)) - first[host]] = place
    kinds, kind = _distinct(table)
    hangs = np.zeros((len(kinds), len(names)), dtype=np.float32)
    rows, columns = np.nonzero(kinds >= 0)
    hangs[rows, kinds[rows, columns]] = 1
    return Joined(ints(kind), hangs @ hangs.T > 0, int(np.bincount(place, minlength=1).max(initial=0)))


def _distinct(table: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Distinct rows, and which one each row is."""
    if table.shape[1] == 0:
        return table[:1], np.zeros(len(table), dtype=np.intp)
    _, first, which = np.unique(np.ascontiguousarray(table).view(f"V{8 * table.shape[1]}").ravel(),
                                return_index=True, return_inverse=True)  # fmt: skip
    return table[first], which.ravel()
