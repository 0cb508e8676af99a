"""Ways inside direct networks that route by a formula of their own, such as dimension order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import fabric
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, ints
from easterly.model.network import FAMILIES, ROUTINGS, Network, Structure, only_links

Ways = tuple[IndexColumn, IntColumn, FloatColumn]


def by_formula(network: Network, src: IntColumn, dst: IntColumn) -> list[tuple[NDArray[np.intp], Ways]]:
    """Flows between interfaces of one such fabric, and their shares on links; `easterly.route` finds the same.

    Parameters
    ----------
    network : Network
        Nothing is down. A fabric whose links are not those of its structure any more is left to a search.
    src, dst : (F,) int
        Nodes.

    Returns
    -------
    list of ((R,) int, (ptr, link, share))
        Rows of flows, and a CSR table of these rows.
    """
    found = []
    for structure in network.structures:
        ends = _switches(network, structure)
        if ends:
            rows, table = _of(network, structure, ends, src, dst)
            found += [(rows, table)] if len(rows) else []
    return found


def _switches(network: Network, structure: Structure) -> int:
    """How many switches may hold hosts; 0 where the structure is routed otherwise, or is not what it says."""
    known = structure.family in FAMILIES and structure.routing in ROUTINGS
    if not known or structure.family == "clos" or structure.routing == "ecmp":
        return 0
    family, links, row = FAMILIES[structure.family], network.links, structure.first_link
    _, ends, near, far = fabric.links(family, structure.numbers)
    rows = slice(row, row + len(near))
    same = np.array_equal(links.src[rows] - structure.first_node, near)
    same = same and np.array_equal(links.dst[rows] - structure.first_node, far)
    return int(ends) if same and bool((links.cost[rows] == 1.0).all()) else 0


def _of(
    network: Network, structure: Structure, ends: int, src: IntColumn, dst: IntColumn
) -> tuple[NDArray[np.intp], Ways]:
    links, first = network.links, structure.first_node
    out, near = only_links(network, links.src, links.dst)
    into, far = only_links(network, links.dst, links.src)
    at, to = near[src] - first, far[dst] - first
    inside = (near[src] >= 0) & (far[dst] >= 0) & (at >= 0) & (at < ends) & (to >= 0) & (to < ends) & (src != dst)
    rows = np.flatnonzero(inside)
    table = fabric.shares(
        FAMILIES[structure.family], structure.numbers, ROUTINGS[structure.routing], structure.first_link, len(links),
        ints(at[rows]), ints(to[rows]), ints(out[src[rows]]), ints(into[dst[rows]]),
    )  # fmt: skip
    return rows, table
