"""Separated flow analysis: what is left of each server for one flow, and those one behind the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.predict.calculus.tight.envelope import beyond, least
from easterly.predict.calculus.tight.network import ServerNetwork

Floats = NDArray[np.float64]

ROUNDS, SETTLED, MARGIN, MOST_B = 5000, 1e-13, 1e-10, 1e30


@dataclass(frozen=True, slots=True)
class Separated:
    """What servers leave to flows, by separated flow analysis.

    Attributes
    ----------
    net : ServerNetwork
    burst_B : (H,) float [B]
        Burst of the flow ahead of each hop, beside its lowest rate; infinite without bound.
    behind_s, left : (H,) float [s], [B/s]
        Latency and rate that a server leaves to the flow.
    """

    net: ServerNetwork
    burst_B: Floats
    behind_s: Floats
    left: Floats

    def over(self, flow: int, hops: int) -> tuple[float, float]:
        """Delay [s] and output burst [B] of a flow over its first hops."""
        own = slice(self.net.ptr[flow], self.net.ptr[flow] + hops)
        late, left, buckets = float(self.behind_s[own].sum()), float(self.left[own].min()), self.net.buckets(flow)
        if not np.isfinite(late):
            return np.inf, np.inf
        return late + beyond(least(buckets), left) / left, buckets[0][0] + buckets[0][1] * late

    @property
    def delay_s(self) -> Floats:
        """(F,) [s] from the first server to behind the last; infinite without bound."""
        return np.array([self.over(f, len(self.net.hops(f)))[0] for f in range(len(self.net))])

    @property
    def output_B(self) -> Floats:
        """(F,) [B] burst behind the last server, beside the lowest rate."""
        return np.array([self.over(f, len(self.net.hops(f)))[1] for f in range(len(self.net))])


def separated(net: ServerNetwork) -> Separated:
    """What servers leave to every flow.

    First in, first out, a server leaves rate R - rho behind a latency T + sigma / R beside others of burst sigma and
    rate rho (Le Boudec & Thiran 2001, 6.2, with theta = T + sigma / R); servers in a row leave the least rate behind
    the sum of latencies. Bursts grow by rate times latency, hop by hop: a linear fixed point.

    Examples
    --------
    >>> net = ServerNetwork.of([(80, 0.1)] * 2, [((0, 1), 1, 16), ((0,), 1, 32), ((1,), 1, 32)])
    >>> separated(net).delay_s.round(6).tolist()
    [0.566667, 0.325, 0.365]
    """
    rate = net.rate_bps / 8
    own = np.array([net.buckets(f)[0] for f in range(len(net))]).reshape(-1, 2)
    each = np.repeat(own[:, 1], np.diff(net.ptr))
    sums = np.bincount(net.path, each, len(rate))
    left = rate[net.path] - sums[net.path] + each
    burst_B = np.full(len(net.path), np.inf)
    if (sums <= rate).all():
        burst_B = _bursts(net, own, rate)
    if not np.isfinite(burst_B).all():
        return Separated(net, np.full(len(net.path), np.inf), np.full(len(net.path), np.inf), left)
    at = np.bincount(net.path, burst_B, len(rate))
    return Separated(net, burst_B, net.latency_s[net.path] + (at[net.path] - burst_B) / rate[net.path], left)


def _bursts(net: ServerNetwork, own: Floats, rate: Floats) -> Floats:
    """(H,) [B] bursts ahead of hops; infinite where they grow without end."""
    burst_B = np.repeat(own[:, 0], np.diff(net.ptr))
    for _ in range(ROUNDS):
        was = burst_B.copy()
        burst_B = _once(net, own, rate, burst_B)
        if not (burst_B < MOST_B).all():
            break
        raised = burst_B * (1 + MARGIN)
        if (burst_B <= was * (1 + SETTLED)).all():
            if (burst_B == was).all():
                return burst_B
            if (_once(net, own, rate, raised) <= raised).all():
                return raised
    return np.full(len(net.path), np.inf)


def _once(net: ServerNetwork, own: Floats, rate: Floats, burst_B: Floats) -> Floats:
    """Bursts from those of a round before, flow by flow."""
    at = np.bincount(net.path, burst_B, len(rate))
    wait_s = net.latency_s[net.path] + (at[net.path] - burst_B) / rate[net.path]
    summed = np.concatenate([[0.0], np.cumsum(wait_s)])
    ahead_s = summed[:-1] - np.repeat(summed[net.ptr[:-1]], np.diff(net.ptr))
    made: Floats = np.repeat(own[:, 0], np.diff(net.ptr)) + np.repeat(own[:, 1], np.diff(net.ptr)) * ahead_s
    return made
