"""How much more a station can take: waits over growth, and the growth at which a target falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.model.stations import Stations
from easterly.predict.queueing.invert import Aim, fewest_servers, most_load
from easterly.predict.queueing.markov import mmc


@dataclass(frozen=True, slots=True)
class Headroom:
    """What a station can take beyond what it has."""

    growth: FloatColumn
    """Factors on the arrivals of today."""
    stations: Stations
    """The station at each of them."""
    most: float
    """Largest arrival rate within the target."""
    factor: float
    """The same over the arrivals of today; below 1 where the target is missed today."""
    servers: FloatColumn
    """Servers that each growth needs for the target; 0 where none suffice."""


def curve(
    aim: Aim, arrival: float, service: float, servers: int, target: float, at: float = 0.0,
    growth: ArrayLike = (0.5, 0.75, 1.0, 1.1, 1.25, 1.5, 2.0),
) -> Headroom:  # fmt: skip
    """An M/M/c under growing load: means, the largest load within a target, and the servers that growth needs.

    Parameters
    ----------
    aim : Aim
    arrival, service : float
        Customers per unit of time today; mean time of a service.
    servers : int
    target, at : float
        As for `fewest_servers`.
    growth : array_like
        Factors on the arrivals of today.

    Returns
    -------
    Headroom

    Examples
    --------
    >>> made = curve(Aim.TIME, 0.5, 1.0, 1, 4.0)
    >>> f"{made.factor:.4f}", made.servers
    ('1.5000', array([1., 1., 1., 1., 1., 1., 2.]))
    """
    factors = np.atleast_1d(np.asarray(growth, np.float64))
    most = float(most_load(aim, service, servers, target, at))
    needed = fewest_servers(aim, arrival * factors, service, target, at).astype(np.float64)
    return Headroom(factors, mmc(arrival * factors, service, servers), most, most / arrival, needed)
