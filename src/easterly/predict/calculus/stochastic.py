"""Delays and backlogs that are exceeded with a given probability at most: network calculus with Chernoff's bound.

A(s, t) is what arrives, S(s, t) what servers in a row can serve, as random functions whose generating functions are
bounded (`Envelope`). A delay beyond d at time t asks for a time s with A(s, t) > S(s, t + d); the union over slots for
s, and for when the data passes from one server to the next, costs a factor that grows as a power of the delay only.
(Chang 2000; Fidler 2006, IWQoS; Ciucu, Burchard & Liebeherr 2006, IEEE/ACM Transactions on Networking 14.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn
from easterly.base.units import RATE, format_short
from easterly.predict.calculus.envelopes import Envelope, exp, expm1, log

THETAS = 32
"""Of each of `ROUNDS` searches for the best theta, each within the neighbours of the one before."""
ROUNDS = 4
SLOTS = np.geomspace(0.3, 3, 7)
"""Lengths of a slot, as parts of the one at which rounding to it costs as much as there being more of them."""


@dataclass(frozen=True, slots=True)
class Server:
    """A link with a latency, of which cross traffic may take whatever comes, before or behind.

    Attributes
    ----------
    link_Bps : float [B/s]
    latency_s : float [s]
    cross : Envelope, optional
        What shares the link, in any order: what is left for the flow is the link less this.
    """

    link_Bps: float
    latency_s: float = 0.0
    cross: Envelope | None = None

    def __post_init__(self) -> None:
        if not (0 < self.link_Bps < math.inf and 0 <= self.latency_s < math.inf):
            raise ValueError(
                f"a link of {self.link_Bps:g} B/s with a latency of {self.latency_s:g} s: give a rate above 0"
            )


@dataclass(frozen=True, slots=True)
class Tandem:
    """A flow through servers in a row: what its delay and its backlog exceed, and how often at most.

    The delay is that of the data that has come by any time t, without the time that a packet itself takes to send: what
    a packet that comes at random (Poisson) waits.

    Attributes
    ----------
    arrivals : Envelope
    servers : tuple of Server
    dependent : bool
        Nothing is taken for granted about how the flow and the cross traffic of the servers depend on each other.

    Raises
    ------
    ValueError
        No server, or one whose load is not below 1: there is no bound.

    Examples
    --------
    Packets of 1,500 B at random, 80 % of 10 Gb/s:

    >>> from easterly.predict.calculus import envelopes
    >>> flow = Tandem(envelopes.packets(1e9, 1500.0), (Server(1.25e9),))
    >>> f"{1e6 * flow.delay_s(1e-3):.2f} us, {flow.backlog_B(1e-3):.0f} B"
    '19.24 us, 24050 B'
    """

    arrivals: Envelope
    servers: tuple[Server, ...]
    dependent: bool = False

    def __post_init__(self) -> None:
        if not self.servers:
            raise ValueError("a tandem needs at least one server")
        for i, server in enumerate(self.servers):
            load = self.arrivals.mean_Bps + (server.cross.mean_Bps if server.cross else 0.0)
            if load >= server.link_Bps:
                gets, serves = (format_short(8 * each, RATE) for each in (load, server.link_Bps))
                raise ValueError(
                    f"server {i + 1} of {len(self.servers)} gets {gets} on average and serves {serves}: the queue "
                    "grows without end; take less load, or a faster link"
                )

    def delay_beyond(self, delay_s: float) -> float:
        """Probability that the delay exceeds a time, at most."""
        if not 0 <= delay_s < math.inf:
            raise ValueError(f"delay_s is {delay_s:g}: it must be at least 0")
        return 1.0 if delay_s == 0 else _probability(self._least(lambda t: self._delay(t, delay_s)))

    def backlog_beyond(self, backlog_B: float) -> float:
        """Probability that more than this is on its way through the servers, at most."""
        if not 0 <= backlog_B < math.inf:
            raise ValueError(f"backlog_B is {backlog_B:g}: it must be at least 0")
        return _probability(self._least(lambda t: self._backlog(t, backlog_B)))

    def delay_s(self, share: float) -> float:
        """The least delay known to be exceeded with this probability at most: 0.01 for the 99th percentile."""
        scale = self.arrivals.scale_B / min(s.link_Bps for s in self.servers) + sum(s.latency_s for s in self.servers)
        return _quantile(lambda d: self._least(lambda t: self._delay(t, d)), share, scale)

    def backlog_B(self, share: float) -> float:
        """The least backlog known to be exceeded with this probability at most."""
        return _quantile(lambda b: self._least(lambda t: self._backlog(t, b)), share, self.arrivals.scale_B)

    # What follows is in logarithms, by rows of theta.

    def _factors(self) -> int:
        """How often theta counts: once, or once for each random part that may depend on the others."""
        parts = self.arrivals.parts + sum(s.cross.parts for s in self.servers if s.cross)
        return max(parts, 1) if self.dependent else 1

    def _hops(self) -> list[Server]:
        """Neighbours without cross traffic are one: the slower link, both latencies (a convolution without a union)."""
        made: list[Server] = []
        for server in self.servers:
            if made and made[-1].cross is None and server.cross is None:
                last = made.pop()
                server = Server(min(last.link_Bps, server.link_Bps), last.latency_s + server.latency_s)
            made.append(server)
        return made

    def _rates(self, theta: FloatColumn) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
        """Rho of the flow, the least rate that is left for it, and the sum of all sigma."""
        times = self._factors()
        rho, sigma = self.arrivals.rho(times * theta), self.arrivals.sigma(times * theta)
        left = np.full_like(theta, math.inf)
        for hop in self._hops():
            taken = hop.cross.rho(times * theta) if hop.cross else 0.0
            left = np.minimum(left, hop.link_Bps - taken)
            sigma = sigma + hop.link_Bps * hop.latency_s + (hop.cross.sigma(times * theta) if hop.cross else 0.0)
        return rho, left, sigma

    def _rounding(self, theta: FloatColumn) -> FloatColumn:
        """What a slot of rounding costs in all: the link of each server, and the cross traffic of all but the last."""
        hops = self._hops()
        lost = np.full_like(theta, sum(hop.link_Bps for hop in hops))
        for hop in hops[:-1]:
            if hop.cross:
                lost = lost + hop.cross.rho(self._factors() * theta)
        return lost

    def _slots(self, theta: FloatColumn, spare: FloatColumn) -> FloatColumn:
        """Lengths to try, by rows of theta: near the least of x R / spare - n ln(1 - e^-x), x = theta spare length."""
        lost, hops = self._rounding(theta), len(self._hops())
        best = hops / (theta * (lost + hops * np.maximum(spare, 0) / 2))  # where ln(1 + y) is 2 y / (2 + y), nearly
        return np.asarray(best[:, None] * SLOTS)

    def _delay(self, theta: FloatColumn, delay_s: float) -> FloatColumn:
        rho, left, sigma = self._rates(theta)
        room = theta * (left - rho)
        made = theta * sigma - theta * left * delay_s  # where no union is needed
        if self._is_fresh():
            return made
        # Slots divide the delay: K of them, and m > K in all.
        K = np.maximum(np.ceil(delay_s / self._slots(theta, left - rho)), 1.0)
        slot = delay_s / K
        more = theta[:, None] * (self._rounding(theta)[:, None] * slot - rho[:, None] * delay_s)
        found = (theta * sigma)[:, None] + more + _splits(room[:, None] * slot, K + 1, len(self._hops()))
        return np.asarray(found.min(axis=1))

    def _backlog(self, theta: FloatColumn, backlog_B: float) -> FloatColumn:
        rho, left, sigma = self._rates(theta)
        made = theta * sigma - theta * backlog_B
        if self._is_fresh():
            return made
        slot = self._slots(theta, left - rho)
        more = (theta * self._rounding(theta))[:, None] * slot
        splits = _splits((theta * (left - rho))[:, None] * slot, np.ones_like(slot), len(self._hops()))
        return np.asarray((made[:, None] + more + splits).min(axis=1))

    def _is_fresh(self) -> bool:
        """One server, and increments that are independent: Doob's inequality instead of a union (Kingman 1964)."""
        hops = self._hops()
        cross = hops[0].cross
        return len(hops) == 1 and self.arrivals.fresh and not self.dependent and (cross is None or cross.fresh)

    def _limit(self) -> float:
        """The theta from which on the flow would take more than is left."""
        times = self._factors()
        tops = [self.arrivals, *(s.cross for s in self.servers if s.cross)]
        high = min(min(e.most_theta for e in tops) / times, 1e4 / min(e.scale_B for e in tops))
        low = 0.0

        def stable(theta: float) -> bool:
            rho, left, _ = self._rates(np.array([theta]))
            return bool(rho[0] < left[0])

        if stable(high * (1 - 1e-12)):
            return high * (1 - 1e-12)
        for _ in range(200):
            middle = (low + high) / 2
            if middle <= low or middle >= high:
                break
            low, high = (middle, high) if stable(middle) else (low, middle)
        return low

    def _least(self, bound: Callable[[FloatColumn], FloatColumn]) -> float:
        """The least logarithm of a bound over all theta."""
        limit = self._limit()
        theta = limit * np.concatenate(
            (np.geomspace(1e-5, 0.5, THETAS), 1 - np.geomspace(0.5, 1e-9, THETAS)[1:], [1.0])
        )
        best = math.inf
        for _ in range(ROUNDS):
            found = bound(theta)
            found = np.where(np.isnan(found), math.inf, found)
            i = int(np.argmin(found))
            best = min(best, float(found[i]))
            theta = np.linspace(theta[max(i - 1, 0)], theta[min(i + 1, theta.size - 1)], THETAS)
        return best


