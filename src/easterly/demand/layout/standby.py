"""Interfaces that are down, and those of the same host that stand in for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, IntColumn, bools, ints
from easterly.base.joined import joined
from easterly.demand.layout.traffic import Ranks
from easterly.demand.layout.uplinks import uplinks
from easterly.model.network import Network


@dataclass(frozen=True, slots=True)
class Standby:
    """What is left of the interfaces of a work's hosts when links are down.

    Attributes
    ----------
    live : (H, nics) bool
        Interfaces with an uplink that is up.
    instead : (H, nics) int
        Interface that carries what this one would: itself if it is up, else one nearby, those with the fewest such
        tasks first. Itself where the host has none that is up.
    reach : (H, nics, uplinks) int
        Part of the network that each uplink leads to; -1 for those that are down. Interfaces that have a part in
        common can talk to each other.
    """

    live: BoolColumn
    instead: IntColumn
    reach: IntColumn

    @staticmethod
    def of(network: Network, nic_node: IntColumn, alive: BoolColumn) -> Standby | None:
        """What `alive` leaves of the interfaces of some hosts; None if all their uplinks are up."""
        ports = uplinks(network)[nic_node]
        reach = _reach(network, ports, alive)
        up = reach >= 0
        if bool((up == (ports >= 0)).all()):
            return None
        live = np.asarray(up.any(axis=-1))
        return Standby(bools(live), ints(_instead(live)), ints(reach))

    @property
    def whole(self) -> bool:
        """True if any two interfaces that are up can talk to each other: rails and planes are joined."""
        return len(np.unique(self.reach[self.live].max(axis=-1))) == 1

    def settle(self, src: Ranks, dst: Ranks, out: Ranks, into: Ranks, railed: NDArray[np.bool_]) -> tuple[Ranks, Ranks]:
        """Interfaces that are used between pairs of hosts in place of those that were wanted.

        What a host lacks is replaced by its stand-in. On rails the sender follows the receiver's rail if it can, and
        crosses in the fabric if it cannot; where rails are not joined, both take the nearest one that both have.

        Parameters
        ----------
        src, dst : (E,) int
            Rows of the sending and receiving hosts.
        out, into : (E, W) int
            Numbers of the interfaces that are wanted.
        railed : (E,) or (1,) bool
        """
        a, b = src[:, None], dst[:, None]
        arrives = self.instead[b, into].astype(np.int64)
        own = self.instead[a, out].astype(np.int64)
        leaves = np.where(self.live[a, arrives] & railed[:, None], arrives, own)
        row, lane = np.nonzero(~self._meet(a, leaves, b, arrives))
        if len(row):
            common = self._nearest(src[row], dst[row], arrives[row, lane])
            leaves[row, lane] = np.where(common >= 0, common, leaves[row, lane])
            arrives[row, lane] = np.where(common >= 0, common, arrives[row, lane])
        return leaves, arrives

    def _meet(self, a: Ranks, leaves: Ranks, b: Ranks, arrives: Ranks) -> NDArray[np.bool_]:
        one, other = self.reach[a, leaves], self.reach[b, arrives]
        same = (one[..., :, None] == other[..., None, :]) & (one >= 0)[..., :, None]
        meets: NDArray[np.bool_] = same.any(axis=(-1, -2))
        return meets

    def _nearest(self, src: Ranks, dst: Ranks, wanted: Ranks) -> Ranks:
        """Number nearest to the one wanted by which two hosts can talk; -1 if there is none."""
        nics = np.arange(self.live.shape[1])[None, :]
        apart = np.where(self._meet(src[:, None], nics, dst[:, None], nics), np.abs(nics - wanted[:, None]), nics.size)
        return np.where(apart.min(axis=1) < nics.size, apart.argmin(axis=1), -1)


def _reach(network: Network, ports: Ranks, alive: BoolColumn) -> Ranks:
    """(H, nics, uplinks) part of the network behind each uplink, -1 for those that are down or not there."""
    links = network.links
    inner = alive & network.transit[links.src] & network.transit[links.dst]
    part = joined(len(network.nodes), links.src[inner], links.dst[inner])
    return np.where((ports >= 0) & alive[ports], part[links.dst[ports]], -1)


def _instead(live: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(H, nics) stand-ins; hosts that lack the same interfaces have the same."""
    patterns, which = np.unique(live, axis=0, return_inverse=True)
    chosen = np.array([_stand_ins(pattern) for pattern in patterns], dtype=np.int64)
    return np.asarray(chosen[which.ravel()])


def _stand_ins(live: NDArray[np.bool_]) -> list[int]:
    """Stand-in of each interface of one host: the nearest of those with the fewest tasks; lower numbers first."""
    up, tasks = np.flatnonzero(live).tolist(), [0] * len(live)
    chosen = list(range(len(live)))
    for nic in np.flatnonzero(~live).tolist() if up else ():
        *_, chosen[nic] = min((tasks[other], abs(other - nic), other) for other in up)
        tasks[chosen[nic]] += 1
    return chosen
