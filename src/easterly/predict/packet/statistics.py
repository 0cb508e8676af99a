"""What a run comes to: by port, and by any label of flows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, TextColumn, floats, indices, ints, ratio, texts
from easterly.model.packet_records import FlowStatistics, PortStatistics, SizeSlowdowns
from easterly.model.packets import PacketFlows, PacketOutcome, Ports


def port_statistics(found: PacketOutcome, ports: Ports, links: IntColumn | None = None) -> PortStatistics:
    """What ports did, those of these links or all.

    Parameters
    ----------
    found : PacketOutcome
    ports : Ports
    links : (P,) int, optional

    Returns
    -------
    PortStatistics
    """
    which = ints(np.arange(len(ports)) if links is None else links)
    busy_s = found.sent_B[which] * 8.0 / ports.rate_bps[which]
    return PortStatistics(
        which, ratio(floats(busy_s), floats(np.full(len(which), found.end_s))), found.sent_B[which],
        found.drops[which], found.marks[which], indices(found.pauses[which].sum(axis=1)),
        floats(found.paused_s[which].sum(axis=1)),
    )  # fmt: skip


def flow_statistics(found: PacketOutcome, flows: PacketFlows, label: TextColumn) -> FlowStatistics:
    """Flows taken together by label, in the order of labels.

    Parameters
    ----------
    found : PacketOutcome
    flows : PacketFlows
    label : (F,) text
        Class, tenant, job: whatever flows are to be told apart by.

    Returns
    -------
    FlowStatistics
    """
    names, which = np.unique(label, return_inverse=True)
    rows = [which == n for n in range(len(names))]

    def total(column: NDArray[np.int64]) -> NDArray[np.int64]:
        return indices(np.bincount(which, column, len(names)).astype(np.int64))

    def each(column: FloatColumn, share: float) -> FloatColumn:
        return floats([quantile(column[row], share) for row in rows])

    there, slowdown = np.isfinite(found.fct_s), found.slowdown
    done = total(there.astype(np.int64))
    mean_s = ratio(floats(np.bincount(which, np.where(there, found.fct_s, 0.0), len(names))), floats(done))
    return FlowStatistics(
        texts(names), total(np.ones(len(which), dtype=np.int64)), done, total(flows.size_B), mean_s,
        each(found.fct_s, 0.5), each(found.fct_s, 0.99), each(found.fct_s, 1.0),
        each(slowdown, 0.5), each(slowdown, 0.99),
        total(found.again), total(found.marked), total(found.timeouts), total(found.reordered),
    )  # fmt: skip


def by_size(size_B: FloatColumn, slowdown: FloatColumn) -> SizeSlowdowns:
    """Slowdowns of what is of about one size, two bins an octave.

    Parameters
    ----------
    size_B : (F,) float [B]
    slowdown : (F,) float [1]
        Infinite for what has not arrived.

    Returns
    -------
    SizeSlowdowns
        By size.

    Examples
    --------
    >>> found = by_size(np.array([1000.0, 1001.0, 64.0]), np.array([3.0, 2.0, 1.0]))
    >>> found.size_B.tolist(), found.worst.tolist()
    ([64.0, 1000.0], [1.0, 3.0])
    """
    part, octave = np.frexp(size_B)
    bins = 2 * octave + (part * part >= 0.5)
    rows = [np.flatnonzero(bins == each) for each in np.unique(bins)]

    def each(column: FloatColumn, share: float) -> FloatColumn:
        return floats([quantile(column[row], share) for row in rows])

    return SizeSlowdowns(
        indices([len(row) for row in rows]), each(size_B, 0.5), each(slowdown, 0.5), each(slowdown, 0.99),
        each(slowdown, 1.0),
    )  # fmt: skip


def quantile(values: FloatColumn, share: float) -> float:
    """Smallest value that this share of all does not exceed; NaN of none.

    >>> quantile(np.array([3.0, 1.0, 2.0, np.inf]), 0.75)
    3.0
    """
    if not len(values):
        return float("nan")
    at = max(int(np.ceil(share * len(values) - 1e-9)), 1) - 1
    return float(np.sort(values)[at])
