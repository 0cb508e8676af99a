"""Flows that arrive at random: a Poisson process over pairs of hosts, at a stated load of stated links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, ints
from easterly.base.schema import Doc
from easterly.model.workload import Workload
from easterly.predict.packet.workloads.draws import chosen, exponential
from easterly.predict.packet.workloads.rows import listed
from easterly.predict.packet.workloads.sizes import SizeLaw

MOST = 1 << 27
"""Flows of one workload."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who may send to whom, and how likely a flow is of that pair."""

    src: Annotated[IntColumn, Doc("(P,) host that sends.")]
    dst: Annotated[IntColumn, Doc("(P,) host that receives.")]
    weight: Annotated[FloatColumn, Doc("(P,) likelihood, in any unit.")]


def all_pairs(hosts: int) -> Pairs:
    """Every host to every other one, all equally likely.

    >>> len(all_pairs(3).src)
    6
    """
    return pairs_between(range(hosts), range(hosts))


def pairs_between(senders: Sequence[int], receivers: Sequence[int]) -> Pairs:
    """Every sender to every receiver but itself, all equally likely."""
    src, dst = np.repeat(senders, len(receivers)), np.tile(receivers, len(senders))
    apart = src != dst
    return Pairs(ints(src[apart]), ints(dst[apart]), floats(np.ones(int(apart.sum()))))


def share_on(pairs: Pairs, ptr: IndexColumn, link: IntColumn, links: ArrayLike) -> float:
    """Mean number of the stated links that a flow crosses, where pair p takes ``link[ptr[p]:ptr[p + 1]]``."""
    stated = np.isin(link, np.asarray(links))
    per_pair = np.add.reduceat(np.append(stated, False).astype(np.float64), ptr[:-1]) * (np.diff(ptr) > 0)
    return float(per_pair @ pairs.weight / pairs.weight.sum())


def arrivals_per_s(load: float, law: SizeLaw, capacity_bps: float, share: float = 1.0, header: float = 1.0) -> float:
    """Flows a second that load some links to a stated part.

    Parameters
    ----------
    load : float [1]
        Mean load of the links.
    law : SizeLaw
    capacity_bps : float [bit/s]
        Of the links together.
    share : float
        How many of these links a flow crosses on average: 1 for the NICs that hosts send through; see `share_on`.
    header : float [1]
        Bytes on the link per byte of data, such as 1500 / 1448.

    Returns
    -------
    float [1/s]

    Raises
    ------
    ValueError
        No load, no capacity, or no flow over the links.

    Examples
    --------
    >>> from easterly.predict.packet.workloads.sizes import sizes
    >>> arrivals_per_s(0.5, sizes("fixed:1250"), 10e9)
    500000.0
    """
    for name, value in (("load", load), ("capacity_bps", capacity_bps), ("share", share), ("header", header)):
        if not (value > 0 and np.isfinite(value)):
            raise ValueError(f"{name} is {value}: it has to be above 0")
    return load * capacity_bps / (8 * law.mean_B * header * share)


def poisson(
    pairs: Pairs, law: SizeLaw, rate_per_s: float, duration_s: float, *, seed: int = 1, name: str = "poisson",
    traffic_class: int = 0,
) -> Workload:  # fmt: skip
    """Flows that arrive one by one, independently of each other, for so long.

    Parameters
    ----------
    pairs : Pairs
    law : SizeLaw
    rate_per_s : float [1/s]
        Of all pairs together; see `arrivals_per_s`.
    duration_s : float [s]
    seed : int
    name : str
        Of the group, and of all draws.
    traffic_class : int

    Returns
    -------
    Workload
        In the order of time.

    Raises
    ------
    ValueError
        No pair, or no rate, or more flows than any run could hold.
    """
    if len(pairs.src) == 0 or not pairs.weight.sum() > 0:
        raise ValueError("there is no pair of hosts")
    start_s = arrival_times_s(rate_per_s, duration_s, seed=seed, name=name)
    pair = chosen(seed, f"{name}/pair", pairs.weight, len(start_s))
    size_B = law.draw(seed, name, len(start_s))
    return listed(pairs.src[pair], pairs.dst[pair], size_B, start_s, name=name, traffic_class=traffic_class)


def arrival_times_s(rate_per_s: float, duration_s: float, *, seed: int, name: str) -> NDArray[np.float64]:
    """(N,) [s] instants of a Poisson process from 0 to below `duration_s`."""
    if not (rate_per_s > 0 and duration_s > 0 and rate_per_s * duration_s < MOST):
        raise ValueError(f"{rate_per_s:g} flows a second for {duration_s:g} s: it takes 0 to {MOST:,} flows in all")
    mean = rate_per_s * duration_s
    count = int(mean + 6 * np.sqrt(mean) + 16)
    while True:
        at_s = np.cumsum(exponential(seed, f"{name}/gap", count)) / rate_per_s
        if at_s[-1] >= duration_s:
            return at_s[: int(np.searchsorted(at_s, duration_s))]
        count *= 2
