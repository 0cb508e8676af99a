"""How much may wait in a queue before senders are paused or packets are dropped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.model.packets import Ports
from easterly.model.port_queues import PacketQueues

Floats = NDArray[np.float64]


def room_of(ports: Ports, queues: PacketQueues | None, link: NDArray[np.int64], queue: NDArray[np.int64]) -> Floats:
    """(Q, 3) [B] what fits in queues, what is safe, and 1 where it is lossless; NaN where nothing is known.

    While nothing else is congested a dynamic threshold alpha lets one queue have ``alpha / (1 + alpha)`` of its pool
    (Choudhury & Hahne 1998). A lossless class is safe up to where its senders are paused, and fits with headroom.
    """
    made = np.full((len(link), 3), np.nan)
    made[:, 2] = 0.0
    alone = queue < 0
    limit_B = np.where(ports.limit_B < 0, np.inf, ports.limit_B)[link]
    made[alone, :2] = _known(limit_B[alone])[:, None]
    if queues is None:
        return made
    port, memories = queues.ports, queues.memories
    row = np.full(len(ports), -1)
    row[port.link] = np.arange(len(port))
    at, c = row[link[~alone]], queue[~alone]
    memory = port.memory[at]
    lossless = port.lossless[at, c]
    pool_B = np.full(len(at), np.nan)
    if len(memories):
        pools = np.where(lossless, memories.lossless_B[memory], memories.lossy_B[memory])
        pool_B = np.where(memory < 0, np.nan, pools)
    alpha = port.alpha[at, c]
    part_B = port.reserved_B[at, c] + alpha / (1 + alpha) * pool_B
    own_B = np.where(port.limit_B[at, c] < 0, np.inf, port.limit_B[at, c])
    xoff_B = np.where(np.isnan(port.xoff_B[at, c]), part_B, port.xoff_B[at, c])
    safe_B = np.where(lossless, xoff_B, _known(np.fmin(own_B, part_B)))
    made[~alone, 0] = safe_B + np.where(lossless, port.headroom_B[at, c], 0)
    made[~alone, 1], made[~alone, 2] = safe_B, lossless
    return made


def _known(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
