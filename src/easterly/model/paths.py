"""Paths, flows and cuts between pairs of nodes, and how likely they hold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn
from easterly.base.schema import Doc, Unit
from easterly.model.network import Network


@dataclass(frozen=True, slots=True)
class PathSet:
    """Paths of pairs, CSR twice: paths by pair, links by path. A pair that starts at its end has the empty path."""

    src: Annotated[IntColumn, Doc("(P,) first node of each pair.")]
    dst: Annotated[IntColumn, Doc("(P,) last node of each pair.")]
    pair_ptr: Annotated[IndexColumn, Doc("(P+1,) CSR pointer into paths.")]
    path_ptr: Annotated[IndexColumn, Doc("(R+1,) CSR pointer into `link_idx`.")]
    link_idx: Annotated[IntColumn, Doc("Links of each path, in order.")]
    cost: Annotated[FloatColumn, Unit("1"), Doc("(R,) routing cost of each path.")]

    def __len__(self) -> int:
        return len(self.cost)

    def of(self, pair: int) -> list[list[int]]:
        """Links of every path of one pair."""
        ends = self.path_ptr[self.pair_ptr[pair] : self.pair_ptr[pair + 1] + 1].tolist()
        return [self.link_idx[a:b].tolist() for a, b in pairwise(ends)]

    def explain(self, network: Network) -> str:
        """One line per path: its cost and the nodes it passes."""
        name = network.nodes.name
        lines = []
        for pair in range(len(self.src)):
            lines += [_path_line(self, network, row) for row in range(self.pair_ptr[pair], self.pair_ptr[pair + 1])]
            if self.pair_ptr[pair] == self.pair_ptr[pair + 1]:
                lines.append(f"{name[self.src[pair]]} to {name[self.dst[pair]]}: no path")
        return "\n".join(lines)


def _path_line(paths: PathSet, network: Network, row: int) -> str:
    links = paths.link_idx[paths.path_ptr[row] : paths.path_ptr[row + 1]]
    if not len(links):
        return "0: stays where it is"
    nodes = [network.links.src[links[0]], *network.links.dst[links]]
    return f"{paths.cost[row]:.9g}: " + " > ".join(network.nodes.name[nodes].tolist())


@dataclass(frozen=True, slots=True)
class EqualCost:
    """Equal-cost trees of roots: CSR over (root, node), root by root."""

    root: Annotated[IntColumn, Doc("(R,) roots.")]
    towards: Annotated[bool, Doc("Whether links are next hops towards the root, or the last ones on the way from it.")]
    distance: Annotated[FloatColumn, Unit("1"), Doc("(R, N) cost; infinite where there is no path.")]
    ptr: Annotated[IndexColumn, Doc("(R*N+1,) CSR pointer into `link`.")]
    link: Annotated[IntColumn, Doc("Links of all cheapest paths.")]


@dataclass(frozen=True, slots=True)
class Placed:
    """Paths that constraints admit, at most one per pair, and what they leave."""

    paths: Annotated[PathSet, Doc("Paths; none where no admissible one exists.")]
    free_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) rate that is left on each link.")]


@dataclass(frozen=True, slots=True)
class BoundedPaths:
    """Cheapest paths within a limit on delay, with a bound on how much cheaper any other can be."""

    paths: Annotated[PathSet, Doc("At most one path per pair.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) delay of each path.")]
    bound: Annotated[FloatColumn, Unit("1"), Doc("(P,) no path within the limit costs less; infinite for none.")]
    status: Annotated[tuple[str, ...], Doc("(P,) optimal, feasible or infeasible.")]


@dataclass(frozen=True, slots=True)
class DisjointPaths:
    """Two paths per pair that share as little as can be."""

    paths: Annotated[PathSet, Doc("Two paths per pair, the cheaper first, or none.")]
    shared_links: Annotated[IntColumn, Unit("1"), Doc("(P,) links that both take.")]
    shared_nodes: Annotated[IntColumn, Unit("1"), Doc("(P,) nodes between the ends that both pass.")]
    bound: Annotated[FloatColumn, Unit("1"), Doc("(P,) no two paths as disjoint cost less together.")]
    status: Annotated[tuple[str, ...], Doc("(P,) optimal, feasible, infeasible (proven) or unproven.")]


@dataclass(frozen=True, slots=True)
class MaxFlows:
    """Most that each pair can send on its own, and the links that limit it. CSR, one row per pair."""

    src: Annotated[IntColumn, Doc("(P,) node that sends.")]
    dst: Annotated[IntColumn, Doc("(P,) node that receives.")]
    value_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(P,) maximum flow; infinite for a pair of one node.")]
    near_ptr: Annotated[IndexColumn, Doc("(P+1,) CSR pointer into `near_link`.")]
    near_link: Annotated[IntColumn, Doc("Links of the minimum cut closest to the source.")]
    near_node_ptr: Annotated[IndexColumn, Doc("(P+1,) CSR pointer into `near_node`.")]
    near_node: Annotated[IntColumn, Doc("Nodes on the source's side of that cut.")]
    far_ptr: Annotated[IndexColumn, Doc("(P+1,) CSR pointer into `far_link`.")]
    far_link: Annotated[IntColumn, Doc("Links of the minimum cut closest to the destination.")]
    far_node_ptr: Annotated[IndexColumn, Doc("(P+1,) CSR pointer into `far_node`.")]
    far_node: Annotated[IntColumn, Doc("Nodes on the source's side of that cut.")]
    flow_ptr: Annotated[IndexColumn, Doc("(P+1,) CSR pointer into `flow_link`.")]
    flow_link: Annotated[IntColumn, Doc("Links with flow.")]
    flow_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Flow on the link.")]

    def explain(self, network: Network, pair: int = 0) -> str:
        """What limits one pair: its value and the links of both outermost cuts, by name."""
        name = network.nodes.name
        near = self.near_link[self.near_ptr[pair] : self.near_ptr[pair + 1]]
        far = self.far_link[self.far_ptr[pair] : self.far_ptr[pair + 1]]
        head = f"{name[self.src[pair]]} to {name[self.dst[pair]]}: {self.value_bps[pair]:.9g} bit/s"
        lines = [head, _cut_line("nearest the source", network, near)]
        return "\n".join(
            lines if near.tolist() == far.tolist() else [*lines, _cut_line("nearest the end", network, far)]
        )


def _cut_line(which: str, network: Network, links: IntColumn) -> str:
    return f"  cut {which}: {', '.join(network.link_ids[links].tolist()) or 'no link, the ends are apart'}"


@dataclass(frozen=True, slots=True)
class CostFlow:
    """A flow of least cost, with the prices that prove it."""

    status: Annotated[str, Doc("optimal, or infeasible where not all that is wanted can be shipped.")]
    cost: Annotated[float, Unit("1"), Doc("Sum over links of rate times cost.")]
    shipped_bps: Annotated[float, Unit("bit/s"), Doc("Rate that arrives.")]
    unmet_bps: Annotated[float, Unit("bit/s"), Doc("Rate that is wanted and cannot be shipped.")]
    flow_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) flow on each link.")]
    potential: Annotated[FloatColumn, Unit("1"), Doc("(N,) what one more bit/s at a node is worth.")]


@dataclass(frozen=True, slots=True)
class WeakPoints:
    """Cables and nodes whose loss alone parts others from each other."""

    bridge: Annotated[IntColumn, Doc("Links (one direction of each cable) that are bridges.")]
    articulation: Annotated[IntColumn, Doc("Nodes without which others lose each other.")]
    component: Annotated[IntColumn, Doc("(N,) what no single cable parts, numbered from 0.")]

    def explain(self, network: Network) -> str:
        """Both lists by name."""
        cables = ", ".join(network.link_ids[self.bridge].tolist()) or "none"
        nodes = ", ".join(network.nodes.name[self.articulation].tolist()) or "none"
        return f"bridges: {cables}\nnodes that hold others together: {nodes}"


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures over all ordered pairs of ends."""

    ends: Annotated[BoolColumn, Doc("(N,) nodes whose pairs count.")]
    eccentricity: Annotated[FloatColumn, Unit("1"), Doc("(N,) cost of the farthest end that a node reaches.")]
    mean: Annotated[FloatColumn, Unit("1"), Doc("(N,) mean cost over the ends that it reaches; NaN for none.")]
    reached: Annotated[IndexColumn, Unit("1"), Doc("(N,) ends that it reaches, without itself.")]
    hops: Annotated[IndexColumn, Unit("1"), Doc("Pairs by hops of the shortest of their cheapest paths.")]
    path_counts: Annotated[IndexColumn, Unit("1"), Doc("Pairs by equal-cost paths: 1, 2 to 3, 4 to 7, and so on.")]
    most_paths: Annotated[float, Unit("1"), Doc("Most equal-cost paths of any pair.")]
    betweenness: Annotated[FloatColumn, Unit("1"), Doc("(L,) pairs over each link, split evenly at every node.")]

    @property
    def diameter(self) -> float:
        """Cost between the two ends that are farthest apart, of those that reach each other."""
        return float(self.eccentricity.max(initial=0.0))

    @property
    def pairs(self) -> int:
        """Ordered pairs of different ends that reach each other."""
        return int(self.reached.sum())


@dataclass(frozen=True, slots=True)
class Reliability:
    """Probability that terminals stay connected: proven bounds, and an estimate in between."""

    status: Annotated[str, Doc("exact, or estimated where the bounds are apart.")]
    value: Annotated[float, Unit("1"), Doc("The probability, or its estimate.")]
    low: Annotated[float, Unit("1"), Doc("Proven lower bound.")]
    high: Annotated[float, Unit("1"), Doc("Proven upper bound.")]
    interval: Annotated[tuple[float, float], Unit("1"), Doc("Confidence interval (Wilson) of the estimate.")]
    confidence: Annotated[float, Unit("1"), Doc("Confidence of the interval.")]
    samples: Annotated[int, Unit("1"), Doc("Samples of the part that is not proven.")]
    states: Annotated[int, Unit("1"), Doc("States looked at.")]
