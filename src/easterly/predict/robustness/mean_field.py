"""SIS on a graph as it is: each node by its probability, and the threshold by the largest eigenvalue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats
from easterly.model.robustness import Epidemic, Graph
from easterly.predict.robustness.limits import _alone, _rates, _runge_kutta

ROUNDS = 20_000
CLOSE = 1e-13
NEAR = 1e-9
"""So near above its threshold, nothing is told from what is at it."""


def spectral_radius(graph: Graph) -> float:
    """Largest eigenvalue of the adjacency matrix, by power iteration on A + I (which has no -lambda beside it).

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    float [1]
        From below: the quotient of Rayleigh of a positive vector.

    Examples
    --------
    >>> from easterly.predict.robustness import from_edges
    >>> f"{spectral_radius(from_edges(5, [0, 0, 0, 0], [1, 2, 3, 4])):.6f}"  # sqrt(4)
    '2.000000'
    """
    if not len(graph):
        return 0.0
    vector = np.sqrt(graph.degree.astype(np.float64))
    vector /= np.sqrt((vector * vector).sum())
    found = 0.0
    for _ in range(ROUNDS):
        onward = _neighbours(graph, vector)
        now = float((vector * onward).sum())
        vector = vector + onward
        vector /= np.sqrt((vector * vector).sum())
        if abs(now - found) <= CLOSE * now:
            break
        found = now
    return now


def sis_threshold(graph: Graph) -> float:
    """Infection over recovery up to which SIS surely dies out soon: 1 / lambda_max (Wang et al. 2003).

    A lower bound of the true threshold, since independence of neighbours overestimates what spreads (Van Mieghem, Omic
    & Kooij 2009, IEEE/ACM Trans. Netw. 17:1); below it the mean number infected falls exponentially from the first
    moment on. On a finite graph SIS dies out at any rate, above the threshold after a time that grows like e^(c n).

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    float [1]
        Infinite without edges.

    Examples
    --------
    >>> from easterly.predict.robustness import lattice
    >>> f"{sis_threshold(lattice(10)):.6f}"
    '0.250000'
    """
    radius = spectral_radius(graph)
    return 1 / radius if radius else float("inf")


def endemic(graph: Graph, *, infect: float, recover: float = 1.0) -> FloatColumn:
    """Probability that each node is infected in the long run: the N-intertwined mean field (Van Mieghem et al. 2009).

    v = 1 - 1 / (1 + infect / recover * A v), the largest solution. No less than the truth.

    Parameters
    ----------
    graph : Graph
    infect, recover : float
        Recover above 0.

    Returns
    -------
    (N,) float [1]
        Zeros up to the threshold.

    Raises
    ------
    ValueError
        Rates that are none.

    Examples
    --------
    >>> from easterly.predict.robustness import lattice
    >>> made = endemic(lattice(10), infect=0.5)  # 1 - 1 / (4 x 0.5)
    >>> f"{made.min():.6f} {made.max():.6f}"
    '0.500000 0.500000'
    """
    _rates(infect, recover)
    if recover == 0:
        raise ValueError("nobody ever recovers: in the long run everybody whom it reaches is infected")
    ratio = infect / recover
    if ratio * spectral_radius(graph) <= 1 + NEAR:
        return floats(np.zeros(graph.nodes))
    share = np.ones(graph.nodes)
    for _ in range(ROUNDS):
        onward = ratio * _neighbours(graph, share)
        now = onward / (1 + onward)
        apart = float(np.abs(now - share).max(initial=0.0))
        share = now
        if apart < CLOSE:
            break
    return floats(share)


def sis_course(
    graph: Graph, *, infect: float, recover: float = 1.0, start: float = 1.0, until: float = 20.0, points: int = 100
) -> Epidemic:
    """Course of SIS in the N-intertwined mean field: v' = infect (1 - v) A v - recover v; no less than the truth.

    Parameters
    ----------
    graph : Graph
    infect, recover : float
    start : float [1]
        Probability of each node to be infected at the beginning.
    until : float
    points : int

    Returns
    -------
    Epidemic
        Of one run, without chance; `ever` is not known, and given as what is infected.

    Raises
    ------
    ValueError
        Rates, a share or times that are none.

    Examples
    --------
    >>> from easterly.predict.robustness import lattice
    >>> f"{sis_course(lattice(10), infect=0.5, until=40).infected[-1]:.4f}"
    '0.5000'
    """
    _rates(infect, recover)
    if not (0 <= start <= 1 and 0 < until < np.inf and points >= 1 and graph.nodes):
        raise ValueError(f"start {start:g}, until {until:g}: a share from 0 to 1, and a time above 0, of some nodes")
    time = np.linspace(0, until, points + 1)

    def slope(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return infect * (1 - at) * _neighbours(graph, at) - recover * at

    fastest = recover + infect * float(graph.degree.max(initial=0))
    rows = _runge_kutta(slope, np.full(graph.nodes, start), time, fastest)
    share = rows.mean(axis=1)
    return _alone("SIS, N-intertwined mean field", graph.nodes, time, share, share)


def _neighbours(graph: Graph, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over the neighbours of each node, in the order of edges; loops count for nothing."""
    a, b = graph.a, graph.b
    real = (a != b).astype(np.float64)
    return floats(np.bincount(a, values[b] * real, graph.nodes) + np.bincount(b, values[a] * real, graph.nodes))
