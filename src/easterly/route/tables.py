"""Weights of next hops as entries of the tables that switches have, with the error of that stated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints, ratio
from easterly.base.schema import Doc, Unit
from easterly.model.allocation import Demands
from easterly.model.network import Network
from easterly.model.weights import Weights
from easterly.route.hashing.weights import reduce_groups
from easterly.route.weights import loads_of, rows_of

Group = tuple[tuple[int, ...], tuple[float, ...]]
DIGITS = 9
"""Groups whose shares agree in so many digits are one group."""
NOTHING = 1e-6
"""A share that no table can show, and that is left out."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Next hops with whole weights. Destinations that a switch splits alike share one group of its table."""

    weights: Annotated[Weights, Doc("The shares that the entries give; links of next to no share are left out.")]
    count: Annotated[IndexColumn, Doc("Entries of each row of `weights.link`.")]
    error: Annotated[
        FloatColumn,
        Unit("1"),
        Doc("(G,) most that a link of each group of next hops gets, over its share; 1 is exact."),
    ]
    used: Annotated[IntColumn, Unit("1"), Doc("(N,) entries that the table of each node holds.")]
    load_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) load of each link, by the weights as entries.")]
    exact_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) load by the weights as they were.")]

    @property
    def load_error(self) -> float:
        """Most that a link with any load carries, over what it would; 1 is exact."""
        loaded = self.exact_bps > 0
        return float(ratio(self.load_bps[loaded], self.exact_bps[loaded]).max()) if loaded.any() else 1.0


def entries_of(
    network: Network, weights: Weights, table: int, demands: Demands, rate_bps: FloatColumn | None = None
) -> Entries:
    """Reduce the weights of every switch to a table of `table` entries (WCMP, Zhou et al. 2014, EuroSys).

    A single next hop needs no group. Each switch has the least error of its worst group that its table allows.

    Parameters
    ----------
    network : Network
    weights : Weights
    table : int
        Entries of each switch for all its groups.
    demands : Demands
    rate_bps : (K,) float [bit/s], optional
        What each demand sends; what it asks for if absent.

    Returns
    -------
    Entries

    Raises
    ------
    ValueError
        A switch whose groups have more members than its table has entries; the message names it.

    Examples
    --------
    See `easterly.route.hashing.reduce_groups` for one switch; the tests have networks.
    """
    wanted = weights
    weights = _told(weights)
    begin, end = rows_of(network, weights)
    count = np.ones(len(weights.link), dtype=np.int64)
    error, used = np.ones(len(begin)), np.zeros(len(network.nodes), dtype=np.int32)
    for node, groups in _by_node(network, weights, begin, end).items():
        try:
            made = reduce_groups([shares for _, shares in groups], table)
        except ValueError as wrong:
            raise ValueError(f"{network.nodes.name[node]}: {wrong}") from None
        used[node] = sum(fit.size for fit in made)
        for rows, fit in zip(groups.values(), made, strict=True):
            for row in rows:
                count[begin[row] : end[row]], error[row] = fit.entries, fit.error
    size = np.repeat(np.add.reduceat(count, begin) if len(begin) else count, end - begin)
    reduced = replace(weights, share=floats(count / size))
    exact, load = (loads_of(network, demands, w, rate_bps) for w in (wanted, reduced))
    return Entries(reduced, indices(count), floats(error), ints(used), load, exact)


def _told(weights: Weights) -> Weights:
    """Without shares that are next to nothing."""
    kept = weights.share > NOTHING
    ptr = np.concatenate([[0], np.cumsum(kept)])[weights.ptr]
    return replace(weights, ptr=indices(ptr), link=ints(weights.link[kept]), share=floats(weights.share[kept]))


def _by_node(
    network: Network, weights: Weights, begin: IndexColumn, end: IndexColumn
) -> dict[int, dict[Group, list[int]]]:
    """Rows of groups with several members, by switch and by what they share."""
    found: dict[int, dict[Group, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in np.flatnonzero(end - begin > 1).tolist():
        part = slice(begin[row], end[row])
        links = tuple(weights.link[part].tolist())
        shares = tuple(np.round(weights.share[part], DIGITS).tolist())
        found[int(network.links.src[links[0]])][links, shares].append(row)
    return found
