"""Patched TIMELY as Zhu et al. 2016 (CoNEXT) write it: a fluid with delayed feedback, and its margin of stability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.model.senders import Timely


@dataclass(frozen=True)
class Loop:
    """Equal senders at one link: rates and the link in bytes per second, `path_s` a round trip without a queue."""

    how: Timely
    senders: int
    rate_bps: float
    path_s: float

    @property
    def link(self) -> float:
        return self.rate_bps / 8

    @property
    def add(self) -> float:
        return self.how.add_bps / 8

    @property
    def rest_B(self) -> float:
        """Theorem 5: q* = N delta q' / (beta C) + q', here without what the path takes."""
        reference_B = self.link * self.how.reference_s
        return (
            self.senders * self.add * reference_B / (self.how.beta * self.link) + reference_B - self.path_s * self.link
        )

    def period_s(self, rate: float) -> float:
        """Between two answers: the time of a burst, or the least."""
        return max(self.how.burst_B / rate, self.how.gap_s)

    def queue_B(self, until_s: float, step_s: float = 1e-6) -> NDArray[np.float64]:
        """The queue, by Euler's method; answers come a round trip after packets do."""
        how, link, steps = self.how, self.link, round(until_s / step_s)
        queue, joined = [0.0] * (steps + 1), [0] * (steps + 1)
        q, gradient, rate, seen = 0.0, 0.0, link * how.first_share, 0
        for k in range(steps + 1):
            queue[k] = q
            while seen < k and seen + (queue[seen] / link + self.path_s) / step_s <= k:
                seen += 1
            joined[k] = seen
            period = self.period_s(rate)
            now, before = queue[seen], queue[joined[max(k - int(period / step_s), 0)]]
            slope = self.rise(now / link + self.path_s, gradient, rate) / period
            gradient += step_s * how.alpha / period * ((now - before) / link / how.least_rtt_s - gradient)
            rate = min(max(rate + step_s * slope, how.least_bps / 8), link)
            q = max(q + step_s * (self.senders * rate - link), 0.0)
        return np.array(queue)

    def rise(self, rtt_s: float, gradient: float, rate: float) -> float:
        """Of a rate for one answer."""
        how = self.how
        if rtt_s < how.low_s:
            return self.add
        if rtt_s > how.high_s:
            return -how.beta * (1 - how.high_s / rtt_s) * rate
        weight = min(max(2 * gradient + 0.5, 0.0), 1.0)
        return (1 - weight) * self.add - weight * how.beta * rate * (rtt_s / how.reference_s - 1)

    def margin(self) -> float:
        """Phase margin [rad] of the loop, linear about its point of rest: below 0 it swings.

        With w = 2 g + 1/2, and delta = beta R e at rest, e = RTT / T' - 1, an answer changes the rate by
        -(4 delta g + beta e dR / 2 + beta R dq / (2 C T')), where g follows q(t - t') - q(t - t' - tau) by alpha / tau.
        """
        how, link = self.how, self.link
        rate, rtt_s = link / self.senders, self.rest_B / link + self.path_s
        tau, excess = self.period_s(rate), rtt_s / how.reference_s - 1
        w = np.logspace(1, 6, 40_000)
        s = 1j * w
        filtered = how.alpha / tau / (s + how.alpha / tau) * (1 - np.exp(-s * tau)) / (link * how.least_rtt_s)
        of_rate = (4 * self.add * filtered + how.beta * rate / (2 * link * how.reference_s)) * np.exp(-s * rtt_s)
        loop = self.senders / s * of_rate / (tau * s + how.beta * excess / 2)
        crossings = np.flatnonzero((np.abs(loop[:-1]) >= 1) & (np.abs(loop[1:]) < 1))
        phases = np.unwrap(np.angle(loop))
        return float(np.pi + phases[crossings].min())
