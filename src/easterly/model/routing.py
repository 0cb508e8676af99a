"""Routing: the policy that decides paths, and what it puts on each link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.base.schema import Doc, Unit
from easterly.model.allocation import Allocation
from easterly.model.allocation_words import Difference, Explanation

TIES = 1e-9
"""Costs of ways that agree to this are equal."""
HOP = 2.0**-20
"""What a hop counts beside costs where links cost nothing: less than sums of costs differ by."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How paths are chosen; enough for `_kernel` to route again after a failure.

    A flow takes, at each node, one of the next hops on a cheapest path; which one is decided by
    ``hash`` over (connection, seed of the node); nodes of one seed choose alike.
    """

    cost: Annotated[FloatColumn, Unit("1"), Doc("(L,) cost of each link.")]
    transit: Annotated[BoolColumn, Doc("(N,) nodes that may be passed through.")]
    alive: Annotated[BoolColumn, Doc("(L,) links that are up.")]
    hash: Annotated[str, Doc("Hash function: ``mix64``.")]
    seed: Annotated[IntColumn, Doc("(N,) hash seed of each node.")]
    weight: Annotated[FloatColumn, Unit("1"), Doc("(L,) weight of a link among equal-cost next hops.")]
    told: Annotated[
        IntColumn | None,
        Doc(
            "(N,) what the hash tells apart of the connections that start at a node: 1 sources, 2 destinations, "
            "4 connections of one pair, or a sum of these; all if absent."
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class Tunnels:
    """Explicit paths with their rates and backups, CSR over link rows."""

    flow: Annotated[IntColumn, Doc("Flow that each tunnel carries.")]
    link_ptr: Annotated[IndexColumn, Doc("CSR pointer into `link_idx`.")]
    link_idx: Annotated[IntColumn, Doc("Links of each tunnel, in order.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Rate of each tunnel.")]
    backup: Annotated[IntColumn, Doc("Row of the tunnel that protects this one; -1 if none.")]


@dataclass(frozen=True, slots=True)
class Paths:
    """Where each flow goes, as shares per link: CSR, one row per flow.

    Under equal-cost multipath with many connections the share of a link is the probability that a
    connection of the flow crosses it.
    """

    ptr: Annotated[IndexColumn, Doc("(F+1,) CSR pointer.")]
    link: Annotated[IntColumn, Doc("Link rows.")]
    share: Annotated[FloatColumn, Unit("1"), Doc("Share of the flow on the link.")]


def rows_of(paths: Paths, members: IndexColumn) -> Paths:
    """Paths of some flows, in the order in which they are named.

    Parameters
    ----------
    paths : Paths
    members : (K,) int
        Rows of `paths`.

    Returns
    -------
    Paths
        Where the members follow each other, a view: paths of large sites take hundreds of megabytes.
    """
    if len(members) and members[-1] - members[0] + 1 == len(members) and (np.diff(members) == 1).all():
        ptr = paths.ptr[members[0] : members[-1] + 2]
        return Paths(indices(ptr - ptr[0]), paths.link[ptr[0] : ptr[-1]], paths.share[ptr[0] : ptr[-1]])
    counts = np.diff(paths.ptr)[members]
    ptr = np.concatenate([[0], np.cumsum(counts)])
    entries = np.arange(ptr[-1]) + np.repeat(paths.ptr[members] - ptr[:-1], counts)
    return Paths(indices(ptr), ints(paths.link[entries]), floats(paths.share[entries]))


@dataclass(frozen=True, slots=True)
class Spread:
    """How unevenly hashing fills links: per phase, statistics of the slowest transfer over random seeds.

    ``even_s`` is the time in which the busiest link carries its bytes when every flow is split
    evenly over its equal-cost paths; ``mean_s`` and ``p95_s`` are the mean and the 95th percentile of
    the busiest link's time when every connection is hashed to one path. For services, which have
    rates and no bytes, the figures are loads over capacity.
    """

    even_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) split evenly.")]
    mean_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) hashed, mean.")]
    p95_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) hashed, 95th percentile.")]
    even_link: Annotated[IntColumn, Doc("(P,) busiest link when split evenly; -1 where the phase has no flow.")]
    p95_link: Annotated[IntColumn, Doc("(P,) busiest link of the draw at the 95th percentile.")]
    draws: Annotated[int, Unit("1"), Doc("Number of random seeds.")]


@dataclass(frozen=True, slots=True)
class Routing:
    """Policy, paths and the spread of hashing."""

    policy: Annotated[Policy, Doc("How paths are chosen.")]
    paths: Annotated[Paths, Doc("Where each flow goes.")]
    spread: Annotated[Spread, Doc("Unevenness of hashing; without rows where rates are allocated to paths.")]
    unserved: Annotated[IntColumn, Doc("Flows without any path.")]
    uplinks: Annotated[Spread | None, Doc("The spread over links between switches alone.")] = None
    tunnels: Annotated[Tunnels | None, Doc("Explicit paths, where there are any.")] = None
    allocation: Annotated[Allocation | None, Doc("Rates that an optimiser granted, with their bound.")] = None

    def explain(self) -> Explanation:
        """What binds, and who gets less than asked for: see `Allocation.explain`.

        Raises
        ------
        ValueError
            No rates were allocated.
        """
        return self._allocated().explain()

    def diff(self, other: Routing) -> Difference:
        """What changes from this routing to another: see `Allocation.diff`.

        Raises
        ------
        ValueError
            One of both has no rates, or they are of other networks.
        """
        return self._allocated().diff(other._allocated())

    def _allocated(self) -> Allocation:
        if self.allocation is None:
            raise ValueError("this routing splits evenly over cheapest paths: it allocates no rates to explain")
        return self.allocation

    def __repr__(self) -> str:
        flows = len(self.paths.ptr) - 1
        head = f"<Routing of {flows} flows, {len(self.unserved)} without a path>"
        return head if self.allocation is None else f"{head}\n{self.allocation!r}"


@dataclass(frozen=True, slots=True)
class LinkLoads:
    """Mean load of each directed link, by class."""

    capacity_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) capacity.")]
    load_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(C, L) mean load over a step, by class.")]
    peak_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) highest rate that any one phase puts on the link.")]
