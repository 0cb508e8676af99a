"""Flows of a fabric one by one: tighter than port by port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.bounds import RefinedFlows
from easterly.predict.calculus.fabric import Analysis
from easterly.predict.calculus.hops import Hops, hops_of, service
from easterly.predict.calculus.tight.exact import exact
from easterly.predict.calculus.tight.linear import Known, delay_of, known, pose, within
from easterly.predict.calculus.tight.network import ServerNetwork
from easterly.predict.calculus.tight.trees import Piece, forest

EXACTLY = 4
"""Servers in a row up to which all dates are looked at."""

Group = tuple[int, int, int]
"""First and last server of a path, and the queue that the line before comes from; -1: none."""


def refined(made: Analysis, flows: Sequence[int]) -> RefinedFlows:
    """Bound flows one by one, each with all that shares a queue with it behind its NIC.

    The servers are the queues of its path, with what higher and other classes leave; streams are what goes the same way
    along it, and comes over the same line, as total flow analysis lets it arrive. Up to four servers all dates of a
    programme are looked at, beyond that as many as servers, and delays by total and separated flow analysis.

    Parameters
    ----------
    made : Analysis
        Solved, as `bounds` does it.
    flows : sequence of int
        Rows.

    Returns
    -------
    RefinedFlows
    """
    hops = hops_of(made)
    links_s = made.ports.delay_s[made.flows.link]
    rows = []
    for f in flows:
        own = slice(int(made.flows.ptr[f]), int(made.flows.ptr[f + 1]))
        path = hops.queue[int(hops.ptr[f]) :][: int(np.diff(made.laid.ptr_there)[f])]
        base_s = float(links_s[own].sum())
        total_s = base_s + float(hops.delay_s[made.laid.of_hop[own]][1:].sum())
        plain = len(path) == own.stop - own.start and len(path) > 1 and bool(np.isfinite(total_s))
        best_s, reached_s, by = _one(made, hops, int(f), path[1:].tolist()) if plain else (np.inf, np.nan, "total")
        if best_s + base_s >= total_s:
            best_s, by = total_s - base_s, "total"
        rows.append((f, total_s, best_s + base_s, min(reached_s, best_s) + base_s, by))
    flow, total, best, reached, by_what = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return RefinedFlows(indices(flow), floats(total), floats(best), floats(reached), texts(by_what))


def _one(made: Analysis, hops: Hops, flow: int, path: list[int]) -> tuple[float, float, str]:
    """Tighter bound and reached delay [s] of a flow over queues, and the analysis."""
    served = [service(made, hops, q) for q in path]
    if len(set(path)) < len(path) or any(rate == 0 for rate, _ in served):
        return np.inf, np.nan, "total"
    groups = _groups(hops, flow, path)
    net = _network(made, hops, path, served, groups)
    delay_s = hops.delay_s[path]
    given = _at_most(known(net), delay_s)
    fresh = known(_network(made, hops, path, served, groups, fresh=True))
    whole, after = Piece(0, 0, len(path) - 1), forest(net, 0)
    try:
        if len(path) > EXACTLY:
            return delay_of(pose(within(given, after), after, whole)), np.nan, "linear"
        reached_s = exact(within(fresh, after), after, whole, programmes=1).reached_s
        return exact(within(given, after), after, whole, programmes=1).delay_s, reached_s, "all dates"
    except OverflowError:
        return np.inf, np.nan, "total"


def _at_most(given: Known, delay_s: NDArray[np.float64]) -> Known:
    """With delays of servers that are known."""
    return replace(given, total=replace(given.total, delay_s=np.minimum(given.total.delay_s, delay_s)))


def _groups(hops: Hops, flow: int, path: list[int]) -> dict[Group | None, list[int]]:
    """First hops of streams along a path, by where they go and where they come from; None is the flow itself."""
    last = np.full(len(hops.queue) + 1, -1, dtype=np.int64)
    first = int(hops.ptr[flow]) + 1
    made: dict[Group | None, list[int]] = {None: [first]}
    for j in range(len(path) - 1, -1, -1):
        rows = hops.of(path[j])
        goes_on = np.zeros(len(rows), dtype=bool)
        if j + 1 < len(path):
            on = np.append(hops.joined, False)[rows + 1]
            goes_on = on & (np.append(hops.queue, -1)[rows + 1] == path[j + 1])
        last[rows] = np.where(goes_on, last[rows + 1], j)
        ahead = np.where(hops.joined[rows], hops.queue[rows - 1], -1)
        begins = (ahead != path[j - 1]) if j else np.ones(len(rows), dtype=bool)
        for row, came in zip(rows[begins].tolist(), ahead[begins].tolist(), strict=True):
            if row != first:
                made.setdefault((j, int(last[row]), came), []).append(row)
    return made


def _network(
    made: Analysis, hops: Hops, path: list[int], served: list[tuple[float, float]],
    groups: dict[Group | None, list[int]], *, fresh: bool = False,
) -> ServerNetwork:  # fmt: skip
    """Servers in a row and their streams; fresh: as if nothing had waited, and packets went on while they come."""
    count = len(path)
    ahead = sorted({each[2] for each in groups if each is not None} | {int(hops.queue[groups[None][0] - 1])})
    line = {queue: count + i for i, queue in enumerate(q for q in ahead if q >= 0)}
    queues = [*path, *line]
    port = np.searchsorted(made.laid.ptr, queues, side="right") - 1
    packet_B = made.laid.packet_B[queues]
    flows = []
    for key, rows in groups.items():
        first, last, came = key if key is not None else (0, count - 1, int(hops.queue[rows[0] - 1]))
        sizes = hops.fresh_B if fresh else hops.burst_B
        bucket = float(sizes[rows].sum()), float(hops.rate[rows].sum())
        flows.append((range(first, last + 1), [bucket], line.get(came, -1)))
    whole_s = [0.0 if fresh or j + 1 == count else float(packet_B[j]) / rate for j, (rate, _) in enumerate(served)]
    bare = ServerNetwork(
        floats([8 * rate for rate, _ in served]), floats([t + w for (_, t), w in zip(served, whole_s, strict=True)]),
        floats(made.laid.rate_bps[port]), floats(packet_B), indices([0]), ints([]), indices([0]), floats([]),
        floats([]), ints([]),
    )  # fmt: skip
    return ServerNetwork.like(bare, flows)
