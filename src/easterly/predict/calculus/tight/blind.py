"""Networks whose servers may serve flows in any order: what is left to a flow when all others go first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.predict.calculus.tight.envelope import beyond, least
from easterly.predict.calculus.tight.network import ServerNetwork

Floats = NDArray[np.float64]

ROUNDS, SETTLED, MARGIN, MOST_B = 2000, 1e-13, 1e-10, 1e30


def blind(net: ServerNetwork, flow: int) -> tuple[float, float]:
    """Longest delay [s] of a flow, and its burst behind its last server [B], under arbitrary multiplexing.

    Pay multiplexing only once (Schmitt, Zdarsky & Fidler 2008, INFOCOM): servers in a row leave the least rate
    R = min(R_j - rho), behind the latency sum T_j + sum (sigma_i + rho_i sum T_j) / R, in which the burst of every
    other flow i counts once for each time that it joins; or server by server where that is less. Bursts of others where
    they join are found in the same way, from below to a fixed point where they depend on each other.

    Returns
    -------
    delay_s, output_B : float
        Infinite without bound.

    Examples
    --------
    >>> net = ServerNetwork.of([(80, 0.1)] * 2, [((0, 1), 1, 16), ((0, 1), 1, 32)])
    >>> round(blind(net, 0)[0], 6)  # (0.2 + (1 + 4 x 0.2) / 6) + 1 / 6
    0.666667
    """
    burst_B = _bursts(net)
    if not np.isfinite(burst_B).all():
        return np.inf, np.inf
    late_s, left = _left(net, flow, len(net.hops(flow)), burst_B)
    buckets = net.buckets(flow)
    return late_s + beyond(least(buckets), left) / left, buckets[0][0] + buckets[0][1] * late_s


def _bursts(net: ServerNetwork) -> Floats:
    """(H,) [B] bursts ahead of hops; infinite where they grow without end."""
    own = np.concatenate([np.full(len(net.hops(f)), net.buckets(f)[0][0]) for f in range(len(net))])
    if (net.load() >= 1).any():
        return np.full(len(own), np.inf)
    burst_B = own.copy()
    for _ in range(ROUNDS):
        new = _once(net, burst_B)
        if not (new < MOST_B).all():
            break
        if (new == burst_B).all():
            return new
        if (new <= burst_B * (1 + SETTLED)).all():
            raised = new * (1 + MARGIN)
            if (_once(net, raised) <= raised).all():
                return raised
        burst_B = new
    return np.full(len(own), np.inf)


def _once(net: ServerNetwork, burst_B: Floats) -> Floats:
    made = burst_B.copy()
    for f in range(len(net)):
        size, rate = net.buckets(f)[0]
        for hop in range(1, len(net.hops(f))):
            made[net.ptr[f] + hop] = size + rate * _left(net, f, hop, burst_B)[0]
    return made


def _left(net: ServerNetwork, flow: int, hops: int, burst_B: Floats) -> tuple[float, float]:
    """Latency [s] and rate [B/s] that the first servers of a flow leave to it."""
    path = net.hops(flow)[:hops]
    rate = {s: float(net.rate_bps[s]) / 8 for s in path}
    others = [each for f in range(len(net)) if f != flow for each in _joins(net, f, path)]
    left = {s: rate[s] - sum(net.buckets(f)[0][1] for f, _, run in others if s in run) for s in path}
    one = min(left.values())
    once = sum(float(net.latency_s[s]) for s in path)
    each_s = 0.0
    for f, at, run in others:
        own = net.buckets(f)[0][1]
        once += (float(burst_B[at]) + own * sum(float(net.latency_s[s]) for s in run)) / one
    for s in path:
        size = sum(float(burst_B[int(net.ptr[f]) + net.hops(f).index(s)]) for f, _, run in others if s in run)
        each_s += (rate[s] * float(net.latency_s[s]) + size) / left[s]
    return min(once, each_s), one


def _joins(net: ServerNetwork, flow: int, path: list[int]) -> list[tuple[int, int, list[int]]]:
    """Runs of servers that a flow shares with a path, hop by hop the same way, with the row of the first hop."""
    made: list[tuple[int, int, list[int]]] = []
    place = {s: i for i, s in enumerate(path)}
    last = -2
    for hop, server in enumerate(net.hops(flow)):
        here = place.get(server, -2)
        if here < 0:
            last = -2
            continue
        if here == last + 1 and last >= 0:
            made[-1][2].append(server)
        else:
            made.append((flow, int(net.ptr[flow]) + hop, [server]))
        last = here
    return made
