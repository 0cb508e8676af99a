"""What no schedule can beat: the bytes that must cross a cut, over the capacity of the cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from easterly.demand.collectives.cluster import Cluster, Shape, rates_of, shape_of
from easterly.demand.collectives.cost import once
from easterly.demand.collectives.metrics import Array
from easterly.demand.collectives.table import known

REDUCING = ("none", "scale-up", "fabric", "both")


def bound_s(collective: str, cluster: Cluster, size_B: ArrayLike, reducing: str = "none") -> Array:
    """Least time of a collective, from two kinds of cut: around every host, and around every rank.

    A host has all its interfaces; the ranks of a host have together their links inside it and all its interfaces.
    Without reducing switches the sum of one element takes n - 1 messages and its distribution n - 1 more, so that
    all-reduce sends 2(n-1) S in all (Patarasuk & Yuan 2009; Chan et al. 2007); where switches reduce, a
    rank and a host must send and receive the array once.

    Parameters
    ----------
    collective : str
    cluster : Cluster
    size_B : array_like [B]
    reducing : str
        Which switches (or servers) reduce: ``none``, ``scale-up``, ``fabric``, ``both``.

    Returns
    -------
    float array [s]

    Raises
    ------
    ValueError
        For a collective or a kind of switch that does not exist, and counts, sizes and rates that make no sense.

    Examples
    --------
    >>> cluster = Cluster(hosts=4, per_host=8, nics=8, nic_bps=400e9, scaleup_bps=740.64e9 * 8)
    >>> round(float(bound_s("all-reduce", cluster, 4 * 2**30)) * 1e3, 1)
    16.1
    """
    known(collective)
    if reducing not in REDUCING:
        raise ValueError(f"reducing must be one of {', '.join(REDUCING)}")
    shape, (inside_Bps, outside_Bps) = shape_of(cluster, size_B), rates_of(cluster)
    several = shape.hosts > 1
    per_rank_Bps = inside_Bps * (shape.per_host > 1) + several * outside_Bps / shape.per_host
    hosts_s = _of_host(collective, shape, reducing) * shape.size_B / outside_Bps * several
    ranks_B = _of_rank(collective, shape, reducing) * shape.size_B
    alone = shape.ranks == 1
    return np.maximum(hosts_s, np.where(alone, 0.0, ranks_B / np.where(alone, 1.0, per_rank_Bps)))


def _of_rank(collective: str, shape: Shape, reducing: str) -> Array:
    """Arrays that cross the cut around a rank, in the busier direction."""
    if collective == "all-reduce":
        return np.asarray(2 * once(shape.ranks)) if reducing == "none" else np.ones_like(shape.ranks)
    return np.ones_like(shape.ranks) if collective in ("broadcast", "reduce", "send") else once(shape.ranks)


def _of_host(collective: str, shape: Shape, reducing: str) -> Array:
    """Arrays that cross the cut around a host, in the busier direction."""
    if collective == "all-reduce":
        ones = np.ones_like(shape.hosts)
        return ones if reducing in ("fabric", "both") else np.asarray(2 * once(shape.hosts))
    if collective == "send":
        return shape.per_host
    if collective == "all-to-all":
        return shape.per_host * once(shape.hosts)
    return np.ones_like(shape.hosts) if collective in ("broadcast", "reduce") else once(shape.hosts)
