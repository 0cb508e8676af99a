"""Where a graph falls apart, by formula: degrees alone decide, where nothing but degrees is fixed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import maths

SITE = 0.59274605079210
"""Square lattice: share of nodes that must be left (Jacobsen 2015, J. Phys. A 48, 454003)."""
BOND = 0.5
"""Square lattice: share of edges that must be left (Kesten 1980, CMP 74:41)."""
GEOMETRIC_DEGREE = 4 * 1.12808737
"""Mean degree from which points of the plane percolate, four times the critical filling of discs (Mertens & Moore 2012,
Phys. Rev. E 86, 061109)."""


def branching(degree: ArrayLike, share: ArrayLike | None = None) -> float:
    """Further edges at the end of a random edge: <k (k - 1)> / <k>, where kappa = <k^2> / <k> is one more.

    Parameters
    ----------
    degree : (N,) int
        Degrees of nodes, or the distinct ones.
    share : (N,) float, optional
        Weight of each; 1 if absent.

    Returns
    -------
    float
        NaN where no node has an edge.

    Examples
    --------
    >>> branching([3, 3, 3]), branching([1, 3], [0.5, 0.5])
    (2.0, 1.5)
    """
    k, weight = _law(degree, share)
    mean = float((weight * k).sum())
    return float((weight * k * (k - 1)).sum()) / mean if mean else math.nan


def random_removal(degree: ArrayLike, share: ArrayLike | None = None) -> float:
    """Share of nodes, or of edges, that may go at random before a random graph of these degrees falls apart.

    Molloy & Reed 1995 (Random Struct. Alg. 6:161): a giant component needs <k (k - 1)> > <k>; random removal thins the
    branching by what stays, so 1 - 1 / (kappa - 1) may go (Cohen et al. 2000, Phys. Rev. Lett. 85:4626). For G(n, p)
    that is 1 - 1 / <k>. Exact where nothing but degrees is fixed and the graph is large.

    Parameters
    ----------
    degree : (N,) int
    share : (N,) float, optional

    Returns
    -------
    float [1]
        0 where there is no giant component to begin with.

    Examples
    --------
    >>> random_removal([4, 4, 4, 4])  # 1 - 1 / 3
    0.6666666666666667
    """
    onward = branching(degree, share)
    return 1 - 1 / onward if onward > 1 else 0.0


def targeted_removal(degree: ArrayLike, share: ArrayLike | None = None) -> float:
    """Share of nodes that must go, the highest degrees first, before a random graph of these degrees falls apart.

    The nodes that stay branch by themselves alone: nodes go down to the degree K at which
    sum over k <= K of k (k - 1) P(k) = <k> (Cohen et al. 2001, Phys. Rev. Lett. 86:3682; Callaway et al. 2000). Of the
    last degree a part goes.

    Parameters
    ----------
    degree : (N,) int
    share : (N,) float, optional

    Returns
    -------
    float [1]
        0 where there is no giant component to begin with.

    Examples
    --------
    >>> f"{targeted_removal([4, 4, 4, 4]):.4f}"  # as at random: all are alike
    '0.6667'
    """
    k, weight = _law(degree, share)
    order = np.argsort(k, kind="stable")
    k, weight = k[order], weight[order] / weight.sum()
    stays = np.cumsum(weight * k * (k - 1)) - float((weight * k).sum())
    if not len(stays) or stays[-1] <= 0:
        return 0.0
    last = int(np.argmax(stays > 0))  # of this degree, a part goes
    part = float(stays[last]) / float(weight[last] * k[last] * (k[last] - 1))
    return float(weight[last + 1 :].sum()) + part * float(weight[last])


def targeted_power_law(exponent: float, least: float = 1.0) -> float:
    """The same for degrees with the density k^-exponent from `least` on: the equation of Cohen et al. 2001, solved.

    (K/m)^(2-a) - 2 = (2 - a) / (3 - a) m ((K/m)^(3-a) - 1), and (K/m)^(1-a) of all nodes go. Degrees are continuous
    there; where they are whole numbers, `targeted_removal` is the answer.

    Parameters
    ----------
    exponent : float [1]
        a, above 2: below, the mean degree is infinite.
    least : float
        m, the smallest degree.

    Returns
    -------
    float [1]
        0 where there is no giant component to begin with.

    Raises
    ------
    ValueError
        An exponent up to 2.

    Examples
    --------
    >>> f"{targeted_power_law(2.5, 1):.6f}"  # the golden ratio to the power of -6
    '0.055728'
    """
    if not (exponent > 2 and least > 0):
        raise ValueError(f"exponent {exponent:g} from {least:g} on: above 2, and degrees above 0")

    def over(log_ratio: float) -> float:
        """What stays of the branching, less 1, with degrees up to e^log_ratio times the least."""
        a = exponent
        square = log_ratio if a == 3 else (_exp((3 - a) * log_ratio) - 1) / (3 - a)
        return least * square + (_exp((2 - a) * log_ratio) - 1) / (a - 2) - 1 / (a - 2)

    high = 1.0
    while over(high) < 0:
        high *= 2
        if high > 1e4:
            return 0.0
    low = 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if over(middle) < 0 else (low, middle)
    return _exp((1 - exponent) * high)


def _exp(x: float) -> float:
    return float(maths.exp(np.array([min(x, 700.0)]))[0])


def _law(degree: ArrayLike, share: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    k = np.asarray(degree, dtype=np.float64).ravel()
    weight = np.ones(len(k)) if share is None else np.asarray(share, dtype=np.float64).ravel()
    if len(weight) != len(k) or (k < 0).any() or not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("degrees must be from 0 on, with a share from 0 on for each")
    return k, weight
