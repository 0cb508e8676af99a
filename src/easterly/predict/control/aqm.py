"""TCP Reno at a port with queue management: operating point, loop, margins, and what the fluid does after a change.

Misra, Gong and Towsley (2000): W' = 1 / R - W W(t - R) / (2 R(t - R)) p(t - R) and q' = N W / R - C with R = q / C +
Tp. About its point of rest, W^2 p = 2 and W = R C / N, this is the plant of Hollot et al. (2001), (C^2 / 2N) e^(-sR)
/ ((s + 2N / (R^2 C)) (s + 1 / R)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly._kernel import control, maths
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.control.loops import Loop, Margins, margins
from easterly.predict.control.reals import number

MOST_STEPS = 4_000_000


@dataclass(frozen=True, slots=True)
class Port:
    """Equal TCP flows at one port, in packets and seconds."""

    flows: Annotated[float, Doc("N.")]
    rate: Annotated[float, Unit("1/s"), Doc("C: packets per second.")]
    path_s: Annotated[float, Unit("s"), Doc("Tp: round trip without a queue.")]

    def __post_init__(self) -> None:
        for name in ("flows", "rate", "path_s"):
            number(name, getattr(self, name))

    def at(self, queue: float) -> tuple[float, float, float]:
        """Round trip, window and share of marks that hold a queue: R = q / C + Tp, W = R C / N, p = 2 / W^2.

        >>> r, w, p = Port(60, 3750, 0.2).at(175)
        >>> f"{r:.4f} {w:.3f} {p:.6f}"
        '0.2467 15.417 0.008415'
        """
        rtt = number("queue", queue, zero=True) / self.rate + self.path_s
        window = rtt * self.rate / self.flows
        return rtt, window, 2 / window**2


@dataclass(frozen=True, slots=True)
class Red:
    """RED: marks grow by `slope` per packet of the smoothed queue, from `start` on."""

    slope: Annotated[float, Doc("L: pmax / (max - min), per packet.")]
    start: Annotated[float, Doc("Packets of the smoothed queue from which there are marks.")]
    weight: Annotated[float, Unit("1"), Doc("Of a packet's queue in the smoothed one.")]

    def corner(self, rate: float) -> float:
        """K: -log(1 - weight) C, the frequency from which on it smooths."""
        return -float(maths.log(np.array([1 - self.weight]))[0]) * rate

    def rest(self, port: Port) -> float:
        """Queue that marks as much as it needs to stay: the root of slope (q - start) = p(q)."""
        low, high = self.start, self.start + 1 / self.slope
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if self.slope * (middle - self.start) < port.at(middle)[2] else (low, middle)
        return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Pi:
    """PI: marks C(s) = gain (s / zero + 1) / s of the queue beyond a target (Hollot et al. 2001)."""

    gain: Annotated[float, Unit("1/s"), Doc("Growth of marks per packet beyond the target.")]
    zero: Annotated[float, Unit("1/s"), Doc("Frequency of its zero.")]
    target: Annotated[float, Doc("Packets of the queue that it holds.")]

    @classmethod
    def designed(cls, port: Port, target: float, beta: float = 0.5) -> Pi:
        """Rule of Hollot et al. 2001, proposition 2: zero on the plant's slow pole, and beta at the crossover.

        z = 2N / (R^2 C), w_g = beta / R, K = w_g |j w_g R + 1| / ((R C)^3 / (2N)^2). What is left is an integrator, the
        fast pole and the delay: a phase margin of pi / 2 - beta - atan beta.

        >>> made = Pi.designed(Port(60, 3750, 0.2), 175, 0.128)
        >>> f"{made.zero:.3f} {made.gain:.2e}"
        '0.526 9.52e-06'
        """
        rtt, _, _ = port.at(target)
        b = number("beta", beta)
        zero = 2 * port.flows / (rtt**2 * port.rate)
        plant = (rtt * port.rate) ** 3 / (2 * port.flows) ** 2
        return cls(b / rtt * float(np.sqrt(b * b + 1)) / plant, zero, target)


Policy = Red | Pi


def _queue(port: Port, policy: Policy) -> float:
    return policy.rest(port) if isinstance(policy, Red) else policy.target


def loop(port: Port, policy: Policy) -> Loop:
    """The loop about the point of rest: window, queue, and the state of the policy.

    Delays within the window's own slope are neglected as by Hollot et al. 2001, which asks for W well above 1: there
    W(t - R) moves as W does.

    Parameters
    ----------
    port : Port
    policy : Red or Pi

    Returns
    -------
    Loop
    """
    rtt, _, _ = port.at(_queue(port, policy))
    n, c = port.flows, port.rate
    now = np.zeros((3, 3))
    now[0, 0] = -2 * n / (rtt**2 * c)
    now[1] = n / rtt, -1 / rtt, 0
    into = np.array([rtt * c**2 / (2 * n**2), 0.0, 0.0])
    if isinstance(policy, Red):
        corner = policy.corner(c)
        now[2] = 0, corner, -corner
        out = np.array([0, 0, policy.slope])
    else:
        now[2] = 0, policy.gain, 0
        out = np.array([0, policy.gain / policy.zero, 1.0])
    return Loop(now, np.zeros((3, 3)), into, out, rtt)


def port_margins(port: Port, policy: Policy) -> Margins:
    """Margins of the loop of a port.

    Examples
    --------
    The example of Hollot et al. 2001 with its PI controller.

    >>> made = port_margins(Port(60, 3750, 0.2), Pi(9.64e-6, 0.53, 175))
    >>> made.stable, f"{made.phase_rad * 57.29578:.1f} degrees at {made.crossover_rad_per_s:.3f} rad/s"
    (True, '...')
    """
    rtt = port.at(_queue(port, policy))[0]
    return margins(loop(port, policy), 1e-6 / rtt, 1e3 / rtt)


def fluid(
    port: Port, policy: Policy, until_s: float, *, first: tuple[float, float] | None = None, points: int = 600
) -> tuple[FloatColumn, FloatColumn]:
    """Window and queue over time, with delays, bounds and all that is not linear.

    Parameters
    ----------
    port : Port
    policy : Red or Pi
    until_s : float [s]
    first : (window, queue), optional
        To begin with; one packet and an empty queue if absent. Before, it has always been so.
    points : int
        That are kept.

    Returns
    -------
    time_s : (M,) array
    states : (M, 4) array
        Window, queue, smoothed queue, share of marks of the integral.
    """
    step = port.path_s / 40
    steps = round(number("until_s", until_s) / step)
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"{until_s:g} s are {steps:,} steps of a fortieth of a round trip: 1 to {MOST_STEPS:,}")
    window, queue = (1.0, 0.0) if first is None else first
    start = np.array([window, queue, queue, 0.0])
    if isinstance(policy, Red):
        numbers = (policy.slope, policy.start, policy.corner(port.rate), 0.0, 0.0)
    else:
        start[3] = port.at(policy.target)[2] if first is not None else 0.0
        numbers = (policy.gain / policy.zero, policy.target, 0.0, policy.gain, policy.target)
    every = max(1, steps // points)
    rows = control.reno(port.flows, port.rate, port.path_s, *numbers, start, step, steps, every)
    return floats(np.arange(len(rows)) * (step * every)), floats(rows)
