"""Total flow analysis in fractions: what the compiled one is held against."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np


class Exact:
    """The same analysis in fractions, by all candidates of each supremum: slow, and written apart."""

    def __init__(self, ports, queues, flows, *, shaped):
        self.ports, self.queues, self.flows, self.shaped = ports, queues, flows, shaped
        starts = np.concatenate([[0], np.cumsum([count for _, _, count in ports])]).tolist()
        self.rows = [list(range(a, b)) for a, b in pairwise(starts)]
        self.port_of = {q: p for p, rows in enumerate(self.rows) for q in rows}
        self.before = {(f, h): Fraction(0) for f, (hops, _, _) in enumerate(flows) for h in range(len(hops))}
        self.delay = {q: Fraction(0) for q in range(len(queues))}
        self.backlog = dict(self.delay)

    def arrival(self, q):
        """Lines whose sum of minima is the arrival curve."""
        groups = {}
        for f, (hops, burst, rate) in enumerate(self.flows):
            for h, own in enumerate(hops):
                if own == q:
                    came = hops[h - 1] if h and self.shaped else (None, f)
                    b, r = groups.get(came, (0, 0))
                    groups[came] = (b + Fraction(burst) + Fraction(rate) * self.before[f, h], r + Fraction(rate))
        made = []
        for came, (b, r) in groups.items():
            lines = [(b, r)]
            if not isinstance(came, tuple):
                lines.append((Fraction(self.queues[came][1]), Fraction(self.ports[self.port_of[came]][0])))
            made.append(lines)
        return made

    @staticmethod
    def at(groups, t):
        return sum((min(b + r * t for b, r in lines) for lines in groups), Fraction(0))

    @staticmethod
    def bends(groups):
        """Times at which some minimum changes its line."""
        return {Fraction(b - d) / (s - r) for lines in groups for b, r in lines for d, s in lines if s > r and b > d}

    def solve(self, order):
        for p in order:
            rows = self.rows[p]
            arrivals = {q: self.arrival(q) for q in rows}
            for q in rows:
                self.delay[q], self.backlog[q] = self.one(p, q, arrivals) if arrivals[q] else (Fraction(0), Fraction(0))
            for f, (hops, _, _) in enumerate(self.flows):
                for h, q in enumerate(hops[:-1]):
                    self.before[f, h + 1] = self.before[f, h] + self.delay[q]

    def one(self, p, q, arrivals):
        rate, latency, _ = self.ports[p]
        busy = [x for x in self.rows[p] if arrivals[x]]
        if self.queues[q][0] == 0:
            higher = [x for x in busy if x < q]
            block = max((self.queues[x][1] for x in busy if x > q), default=0)
            return self.bound(arrivals[q], lambda t: rate * max(t - latency, 0) - self.all(arrivals, higher, t) - block,
                              self.times(arrivals, [*higher, q]) | {Fraction(latency)})  # fmt: skip
        strict = [x for x in busy if self.queues[x][0] == 0]
        shares = [x for x in busy if self.queues[x][0] > 0 and x != q]
        quantum, packet, _ = self.queues[q]
        others = sum(self.queues[x][0] for x in shares)
        block = others * (1 + Fraction(packet) / Fraction(quantum)) + sum(self.queues[x][1] for x in shares)
        share = Fraction(quantum) / (Fraction(quantum) + others)
        turn = self.bound(
            arrivals[q],
            lambda t: share * (rate * max(t - latency, 0) - self.left(arrivals, strict, t) - block),
            self.times(arrivals, [*strict, q], late=True) | {Fraction(latency)},
        )
        last = self.bound(
            arrivals[q], lambda t: rate * max(t - latency, 0) - self.all(arrivals, [*strict, *shares], t),
            self.times(arrivals, [*strict, *shares, q]) | {Fraction(latency)},
        )  # fmt: skip
        return min(turn[0], last[0]), min(turn[1], last[1])

    def all(self, arrivals, some, t):
        return sum((self.at(arrivals[x], t) for x in some), Fraction(0))

    def left(self, arrivals, some, t):
        return sum((self.at(arrivals[x], t + self.delay[x]) for x in some), Fraction(0))

    def times(self, arrivals, some, late=False):
        made = {Fraction(0)} | {t for x in some for t in self.bends(arrivals[x])}
        if late:
            made |= {t - self.delay[x] for x in some for t in self.bends(arrivals[x]) if t > self.delay[x]}
        return made

    def bound(self, arrival, raw, times):
        """Suprema over candidate times and heights: the largest distances of piecewise linear curves are at bends."""
        ordered = sorted(times)
        tail = raw(ordered[-1] + 1) - raw(ordered[-1])

        def reach(y):
            if y <= 0:
                y = Fraction(0)
            for a, b in pairwise([*ordered, None]):
                low = raw(a)
                if low >= y and low >= 0:
                    return a
                slope = tail if b is None else (raw(b) - low) / (b - a)
                if slope > 0 and (b is None or raw(b) >= y):
                    return a + (y - low) / slope
            raise AssertionError("not served")

        delays = [reach(self.at(arrival, t)) - t for t in ordered]
        for s in ordered:
            y = max(raw(s), Fraction(0))
            delays += [s - t for t in [self.inverse(arrival, ordered, y)] if t is not None]
        zero = reach(Fraction(0))
        backlogs = [self.at(arrival, t) - max(raw(t), Fraction(0)) for t in {*ordered, zero}]
        return max(*delays, Fraction(0)), max(backlogs)

    def inverse(self, arrival, ordered, y):
        """First time at which an arrival is at `y`; None if it starts above."""
        if self.at(arrival, Fraction(0)) > y:
            return None
        for a, b in pairwise([*ordered, ordered[-1] + 10**6]):
            low, high = self.at(arrival, a), self.at(arrival, b)
            if high >= y > low or low == y:
                return a if low == y else a + (y - low) * (b - a) / (high - low)
        return None
