"""Steady loads on a scheduler, and the rates that come out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from easterly.qos.scheduling import Scheduler


def rates_bps(
    scheduler: Scheduler, offered_bps: Mapping[int, float], link_bps: int, *, size_B: int = 1500, until_s: float = 2.0
) -> dict[int, float]:
    """Rate of each queue from a quarter of the time on, when buckets and estimators have settled."""
    rows = []
    for queue, rate in offered_bps.items():
        gap = size_B * 8e9 / rate
        time = (np.arange(int(until_s * 1e9 / gap)) * gap + gap / 2).astype(np.int64)
        rows.append(np.column_stack([time, np.full(len(time), queue)]))
    table = np.vstack(rows)
    time, queue = table[np.argsort(table[:, 0], kind="stable")].T
    left = scheduler.departures(time, queue, np.full(len(time), size_B), link_bps=link_bps).departure_ns
    seen = (left > until_s * 1e9 / 4) & (left <= until_s * 1e9)
    return {q: float((seen & (queue == q)).sum()) * size_B * 8 / (until_s * 0.75) for q in offered_bps}
