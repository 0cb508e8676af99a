"""Queues of ports, and the memory that those of a switch share, as the kernel wants them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import packet
from easterly._kernel.buffer import Memory
from easterly.base.columns import BoolColumn, IndexColumn, IntColumn, bools, floats, indices, ints
from easterly.model.port_queues import CLASSES, PacketQueues, PortQueues
from easterly.predict.packet.disciplines import give_manager, give_marker, give_pauses, give_scheduler

QUANTUM_B = 1500
"""What a class sends in a round of deficit round robin, where nobody says: a frame."""
KBPS = 1000.0
"""What rates are rounded to, in bit/s."""
PLENTY = 1 << 30
"""Cells of a pool that never fills."""
FINEST = 1 << 20
"""Dynamic thresholds are fractions of at most this denominator."""
BURST_FRAMES = 2
"""Bucket of a shaper, in frames."""


def equal_ports(link: ArrayLike, link_in: ArrayLike, memory: ArrayLike, **columns: Any) -> PortQueues:
    """Ports whose eight classes share alike, with no limits, marks or pauses but those that are given.

    Parameters
    ----------
    link, link_in, memory : (Q,) int
        As in `PortQueues`; every other column of it may be given by name.

    Returns
    -------
    PortQueues

    Examples
    --------
    >>> len(equal_ports([1, 3], [0, 2], [0, 0]))
    2
    """
    shape = np.asarray(link).shape[0], CLASSES
    nothing, never = np.zeros(shape, dtype=np.int64), np.full(shape, np.nan)
    plain = PortQueues(
        ints(link), ints(link_in), ints(memory),
        strict=bools(np.zeros(shape)), quantum_B=indices(np.full(shape, QUANTUM_B)), shaper_bps=floats(never),
        burst_B=indices(nothing), kmin_B=floats(never), kmax_B=floats(never), pmax=floats(never),
        early_drop=bools(np.zeros(shape)), limit_B=indices(np.full(shape, -1)), lossless=bools(np.zeros(shape)),
        reserved_B=indices(nothing), alpha=floats(never), xoff_B=floats(never), xon_offset_B=indices(nothing),
        headroom_B=indices(nothing),
    )  # fmt: skip
    return replace(plain, **columns)


def give_queues(made: packet.Simulation, rate_bps: IndexColumn, queues: PacketQueues) -> None:
    """Give the links of a simulation their queues; `rate_bps` are the rates of all links.

    Raises
    ------
    ValueError
        A link that is none or has queues twice, or a number out of its range.
    """
    ports, links = queues.ports, len(rate_bps)
    count = len(ports)
    account = CLASSES * _within(ports.memory)
    behind, way_in = (np.full(links, -1, dtype=np.int32) for _ in range(2))
    back = np.arange(links, dtype=np.int32)
    paired = ports.link_in >= 0
    back[ports.link[paired]], back[ports.link_in[paired]] = ports.link_in[paired], ports.link[paired]
    inner = paired & (ports.memory >= 0)
    behind[ports.link_in[inner]], way_in[ports.link_in[inner]] = ports.memory[inner], account[inner]
    ramp = np.stack([ports.kmin_B, ports.kmax_B, ports.pmax], axis=2)
    ramp[np.isnan(ramp).any(axis=2)] = 0.0
    made.queues(
        ports.link, _bits(ports.strict), np.ascontiguousarray(ports.quantum_B),
        np.ascontiguousarray(ramp.reshape(count, -1)), _bits(ports.early_drop), ports.limit_B, ports.memory,
        np.where(ports.memory >= 0, account, -1).astype(np.int32),
        behind, way_in, back, [_memory(queues, at) for at in range(len(queues.memories))],
    )  # fmt: skip
    if queues.marks_leaving:
        for at, c in np.argwhere((ramp[..., 1] > 0.0) & ~ports.early_drop).tolist():
            made.mark_leaving(int(ports.link[at]), c)
    rates = dict(enumerate(rate_bps.tolist())) if queues.schedulers or queues.managers else {}
    shaper_bps = whole_kbps(np.nan_to_num(ports.shaper_bps))
    for at, c in np.argwhere(np.isfinite(ports.shaper_bps)).tolist():
        made.shape(int(ports.link[at]), c, int(shaper_bps[at, c]), int(ports.burst_B[at, c]))
    for each in queues.schedulers:
        give_scheduler(made, each, rates)
    for manager in queues.managers:
        give_manager(made, manager, rates)
    for marker in queues.markers:
        give_marker(made, marker)
    give_pauses(made, queues.pauses)


def whole_kbps(rate_bps: NDArray[np.float64]) -> IndexColumn:
    """[bit/s] what the kernel makes of rates: whole kbit/s, at least one.

    >>> whole_kbps(np.array([0.0, 40e9 + 600.0])).tolist()
    [1000, 40000001000]
    """
    return (np.maximum(np.round(rate_bps / KBPS), 1) * KBPS).astype(np.int64)


def _bits(flags: BoolColumn) -> IntColumn:
    """(Q,) one bit per class."""
    return ints((flags.astype(np.int32) << np.arange(CLASSES)).sum(axis=1))


def _within(memory: NDArray[np.integer]) -> NDArray[np.int32]:
    """Number of each port among those of its switch."""
    order = np.argsort(memory, kind="stable")
    _, first, count = np.unique(memory[order], return_index=True, return_counts=True)
    number = np.empty(len(memory), dtype=np.int32)
    number[order] = np.arange(len(memory)) - np.repeat(first, count)
    return number


def _memory(queues: PacketQueues, at: int) -> Memory:
    """Lossless classes are held to their thresholds where they come in, all others where they leave."""
    ports, memories = queues.ports, queues.memories
    rows = np.flatnonzero(ports.memory == at)
    cell_B = int(memories.cell_B[at])
    lossless = ports.lossless[rows]
    known = bool(np.isfinite(memories.lossless_B[at] + memories.lossy_B[at]))
    up = -(-np.stack([ports.reserved_B[rows], ports.headroom_B[rows]]) // cell_B)
    num, den = _fractions(ports.alpha[rows])
    xoff = ports.xoff_B[rows]
    stated = np.isfinite(xoff)
    limit = np.where(stated, np.maximum(0, np.nan_to_num(xoff) - ports.reserved_B[rows]) // cell_B, PLENTY)
    free = ~lossless | ~(known | stated)  # of every threshold at ingress
    number = np.repeat(np.arange(len(rows)), CLASSES)
    ingress = np.stack([
        np.where(lossless, 0, 1), number.reshape(lossless.shape), np.where(lossless, up[0], 0),
        np.where(free | stated, 0, num), np.where(free | stated, 0, den), np.where(free, PLENTY, limit),
        np.where(lossless, up[1], 0), np.zeros_like(lossless), ports.xon_offset_B[rows] // cell_B,
    ], axis=2).astype(np.int64)  # fmt: skip
    free = lossless | (not known) | (den == 0)
    egress = np.stack([
        np.where(lossless, 0, 1), number.reshape(lossless.shape), np.where(lossless, 0, up[0]),
        np.where(free, 0, num), np.where(free, 0, den), np.full_like(num, PLENTY),
    ], axis=2).astype(np.int64)  # fmt: skip
    pools = [_cells(memories.lossless_B[at], cell_B), _cells(memories.headroom_B[at], cell_B)]
    lossy = _cells(memories.lossy_B[at], cell_B)
    return Memory(
        cell_B, 0, np.array([pools, [PLENTY, 0]]), np.array([[PLENTY, 0], [lossy, 0]]),
        ingress.reshape(-1, 9), egress.reshape(-1, 6),
    )  # fmt: skip


def _cells(size_B: float, cell_B: int) -> int:
    return PLENTY if np.isnan(size_B) else min(PLENTY, int(size_B // cell_B))


def _fractions(alpha: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numerators and denominators; 0 and 0 for none."""
    known, row = np.unique(alpha, return_inverse=True)
    parts = [Fraction(a).limit_denominator(FINEST) if np.isfinite(a) else None for a in known.tolist()]
    table = np.array([(p.numerator, p.denominator) if p is not None else (0, 0) for p in parts]).reshape(-1, 2)
    found = table[row.reshape(alpha.shape)]
    return found[..., 0], found[..., 1]
