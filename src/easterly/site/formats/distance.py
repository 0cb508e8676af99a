"""Distances between places on the Earth."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG, Moritz 2000, Journal of Geodesy 74:1)."""


def great_circle_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Shortest distance over the surface, in whole metres, so that it is the same on any machine.

    Parameters
    ----------
    a, b : (2,) float [degree]
        Latitude and longitude.

    Returns
    -------
    float [m]

    Notes
    -----
    Haversine formula (Sinnott 1984, Sky and Telescope 68:2) on a sphere: within 0.6 % of the ellipsoid.

    Examples
    --------
    >>> great_circle_m((0.0, 0.0), (0.0, 90.0))
    10007557.0
    """
    (north_a, east_a), (north_b, east_b) = ((radians(x), radians(y)) for x, y in (a, b))
    half_chord = sin((north_b - north_a) / 2) ** 2 + cos(north_a) * cos(north_b) * sin((east_b - east_a) / 2) ** 2
    return float(round(2 * EARTH_M * asin(sqrt(min(1.0, half_chord)))))
