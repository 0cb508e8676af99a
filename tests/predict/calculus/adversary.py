"""Small packets through servers, first in, first out: delays that are reached, and a search for long ones."""

from __future__ import annotations

from graphlib import TopologicalSorter
from itertools import pairwise

import numpy as np


def longest_s(net, starts, *, packet_B, until_s=4.0, order=None):
    """Longest delay of flow 0 where every flow sends its burst at its start and its rate from then on.

    Servers send at their rate, and whatever they sent leaves their latency later. Of what comes at once, flows go in
    `order`; flow 0 is last.
    """
    flows, rank = [], [*list(range(1, len(net))), 0] if order is None else order
    for f in range(len(net)):
        ((burst, rate),) = net.buckets(f)
        more = np.arange(1, max(int((until_s - starts[f]) * rate / packet_B), 0) + 1) * packet_B / rate if rate else []
        flows.append(starts[f] + np.concatenate([np.zeros(int(burst / packet_B)), more]))
    begun = [each.copy() for each in flows]
    for server in _order(net):
        here = [f for f in rank if server in net.hops(f)]
        came = np.concatenate([flows[f] for f in here])
        who = np.repeat(np.arange(len(here)), [len(flows[f]) for f in here])
        turn = np.lexsort((who, came))
        takes = packet_B * 8 / net.rate_bps[server]
        k = np.arange(len(came))
        sent = np.maximum.accumulate(came[turn] - k * takes) + (k + 1) * takes + net.latency_s[server]
        for i, f in enumerate(here):
            flows[f] = sent[who[turn] == i]
    return float((flows[0] - begun[0]).max())


def _order(net):
    """Servers, those that others wait for first."""
    leads = {s: set() for s in net.path.tolist()}
    for f in range(len(net)):
        for a, b in pairwise(net.hops(f)):
            leads[b].add(a)
    return list(TopologicalSorter(leads).static_order())


def search(net, seed, *, tries, packet_B, spread_s, until_s=4.0):
    """The longest delay over starts that are drawn, and then moved one by one."""
    rng = np.random.default_rng(seed)
    best, at = 0.0, np.zeros(len(net))
    for i in range(tries):
        new = rng.uniform(0, spread_s, len(net)) if i < tries // 3 else at.copy()
        if i >= tries // 3:
            new[rng.integers(len(net))] += rng.normal(0, spread_s / 6)
        new = np.maximum(new, 0)
        found = longest_s(
            net, new, packet_B=packet_B, until_s=until_s, order=[*rng.permutation(np.arange(1, len(net))).tolist(), 0]
        )
        if found > best:
            best, at = found, new
    return best