def _splits(x: FloatColumn, least: FloatColumn, hops: int) -> FloatColumn:
    """Log of the sum over m >= least of (m + n - 1 over n - 1) q^m, q = e^-x: ways to split m slots among n servers.

    A tail of the negative binomial law, which is one of the binomial law: n terms.
    """
    success = log(-expm1(-x))
    tries = least + hops - 1
    choose = np.zeros_like(x)
    terms = []
    for j in range(hops):
        if j:
            choose = choose + log((tries - j + 1) / j)
        terms.append(choose + j * success - x * (tries - j))
    top = np.max(terms, axis=0)
    return np.asarray(top + log(np.sum([exp(term - top) for term in terms], axis=0)) - hops * success)


def _probability(logarithm: float) -> float:
    return 1.0 if logarithm >= 0 else float(exp(np.array([logarithm]))[0])


def _quantile(beyond: Callable[[float], float], share: float, scale: float) -> float:
    """Least value at which a logarithm of a probability is at most that of the share; to nine digits."""
    if not 0 < share < 1:
        raise ValueError(f"a share of {share:g} is no probability: write 0.01 for what one in a hundred exceeds")
    wanted = float(log(np.array([share]))[0])
    low, high = 0.0, scale
    above, below = 0.0, beyond(high) - wanted
    for _ in range(200):
        if below <= 0:
            break
        low, above, high = high, below, 2 * high
        below = beyond(high) - wanted
    else:
        return math.inf
    return _falling(lambda x: beyond(x) - wanted, low, high, above, below)


