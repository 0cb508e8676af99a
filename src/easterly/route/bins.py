"""Balls in bins: connections that a hash throws on links of equal cost, all of one size."""

from __future__ import annotations

import numpy as np

MOST = 4096
"""Connections and links beyond which the exact sum takes too long."""


def used_links(connections: int, links: int) -> float:
    """Links that get any connection, in expectation: ``w (1 - (1 - 1/w)^f)``.

    >>> round(used_links(8, 8) / 8, 3), round(used_links(16, 16) / 16, 3)
    (0.656, 0.644)
    """
    if links == 1:
        return float(connections > 0)
    return float(-links * np.expm1(connections * np.log1p(-1 / links)))


def fullest_link(connections: int, links: int) -> float:
    """Connections on the fullest link, in expectation.

    Exact: with f/w connections per link drawn from a Poisson distribution and their sum given, the numbers are those
    of balls in bins; so P(fullest <= m) is the f-th coefficient of the w-th power of the distribution cut at m, over
    P(sum = f) (Mitzenmacher & Upfal 2005, Probability and Computing, section 5.4), and the mean is the sum of
    1 - P(fullest <= m) over m.

    Raises
    ------
    ValueError
        For more than 4,096 connections or links.

    Examples
    --------
    >>> fullest_link(2, 2), round(fullest_link(16, 16), 2)
    (1.5, 3.08)
    """
    if max(connections, links) > MOST:
        raise ValueError(f"the fullest link is worked out for at most {MOST:,} connections and links")
    most = -(-connections // links)
    mean = float(most)  # no less is possible
    while most < connections:
        above = 1 - _none_above(most, connections, links)
        mean, most = mean + above, most + 1
        if above < 1e-12:
            break
    return mean


def _none_above(most: int, connections: int, links: int) -> float:
    """Probability that no link has more than `most` connections."""
    weights = _poisson(connections / links, most)
    # The coefficient as a mean over the unit circle; more points than the degree, so that none folds onto another.
    points = 1 << (most * links).bit_length()
    values = np.fft.rfft(weights, points)
    whole = values[0].real
    turned = (values / whole) ** links * np.exp(2j * np.pi * np.arange(len(values)) * (connections / points % 1.0))
    inside = (turned[0].real + 2 * turned[1:-1].real.sum() + turned[-1].real) / points
    given = _poisson(float(connections), connections)[-1]
    return float(min(1.0, max(0.0, inside * whole**links / given)))


def _poisson(mean: float, most: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Probabilities of 0..most, from their logarithms."""
    count = np.arange(most + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(count[1:]))])
    return np.asarray(np.exp(count * np.log(mean) - mean - logs))


def all_apart(connections: int, links: int) -> float:
    """Probability that no two connections share a link: ``(1 - 1/w) (1 - 2/w) ... (1 - (f-1)/w)``.

    >>> all_apart(2, 4), all_apart(5, 4)
    (0.75, 0.0)
    """
    return float(np.prod(1 - np.arange(connections) / links)) if connections <= links else 0.0


def meeting(connections: int, links: int) -> float:
    """Share of connections that meet another on their link, in expectation: ``1 - (1 - 1/w)^(f-1)``.

    >>> round(meeting(2, 4), 6), meeting(1, 4)
    (0.25, 0.0)
    """
    if links == 1:
        return float(connections > 1)
    return float(-np.expm1(max(connections - 1, 0) * np.log1p(-1 / links)))
