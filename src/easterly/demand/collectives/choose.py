"""The fastest algorithm for a size and a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.demand.collectives.cluster import Cluster
from easterly.demand.collectives.table import ALGORITHMS, fitting
from easterly.demand.collectives.times import DEFAULT, Model, Times, clock, cost_of, times

BLOCK = 16_384
"""Entries that are worked out at a time: what they need stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which algorithm is taken, and how long it takes.

    Attributes
    ----------
    algorithm : array of str
    times : Times
    """

    algorithm: NDArray[np.str_]
    times: Times


def evaluate(collective: str, algorithm: str, cluster: Cluster, size_B: ArrayLike, model: Model = DEFAULT) -> Choice:
    """Time of the algorithm of that name, or of the best for ``auto``.

    Raises
    ------
    ValueError
        As `times` and `best`.
    """
    if algorithm == "auto":
        return best(collective, cluster, size_B, model)

    def run(part: Cluster, sizes: ArrayLike) -> Choice:
        made = times(collective, algorithm, part, sizes, model)
        return Choice(np.full(made.low_s.shape, algorithm), made)

    return _in_blocks(run, cluster, size_B)


def best(collective: str, cluster: Cluster, size_B: ArrayLike, model: Model = DEFAULT) -> Choice:
    """The algorithm with the least low end, for each size and cluster, of those that need no special hardware.

    Raises
    ------
    ValueError
        For a collective that does not exist, and counts, sizes and rates that make no sense.

    Examples
    --------
    >>> cluster = Cluster(hosts=16, per_host=8, nics=8, nic_bps=400e9, scaleup_bps=2.9e12)
    >>> best("all-reduce", cluster, [8e3, 8e9]).algorithm.tolist()
    ['halving-doubling', 'hierarchical']
    """
    names = candidates(collective)

    def run(part: Cluster, sizes: ArrayLike) -> Choice:
        made = [clock(cost_of(collective, name, part, sizes), part, model) for name in names]
        chosen, which = made[0], np.zeros(made[0].low_s.shape, dtype=np.intp)
        for number, other in enumerate(made[1:], start=1):
            faster = other.low_s < chosen.low_s
            which = np.where(faster, number, which)
            chosen = _merge(lambda *pair, first=faster: np.where(first, *pair), other, chosen)
        return Choice(np.asarray(names)[which], chosen)

    return _in_blocks(run, cluster, size_B)


def candidates(collective: str) -> tuple[str, ...]:
    """Algorithms that need nothing but ranks and links, in the order in which ties are resolved."""
    return tuple(name for name in fitting(collective) if not ALGORITHMS[name].needs)


def _in_blocks(run: Callable[[Cluster, ArrayLike], Choice], cluster: Cluster, size_B: ArrayLike) -> Choice:
    """Run on a block of entries after the other, where there are many."""
    values = [getattr(cluster, part.name) for part in fields(Cluster)]
    if np.broadcast(size_B, *values).size <= BLOCK:
        return run(cluster, size_B)
    sizes, *columns = np.broadcast_arrays(np.asarray(size_B, dtype=np.float64), *values)
    flat = [column.reshape(-1) for column in (sizes, *columns)]
    made = []
    for start in range(0, sizes.size, BLOCK):
        block, *parts = (column[start : start + BLOCK] for column in flat)
        made.append(run(Cluster(*parts), block))
    joined = _merge(lambda *parts: np.concatenate(parts).reshape(sizes.shape), *(choice.times for choice in made))
    return Choice(np.concatenate([choice.algorithm for choice in made]).reshape(sizes.shape), joined)


def _merge(join: Callable[..., NDArray[np.float64]], *made: Times) -> Times:
    """One `Times` of several, attribute by attribute."""
    return Times(**{part.name: join(*(getattr(one, part.name) for one in made)) for part in fields(Times)})