def _falling(of: Callable[[float], float], low: float, high: float, above: float, below: float) -> float:
    """Where a function that falls is 0, from the side where it is not above: halving, and lines between both ends."""
    turn = 0
    while high - low > 1e-9 * high:
        part = above / (above - below) if turn % 3 and math.isfinite(above) and above > below else 0.5
        middle = low + (high - low) * min(max(part, 1e-9), 1 - 1e-9)
        if not low < middle < high:
            break
        found = of(middle)
        if found <= 0:
            high, below, above = middle, found, above / 2 if turn % 3 else above
        else:
            low, above, below = middle, found, below / 2 if turn % 3 else below
        turn += 1
    return high


@dataclass(frozen=True, slots=True)
class Fractional:
    """An aggregate with long memory: normal bytes of any stretch of t, with standard deviation s t^H (Norros 1994).

    For wide-area and inference traffic; jobs that train are periodic, and no such process.

    Attributes
    ----------
    mean_Bps : float [B/s]
    deviation_B : float [B]
        s: standard deviation of the bytes of one second.
    hurst : float
        H, between 1/2 (no memory) and 1.
    """

    mean_Bps: float
    deviation_B: float
    hurst: float

    def __post_init__(self) -> None:
        if not (0 < self.mean_Bps < math.inf and 0 < self.deviation_B < math.inf and 0.5 <= self.hurst < 1):
            raise ValueError(
                "fractional Brownian traffic needs a mean and a deviation above 0, and H from 0.5 to below 1"
            )

    def backlog_beyond(self, link_Bps: float, backlog_B: float) -> float:
        """Probability of more than this behind a link, at most: a union over stretches in even ratios.

        A stretch between t and g t sends no more than one of g t, and a link serves no less than in t: the sum of
        exp(-(b + C t - m g t)^2 / (2 s^2 (g t)^2H)), the best g of some (Rizk & Fidler 2012, Computer Networks 56).
        """
        if link_Bps <= self.mean_Bps:
            raise ValueError(f"link_Bps is {link_Bps:g}, not above the mean rate, {self.mean_Bps:g}: no bound")
        if backlog_B <= 0:
            return 1.0
        H, spare = self.hurst, link_Bps - self.mean_Bps
        peak = backlog_B / spare * H / (1 - H)  # the stretch that is likeliest to fill it
        best = 1.0
        for ratio in 1 + (link_Bps / self.mean_Bps - 1) * np.array([0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7]):
            step = float(log(np.array([ratio]))[0])
            count = math.ceil(60 / step)
            t = peak * exp(step * np.arange(-count, count + 1))
            gap = backlog_B + link_Bps * t - self.mean_Bps * float(ratio) * t
            likely = gap / (self.deviation_B * exp(H * (log(t) + step)))
            best = min(best, float(exp(-likely * likely / 2).sum()))
        return best

    def delay_s(self, link_Bps: float, share: float) -> float:
        """The least delay behind a link, in the order of arrival, known to be exceeded so seldom."""

        def beyond(delay: float) -> float:
            found = self.backlog_beyond(link_Bps, link_Bps * delay)
            return math.inf if found >= 1 else float(log(np.array([max(found, 1e-300)]))[0])

        return _quantile(beyond, share, self.deviation_B / link_Bps)
