"""DCQCN at one port as a fluid: its one point of rest (Zhu et al. 2015, section 5.1; Zhu et al. 2016, theorem 1).

N equal flows, rates and queues in packets. With a = 1 - (1-p)^(tau R) notifications reach a flow per tau; its rate
falls by alpha / 2 each, and is raised half-way to its target once per B packets and once per time T. Targets grow by
R_AI at each of those beyond the first F.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc, Unit
from easterly.predict.control.reals import expm1, log1p, number, pow1


@dataclass(frozen=True, slots=True)
class Settings:
    """Of sender and port; the defaults are those of Zhu et al. 2015 for 40 Gb/s and packets of 1,000 bytes."""

    packet_B: Annotated[float, Unit("B"), Doc("Of one packet.")] = 1000.0
    from_B: Annotated[float, Unit("B"), Doc("Kmin: queue from which packets are marked.")] = 5e3
    to_B: Annotated[float, Unit("B"), Doc("Kmax: queue above which all are.")] = 200e3
    most: Annotated[float, Unit("1"), Doc("Pmax: probability of a mark just below that.")] = 0.01
    gain: Annotated[float, Unit("1"), Doc("g: weight of a period in alpha.")] = 1 / 256
    cnp_s: Annotated[float, Unit("s"), Doc("tau: least time between two notifications of a flow.")] = 50e-6
    alpha_s: Annotated[float, Unit("s"), Doc("tau': time after which alpha is updated.")] = 55e-6
    timer_s: Annotated[float, Unit("s"), Doc("T: time after which a rate is raised.")] = 55e-6
    count_B: Annotated[float, Unit("B"), Doc("B: bytes after which a rate is raised.")] = 10e6
    stages: Annotated[float, Doc("F: raises without growth of the target.")] = 5.0
    add_bps: Annotated[float, Unit("bit/s"), Doc("R_AI: growth of a target.")] = 40e6

    def __post_init__(self) -> None:
        for name in ("packet_B", "to_B", "most", "gain", "cnp_s", "alpha_s", "timer_s", "count_B", "add_bps"):
            number(name, getattr(self, name))
        if not 0 <= self.from_B < self.to_B or self.most > 1 or self.gain >= 1 or self.stages < 0:
            raise ValueError("from_B must be below to_B, most at most 1, gain below 1, stages at least 0")

    @property
    def packet_bits(self) -> float:
        """Bits of one packet."""
        return 8 * self.packet_B

    def mark(self, queue_B: float) -> float:
        """Probability of a mark at a queue."""
        part = (queue_B - self.from_B) / (self.to_B - self.from_B)
        return 0.0 if part <= 0 else 1.0 if part > 1 else part * self.most


@dataclass(frozen=True, slots=True)
class Rest:
    """Where N equal flows come to rest."""

    rate_bps: Annotated[float, Unit("bit/s"), Doc("Of a flow: its part of the port.")]
    marked: Annotated[float, Unit("1"), Doc("p*: share of packets that is marked.")]
    estimate: Annotated[float, Unit("1"), Doc("Cube root of R_AI N^2 / (tau' C^2) (1 / B + N / (T C))^2, for small p.")]
    alpha: Annotated[float, Unit("1"), Doc("Estimate of congestion.")]
    target_bps: Annotated[float, Unit("bit/s"), Doc("Target of a rate, above it.")]
    queue_B: Annotated[float, Unit("B"), Doc("Queue that marks so much.")]
    held: Annotated[bool, Doc("Whether that is below Kmax: above it the queue swings about Kmax instead.")]


def rest(flows: float, rate_bps: float, settings: Settings = Settings()) -> Rest:
    """The one point of rest of N equal flows (Zhu et al. 2016, theorem 1).

    Where alpha, target and rate stand still, alpha a^2 / tau^2 = R_AI R (b + c) (b r^F + c s^F), with b = p /
    ((1-p)^-B - 1), c = p / ((1-p)^(-T R) - 1) and r, s the chances to get through B packets, or a time T, without a
    mark. The left side grows with p and the right one falls, so that there is one root.

    Parameters
    ----------
    flows : float
    rate_bps : float [bit/s]
        Of the port.
    settings : Settings

    Returns
    -------
    Rest

    Examples
    --------
    >>> at = rest(10, 40e9)
    >>> f"{at.marked:.5f} {at.estimate:.5f} {at.queue_B / 1e3:.1f} kB"
    '0.00603 0.00785 122.6 kB'
    """
    n, bits = number("flows", flows), settings.packet_bits
    rate = number("rate_bps", rate_bps) / bits / n
    low, high = -60.0, 0.0  # of log2 p
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if _excess(pow1(2.0, middle), rate, settings) < 0 else (low, middle)
    p = pow1(2.0, low)
    a, alpha, b, c, *_ = _terms(p, rate, settings)
    ahead = alpha * a / (settings.cnp_s * (b + c))
    raised = 1 / (settings.count_B / settings.packet_B) + 1 / (settings.timer_s * rate)
    rough = pow1(settings.add_bps / bits / (settings.alpha_s * rate**2) * raised**2, 1 / 3)
    queue = settings.from_B + p / settings.most * (settings.to_B - settings.from_B)
    return Rest(rate * bits, p, rough, alpha, (rate + ahead) * bits, min(queue, settings.to_B), p <= settings.most)


def _terms(p: float, rate: float, s: Settings) -> tuple[float, float, float, float, float, float]:
    """a, alpha, b, c, r^F and s^F of `rest`, at a marking probability and a rate in packets per second."""
    miss = log1p(-p) if p < 1 else -1e3
    count, timer = s.count_B / s.packet_B, s.timer_s * rate
    a, alpha = -expm1(s.cnp_s * rate * miss), -expm1(s.alpha_s * rate * miss)
    b, c = (p / expm1(min(-each * miss, 700.0)) for each in (count, timer))
    late, soon = (1 + expm1(max(s.stages * each * miss, -700.0)) for each in (count, timer))
    return a, alpha, b, c, late, soon


def _excess(p: float, rate: float, s: Settings) -> float:
    a, alpha, b, c, late, soon = _terms(p, rate, s)
    return alpha * a**2 / s.cnp_s**2 - s.add_bps / s.packet_bits * rate * (b + c) * (b * late + c * soon)
