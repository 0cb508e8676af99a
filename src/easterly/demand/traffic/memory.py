"""Disaggregated memory: reads and writes of memory on other hosts, what latency costs, what pooling saves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from easterly._kernel import maths
from easterly.base.columns import floats
from easterly.demand.ends import Ends
from easterly.demand.phases import Phase
from easterly.demand.traffic.parts import Figure, phase
from easterly.demand.traffic.way import narrowest_bps, one_way_s
from easterly.model.spec.traffic import Memory


@dataclass(frozen=True, slots=True)
class Remote:
    """One access over the network; latency is the mean over all pairs of client and lender.

    Attributes
    ----------
    network_s : float [s]
        Propagation and forwarding, there and back.
    serial_s : float [s]
        Request and payload onto the slowest link of the way, once each (switches cut through).
    latency_s : float [s]
        Both, and the time inside the lender.
    reads_per_s : float [1/s]
        What all client hosts reach with their outstanding accesses: Little's law, ``hosts n / latency``, and no more
        than their interfaces carry.
    asked_per_s : float [1/s]
        What they ask for; what they reach if nothing is written.
    """

    network_s: float
    serial_s: float
    latency_s: float
    reads_per_s: float
    asked_per_s: float


def remote(work: Memory, ends: Ends) -> Remote | None:
    """Latency budget and throughput of remote accesses; None where there is no client or no lender."""
    clients = ends.nodes(work.clients)
    there = ends.traffic([ends.evenly(clients, ends.own(work.name), 1.0)])
    if not len(there.src):
        return None
    weight = there.amount / np.cumsum(there.amount)[-1]
    way_s = float(np.cumsum(one_way_s(ends.network, there.src, there.dst) * weight)[-1])
    slowest_bps = float(narrowest_bps(ends.network, there.src, there.dst).min())
    serial_s = (work.request + work.read) * 8 / slowest_bps
    latency_s = 2 * way_s + serial_s + work.access
    ports_per_s = ends.total_bps(clients) / (8 * work.read)
    reached = min(ends.machines(clients) * work.outstanding / latency_s, ports_per_s)
    return Remote(2 * way_s, serial_s, latency_s, reached, asked_per_s(work, reached))


def asked_per_s(work: Memory, reached: float) -> float:
    """Accesses that are asked for; `reached` where the file names none."""
    if work.reads is not None:
        return float(work.reads)
    return reached if work.rate is None else work.rate / (8 * work.read)


def phases(work: Memory, ends: Ends) -> list[Phase]:
    """Payload of reads and of writes, and the requests and acknowledgements on the other way.

    No more than the outstanding accesses allow: a client that waits sends nothing.
    """
    found = remote(work, ends)
    if found is None:
        return []
    rate = min(found.asked_per_s, found.reads_per_s)
    clients, lenders = ends.nodes(work.clients), ends.own(work.name)
    back = ends.evenly(lenders, clients, rate * 8 * ((1 - work.writes) * work.read + work.writes * work.request))
    there = ends.evenly(clients, lenders, rate * 8 * (work.writes * work.read + (1 - work.writes) * work.request))
    return [
        phase("memory-request", ends.traffic([there]), message_B=work.request, collective="rdma"),
        phase("memory-answer", ends.traffic([back]), message_B=work.read, collective="rdma"),
    ]


def slowdown(work: Memory, latency_s: float) -> float:
    """Run time with remote memory over run time with local memory: ``1 + s (L / l - 1)``.

    The share s of the time that waits for accesses grows with their latency, and the rest stays (Amdahl's law).

    >>> slowdown(Memory.model_validate({"kind": "memory", "class": "bulk", "hosts": 1, "clients": "j",
    ...                                 "local": "100ns", "sensitivity": "50%"}), 300e-9)
    2.0
    """
    return float(1 + work.sensitivity * (latency_s / work.local - 1))


def pool_B(mean_B: float, peak_B: float, clients: int, exceed: float) -> float:
    """Memory that a pool needs so that all clients together exceed it with a given probability at most.

    Each client is at its peak, independently of the others, for the share mean / peak of the time and needs nothing
    for the rest: of all behaviours with that mean and peak the one that varies most. The clients at their peak are
    then binomial; the pool holds the least number k with ``P(more than k) <= exceed``.

    Examples
    --------
    >>> pool_B(1.0, 4.0, 100, 0.001) / (100 * 4.0)
    0.39
    """
    share = min(1.0, mean_B / peak_B)
    if share in (0.0, 1.0):
        return clients * peak_B * share
    k = np.arange(clients + 1, dtype=np.float64)
    log_count = np.cumsum(np.append(0.0, maths.log(floats((clients - k[1:] + 1) / k[1:]))))
    odds = maths.log(floats([share, 1 - share]))
    chance = maths.exp(floats(log_count + k * odds[0] + (clients - k) * odds[1]))
    above = np.append(np.cumsum(chance[:0:-1])[::-1], 0.0)
    return float(np.flatnonzero(above <= exceed)[0]) * peak_B


def figures(work: Memory, ends: Ends) -> list[Figure]:
    """Latency budget, throughput, slowdown, and what pooling saves."""
    found = remote(work, ends)
    if found is None:
        return []
    one = ends.machines(ends.nodes(work.clients))
    return [
        Figure("network_s", found.network_s, "s", "propagation and forwarding, there and back"),
        Figure("serial_s", found.serial_s, "s", "request and payload onto the slowest link"),
        Figure("access_s", work.access, "s", "inside the lending host"),
        Figure("latency_s", found.latency_s, "s", "one access in all"),
        Figure("asked_per_s", found.asked_per_s, "1/s", "accesses that are asked for"),
        Figure("reached_per_s", found.reads_per_s, "1/s", "accesses that those outstanding allow"),
        Figure("reached_bps", found.reads_per_s * 8 * work.read, "bit/s", "their payload"),
        Figure("slowdown", slowdown(work, found.latency_s), "1", "run time over that with local memory"),
        *_of_pool(work, one),
    ]


def needed(work: Memory, ask_per_s: float, latency_s: float, hosts: int) -> int:
    """Outstanding accesses per host that a rate of accesses takes: Little's law."""
    return math.ceil(ask_per_s * latency_s / hosts - 1e-9)


def _of_pool(work: Memory, clients: int) -> list[Figure]:
    if work.mean is None or work.peak is None:
        return []
    pool, alone = pool_B(work.mean, work.peak, clients, work.exceed), clients * work.peak
    return [
        Figure("peaks_B", alone, "B", "sum of the peaks of all clients"),
        Figure("pool_B", pool, "B", "peak of their sum"),
        Figure("pooling", alone / pool if pool else 1.0, "1", "how much less memory a pool needs"),
    ]
