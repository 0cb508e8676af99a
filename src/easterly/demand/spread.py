"""Many senders to many receivers, evenly: stores and their readers and writers."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.demand.layout import Traffic, busiest_s


def spread(src: IntColumn, dst: IntColumn, amount: float, nic_bps: FloatColumn) -> Traffic:
    """Flows in which every sender and every receiver has an equal part, up to one flow.

    There are as many flows as the larger side has nodes; the smaller side takes turns, so that interfaces of equal
    numbers meet where both sides have as many per host, and nobody changes rails.

    Parameters
    ----------
    src, dst : (A,) and (B,) int
        Nodes; none of them empty.
    amount : float
        Bytes, or bit/s, all together.
    nic_bps : (N,) float [bit/s]
        Rate of each node.
    """
    count = max(len(src), len(dst))
    row = np.arange(count)
    a, b = src[row % len(src)], dst[row % len(dst)]
    part = floats(np.full(count, amount / count))
    return Traffic(ints(a), ints(b), part, busiest_s(ints(a), ints(b), part, nic_bps), 0.0)
