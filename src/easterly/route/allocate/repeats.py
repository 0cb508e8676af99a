"""Rows of one pair of nodes, for an engine that wants pairs to be distinct: each further row gets a source of its own.

The new source is joined to the old one by a link that never binds. A node that may not be passed through is given its
outgoing links by proxy, at a node that nothing else enters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, bools, floats, indices, ints
from easterly.model.allocation import Warm
from easterly.route.allocate.listed import priced, some_of
from easterly.route.allocate.posed import Goal, Problem
from easterly.route.allocate.result import Columns


@dataclass(frozen=True, slots=True)
class Distinct:
    """A problem of distinct pairs, and how it came of another."""

    problem: Problem
    order: NDArray[np.intp]  # row of the original of each row
    links: int  # of the original; those from here on are new
    nodes: int

    def goal(self, goal: Goal) -> Goal:
        """The same goal, for these rows."""
        base, growth = (None if c is None else floats(c[self.order]) for c in (goal.base, goal.growth))
        return replace(goal, base=base, growth=growth)

    def columns(self, found: Columns) -> Columns:
        """Paths without the new links, of the rows of the original."""
        true = found.link < self.links
        ptr = np.concatenate([[0], np.cumsum(true)])[found.ptr]
        return Columns(ints(self.order[found.row]), indices(ptr), ints(found.link[true]), found.rate)

    def price(self, price: FloatColumn) -> FloatColumn:
        """Prices of the links of the original."""
        return floats(price[: self.links])

    def warm(self, warm: Warm) -> Warm:
        """Paths of the original alone."""
        kept = warm.src < self.nodes
        return priced(some_of(warm, np.flatnonzero(kept)), self.price)


def repeated(problem: Problem) -> NDArray[np.bool_]:
    """(K,) rows of the same pair as the row before.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    (K,) bool
    """
    again = np.zeros(problem.pairs, dtype=np.bool_)
    same = (problem.pair_src[1:] == problem.pair_src[:-1]) & (problem.pair_dst[1:] == problem.pair_dst[:-1])
    again[1:] = same
    return again


def distinct(problem: Problem) -> Distinct:
    """Give each further row of a pair a source of its own.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Distinct
    """
    again = np.flatnonzero(repeated(problem))
    proxied = np.unique(problem.pair_src[again][~problem.transit[problem.pair_src[again]]])
    proxy = np.arange(problem.nodes)
    proxy[proxied] = problem.nodes + np.arange(len(proxied))
    first = problem.nodes + len(proxied)
    out = np.bincount(problem.src, problem.capacity, problem.nodes)[problem.pair_src[again]]
    pair_src = proxy[problem.pair_src]
    own = first + np.arange(len(again))
    src = np.concatenate([proxy[problem.src], own])
    dst = np.concatenate([problem.dst, pair_src[again]])
    pair_src[again] = own
    order = np.lexsort((pair_src, problem.pair_dst))
    made = Problem(
        first + len(again), ints(src), ints(dst), floats(np.concatenate([problem.capacity, out])),
        floats(np.concatenate([problem.cost, np.zeros(len(again))])),
        bools(np.concatenate([problem.transit, np.ones(len(proxied) + len(again), dtype=np.bool_)])),
        ints(pair_src[order]), ints(problem.pair_dst[order]), floats(problem.amount[order]),
        floats(problem.weight[order]),
    )  # fmt: skip
    return Distinct(made, order, problem.links, problem.nodes)
