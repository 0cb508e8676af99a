"""Ranks on hosts, and what they send to each other as flows between interfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, ints
from easterly.model.network import Network

Ranks = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one occurrence of a phase puts on the wire and into the scale-up domain.

    Attributes
    ----------
    src, dst : (F,) int
        Nodes of the sending and the receiving interface; each pair appears once, in order.
    amount : (F,) float
        Bytes, or bit/s for services.
    busiest_s : float [s]
        Least time in which the busiest interface can send or receive its share, if amounts are bytes.
    scaleup_B : float [B]
        What the busiest GPU sends inside its host, relays between rails included.
    """

    src: IntColumn
    dst: IntColumn
    amount: FloatColumn
    busiest_s: float
    scaleup_B: float


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
        Rate of each node's links outwards.
    scaleup_bps : float [bit/s]
        Rate of a GPU inside its host.
    railed : bool
        Interfaces are sorted into rails or planes, so that traffic leaves its host on the interface whose
        number it arrives on (NCCL's PXN), after a hop through the scale-up domain where need be.
    """

    gpus: int
    nics: int
    nic_node: IntColumn
    nic_bps: FloatColumn
    scaleup_bps: float
    railed: bool

    @staticmethod
    def of(network: Network, hosts: IntColumn) -> Layout:
        """Layout of a work on its hosts, in rank order."""
        table, rows = network.hosts, np.asarray(hosts, dtype=np.int64)
        nics = int(np.diff(table.nic_ptr)[rows].min())
        nic_node = table.nic_node[table.nic_ptr[rows][:, None] + np.arange(nics)]
        rate_bps = np.bincount(network.links.src, network.links.capacity_bps, minlength=len(network.nodes))
        groups = (network.nodes.rail_group[nic_node].max(), network.nodes.plane[nic_node].max())
        return Layout(
            gpus=int(table.gpus[rows].min()),
            nics=nics,
            nic_node=ints(nic_node),
            nic_bps=floats(rate_bps),
            scaleup_bps=float(table.scaleup_bps[rows].min()),
            railed=bool(max(groups) >= 0),
        )

    def host(self, ranks: Ranks) -> Ranks:
        """Row of the host of each rank, among the hosts of the work."""
        return ranks // self.gpus

    def traffic(self, src: Ranks, dst: Ranks, amount: NDArray[np.float64]) -> Traffic:
        """Flows between interfaces for what ranks send to ranks.

        Parameters
        ----------
        src, dst : (E,) int
            Ranks. What stays in a host is counted as scale-up bytes of the sender.
        amount : (E,) float
            Bytes (or bit/s) per edge.
        """
        inside = self.host(src) == self.host(dst)
        relayed = ~inside & self._changes_rail(src, dst)
        sent = np.bincount(src, amount * (inside | relayed), minlength=1)
        pairs = self._pairs(src[~inside], dst[~inside], amount[~inside])
        return Traffic(*pairs, busiest_s=self._busiest_s(*pairs), scaleup_B=float(sent.max()))

    def scaleup_s(self, size_B: float) -> float:
        """Time to send within the scale-up domain; 0 where nobody said how fast it is."""
        return size_B * 8 / self.scaleup_bps if self.scaleup_bps > 0 else 0.0

    def _changes_rail(self, src: Ranks, dst: Ranks) -> NDArray[np.bool_]:
        moves: NDArray[np.bool_] = self._first_nic(src) != self._first_nic(dst)
        return moves if self.railed else np.zeros_like(moves)

    def _first_nic(self, ranks: Ranks) -> Ranks:
        return ranks % self.gpus * self.nics // self.gpus

    def ends(self, src: Ranks, dst: Ranks) -> tuple[Ranks, Ranks]:
        """(E, lanes) nodes of the interfaces by which ranks of different hosts send and receive.

        A GPU with several interfaces spreads what it sends over them, a lane each.
        """
        lanes = np.arange(max(1, self.nics // self.gpus))
        into = self._first_nic(dst)[:, None] + lanes
        out = into if self.railed else self._first_nic(src)[:, None] + lanes
        a = self.nic_node[self.host(src)[:, None], out].astype(np.int64)
        return a, self.nic_node[self.host(dst)[:, None], into].astype(np.int64)

    def _pairs(self, src: Ranks, dst: Ranks, amount: NDArray[np.float64]) -> tuple[IntColumn, IntColumn, FloatColumn]:
        """Flows of edges between hosts: spread over a GPU's interfaces, then summed by pair of interfaces."""
        out, into = self.ends(src, dst)
        (a, b), lanes = (out.ravel(), into.ravel()), out.shape[1]
        keys, inverse = np.unique(a * len(self.nic_bps) + b, return_inverse=True)
        total = np.bincount(inverse, np.repeat(amount / lanes, lanes), minlength=len(keys))
        return ints(keys // len(self.nic_bps)), ints(keys % len(self.nic_bps)), floats(total)

    def _busiest_s(self, src: IntColumn, dst: IntColumn, amount: FloatColumn) -> float:
        if len(src) == 0:
            return 0.0
        sent, received = (np.bincount(ends, amount, minlength=len(self.nic_bps)) for ends in (src, dst))
        busiest = np.maximum(sent, received)
        used = np.flatnonzero(busiest)
        return float((busiest[used] * 8 / self.nic_bps[used]).max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Runs:
    """Groups of ranks cut into runs that share a host.

    Attributes
    ----------
    members : (M,) int
        Ranks, group by group, in order.
    start, count, group : (R,) int
        First member and number of members of each run, and the group it belongs to.
    """

    members: Ranks
    start: IndexColumn
    count: IndexColumn
    group: IndexColumn

    @staticmethod
    def of(layout: Layout, groups: Ranks) -> Runs:
        """Cut an array of groups, (groups, ranks) in rising order of rank, into runs."""
        members = np.ascontiguousarray(groups).reshape(-1)
        row = np.repeat(np.arange(len(groups)), groups.shape[1])
        cut = np.empty(len(members), dtype=bool)
        cut[:1] = True
        cut[1:] = (np.diff(row) != 0) | (np.diff(layout.host(members)) != 0)
        start = np.flatnonzero(cut)
        return Runs(members, start, np.diff(np.append(start, len(members))), row[start])

    @property
    def hosts(self) -> IndexColumn:
        """(G,) hosts of each group."""
        return np.bincount(self.group)

    @property
    def channels(self) -> IndexColumn:
        """(G,) rings that a group can run side by side, each through an interface of its own: its smallest run."""
        return np.minimum.reduceat(self.count, np.flatnonzero(np.diff(self.group, prepend=-1)))

    def neighbours(self) -> tuple[Ranks, Ranks, IndexColumn]:
        """Edges between the hosts of each group, in a ring, one per channel: senders, receivers, their group."""
        following = self._following()
        crosses = self.hosts[self.group] > 1
        repeats = np.where(crosses, self.channels[self.group], 0)
        run = np.repeat(np.arange(len(self.group)), repeats)
        channel = np.arange(len(run)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        return self._member(run, channel), self._member(following[run], channel), self.group[run]

    def _following(self) -> IndexColumn:
        """Next run of the same group, round to its first."""
        first = np.flatnonzero(np.diff(self.group, prepend=-1))
        following = np.arange(1, len(self.group) + 1)
        following[np.append(first[1:], len(self.group)) - 1] = first
        return following

    def _member(self, run: IndexColumn, channel: IndexColumn) -> Ranks:
        """The member of a run that serves a channel, spread evenly over the run."""
        channels = self.channels[self.group[run]]
        return self.members[self.start[run] + channel * self.count[run] // channels]
