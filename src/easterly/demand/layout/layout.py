"""Where the GPUs of a work sit, and which interfaces they use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, floats, ints
from easterly.demand.layout.order import order
from easterly.demand.layout.standby import Standby
from easterly.demand.layout.traffic import Bytes, Ranks, Traffic, busiest_s
from easterly.model.network import Network


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the GPUs of a work sit.

    GPU l of a host uses interface ``l * nics // gpus``, and those up to its neighbour's if there are more.

    Attributes
    ----------
    gpus, nics : int
        Per host; of the smallest host where they differ.
    nic_node : (H, nics) int
        Nodes of the interfaces of each host of the work.
    nic_bps : (N,) float [bit/s]
        Rate of each node's links outwards, of those that are up.
    scaleup_bps : float [bit/s]
        Rate of a GPU inside its host.
    railed : bool
        Interfaces are sorted into rails or planes, so that traffic leaves its host on the interface whose
        number it arrives on (NCCL's PXN), after a hop through the scale-up domain where need be.
    place : (H,) int
        Place of each host in the order in which rings visit them, see `order`.
    standby : Standby or None
        Which interfaces are down, and what is used instead; None if none is.
    """

    gpus: int
    nics: int
    nic_node: IntColumn
    nic_bps: FloatColumn
    scaleup_bps: float
    railed: bool
    place: IntColumn
    standby: Standby | None = None

    @staticmethod
    def of(network: Network, hosts: IntColumn, alive: BoolColumn | None = None) -> Layout:
        """Layout of a work on its hosts.

        Parameters
        ----------
        network : Network
        hosts : (H,) int
            Host rows, in rank order.
        alive : (L,) bool, optional
            Links that are up; all if absent. An interface without any is not used: the others of its host carry its
            share. A host without any interface keeps all of its own: find it another one first (`reform`).
        """
        table, rows = network.hosts, np.asarray(hosts, dtype=np.int64)
        nics = int(np.diff(table.nic_ptr)[rows].min())
        nic_node = ints(table.nic_node[table.nic_ptr[rows][:, None] + np.arange(nics)])
        up_bps = network.links.capacity_bps if alive is None else network.links.capacity_bps * alive
        groups = (network.nodes.rail_group[nic_node].max(), network.nodes.plane[nic_node].max())
        return Layout(
            gpus=int(table.gpus[rows].min()),
            nics=nics,
            nic_node=nic_node,
            nic_bps=floats(np.bincount(network.links.src, up_bps, minlength=len(network.nodes))),
            scaleup_bps=float(table.scaleup_bps[rows].min()),
            railed=bool(max(groups) >= 0),
            place=ints(np.argsort(order(network, hosts))),
            standby=None if alive is None else Standby.of(network, nic_node, alive),
        )

    @property
    def lanes(self) -> int:
        """Interfaces that each GPU uses."""
        return max(1, self.nics // self.gpus)

    def host(self, ranks: Ranks) -> Ranks:
        """Row of the host of each rank, among the hosts of the work."""
        return ranks // self.gpus

    def interfaces(self, ranks: Ranks) -> IntColumn:
        """Interfaces of the hosts of some ranks, each once, by host and number."""
        return ints(self.nic_node[np.unique(self.host(ranks))].ravel())

    def own(self, ranks: Ranks) -> Ranks:
        """(E, lanes) numbers of the interfaces of each rank."""
        return (ranks % self.gpus * self.nics // self.gpus)[:, None] + np.arange(self.lanes)

    def traffic(self, src: Ranks, dst: Ranks, amount: Bytes) -> Traffic:
        """Flows between interfaces for what ranks send to ranks.

        Parameters
        ----------
        src, dst : (E,) int
            Ranks. What stays in a host is counted as scale-up bytes of the sender.
        amount : (E,) float
            Bytes (or bit/s) per edge.
        """
        return self.wired(src, dst, self.own(src), self.own(dst), amount)

    def wired(
        self, src: Ranks, dst: Ranks, out: Ranks, into: Ranks, amount: Bytes, crossing: NDArray[np.bool_] | None = None
    ) -> Traffic:
        """Flows between interfaces where senders and receivers name those that they would like to use.

        Parameters
        ----------
        src, dst : (E,) int
            Ranks.
        out, into : (E, W) int
            Numbers of interfaces; each carries an equal share.
        amount : (E,) float
            Bytes (or bit/s) per edge.
        crossing : (E,) bool, optional
            Edges that keep to the interfaces named, though rails differ; none if absent.
        """
        inside = self.host(src) == self.host(dst)
        a, b, sent = src[~inside], dst[~inside], amount[~inside]
        kept = None if crossing is None else crossing[~inside]
        out, into = self._settled(a, b, out[~inside], into[~inside], kept)
        relay, relayed = self._relayed(a, b, out, into, sent)
        handed = np.bincount(np.append(src[inside], relay), np.append(amount[inside], relayed), minlength=1)
        pairs = self._pairs(self.host(a), self.host(b), out, into, sent)
        return Traffic(*pairs, busiest_s=busiest_s(*pairs, self.nic_bps), scaleup_B=float(handed.max()))

    def ends(
        self, src: Ranks, dst: Ranks, out: Ranks, into: Ranks, crossing: NDArray[np.bool_] | None = None
    ) -> tuple[Ranks, Ranks]:
        """(E, W) nodes of the interfaces that ranks of different hosts send and receive by in the end; see `wired`."""
        out, into = self._settled(src, dst, out, into, crossing)
        a, b = self.host(src)[:, None], self.host(dst)[:, None]
        return self.nic_node[a, out].astype(np.int64), self.nic_node[b, into].astype(np.int64)

    def scaleup_s(self, size_B: float) -> float:
        """Time to send within the scale-up domain; 0 where nobody said how fast it is."""
        return size_B * 8 / self.scaleup_bps if self.scaleup_bps > 0 else 0.0

    def _settled(
        self, src: Ranks, dst: Ranks, out: Ranks, into: Ranks, crossing: NDArray[np.bool_] | None = None
    ) -> tuple[Ranks, Ranks]:
        """Interfaces that are used in the end: on rails the number that traffic arrives on, and none that is down."""
        if self.standby is None:
            return (into if self.railed else out), into
        railed = np.array([self.railed]) if crossing is None else self.railed & ~crossing
        return self.standby.settle(self.host(src), self.host(dst), out, into, railed)

    def _relayed(self, src: Ranks, dst: Ranks, out: Ranks, into: Ranks, amount: Bytes) -> tuple[Ranks, Bytes]:
        """Ranks that pass bytes on inside their host, and how many, as traffic uses an interface of another GPU.

        The sender hands them to the GPU beside the interface that they leave by; the GPU beside the one that they
        arrive on hands them to the receiver.
        """
        away = self._foreign(src, out)
        handed = amount * away.mean(axis=1)
        if self.standby is None:
            return src, handed
        astray = self._foreign(dst, into)
        beside = np.searchsorted(self.own(np.arange(self.gpus))[:, 0], into, side="right") - 1
        relay = self.host(dst)[:, None] * self.gpus + beside
        share = np.repeat(amount / into.shape[1], into.shape[1]).reshape(into.shape)
        return np.concatenate([src, relay[astray]]), np.concatenate([handed, share[astray]])

    def _foreign(self, ranks: Ranks, nics: Ranks) -> NDArray[np.bool_]:
        """(E, W) True where an interface is not one of the rank's own."""
        first = self.own(ranks)[:, :1]
        foreign: NDArray[np.bool_] = (nics < first) | (nics >= first + self.lanes)
        return foreign

    def _pairs(
        self, src: Ranks, dst: Ranks, out: Ranks, into: Ranks, amount: Bytes
    ) -> tuple[IntColumn, IntColumn, FloatColumn]:
        """Flows between interfaces, summed by pair."""
        a = self.nic_node[src[:, None], out].ravel().astype(np.int64)
        b = self.nic_node[dst[:, None], into].ravel()
        keys, inverse = np.unique(a * len(self.nic_bps) + b, return_inverse=True)
        width = out.shape[1]
        total = np.bincount(inverse, np.repeat(amount / width, width), minlength=len(keys))
        return ints(keys // len(self.nic_bps)), ints(keys % len(self.nic_bps)), floats(total)
