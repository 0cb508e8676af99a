"""What spreads on a large random graph, without chance: the size of an outbreak, how likely it is, its course."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats
from easterly.model.robustness import Epidemic
from easterly.predict.robustness.thresholds import branching

MOST_DEGREE = 100_000
STEPS = 2000
CLOSE = 1e-15


def transmissibility(infect: float, recover: float) -> float:
    """Probability that an infected node infects one neighbour before it recovers: infect / (infect + recover).

    >>> transmissibility(3.0, 1.0)
    0.75
    """
    _rates(infect, recover)
    return infect / (infect + recover)


def epidemic_threshold(degree: ArrayLike, share: ArrayLike | None = None) -> float:
    """Transmissibility above which SIR can reach a share of a random graph: <k> / (<k^2> - <k>) (Newman 2002).

    Parameters
    ----------
    degree : (N,) int
        Degrees of nodes, or the distinct ones.
    share : (N,) float, optional
        Weight of each; 1 if absent.

    Returns
    -------
    float [1]
        Infinite where no node has two edges; above 1 nothing spreads at any rate.

    Examples
    --------
    >>> epidemic_threshold([4])
    0.3333333333333333
    """
    onward = branching(degree, share)
    return 1 / onward if onward > 0 else float("inf")


def final_size(degree: ArrayLike, share: ArrayLike | None = None, *, infect: float, recover: float = 1.0) -> float:
    """Share that a large outbreak of SIR infects on a random graph of these degrees.

    An edge has not transmitted to a random node with probability theta = 1 - T + T g'(theta) / g'(1), the least
    solution; g generates the degrees, and g(theta) is spared (Newman 2002, Phys. Rev. E 66, 016128; Miller 2011). For
    the share of nodes it does not matter that edges out of one node depend on how long that one is infected.

    Parameters
    ----------
    degree : (N,) int
    share : (N,) float, optional
    infect, recover : float
        Rates; recover may be 0.

    Returns
    -------
    float [1]
        0 up to the threshold.

    Raises
    ------
    ValueError
        Rates or degrees that are none.

    Examples
    --------
    >>> f"{final_size([4], infect=1.0):.4f}"  # T = 1/2: theta^3 - 2 theta + 1 = 0, the golden section
    '0.8541'
    """
    law = _law(degree, share)
    T = transmissibility(infect, recover)
    if not T * branching(degree, share) > 1:
        return 0.0
    theta = 0.0
    for _ in range(200):  # Newton, from below: what is searched is concave, so that no step goes too far
        over = theta - (1 - T + T * _series(law[2], theta))
        step = -over / (1 - T * _series(law[3], theta))
        theta += step
        if not step > CLOSE:
            break
    return 1 - _series(law[1], theta)


def outbreak_probability(
    degree: ArrayLike, share: ArrayLike | None = None, *, infect: float, recover: float = 1.0
) -> float:
    """Probability that SIR from one random node becomes large on a random graph of these degrees.

    Below the final size where times of infection vary: a node that recovers early spares all its neighbours at once
    (Kenah & Robins 2007, Phys. Rev. E 76, 036113). With X = V + (1 - V) h, V = e^(-infect D) and exponential D,
    M_k = E[X^k] = (a + k h M_(k-1)) / (a + k), a = recover / infect; h = sum of q_k M_k over the further edges.

    Parameters
    ----------
    degree : (N,) int
    share : (N,) float, optional
    infect, recover : float

    Returns
    -------
    float [1]
        0 up to the threshold.

    Raises
    ------
    ValueError
        Rates or degrees that are none, degrees beyond 100,000.

    Examples
    --------
    >>> f"{outbreak_probability([4], infect=1.0):.4f}"  # h = sqrt(2) - 1; the final size is 0.8541
    '0.6627'
    """
    _, weight, onward, _ = _law(degree, share)
    if not transmissibility(infect, recover) * branching(degree, share) > 1:
        return 0.0
    a = recover / infect
    low, gap = 0.0, 1.0
    while _extinct(onward, a, 1 - gap) >= 1 - gap:  # at its other solution, 1, it comes from below
        gap /= 2
        if gap < 1e-12:
            return 0.0
    high = 1 - gap
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _extinct(onward, a, middle) > middle else (low, middle)
    return 1 - _extinct(weight, a, high)


def _extinct(weight: NDArray[np.float64], a: float, h: float) -> float:
    moment, total = 1.0, float(weight[0])
    for k, w in enumerate(weight.tolist()[1:], 1):
        moment = (a + k * h * moment) / (a + k)
        total += w * moment
    return total


def final_size_mixed(reproduction: float) -> float:
    """Share that a large outbreak infects among all who meet: s = 1 - e^(-R s) (Kermack & McKendrick 1927).

    Parameters
    ----------
    reproduction : float [1]
        Others that the first one infects in the mean.

    Returns
    -------
    float [1]
        0 up to 1.

    Raises
    ------
    ValueError
        A negative number.

    Examples
    --------
    >>> f"{final_size_mixed(2.0):.6f}"
    '0.796812'
    """
    if not 0 <= reproduction < np.inf:
        raise ValueError(f"reproduction number {reproduction:g}: it must be from 0 on")
    if reproduction <= 1:
        return 0.0
    spared = 0.0
    for _ in range(200):
        gone = _exp(-reproduction * (1 - spared))
        step = (gone - spared) / (1 - reproduction * gone)
        spared += step
        if not step > CLOSE:
            break
    return 1 - spared


def course(
    degree: ArrayLike, share: ArrayLike | None = None, *, infect: float, recover: float = 1.0, start: float = 1e-3,
    until: float = 20.0, points: int = 100,
) -> Epidemic:  # fmt: skip
    """Course of SIR on a large random graph: the edge-based equations (Miller 2011, J. Math. Biol. 62:349).

    theta' = -infect theta + infect (1 - start) g'(theta) / g'(1) + recover (1 - theta), S = (1 - start) g(theta):
    exact in the limit of many nodes, of which a share is infected at random at the beginning. One equation for any
    law of degrees.

    Parameters
    ----------
    degree : (N,) int
    share : (N,) float, optional
    infect, recover : float
    start : float [1]
        Share infected at the beginning.
    until : float
    points : int

    Returns
    -------
    Epidemic
        Of one run, without chance.

    Raises
    ------
    ValueError
        Rates, degrees, shares or times that are none.

    Examples
    --------
    >>> made = course([4], infect=1.0, start=1e-6, until=60)
    >>> f"{made.final[0]:.4f}"
    '0.8541'
    """
    law = _law(degree, share)
    _rates(infect, recover)
    if not (0 < start < 1 and 0 < until < np.inf and points >= 1):
        raise ValueError(f"start {start:g}, until {until:g}: a share between 0 and 1, and a time above 0")
    time = np.linspace(0, until, points + 1)

    def slope(at: NDArray[np.float64]) -> NDArray[np.float64]:
        theta, gone = at.tolist()
        spared = (1 - start) * _series(law[1], theta)
        down = -infect * theta + infect * (1 - start) * _series(law[2], theta) + recover * (1 - theta)
        return np.array([down, recover * (1 - spared - gone)])

    rows = _runge_kutta(slope, np.array([1.0, 0.0]), time, (infect + recover) * max(branching(degree, share), 1))
    spared = (1 - start) * np.array([_series(law[1], theta) for theta in rows[:, 0].tolist()])
    return _alone("SIR, edge-based equations", 0, time, 1 - spared - rows[:, 1], 1 - spared)


def _runge_kutta(slope: Any, at: NDArray[np.float64], time: FloatColumn, fastest: float) -> NDArray[np.float64]:
    """(K, V) solution at these times, in steps that are short against the fastest rate."""
    rows = [at]
    for span in np.diff(time).tolist():
        steps = max(1, int(np.ceil(span * fastest / 0.1)))
        if steps * len(time) > 100 * STEPS * len(time):
            raise ValueError(f"{steps:,} steps between two times: ask for a shorter time, or more points")
        h = span / steps
        for _ in range(steps):
            k1 = slope(at)
            k2 = slope(at + h / 2 * k1)
            k3 = slope(at + h / 2 * k2)
            k4 = slope(at + h * k3)
            at = at + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        rows.append(at)
    return np.array(rows)


def _alone(method: str, nodes: int, time: FloatColumn, infected: ArrayLike, ever: ArrayLike) -> Epidemic:
    """A course without chance."""
    now, so_far = np.clip(infected, 0.0, 1.0), np.clip(ever, 0.0, 1.0)
    none = floats(np.zeros(len(time)))
    return Epidemic(
        method, nodes, floats(time), floats(now), none, floats(so_far), none, floats(so_far[-1:]),
        floats([now.max()]), floats([np.inf]),
    )  # fmt: skip


def _rates(infect: float, recover: float) -> None:
    if not (0 <= infect < np.inf and 0 <= recover < np.inf and infect + recover > 0):
        raise ValueError(f"rates {infect:g} and {recover:g}: both from 0 on, and one of them above")


def _exp(x: float) -> float:
    return float(maths.exp(np.array([max(x, -700.0)]))[0])


def _law(degree: ArrayLike, share: ArrayLike | None) -> tuple[NDArray[np.float64], ...]:
    """Distinct degrees as polynomials: of nodes, of further edges, and the derivative of that."""
    k = np.asarray(degree, dtype=np.int64).ravel()
    weight = np.ones(len(k)) if share is None else np.asarray(share, dtype=np.float64).ravel()
    if not len(k) or len(weight) != len(k) or k.min() < 0 or k.max() > MOST_DEGREE or not weight.sum() > 0:
        raise ValueError(f"degrees must be from 0 to {MOST_DEGREE:,}, with a share from 0 on for each")
    own = np.bincount(k, weight)
    own = own / own.sum()
    at = np.arange(len(own), dtype=np.float64)
    mean = float((own * at).sum())
    onward = (own * at)[1:] / mean if mean else np.ones(1)
    return at, own, onward, (onward * np.arange(len(onward)))[1:]


def _series(weight: NDArray[np.float64], x: float) -> float:
    """Polynomial with these coefficients, by powers that are products: the same bits everywhere."""
    powers = np.cumprod(np.concatenate([[1.0], np.full(max(len(weight) - 1, 0), x)]))[: len(weight)]
    return float((weight * powers).cumsum()[-1]) if len(weight) else 0.0
