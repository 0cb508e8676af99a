"""Queues of links as ports of the kernel: strict ones first, shapers ahead of what they shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.model.packets import Ports
from easterly.model.port_queues import CLASSES, PacketQueues
from easterly.predict.calculus.ways import Ways

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """Ports and queues as the kernel takes them: one port per link in use, then one for each shaper.

    A class that is shaped goes through its bucket, and then through its queue as if it were not shaped: so what is
    left to the others is never less than there is while it waits for tokens.

    Attributes
    ----------
    link, queue : (U,) int
        Of each queue; the rows of shapers follow. -1: all classes of the link, first in, first out.
    rate_bps, ptr : (P,) float [bit/s], (P + 1,) int
        Ports.
    quantum_B, packet_B : (U + S,) float [B]
    shaped : (S,) int
        Queue that each shaper is ahead of.
    hop_ptr, hop, share : flows on them
    of_hop : (H,) int
        Queue of each hop of the ways.
    """

    link: Rows
    queue: Rows
    rate_bps: Floats
    ptr: Rows
    quantum_B: Floats
    packet_B: Floats
    shaped: Rows
    hop_ptr: Rows
    hop: NDArray[np.int32]
    share: Floats
    of_hop: Rows


def layout(ports: Ports, queues: PacketQueues | None, ways: Ways) -> Layout:
    """Lay the queues out that ways go through."""
    row = _rows(ports, queues)
    key = ways.link * CLASSES + np.where(row[ways.link] < 0, 0, ways.traffic_class)
    used = np.flatnonzero(np.bincount(key, minlength=len(ports) * CLASSES))
    link, place = used // CLASSES, used % CLASSES
    quantum_B, shaper_bps, bucket_B = _settings(queues, row[link], place)
    order = np.lexsort((np.where(quantum_B == 0, -place, place), quantum_B > 0, link))
    link, place = link[order], place[order]
    quantum_B, shaper_bps, bucket_B = quantum_B[order], shaper_bps[order], bucket_B[order]
    row_of = np.zeros(len(ports) * CLASSES, dtype=np.int64)
    row_of[used[order]] = np.arange(len(used))
    of_hop = row_of[key]
    packet_B = np.zeros(len(used))
    np.maximum.at(packet_B, of_hop, ways.packet_B)
    shaped = np.flatnonzero(np.isfinite(shaper_bps))
    busy, first = np.unique(link, return_index=True)
    hop_ptr, hop, share = _through(ways, of_hop, shaped, len(used))
    return Layout(
        link, np.where(row[link] < 0, -1, place), np.concatenate([ports.rate_bps[busy], shaper_bps[shaped]]),
        np.concatenate([first, len(used) + np.arange(len(shaped) + 1)]), np.concatenate([quantum_B, 0.0 * shaped]),
        np.concatenate([packet_B, packet_B[shaped] + bucket_B[shaped]]), shaped, hop_ptr, hop, share, of_hop,
    )  # fmt: skip


def _rows(ports: Ports, queues: PacketQueues | None) -> Rows:
    """(L,) row of the queues of each link; -1 where there are none."""
    made = np.full(len(ports), -1)
    if queues is None:
        return made
    made[queues.ports.link] = np.arange(len(queues.ports))
    for each in queues.schedulers:
        if each.kind not in ("drr", "fifo"):
            raise ValueError(f"ports with {each.kind} have no bounds here: strict priority, drr and fifo have")
        if each.kind == "fifo":
            made[list(each.links)] = -1
    return made


def _settings(queues: PacketQueues | None, row: Rows, place: Rows) -> tuple[Floats, Floats, Floats]:
    """Quantum [B], 0 for strict; rate of a shaper [bit/s], infinite for none; its bucket [B]."""
    quantum_B, shaper_bps, bucket_B = np.zeros(len(row)), np.full(len(row), np.inf), np.zeros(len(row))
    if queues is not None:
        own, at, c = row >= 0, row[row >= 0], place[row >= 0]
        port = queues.ports
        quantum_B[own] = np.where(port.strict[at, c], 0, port.quantum_B[at, c])
        shaper_bps[own] = np.where(np.isnan(port.shaper_bps[at, c]), np.inf, port.shaper_bps[at, c])
        bucket_B[own] = port.burst_B[at, c]
    return quantum_B, shaper_bps, bucket_B


def _through(ways: Ways, of_hop: Rows, shaped: Rows, queues: int) -> tuple[Rows, NDArray[np.int32], Floats]:
    """Hops of flows, through shapers where there are some: their pointers, queues and shares."""
    if not len(shaped):
        return ways.ptr, of_hop.astype(np.int32), ways.share
    shaper = np.full(queues, -1)
    shaper[shaped] = queues + np.arange(len(shaped))
    times = 1 + (shaper[of_hop] >= 0)
    after = np.concatenate([[0], np.cumsum(times)])
    hop = np.repeat(of_hop, times)
    hop[after[:-1][times == 2]] = shaper[of_hop[times == 2]]
    return after[ways.ptr], hop.astype(np.int32), np.repeat(ways.share, times)
