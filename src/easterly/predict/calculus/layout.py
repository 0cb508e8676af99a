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
Column = NDArray[np.int32]

FEW = 8
"""Sizes of packets that are looked at one by one."""


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
    flows : (U,) int
        Flows, and answers to flows, that pass each queue.
    ptr_there, there, ptr_back, back
        Rows of queues and shapers that flows take, and what answers them.
    of_hop : (H,) int
        Queue of each hop there.
    """

    link: Rows
    queue: Rows
    rate_bps: Floats
    ptr: Rows
    quantum_B: Floats
    packet_B: Floats
    shaped: Rows
    flows: Rows
    ptr_there: Rows
    there: Column
    ptr_back: Rows
    back: Column
    of_hop: Column


def layout(ports: Ports, queues: PacketQueues | None, ways: Ways) -> Layout:
    """Lay the queues out that ways go through."""
    row = _rows(ports, queues)
    keys = (
        _keys(row, ways.ptr, ways.link, ways.traffic_class),
        _keys(row, ways.back_ptr, ways.back_link, ways.back_class),
    )
    there, back = (np.bincount(key, minlength=len(ports) * CLASSES) for key in keys)
    count = there + back
    used = np.flatnonzero(count)
    link, place = used // CLASSES, used % CLASSES
    quantum_B, shaper_bps, bucket_B = _settings(queues, row[link], place)
    order = np.lexsort((np.where(quantum_B == 0, -place, place), quantum_B > 0, link))
    link, place, used = link[order], place[order], used[order]
    quantum_B, shaper_bps, bucket_B = quantum_B[order], shaper_bps[order], bucket_B[order]
    row_of = np.zeros(len(ports) * CLASSES, dtype=np.int32)
    row_of[used] = np.arange(len(used))
    hop, home = (row_of[key] for key in keys)
    packet_B = np.zeros(len(used))
    _raise_to(packet_B, hop, ways.ptr, ways.packet_B)
    _raise_to(packet_B, home, ways.back_ptr, ways.answer_B)
    shaped = np.flatnonzero(np.isfinite(shaper_bps))
    busy, first = np.unique(link, return_index=True)
    return Layout(
        link, np.where(row[link] < 0, -1, place), np.concatenate([ports.rate_bps[busy], shaper_bps[shaped]]),
        np.concatenate([first, len(used) + np.arange(len(shaped) + 1)]), np.concatenate([quantum_B, 0.0 * shaped]),
        np.concatenate([packet_B, packet_B[shaped] + bucket_B[shaped]]), shaped, count[used],
        *_through(ways.ptr, hop, shaped, len(used)), *_through(ways.back_ptr, home, shaped, len(used)), hop,
    )  # fmt: skip


def _keys(row: Rows, ptr: Rows, link: Column, traffic_class: Column) -> Column:
    """(H,) eight times the link of each hop, and the class where the link has classes."""
    own = np.repeat(traffic_class, np.diff(ptr))
    if (row < 0).any():
        own[row[link] < 0] = 0
    return link * np.int32(CLASSES) + own


def _raise_to(packet_B: Floats, queue: Column, ptr: Rows, size_B: Floats) -> None:
    """Raise the longest packet of queues to those of the flows that pass; they have a few sizes."""
    each = np.diff(ptr)
    sizes = np.unique(size_B[each > 0])
    if len(sizes) > FEW:
        np.maximum.at(packet_B, queue, np.repeat(size_B, each))
        return
    for size in sizes.tolist():
        own = queue if len(sizes) == 1 else queue[np.repeat(size_B == size, each)]
        there = np.zeros(len(packet_B), dtype=bool)
        there[own] = True
        packet_B[there] = np.maximum(packet_B[there], size)


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


def _through(ptr: Rows, queue: Column, shaped: Rows, queues: int) -> tuple[Rows, Column]:
    """Hops through the shapers ahead of queues, where there are some: their pointers and rows."""
    if not len(shaped):
        return ptr, queue
    shaper = np.full(queues, -1, dtype=np.int32)
    shaper[shaped] = queues + np.arange(len(shaped))
    times = 1 + (shaper[queue] >= 0)
    after = np.concatenate([[0], np.cumsum(times)])
    hop = np.repeat(queue, times)
    hop[after[:-1][times == 2]] = shaper[queue[times == 2]]
    return after[ptr], hop
