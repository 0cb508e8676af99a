"""The network: nodes, directed links, hosts. Columnar, immutable, index-linked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Annotated

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn, bools
from easterly.base.schema import Doc, Unit


class NodeKind(IntEnum):
    """What a node of the graph is."""

    SWITCH = 0
    NIC = 1
    WAN = 2


class LinkKind(IntEnum):
    """What a link joins."""

    HOST = 0
    FABRIC = 1
    WAN = 2


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes of the graph: switches, network interfaces of hosts, and WAN routers.

    An interface (NIC) is a node of its own, so that traffic enters the fabric on the rail that it
    belongs to and never passes through a host. Columns that do not apply hold -1 or "".
    """

    name: Annotated[TextColumn, Doc("Unique name: a switch's, or ``host:nic3``.")]
    device: Annotated[TextColumn, Doc("Device it belongs to: itself for a switch, the host for an interface.")]
    kind: Annotated[IntColumn, Doc("A `NodeKind`.")]
    role: Annotated[TextColumn, Doc("leaf, spine, super-spine, core, border, nic or wan.")]
    tier: Annotated[IntColumn, Doc("0 for interfaces, 1 for leaves, and so on upwards.")]
    fabric: Annotated[TextColumn, Doc("Fabric.")]
    switch_type: Annotated[TextColumn, Doc("Hardware model.")]
    ports: Annotated[IntColumn, Unit("1"), Doc("Radix of the device.")]
    pod: Annotated[IntColumn, Doc("Pod.")]
    su: Annotated[IntColumn, Doc("Scalable unit: hosts that share a set of leaves.")]
    rail_group: Annotated[IntColumn, Doc("Rail that a leaf or an interface serves.")]
    plane: Annotated[IntColumn, Doc("Plane.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("Forwarding delay.")]

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Links:
    """Directed links. The two directions of a cable are two rows that name each other in `reverse`."""

    src: Annotated[IntColumn, Doc("Index of the sending node.")]
    dst: Annotated[IntColumn, Doc("Index of the receiving node.")]
    src_port: Annotated[IntColumn, Doc("Port on the sending device: from 1 on switches, from 0 on hosts.")]
    dst_port: Annotated[IntColumn, Doc("Port on the receiving device.")]
    kind: Annotated[IntColumn, Doc("A `LinkKind`.")]
    capacity_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Capacity.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("Propagation delay.")]
    length_m: Annotated[FloatColumn, Unit("m"), Doc("Length of the cable.")]
    cost: Annotated[FloatColumn, Unit("1"), Doc("Routing cost.")]
    reverse: Annotated[IntColumn, Doc("Row of the other direction; -1 if there is none.")]
    srlg_ptr: Annotated[IndexColumn, Doc("CSR pointer into `srlg_idx`, one more entry than rows.")]
    srlg_idx: Annotated[IntColumn, Doc("Indices into `Network.srlgs`.")]

    def __len__(self) -> int:
        return len(self.src)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Hosts and their network interfaces."""

    name: Annotated[TextColumn, Doc("Unique name.")]
    fabric: Annotated[TextColumn, Doc("Fabric.")]
    host_type: Annotated[TextColumn, Doc("Hardware model.")]
    gpus: Annotated[IntColumn, Unit("1"), Doc("GPUs.")]
    scaleup_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Rate per GPU and direction inside the host.")]
    nic_ptr: Annotated[IndexColumn, Doc("CSR pointer into `nic_node`.")]
    nic_node: Annotated[IntColumn, Doc("Node indices of the interfaces, by interface number.")]

    def __len__(self) -> int:
        return len(self.name)

    def nics(self, host: int) -> IntColumn:
        """Node indices of the interfaces of one host."""
        return self.nic_node[self.nic_ptr[host] : self.nic_ptr[host + 1]]

    def nearest(self, host: int, first: int, count: int) -> tuple[int, ...]:
        """Numbers of the interfaces that some GPUs of a host use.

        GPU l uses interface ``l * nics // gpus``, and those up to its neighbour's where there are more.

        Parameters
        ----------
        host : int
        first, count : int
            Number of the first GPU, and how many there are.
        """
        nics, gpus = len(self.nics(host)), max(1, int(self.gpus[host]))
        lanes = range(min(nics, max(1, nics // gpus)))
        return tuple(sorted({gpu * nics // gpus + lane for gpu in range(first, first + count) for lane in lanes}))


FAMILIES = {"clos": 0, "torus": 1, "dragonfly": 2}
"""Families of structures, as `easterly._kernel.fabric` numbers them."""
ROUTINGS = {"ecmp": 0, "dimension-order": 1, "minimal": 2, "valiant": 3}
"""Their routings, the same."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What a fabric is built as: enough to compute next hops from coordinates, without search or tables.

    A claim and no promise: whoever uses it compares it with the links first.
    """

    fabric: Annotated[str, Doc("Fabric.")]
    family: Annotated[str, Doc("clos, torus or dragonfly; a ring is a torus of one dimension.")]
    numbers: Annotated[IntColumn, Unit("1"), Doc("Its numbers, as `easterly._kernel.fabric` reads them.")]
    first_node: Annotated[int, Doc("Node of its first switch; the others follow.")]
    first_link: Annotated[int, Doc("Row of its first link between switches; the others follow.")]
    routing: Annotated[
        str, Doc("Paths that its switches take: ecmp (all shortest), minimal, dimension-order or valiant.")
    ] = "ecmp"


@dataclass(frozen=True)
class Network:
    """Nodes, directed links and hosts of all fabrics and of the WAN between them."""

    name: Annotated[str, Doc("Name.")]
    nodes: Annotated[Nodes, Doc("Nodes.")]
    links: Annotated[Links, Doc("Directed links.")]
    hosts: Annotated[Hosts, Doc("Hosts.")]
    srlgs: Annotated[tuple[str, ...], Doc("Names of the shared-risk groups.")] = ()
    origins: Annotated[dict[str, str], Doc("Path in the site file by fabric name.")] = None  # type: ignore[assignment]
    structures: Annotated[tuple[Structure, ...], Doc("What its fabrics are built as, where that is known.")] = ()

    @cached_property
    def transit(self) -> BoolColumn:
        """(N,) True where traffic may pass through: everywhere but interfaces."""
        return bools(self.nodes.kind != NodeKind.NIC)

    @cached_property
    def ending(self) -> BoolColumn:
        """(N,) True at switches that nothing passes through: leaves whose cables to other switches all lead upwards."""
        nodes, links = self.nodes, self.links
        found = np.asarray(nodes.role == "leaf")
        between = links.kind != LinkKind.HOST
        found[links.src[between & (nodes.tier[links.dst] <= nodes.tier[links.src])]] = False
        found[links.src[between & (nodes.kind[links.dst] == NodeKind.WAN)]] = False
        return bools(found)

    @cached_property
    def index(self) -> dict[str, int]:
        """Node index by node name."""
        return {name: i for i, name in enumerate(self.nodes.name.tolist())}

    @cached_property
    def node_host(self) -> IntColumn:
        """(N,) index of the host of each interface; -1 for other nodes."""
        owner = np.full(len(self.nodes), -1, dtype=np.int32)
        counts = np.diff(self.hosts.nic_ptr)
        owner[self.hosts.nic_node] = np.repeat(np.arange(len(self.hosts), dtype=np.int32), counts)
        return owner

    @cached_property
    def cables(self) -> IntColumn:
        """Rows that stand for one cable each: the lower-numbered of its two directions."""
        rows = np.arange(len(self.links), dtype=np.int32)
        return rows[(self.links.reverse < 0) | (self.links.reverse > rows)]

    @cached_property
    def link_ids(self) -> TextColumn:
        """(L,) ``<device>:<port>><device>:<port>`` of each directed link."""
        out = self._ends(self.links.src, self.links.src_port)
        into = self._ends(self.links.dst, self.links.dst_port)
        return np.array([f"{a}>{b}" for a, b in zip(out, into, strict=True)], dtype=np.str_)

    def _ends(self, nodes: IntColumn, ports: IntColumn) -> list[str]:
        device, nic = self.nodes.device[nodes].tolist(), (self.nodes.kind[nodes] == NodeKind.NIC).tolist()
        rows = zip(device, nic, ports.tolist(), strict=True)
        return [f"{name}:{'nic' if is_nic else 'swp'}{port}" for name, is_nic, port in rows]

    def __repr__(self) -> str:
        return f"<Network {self.name}: {len(self.hosts)} hosts, {len(self.nodes)} nodes, {len(self.links)} links>"


def only_links(network: Network, near: IntColumn, far: IntColumn) -> tuple[IntColumn, IntColumn]:
    """The one link of each interface in a direction, and its other end; -1 for what has none or several.

    Parameters
    ----------
    network : Network
    near, far : (L,) int
        The end of each link that is looked from, and the other one: `links.src` and `links.dst`, or the reverse.

    Returns
    -------
    link, other : (N,) int
    """
    size = len(network.nodes)
    link, other = np.full(size, -1, dtype=np.int32), np.full(size, -1, dtype=np.int32)
    single = ~network.transit & (np.bincount(near, minlength=size) == 1)
    rows = np.flatnonzero(single[near])
    link[near[rows]], other[near[rows]] = rows, far[rows]
    return link, other
