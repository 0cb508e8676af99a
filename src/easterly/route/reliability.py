"""How likely nodes stay connected while links, nodes and risk groups fail."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import cut
from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.model.network import Network
from easterly.model.paths import Reliability
from easterly.route.paths.mask import Ends, Mask, admissible, nodes_of


def reliability(
    network: Network,
    terminals: Ends,
    *,
    link_up: ArrayLike = 1.0,
    node_up: ArrayLike = 1.0,
    srlg_up: ArrayLike = 1.0,
    states: int = 100_000,
    samples: int = 100_000,
    seed: int = 0,
    confidence: float = 0.95,
    mask: Mask | None = None,
) -> Reliability:
    """Probability that the first terminal reaches all others, when cables, nodes and risk groups fail independently.

    Serial and parallel cables are reduced first. Then working paths and the failures of their parts are taken apart,
    the most likely first (Dotson & Gobien 1979): exact where that ends within `states`, proven bounds otherwise. What
    lies between the bounds is sampled (stratified by what is still open, so the error shrinks with the gap), every
    draw named by seed, sample and part.

    Parameters
    ----------
    network : Network
    terminals : node names or indices
        Two for a pair, more for a group.
    link_up : float or (L,) float
        Probability that a cable is up; both directions fail together, with that of the lower-numbered one.
    node_up : float or (N,) float
    srlg_up : float or (S,) float
        Probability that a shared-risk group is up; all its links fail with it.
    states : int
        Most states to take apart.
    samples : int
        Draws for what is then still open.
    seed : int
    confidence : float
        Of the interval (Wilson 1927).
    mask : Mask, optional

    Returns
    -------
    Reliability

    Raises
    ------
    ValueError
        Unknown nodes, probabilities outside of 0..1, columns that do not fit.
    """
    ends = nodes_of(network, terminals)
    links, nodes, groups = len(network.links), len(network.nodes), len(network.srlgs)
    cables, boxes = _chances("link_up", link_up, links), _chances("node_up", node_up, nodes)
    ducts = _chances("srlg_up", srlg_up, groups)
    if not len(ends) or not 0 < confidence < 1:
        raise ValueError("reliability needs a terminal, and a confidence between 0 and 1")
    parts = _reduced(network, ends, cables, boxes, ducts, admissible(network, mask))
    certain = math.prod(boxes[np.unique(ends)].tolist())
    low, high, looked, hits = cut.reliability(
        nodes, *parts.arrays, network.transit, ends, states, samples, seed & (2**64 - 1)
    )
    return _answer(certain * low, certain * high, looked, hits, samples, confidence)


def _chances(name: str, values: ArrayLike, size: int) -> FloatColumn:
    array = np.asarray(values, dtype=np.float64)
    if array.shape not in ((), (size,)) or not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"{name} is not a probability, or one for each of {size}")
    return floats(np.broadcast_to(array, (size,)))


def _answer(low: float, high: float, states: int, hits: int, samples: int, confidence: float) -> Reliability:
    if high == low:
        return Reliability("exact", low, low, high, (low, high), confidence, 0, states)
    if not samples:
        return Reliability("estimated", (low + high) / 2, low, high, (low, high), confidence, 0, states)
    share = hits / samples
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    middle = (share + z * z / (2 * samples)) / (1 + z * z / samples)
    wide = z * math.sqrt(share * (1 - share) / samples + z * z / (4 * samples**2)) / (1 + z * z / samples)
    inside = (low + (high - low) * max(middle - wide, 0.0), low + (high - low) * min(middle + wide, 1.0))
    return Reliability("estimated", low + (high - low) * share, low, high, inside, confidence, samples, states)


@dataclass(frozen=True)
class _Parts:
    """Directed edges and the parts that each needs."""

    tail: IntColumn
    head: IntColumn
    needs: list[list[int]]
    up: FloatColumn

    @property
    def arrays(self) -> tuple[IntColumn, IntColumn, IndexColumn, IntColumn, FloatColumn]:
        ptr = np.cumsum([0, *map(len, self.needs)])
        part = [c for need in self.needs for c in need]
        return self.tail, self.head, indices(ptr), ints(np.asarray(part, dtype=np.int32)), self.up


def _reduced(
    network: Network,
    ends: IntColumn,
    link_up: FloatColumn,
    node_up: FloatColumn,
    srlg_up: FloatColumn,
    alive: BoolColumn,
) -> _Parts:
    """The network as edges and parts: nodes, groups, cables. Terminals are taken to be up."""
    links = network.links
    kept = np.zeros(len(network.nodes), dtype=np.bool_)
    kept[ends] = True
    both = (links.reverse >= 0) & alive & alive[links.reverse]
    cable = np.flatnonzero(both & (links.reverse > np.arange(len(links))))
    lone = np.flatnonzero(alive & ~both)
    rows = np.concatenate([cable, lone])
    # What has only one direction, or a group, is not reduced; nor is what it touches.
    fixed = np.concatenate([_grouped(network, cable), np.ones(len(lone), dtype=np.bool_)])
    a, b, origin, up = cut.reduce(
        len(network.nodes), ints(links.src[rows]), ints(links.dst[rows]), floats(link_up[rows]), fixed, node_up,
        network.transit, kept,
    )  # fmt: skip
    whole = np.where(kept, 1.0, node_up)
    first = len(network.nodes) + len(network.srlgs)
    needs = [_needs(network, int(rows[o]) if o >= 0 else -1, [u, v, first + e])
             for e, (o, u, v) in enumerate(zip(origin.tolist(), a.tolist(), b.tolist(), strict=True))]  # fmt: skip
    back = (origin < 0) | np.isin(origin, np.arange(len(cable)))
    return _Parts(
        ints(np.concatenate([a, b[back]])), ints(np.concatenate([b, a[back]])),
        needs + [need for need, two in zip(needs, back.tolist(), strict=True) if two],
        floats(np.concatenate([whole, srlg_up, up])),
    )  # fmt: skip


def _grouped(network: Network, cable: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Cables of which a direction belongs to a shared-risk group."""
    some = np.diff(network.links.srlg_ptr) > 0
    return np.asarray(some[cable] | some[network.links.reverse[cable]], dtype=np.bool_)


def _needs(network: Network, row: int, parts: list[int]) -> list[int]:
    """Parts of one edge, with the groups of the link that it stands for, or of its other direction."""
    if row < 0:
        return parts
    links, found = network.links, set[int]()
    for link in (row, int(links.reverse[row])):
        if link >= 0:
            found |= set(links.srlg_idx[links.srlg_ptr[link] : links.srlg_ptr[link + 1]].tolist())
    return parts + [len(network.nodes) + group for group in sorted(found)]
