"""Demands in whatever form they come, as one noun; and what is refused, in words."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, floats, ints
from easterly.base.findings import Finding, FindingsError, did_you_mean
from easterly.model.allocation import Demands
from easterly.model.demand import DemandSet
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network

SEARCHED = 20_000
"""Up to this many names a near one is looked for."""


def demands_between(src: IntColumn, dst: IntColumn, rate_bps: FloatColumn) -> Demands:
    """Demands of weight 1 and one class.

    Parameters
    ----------
    src, dst : (K,) int
        Nodes.
    rate_bps : (K,) float [bit/s]

    Returns
    -------
    Demands
    """
    count = len(src)
    return Demands(ints(src), ints(dst), floats(rate_bps), floats(np.ones(count)), ints(np.zeros(count)))


def asked(network: Network, demands: Demands | DemandSet | TrafficMatrices, matrix: int = 0) -> Demands:
    """What is asked of the network: of flows their steady rates, of a matrix its rows, by the names of its places.

    Parameters
    ----------
    network : Network
    demands : Demands, DemandSet or TrafficMatrices
        Flows that carry bytes and no rate ask for nothing. A matrix without a unit is taken in bit/s.
    matrix : int
        Number of the matrix in its series.

    Returns
    -------
    Demands

    Raises
    ------
    FindingsError
        E211 where a place of the matrix is no node of the network.
    ValueError
        There is no such matrix; a node, rate, weight or class that is none.
    """
    if isinstance(demands, DemandSet):
        demands = demands_between(demands.flows.src, demands.flows.dst, demands.flows.rate_bps)
    elif isinstance(demands, TrafficMatrices):
        demands = _of_matrix(network, demands, matrix)
    elif not isinstance(demands, Demands):
        raise ValueError(f"demands are {type(demands).__name__}, not Demands, DemandSet or TrafficMatrices")
    _check(demands, len(network.nodes))
    return demands


def _of_matrix(network: Network, matrices: TrafficMatrices, matrix: int) -> Demands:
    if not 0 <= matrix < max(matrices.matrices, 1):
        raise ValueError(f"there is no matrix {matrix}: the series has {matrices.matrices}, numbered from 0")
    rows = np.flatnonzero(matrices.tm == matrix)
    node = _nodes_of(network, matrices.places)
    used = np.unique(np.concatenate([matrices.src[rows], matrices.dst[rows]]))
    missing = [matrices.places[i] for i in used.tolist() if node[i] < 0]
    if missing:
        known = network.index if len(network.index) <= SEARCHED else {}
        raise FindingsError(
            Finding("E211", f"demands/{name}", f"there is no node {name}", did_you_mean(name, known))
            for name in missing[:20]
        )
    return demands_between(
        ints(node[matrices.src[rows]]), ints(node[matrices.dst[rows]]), floats(matrices.demand[rows])
    )


def _nodes_of(network: Network, places: tuple[str, ...]) -> IntColumn:
    return ints([network.index.get(name, -1) for name in places])


def _check(demands: Demands, nodes: int) -> None:
    count = len(demands)
    for name in ("dst", "rate_bps", "weight", "priority"):
        if len(getattr(demands, name)) != count:
            raise ValueError(f"demands.{name} has {len(getattr(demands, name))} entries, not one per demand ({count})")
    for name in ("src", "dst"):
        column = getattr(demands, name)
        _refuse(name, column, (column < 0) | (column >= nodes), f"no node: there are {nodes}")
    _refuse("rate_bps", demands.rate_bps, ~(demands.rate_bps >= 0), "no rate from 0 up")
    weight = demands.weight
    _refuse("weight", weight, ~((weight > 0) & np.isfinite(weight)), "no weight above 0")
    _refuse("priority", demands.priority, demands.priority < 0, "no class from 0 up")
    if demands.curves is not None:
        _check_curves(demands)


def _check_curves(demands: Demands) -> None:
    curves = demands.curves
    assert curves is not None
    ptr, share, rate = curves.ptr, curves.share, curves.rate_bps
    if len(ptr) != len(demands) + 1 or ptr[0] != 0 or ptr[-1] != len(share) or (np.diff(ptr) < 0).any():
        raise ValueError("demands.curves.ptr does not run from 0 to the number of points, one row per demand")
    if len(rate) != len(share):
        raise ValueError(f"demands.curves.rate_bps has {len(rate)} entries, not one per point ({len(share)})")
    _refuse("curves.share", share, ~((share > 0) & np.isfinite(share)), "no fair share above 0")
    _refuse("curves.rate_bps", rate, ~((rate >= 0) & np.isfinite(rate)), "no rate from 0 up")
    inside = np.ones(len(share), dtype=np.bool_)
    inside[ptr[:-1][np.diff(ptr) > 0]] = False
    at = np.flatnonzero(inside)
    _refuse("curves.share", share[at], share[at] <= share[at - 1], "not above the share before it")
    _refuse("curves.rate_bps", rate[at], rate[at] < rate[at - 1], "less than the rate before it")


def _refuse(name: str, column: FloatColumn | IntColumn, wrong: BoolColumn, why: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise ValueError(f"demands.{name}[{rows[0]}] is {column[rows[0]]}: {why}")
