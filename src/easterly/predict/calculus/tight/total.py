"""Total flow analysis of a network of servers: server by server, as arrivals add up."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from easterly.predict.calculus.tight.envelope import Envelope, added, beyond, capped, least
from easterly.predict.calculus.tight.network import ServerNetwork

Floats = NDArray[np.float64]

ROUNDS, SETTLED, MARGIN = 5000, 1e-13, 1e-10
LONGEST_s = 1e9


@dataclass(frozen=True)
class Total:
    """Delays of servers by total flow analysis.

    Attributes
    ----------
    delay_s, backlog_B : (S,) float [s], [B]
        Infinite without bound; 0 where nothing passes.
    before_s : (H,) float [s]
        Sum of the delays ahead of each hop.
    """

    delay_s: Floats
    backlog_B: Floats
    before_s: Floats


@dataclass(frozen=True)
class Arrivals:
    """Who comes to each server, over which line."""

    net: ServerNetwork

    @cached_property
    def groups(self) -> list[dict[int, list[tuple[int, int]]]]:
        """Of each server: by line, -1 for none, flows and their hops."""
        made: list[dict[int, list[tuple[int, int]]]] = [{} for _ in range(len(self.net.rate_bps))]
        for f in range(len(self.net)):
            for hop, server in enumerate(self.net.hops(f)):
                at = int(self.net.ptr[f]) + hop
                made[server].setdefault(self.net.line_to(f, hop), []).append((f, at))
        return made

    @cached_property
    def buckets(self) -> list[list[tuple[float, float]]]:
        """Of each flow."""
        return [self.net.buckets(f) for f in range(len(self.net))]

    @cached_property
    def onward(self) -> list[NDArray[np.int64]]:
        """Of each server: hops that lead to another one."""
        ends = np.zeros(len(self.net.path), dtype=bool)
        ends[self.net.ptr[1:] - 1] = True
        return [np.flatnonzero((self.net.path == s) & ~ends) for s in range(len(self.net.rate_bps))]

    def envelope(self, server: int, before_s: Floats) -> Envelope:
        """What comes to a server in all."""
        parts = []
        for line, members in self.groups[server].items():
            one = self._sum(members, before_s)
            limit = self.net.line(line)
            parts.append(one if limit is None else capped(one, *limit))
        return parts[0] if len(parts) == 1 else added(parts)

    def _sum(self, members: list[tuple[int, int]], before_s: Floats) -> Envelope:
        """Of flows over one line."""
        late = before_s[[h for _, h in members]].tolist()
        if any(len(self.buckets[f]) > 1 for f, _ in members):
            return added(least(self.buckets[f], t) for (f, _), t in zip(members, late, strict=True))
        own = [self.buckets[f][0] for f, _ in members]
        burst = sum(b + r * t for (b, r), t in zip(own, late, strict=True))
        return Envelope(np.zeros(1), np.array([burst]), sum(r for _, r in own))


def total(net: ServerNetwork) -> Total:
    """Worst delay of every server, each as if all that comes were one flow (Schmitt & Zdarsky 2006).

    Rings are brought to a fixed point, from below; what stands still but for a margin, and gives no more than itself,
    is a bound (Thomas, Le Boudec & Mifdaoui 2019).

    Examples
    --------
    >>> net = ServerNetwork.of([(80, 0.1)] * 2, [((0, 1), 1, 16), ((0,), 1, 32), ((1,), 1, 32)])
    >>> total(net).delay_s.round(6).tolist()
    [0.3, 0.36]
    """
    arrivals, order = Arrivals(net), _order(net)
    rings = _rings(net, order)
    before_s = np.zeros(len(net.path))
    delay_s, backlog_B = np.zeros(len(net.rate_bps)), np.zeros(len(net.rate_bps))
    for _ in range(ROUNDS):
        was = delay_s.copy()
        for server in order:
            delay_s[server], backlog_B[server] = _one(net, arrivals, server, before_s)
            onward = arrivals.onward[server]
            before_s[onward + 1] = before_s[onward] + delay_s[server]
        if not (delay_s < LONGEST_s).all():
            break
        if not rings:
            return Total(delay_s, backlog_B, before_s)
        if (delay_s <= was * (1 + SETTLED)).all() and _holds(net, arrivals, order, delay_s):
            return _raised(net, arrivals, order, delay_s)
    return _endless(net, arrivals)


def _raised(net: ServerNetwork, arrivals: Arrivals, order: list[int], delay_s: Floats) -> Total:
    raised = delay_s * (1 + MARGIN)
    before = _before(net, raised)
    backlog_B = np.zeros(len(delay_s))
    for server in order:
        backlog_B[server] = _one(net, arrivals, server, before)[1]
    return Total(raised, backlog_B, before)


def _holds(net: ServerNetwork, arrivals: Arrivals, order: list[int], delay_s: Floats) -> bool:
    """Whether delays raised by a margin give no more than themselves."""
    raised = delay_s * (1 + MARGIN)
    before = _before(net, raised)
    return all(_one(net, arrivals, server, before)[0] <= raised[server] for server in order)


def _endless(net: ServerNetwork, arrivals: Arrivals) -> Total:
    used = np.array([bool(each) for each in arrivals.groups])
    never = np.where(used, np.inf, 0.0)
    return Total(never, never.copy(), _before(net, never))


def _one(net: ServerNetwork, arrivals: Arrivals, server: int, before_s: Floats) -> tuple[float, float]:
    """Delay [s] and backlog [B] of one server."""
    comes, rate, latency = arrivals.envelope(server, before_s), net.rate_bps[server] / 8, net.latency_s[server]
    t = np.append(comes.x, latency)
    waits = comes.at(t) - rate * np.maximum(t - latency, 0.0)
    most = np.inf if comes.slope > rate else float(waits.max())
    return float(latency) + beyond(comes, float(rate)) / float(rate), most


def _before(net: ServerNetwork, delay_s: Floats) -> Floats:
    """(H,) sum of delays ahead of each hop."""
    made = np.zeros(len(net.path))
    for f in range(len(net)):
        own = slice(net.ptr[f], net.ptr[f + 1])
        made[own] = np.concatenate([[0.0], np.cumsum(delay_s[net.path[own]])[:-1]])
    return made


def _after(net: ServerNetwork) -> list[set[int]]:
    """Servers that each leads to."""
    made: list[set[int]] = [set() for _ in range(len(net.rate_bps))]
    for f in range(len(net)):
        hops = net.hops(f)
        for a, b in itertools.pairwise(hops):
            made[a].add(b)
    return made


def _order(net: ServerNetwork) -> list[int]:
    """Servers in use, those that others wait for first; within rings by number."""
    after = _after(net)
    waits = np.zeros(len(after), dtype=int)
    for each in after:
        waits[list(each)] += 1
    left, made = sorted(set(net.path.tolist())), []
    while left:
        at = next((s for s in left if waits[s] == 0), left[0])
        left.remove(at)
        made.append(at)
        waits[list(after[at])] -= 1
    return made


def _rings(net: ServerNetwork, order: list[int]) -> bool:
    """Whether some server waits for a later one."""
    place = {server: i for i, server in enumerate(order)}
    return any(place[b] <= place[a] for a, each in enumerate(_after(net)) for b in each)
