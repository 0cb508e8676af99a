"""How far a mean wait can be from two moments of arrivals and service: intervals that hold for every law of them."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn
from easterly.model.stations import Band

ONE = "GI/G/1 from two moments: upper end by Daley (1977), lower end by Stoyan & Stoyan (1974), which is tight"
SEVERAL = "GI/G/c from two moments: upper end by Kingman (1970), lower end by Brumelle (1971)"


def one_server(rate: FloatColumn, each: FloatColumn, ca: FloatColumn, cs: FloatColumn) -> Band:
    """Mean wait of every GI/G/1 with these moments.

    At most E[S] rho / (2 (1 - rho)) ((2 - rho) ca2 / rho + cs2) (Daley 1977), which is below Kingman's bound; at least
    E[S] max((1 + cs2) rho - 1, 0) / (2 (1 - rho)), whatever the variation of arrivals (Stoyan & Stoyan 1974; tight by
    Whitt 1984).

    Parameters
    ----------
    rate, each : (N,) float [1/s], [s]
        Arrivals, and the mean time of a service.
    ca, cs : (N,) float [1]
        Squared coefficients of variation of the times between arrivals and of service.

    Returns
    -------
    Band

    Examples
    --------
    >>> band = one_server(*(np.array([x]) for x in (0.5, 1.0, 1.0, 1.0)))  # an M/M/1 waits 1
    >>> float(band.low[0]), float(band.high[0])
    (0.0, 2.0)
    """
    rho = rate * each
    half = each / (2 * np.where(rho < 1, 1 - rho, np.nan))
    low = half * np.maximum((1 + cs) * rho - 1, 0)
    high = half * ((2 - rho) * ca + rho * cs)
    return _stable(low, high, rho, ONE)


def servers_band(rate: FloatColumn, each: FloatColumn, servers: FloatColumn, ca: FloatColumn, cs: FloatColumn) -> Band:
    """Mean wait of every GI/G/c with these moments; that of `one_server` where there is one.

    At most (ca2 / lambda^2 + E[S]^2 (cs2 / c + (c - 1) / c^2)) lambda / (2 (1 - rho)) (Kingman 1970); at least the wait
    at one server c times as fast, less (c - 1) / c E[S^2] / (2 E[S]) (Brumelle 1971; Kleinrock 1976, 2.7).

    Parameters
    ----------
    rate, each, servers, ca, cs : (N,) float
        As for `one_server`; servers.

    Returns
    -------
    Band

    Examples
    --------
    >>> band = servers_band(*(np.array([x]) for x in (1.5, 1.0, 2.0, 1.0, 1.0)))  # an M/M/2 waits 1.2857
    >>> float(band.low[0]), round(float(band.high[0]), 6)
    (0.0, 3.583333)
    """
    fast = one_server(rate, each / servers, ca, cs)
    rho = rate * each / servers
    free = np.where(rho < 1, 1 - rho, np.nan)
    spread = each**2 * (cs / servers + (servers - 1) / servers**2)
    high = (ca / rate + rate * spread) / (2 * free)
    low = np.maximum(fast.low - (servers - 1) / servers * each * (1 + cs) / 2, 0)
    alone = servers == 1
    return _stable(np.where(alone, fast.low, low), np.where(alone, fast.high, high), rho, SEVERAL)


def _stable(low: FloatColumn, high: FloatColumn, rho: FloatColumn, source: str) -> Band:
    """Without end where more comes than is served."""
    return Band(np.where(rho < 1, low, np.inf), np.where(rho < 1, high, np.inf), source)
