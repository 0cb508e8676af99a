"""Cables between tiers, and the counts that make them come out even.

Ports are stable under growth: the port of a lower switch depends on the index of the upper one, the port
of an upper switch on the rank of the lower one. A switch that is added takes ports that were free.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from easterly.model.network import LinkKind
from easterly.site.blueprints.parts import MOST, Cables, Ints, TooLarge, count_up


def mesh(
    lower: Ints,
    first_upper: Ints,
    rank: Ints,
    *,
    uppers: int,
    links: int,
    first_port: int,
    rate_bps: float,
    length_m: float,
) -> Cables:
    """Join each lower switch to `uppers` consecutive upper switches by `links` parallel cables.

    Parameters
    ----------
    lower : (n,) int
        Lower switches.
    first_upper : (n,) int
        First of the upper switches that each is joined to.
    rank : (n,) int
        Position of each lower switch among the neighbours of its upper ones; decides their ports.
    uppers, links : int
    first_port : int
        First port used on the lower switches.
    rate_bps : float [bit/s]
    length_m : float [m]

    Returns
    -------
    Cables
        ``n * uppers * links`` cables, lower switch by lower switch.

    Examples
    --------
    >>> two = np.arange(2)
    >>> c = mesh(two, np.array([2, 2]), two, uppers=2, links=1, first_port=5, rate_bps=1e9, length_m=1.0)
    >>> c.upper.tolist(), c.lower_port.tolist(), c.upper_port.tolist()
    ([2, 3, 2, 3], [5, 6, 5, 6], [1, 1, 2, 2])
    """
    each = uppers * links
    if len(lower) * each > MOST:
        raise TooLarge(len(lower) * each, "cables")
    slot = np.tile(np.arange(each, dtype=np.int64), len(lower))
    return Cables(
        kind=LinkKind.FABRIC,
        lower=np.repeat(lower, each),
        upper=np.repeat(first_upper, each) + slot // links,
        lower_port=first_port + slot,
        upper_port=np.repeat(rank, each) * links + slot % links + 1,
        rate_bps=rate_bps,
        length_m=length_m,
    )


def host_cables(
    leaf: Ints, leaf_port: Ints, nic_port: Ints, rate_bps: float, length_m: float, ports: int = 1
) -> Cables:
    """Join interface i, which has `ports` ports, to ``leaf[i]``; entries are in the order of interfaces."""
    interface = count_up(len(leaf), "cables") // ports
    return Cables(LinkKind.HOST, interface, leaf, nic_port, leaf_port, rate_bps, length_m)


def ceil_div(a: int, b: int) -> int:
    """Quotient, rounded up."""
    return -(-a // b)


def divisors(number: int) -> list[int]:
    """Divisors in ascending order.

    >>> divisors(12)
    [1, 2, 3, 4, 6, 12]
    """
    small = [d for d in range(1, isqrt(number) + 1) if number % d == 0]
    return sorted({*small, *(number // d for d in small)})


def fewest_uppers(lowers: int, up: int, ports: int) -> int | None:
    """Smallest number of upper switches that divides `up` and whose `ports` hold the links of all lower ones.

    Every lower switch then reaches every upper one by the same number of parallel links. Where there are two
    uplinks or more there are two upper switches or more, so that no single one joins everything.

    >>> fewest_uppers(32, 32, 64), fewest_uppers(22, 16, 64), fewest_uppers(65, 32, 64), fewest_uppers(2, 8, 64)
    (16, 8, None, 2)
    """
    least = min(up, 2)
    return next((count for count in divisors(up) if count >= least and lowers * (up // count) <= ports), None)
