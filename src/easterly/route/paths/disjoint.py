"""Two paths that do not fail together."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import paths
from easterly.base.columns import IndexColumn, IntColumn, floats, indices, ints
from easterly.model.network import Network
from easterly.model.paths import DisjointPaths, PathSet
from easterly.route.paths.constrained import STATUS
from easterly.route.paths.mask import Ends, Mask, graph_of, pairs_of
from easterly.route.paths.searches import pathset


def disjoint_pair(
    network: Network,
    src: Ends,
    dst: Ends,
    *,
    by: Literal["link", "node", "srlg"] = "link",
    budget: int = 10_000,
    mask: Mask | None = None,
    cost: ArrayLike | None = None,
) -> DisjointPaths:
    """Two paths of least total cost per pair that share no link, no node, or no risk group.

    Links and nodes: Suurballe & Tarjan (1984); where no disjoint pair exists, the two that share the least, and how
    much. Risk groups: branch and bound, where every cable is a risk of its own too; finding such pairs is NP-hard, so
    beyond `budget` branchings the best found is given with a bound.

    Parameters
    ----------
    network : Network
    src, dst : node names or indices
    by : link, node or srlg
    budget : int
        Most branchings of a pair, for risk groups.
    mask : Mask, optional
    cost : (L,) float, optional

    Returns
    -------
    DisjointPaths
        ``infeasible`` says that no path at all exists, and for risk groups that no disjoint pair does.

    Raises
    ------
    ValueError
        Unknown nodes, columns that do not fit, another word in `by`.
    """
    if by not in ("link", "node", "srlg"):
        raise ValueError(f"by is {by!r}, not link, node or srlg")
    one, two = pairs_of(network, src, dst)
    graph = graph_of(network, mask, cost)
    if by == "srlg":
        made: tuple[Any, ...] = paths.risk_disjoint_pairs(*graph, *risks_of(network), one, two, budget)
        found = pathset(one, two, made)
        links, nodes = _shared(network, found)
        return DisjointPaths(found, links, nodes, floats(made[4]), tuple(STATUS[s] for s in made[5].tolist()))
    made = paths.disjoint_pairs(*graph, one, two, by == "node")
    found = pathset(one, two, made)
    has = np.diff(found.pair_ptr) > 0
    bound = np.full(len(one), np.inf)
    bound[has] = found.cost.reshape(-1, 2).sum(axis=1)
    status = tuple("optimal" if some else "infeasible" for some in has.tolist())
    return DisjointPaths(found, ints(made[4]), ints(made[5]), floats(bound), status)


def risks_of(network: Network) -> tuple[IndexColumn, IntColumn, int]:
    """Risks of every link, CSR: its shared-risk groups, and its cable, which both directions share."""
    links = network.links
    rows = np.arange(len(links))
    cable = np.where(links.reverse >= 0, np.minimum(rows, links.reverse), rows)
    idx = np.insert(links.srlg_idx.astype(np.int64), links.srlg_ptr[:-1], len(network.srlgs) + cable)
    return indices(links.srlg_ptr + np.arange(len(links) + 1)), ints(idx), len(network.srlgs) + len(links)


def _shared(network: Network, found: PathSet) -> tuple[IntColumn, IntColumn]:
    """Links and inner nodes that the two paths of each pair have in common."""
    links, nodes = [], []
    for pair in range(len(found.src)):
        one, two = ([np.asarray(p, dtype=np.int64) for p in found.of(pair)] or [np.empty(0, dtype=np.int64)] * 2)[:2]
        links.append(len(np.intersect1d(one, two)))
        nodes.append(len(np.intersect1d(network.links.dst[one[:-1]], network.links.dst[two[:-1]])))
    return ints(links), ints(nodes)
