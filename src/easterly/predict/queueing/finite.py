"""Bounded rooms behind one server with any service times: what is lost, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from easterly.base.columns import FloatColumn
from easterly.model.stations import ErrorClass, Stations
from easterly.predict.queueing.columns import exp, positive
from easterly.predict.queueing.service import balanced
from easterly.predict.queueing.waits import FEWEST_SCV

MOST_PLACES = 5_000
SPARE = 200
"""Arrivals beyond the places, for tails that are summed from their end."""


def mg1k(arrival: float, service: float, places: int, scv: float = 1.0) -> Stations:
    """M/G/1/K: one server, `places` in all, service fixed, mixed Erlang, exponential or of two exponential times.

    Exact for those laws, through the chain at departures: what it leaves behind determines what arrivals find,
    P_loss = 1 - 1 / (pi_0 + rho) (Cohen 1982; Tijms 2003, 9.6). All sums are of positive terms, at any load.

    Parameters
    ----------
    arrival, service : float
        Customers per unit of time; mean time of a service.
    places : int
        The server included, at most 5,000.
    scv : float
        Squared coefficient of variation: the law is the one of these two moments that is named above.

    Returns
    -------
    Stations
        Means of those who enter.

    Examples
    --------
    >>> f"{mg1k(2.0, 1.0, 3).P_loss:.6f}", f"{mg1k(0.8, 1.0, 10, 0.0).P_loss:.6f}"
    ('0.533333', '0.003639')
    """
    rate, each = float(positive("arrival", arrival)), float(positive("service", service))
    if not (places == int(places) and 1 <= places <= MOST_PLACES):
        raise ValueError(f"places is {places:g}: give 1 to {MOST_PLACES:,}, the server included")
    rho, most, vary = rate * each, int(places), float(positive("scv", scv, zero=True))
    law = _departures(arrivals_in_service(rho, vary, most + SPARE), most)
    law /= law.sum()
    share = 1 / (law[0] + rho)  # of time, for a departure's law; the server is busy rho of it
    lost = 1 - share
    if lost < 1e-4 and rho < 1:
        lost = _rare(rho, vary, most)
    inside, count = np.concatenate((law * (1 - lost), [lost])), np.arange(places + 1)
    entering, L, Lq = rate * (1 - lost), float(inside @ count), float(inside @ np.maximum(count - 1, 0))
    W, Wq = L / entering, Lq / entering
    values = (entering, entering * each, float(inside[1:-1].sum()) / (1 - lost), L, Lq, W, Wq, lost)
    fields = ("entering", "rho", "P_wait", "L", "Lq", "W", "Wq", "P_loss")
    columns: dict[str, Any] = {name: np.asarray(float(value)) for name, value in zip(fields, values, strict=True)}
    return Stations("M/G/1/K, departures", ErrorClass.EXACT, **columns)


def _rare(rho: float, scv: float, places: int) -> float:
    """Loss below 1: with the unbounded queue's law beyond `places`, summed, instead of one less nearly one."""
    more = places + 400
    law = _departures(arrivals_in_service(rho, scv, more + SPARE), more)
    ratio = min(law[-1] / law[-2], 1 - 1e-12) if law[-2] > 0 else 0.0
    beyond = law[places:].sum() + law[-1] * ratio / (1 - ratio)
    return float((1 - rho) * beyond / (law[:places].sum() * rho + law[0]))


def arrivals_in_service(rho: float, scv: float, most: int) -> FloatColumn:
    """Probabilities of 0 .. most Poisson arrivals during one service.

    Parameters
    ----------
    rho : float
        Mean number of arrivals.
    scv : float
    most : int

    Returns
    -------
    (most + 1,) array

    Examples
    --------
    >>> arrivals_in_service(1.0, 1.0, 2)
    array([0.5  , 0.25 , 0.125])
    """
    count = np.arange(1, most + 1)
    if scv == 0:
        return np.asarray(exp(-rho)) * np.cumprod(np.concatenate(([1.0], rho / count)))
    if scv > 1:
        two = balanced(1.0, scv)
        parts = [
            w * (1 / (1 + rho * m)) * (rho * m / (1 + rho * m)) ** np.arange(most + 1)
            for w, m in zip(two.weights, two.means, strict=True)
        ]
        return parts[0] + parts[1]
    k, p = _mixed(max(scv, FEWEST_SCV))
    phases = k - p  # rate of one phase, for a mean of one
    hit = rho / (rho + phases)
    made = np.zeros(most + 1)
    for j, weight in ((k - 1, p), (k, 1 - p)):
        if weight > 0:
            first = (1 - hit) ** j
            made += weight * first * np.cumprod(np.concatenate(([1.0], hit * (count + j - 1) / count)))
    return made


def _mixed(scv: float) -> tuple[int, float]:
    """Phases k, and the probability of only k - 1 of them (Tijms 1994)."""
    k = max(int(np.ceil(1 / scv - 1e-12)), 1)
    return k, 0.0 if k == 1 else float((k * scv - np.sqrt(max(k * (1 + scv) - k * k * scv, 0.0))) / (1 + scv))


def _departures(arrive: FloatColumn, places: int) -> FloatColumn:
    """What a departure leaves behind, 0 .. places - 1, up to a factor."""
    beyond = _tail(arrive)  # more than m
    law = np.zeros(places)
    law[0] = 1.0
    for n in range(1, places):
        law[n] = (beyond[n - 1] * law[0] + law[1:n] @ beyond[n - 1 : 0 : -1]) / arrive[0]
        if law[n] > 1e200:
            law /= law[n]
    return law


def _tail(arrive: FloatColumn) -> FloatColumn:
    """More than m arrivals, summed from the far end, where one less nearly one would tell nothing."""
    rest = max(1 - float(arrive.sum()), 0.0)
    made: FloatColumn = np.concatenate((np.cumsum(arrive[::-1])[::-1][1:], [0.0])) + (rest if rest > 1e-13 else 0.0)
    return made
