"""Sink trees: all flows go to one server, and none leaves on the way."""

from __future__ import annotations

import itertools

import numpy as np

from easterly.predict.calculus.tight.network import ServerNetwork


def is_sink_tree(net: ServerNetwork) -> bool:
    """Whether all flows end at one server, to which one way leads from each, and no line holds them back."""
    after: dict[int, set[int]] = {}
    ends = set()
    for f in range(len(net)):
        hops = net.hops(f)
        ends.add(hops[-1])
        for a, b in itertools.pairwise(hops):
            after.setdefault(a, set()).add(b)
    one_way = all(len(each) == 1 for each in after.values())
    plain = not np.isfinite(net.line_bps).any() and (np.diff(net.bucket_ptr) == 1).all()
    return len(ends) == 1 and one_way and not ends & set(after) and bool(plain)


def sink_tree(net: ServerNetwork, flow: int) -> float:
    """Longest delay [s] of a flow in a sink tree, first in, first out, which some trajectory reaches.

    The sum of T_i + sigma_i / C_i over its servers (Lenzini, Martorini, Mingozzi & Stea 2006, Performance Evaluation
    63:9-10): sigma_i is the burst of all that joins at server i, and C_i the rate at which it clears, R_i times the
    part that is left of the rate of its bits at every later server, where what joins slows them down.

    Raises
    ------
    ValueError
        A network that is no sink tree.

    Examples
    --------
    >>> net = ServerNetwork.of([(80, 0.1)] * 2, [((0, 1), 1, 16), ((1,), 1, 16)])
    >>> round(sink_tree(net, 0), 6)  # 0.2 + 1 / 8.333 + 1 / 10
    0.42
    """
    if not is_sink_tree(net):
        raise ValueError("flows leave on the way, or lines hold them back: that is no sink tree; take linear or exact")
    if (net.load() > 1).any():
        return np.inf
    path, late_s = net.hops(flow), 0.0
    for i, server in enumerate(path):
        ahead = path[i - 1] if i else -1
        late_s += float(net.latency_s[server]) + _joins(net, server, ahead)[0] / _clears(net, path[i:])
    return late_s


def _joins(net: ServerNetwork, server: int, ahead: int) -> tuple[float, float]:
    """Burst [B] and rate [B/s] of all that comes to a server, but not from the one ahead on the path."""
    size = rate = 0.0
    came: set[int] = set()
    for f in range(len(net)):
        hops = net.hops(f)
        if server in hops:
            at = hops.index(server)
            if at == 0:
                size, rate = size + net.buckets(f)[0][0], rate + net.buckets(f)[0][1]
            else:
                came.add(hops[at - 1])
    for each in sorted(came - {ahead}):
        burst, own = _joins(net, each, -1)
        size, rate = size + burst + own * float(net.latency_s[each]), rate + own
    return size, rate


def _clears(net: ServerNetwork, path: list[int]) -> float:
    """Rate [B/s] at which a burst that joins at the first of some servers leaves the last."""
    clears = now = float(net.rate_bps[path[0]]) / 8
    for ahead, server in itertools.pairwise(path):
        comes = now + _joins(net, server, ahead)[1]
        now = min(float(net.rate_bps[server]) / 8, comes)
        clears *= now / comes
    return clears
