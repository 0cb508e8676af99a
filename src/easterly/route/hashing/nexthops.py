"""Groups of equal-cost next hops, for each node and destination that connections meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.base.schema import Doc
from easterly.model.network import Network
from easterly.model.routing import HOP, TIES, Policy


@dataclass(frozen=True, slots=True)
class Groups:
    """Next hops of pairs of node and destination, CSR: group g has the links ``link[ptr[g]:ptr[g + 1]]``."""

    node: Annotated[IntColumn, Doc("(G,) node that chooses.")]
    target: Annotated[IntColumn, Doc("(G,) destination.")]
    ptr: Annotated[IndexColumn, Doc("(G+1,) CSR pointer.")]
    link: Annotated[IntColumn, Doc("Links of each group, by row: their order is that of the hash's values.")]

    def __len__(self) -> int:
        return len(self.node)

    @property
    def width(self) -> IndexColumn:
        """(G,) links of each group; 0 where there is no way."""
        return indices(np.diff(self.ptr))


@dataclass(frozen=True)
class Ways:
    """What next hops are found with: distances to some destinations, and the links out of every node.

    Interfaces with one link in are reached over the node before it, so that the destinations are switches, and few.
    """

    network: Network
    policy: Policy
    target: IntColumn
    distance: FloatColumn
    far: FloatColumn
    """The same with hops, where some links cost nothing: of two nodes at one distance the nearer has fewer."""
    out_ptr: IndexColumn
    out_link: IntColumn

    @staticmethod
    def to(network: Network, policy: Policy, targets: IntColumn) -> Ways:
        """Ways to some nodes.

        Parameters
        ----------
        network : Network
        policy : Policy
        targets : (T,) int
            Node rows, each once.
        """
        links = network.links

        def distances(cost: FloatColumn) -> FloatColumn:
            nodes = len(network.nodes)
            return graph.distances(nodes, links.dst, links.src, cost, policy.transit, policy.alive, ints(targets))

        distance = distances(policy.cost)
        far = distances(floats(policy.cost + HOP)) if (policy.cost == 0).any() else distance
        rows = np.flatnonzero(policy.alive & (policy.transit | _ending(network, targets))[links.dst])
        rows = rows[np.argsort(links.src[rows], kind="stable")]
        ptr = np.searchsorted(links.src[rows], np.arange(len(network.nodes) + 1))
        return Ways(network, policy, ints(targets), distance, far, indices(ptr), ints(rows))

    def groups(self, node: NDArray[np.intp], target: NDArray[np.intp]) -> Groups:
        """Next hops of some nodes.

        Parameters
        ----------
        node, target : (G,) int
            Node rows, and rows of `target`.
        """
        count = np.diff(self.out_ptr)[node]
        group = np.repeat(np.arange(len(node)), count)
        place = np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count)
        link = self.out_link[self.out_ptr[node][group] + place]
        head, to = self.network.links.dst[link], target[group]
        own = self.distance[to, node[group]]
        through = self.distance[to, head] + self.policy.cost[link]
        with np.errstate(invalid="ignore"):
            near = (through <= own * (1 + TIES)) & np.isfinite(own) & (node[group] != self.target[to])
        near &= self.policy.transit[head] | (head == self.target[to])
        near &= (self.policy.cost[link] > 0) | (self.far[to, head] < self.far[to, node[group]])
        ptr = np.concatenate([[0], np.cumsum(np.bincount(group[near], minlength=len(node)))])
        return Groups(ints(node), ints(self.target[target]), indices(ptr), ints(link[near]))


def _ending(network: Network, targets: IntColumn) -> NDArray[np.bool_]:
    ending = np.zeros(len(network.nodes), dtype=np.bool_)
    ending[targets] = True
    return ending


def last_hops(network: Network, policy: Policy, ends: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Node before each end that has one link in, and that link; the end itself and -1 elsewhere.

    Parameters
    ----------
    network : Network
    policy : Policy
    ends : (N,) int

    Returns
    -------
    node, link : (N,) int
    """
    alive = np.flatnonzero(policy.alive)
    into = network.links.dst[alive]
    count = np.bincount(into, minlength=len(network.nodes))
    only = np.full(len(network.nodes), -1, dtype=np.intp)
    only[into] = alive
    single = (count[ends] == 1) & ~policy.transit[ends]
    link = np.where(single, only[ends], -1)
    return np.where(single, network.links.src[link], ends), link
