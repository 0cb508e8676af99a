"""What a benchmark prints of a collective: algorithm bandwidth and bus bandwidth, as nccl-tests define them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Reals = float | Array
"""One number, or an array of them that is broadcast against the others."""

COLLECTIVES = ("all-reduce", "all-gather", "reduce-scatter", "broadcast", "reduce", "all-to-all", "send")


def wire_factor(collective: str, ranks: Reals) -> Reals:
    """Bytes that each rank sends, over the size of the array, in a bandwidth-optimal algorithm.

    2(n-1)/n for all-reduce, (n-1)/n for reduce-scatter, all-gather and all-to-all, 1 for broadcast, reduce and send
    (nccl-tests, doc/PERFORMANCE.md). The bus bandwidth of a benchmark is this times its algorithm bandwidth,
    whatever the algorithm: an all-reduce inside the switches sends less, and its bus bandwidth may exceed the link's
    rate.

    Parameters
    ----------
    collective : str
        One of `COLLECTIVES`.
    ranks : float or array

    Raises
    ------
    KeyError
        For a collective that is none of these.

    Examples
    --------
    >>> wire_factor("all-reduce", 8), wire_factor("all-to-all", 16)
    (1.75, 0.9375)
    """
    once = (ranks - 1) / ranks
    factors: dict[str, Reals] = {
        "all-reduce": 2 * once, "reduce-scatter": once, "all-gather": once, "all-to-all": once,
        "broadcast": 1.0, "reduce": 1.0, "send": 1.0,
    }  # fmt: skip
    return factors[collective]


def steps(collective: str, ranks: int) -> int:
    """Serial messages of a ring: 2(n-1) for all-reduce, n-1 for the others."""
    return (ranks - 1) * (2 if collective == "all-reduce" else 1)


def algbw_bps(size_B: Reals, time_s: Reals) -> Reals:
    """Algorithm bandwidth: size of the array over time (nccl-tests).

    >>> round(algbw_bps(33_554_432, 768e-6) / 8e9, 2)
    43.69
    """
    return size_B * 8 / time_s


def busbw_bps(collective: str, ranks: Reals, size_B: Reals, time_s: Reals) -> Reals:
    """Bus bandwidth: algorithm bandwidth times `wire_factor`, comparable with the rate of a link (nccl-tests)."""
    return algbw_bps(size_B, time_s) * wire_factor(collective, ranks)
