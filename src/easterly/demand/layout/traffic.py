"""Bytes between interfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, ratio

Ranks = NDArray[np.int64]
Bytes = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one occurrence of a phase puts on the wire and into the scale-up domain.

    Attributes
    ----------
    src, dst : (F,) int
        Nodes of the sending and the receiving interface; each pair appears once, in order.
    amount : (F,) float
        Bytes, or bit/s for services.
    busiest_s : float [s]
        Least time in which the busiest interface can send or receive its share, if amounts are bytes.
    scaleup_B : float [B]
        What the busiest GPU sends inside its host, relays between rails included.
    """

    src: IntColumn
    dst: IntColumn
    amount: FloatColumn
    busiest_s: float
    scaleup_B: float


def busiest_s(src: IntColumn, dst: IntColumn, size_B: FloatColumn, nic_bps: FloatColumn) -> float:
    """Least time in which the busiest interface can send or receive its share.

    Parameters
    ----------
    src, dst : (F,) int
        Nodes.
    size_B : (F,) float [B]
    nic_bps : (N,) float [bit/s]
        Rate of each node.

    Returns
    -------
    float [s]
        0 where nothing is sent; infinite at a rate of 0.
    """
    if len(src) == 0:
        return 0.0
    sent, received = (np.bincount(ends, size_B, minlength=len(nic_bps)) for ends in (src, dst))
    busiest = np.maximum(sent, received)
    used = np.flatnonzero(busiest)
    return float(ratio(busiest[used] * 8, nic_bps[used]).max(initial=0.0))
