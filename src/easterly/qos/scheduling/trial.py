"""Long-run rates of an HTB by sending packets through it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from easterly.qos.scheduling.htb import HtbTree
from easterly.qos.scheduling.trees import ancestors

PACKETS, ROUNDS, BUCKETS = 200_000, 200, 40
"""How long a trial takes at least: packets at the highest rate, rounds of all quanta, fillings of a bucket."""
MOST_PACKETS = 4_000_000
FAST_BPS = 1 << 50
"""A link that never binds."""


def trial(tree: HtbTree, offered: Mapping[int, float], link_bps: float, size_B: int) -> dict[int, float]:
    """Rate of each leaf over the last three quarters of a trial, packets being sent one by one.

    Leaves that offer more than they can ever get have all their packets from the start; the others offer theirs evenly.
    """
    most = {leaf: _most(tree, leaf, link_bps) for leaf in offered}
    wanted = {leaf: min(rate, most[leaf]) for leaf, rate in offered.items() if rate > 0}
    got = dict.fromkeys(offered, 0.0)
    if not wanted:
        return got
    last_ns = _length_ns(tree, wanted, link_bps, size_B)
    time, queue = _arrivals(wanted, {leaf for leaf in wanted if offered[leaf] >= most[leaf]}, last_ns, size_B)
    rate = FAST_BPS if math.isinf(link_bps) else int(link_bps)
    left = tree.scheduler().departures(time, queue, np.full(len(time), size_B), link_bps=rate).departure_ns
    seen = np.bincount(queue[(left > last_ns // 4) & (left <= last_ns)], minlength=len(tree.name))
    return got | {leaf: float(seen[leaf]) * size_B * 8e9 / (last_ns - last_ns // 4) for leaf in wanted}


def _most(tree: HtbTree, leaf: int, link_bps: float) -> float:
    """What a leaf can get at most: the rate of who lends, as far as ceilings up to there let it through."""
    most, passed = 0.0, math.inf
    for node in (leaf, *ancestors(tree.parent.tolist(), leaf)):
        passed = min(passed, float(tree.ceil_bps[node]))
        most = max(most, min(passed, float(tree.rate_bps[node])))
    return min(most, link_bps)


def _length_ns(tree: HtbTree, wanted: Mapping[int, float], link_bps: float, size_B: int) -> int:
    """Long enough for many packets, rounds and fillings; not longer than some millions of packets take."""
    tops = sum(float(r) for r, parent in zip(tree.rate_bps, tree.parent, strict=True) if parent < 0)
    speed = min(link_bps, max(tops, max(wanted.values())), sum(wanted.values()))
    quanta = sum(int(tree.quantum_B[leaf]) for leaf in wanted)
    length_s = max(PACKETS * size_B, ROUNDS * quanta) * 8 / speed
    length_s = max(length_s, BUCKETS * float((tree.burst_B * 8 / tree.rate_bps).max()))
    return int(1e9 * min(length_s, MOST_PACKETS * size_B * 8 / sum(wanted.values())))


def _arrivals(
    wanted: Mapping[int, float], always: set[int], last_ns: int, size_B: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Packets of every leaf, in the order of their arrival."""
    times, queues = [], []
    for leaf, rate in wanted.items():
        count = int(last_ns * rate / (size_B * 8e9)) + 2
        even = ((np.arange(count) + 0.5) * (size_B * 8e9 / rate)).astype(np.int64)
        times.append(np.zeros(count + count // 20, np.int64) if leaf in always else even)
        queues.append(np.full(len(times[-1]), leaf, np.int32))
    time, queue = np.concatenate(times), np.concatenate(queues)
    order = np.argsort(time, kind="stable")
    return time[order], queue[order]
