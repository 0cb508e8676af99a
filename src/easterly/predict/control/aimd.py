"""Additive increase, multiplicative decrease as maps: where shares come to rest, how fast, and assuming what.

Chiu and Jain (1989) assume that all flows hear of congestion at once and as one bit, answer at once, and see one
round trip. Then rates at the instants of congestion follow a linear map. Where only some flows back off at a time,
the map is random, and shares are those of its mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.control.reals import number, numbers

MOST_STEPS = 10**6
SYNCHRONISED = "all hear of each congestion at once, as one bit, and back off at once (Chiu and Jain 1989)"


@dataclass(frozen=True, slots=True)
class Shares:
    """What an AIMD map comes to."""

    share: Annotated[FloatColumn, Unit("1"), Doc("(F,) part of the capacity of each flow at rest, at congestion.")]
    mean: Annotated[FloatColumn, Unit("1"), Doc("(F,) part of the capacity over time.")]
    jain: Annotated[float, Unit("1"), Doc("Jain's index of the shares at rest: 1 is equal.")]
    factor: Annotated[float, Unit("1"), Doc("By which the distance from rest shrinks per congestion.")]
    used: Annotated[float, Unit("1"), Doc("Part of the capacity that is used over time, without a buffer.")]
    assumes: Annotated[str, Doc("What is taken for granted.")]


def jain(rates: ArrayLike) -> float:
    """Jain's index of fairness, (sum x)^2 / (n sum x^2): 1 where all are equal, 1 / n where one has all.

    >>> jain([1, 1, 0, 0])
    0.5
    """
    x = np.asarray(rates, np.float64)
    whole = float((x * x).sum())
    return float(x.sum()) ** 2 / (x.size * whole) if whole > 0 else 1.0


def synchronised(increase: ArrayLike, decrease: ArrayLike) -> Shares:
    """All flows back off at each congestion: shares are as a / (1 - b), whatever they were.

    Between two instants of congestion rates grow by a t until the capacity is full again. From x they come to A x with
    A = diag(b) + a (1 - b)' / sum of a, whose largest eigenvalue is 1 with the eigenvector a / (1 - b); where all keep
    the same b, everything else shrinks by b each time (Chiu and Jain 1989; Shorten et al. 2006).

    Parameters
    ----------
    increase : (F,) array_like
        Growth of each flow's rate per unit of time, in one unit.
    decrease : (F,) array_like
        Part b that a flow keeps at congestion, at least 0 and below 1; one for all, or one each.

    Returns
    -------
    Shares

    Examples
    --------
    >>> made = synchronised([1, 1, 2], 0.5)
    >>> made.share, made.factor, made.used
    (array([0.25, 0.25, 0.5 ]), 0.5, 0.75)
    """
    a = numbers("increase", increase)
    b = _kept(decrease, len(a))
    raw = a / (1 - b)
    share = raw / raw.sum()
    mean = share * (1 + b) / 2
    return Shares(floats(share), floats(mean), jain(share), _second(a, b), float(mean.sum()), SYNCHRONISED)


def _kept(decrease: ArrayLike, count: int) -> FloatColumn:
    b = numbers("decrease", decrease, count, zero=True)
    if (b >= 1).any():
        raise ValueError(f"decrease is {b.max():g}: what a flow keeps at congestion must be below 1")
    return b


def _second(a: FloatColumn, b: FloatColumn) -> float:
    """Second largest eigenvalue of diag(b) + a (1 - b)' / sum of a: real, and similar to a symmetric matrix."""
    if len(a) == 1:
        return 0.0
    root = np.sqrt(a / a.sum() * (1 - b))
    return float(np.sort(np.linalg.eigvalsh(np.diag(b) + np.outer(root, root)))[-2])


def synchronised_path(
    rates: ArrayLike, increase: ArrayLike, decrease: ArrayLike, congestions: int, *, capacity: float = 1.0
) -> FloatColumn:
    """Rates at each instant of congestion, all flows backing off at each.

    Parameters
    ----------
    rates : (F,) array_like
        To begin with; raised or lowered together to the capacity.
    increase, decrease : (F,) array_like
        As in `synchronised`.
    congestions : int
    capacity : float

    Returns
    -------
    (congestions + 1, F) array

    Examples
    --------
    >>> synchronised_path([0.9, 0.1], [1, 1], 0.5, 3)[:, 0]
    array([0.9 , 0.7 , 0.6 , 0.55])
    """
    a = numbers("increase", increase)
    x, b = numbers("rates", rates, len(a), zero=True), _kept(decrease, len(a))
    if not 0 <= congestions <= MOST_STEPS or x.sum() == 0:
        raise ValueError(f"give a rate above 0, and 0 to {MOST_STEPS:,} congestions")
    rows = [x * (number("capacity", capacity) / x.sum())]
    for _ in range(congestions):
        left = b * rows[-1]
        rows.append(left + a / a.sum() * (capacity - left.sum()))
    return floats(np.array(rows))


def some_at_a_time(flows: int, hit: float, decrease: float, *, together: bool = False) -> Shares:
    """Equal flows of which each backs off with probability `hit` at a congestion: equal on average, unequal at a time.

    With E[x] = 1 and the sum fixed, E[x^2] obeys one linear equation, which this solves. Jain's index at an instant of
    congestion is 1 / E[x^2], as the quotient of the means.

    Parameters
    ----------
    flows : int
        At least 2.
    hit : float
        Probability of backing off, the same for all.
    decrease : float
        Part that a flow keeps then.
    together : bool
        Whether exactly flows * hit of them back off each time, drawn without order; independently of each other if not.

    Returns
    -------
    Shares

    Examples
    --------
    >>> f"{some_at_a_time(2, 1, 0.5).jain:.4f} {some_at_a_time(2, 0.5, 0.5).jain:.4f}"
    '1.0000 0.9286'
    """
    n, keep = _flows(flows), _kept([decrease], 1)[0]
    lam = number("hit", hit, most=1.0)
    both = lam * lam
    if together:
        count = lam * n
        if abs(count - round(count)) > 1e-9 * n:
            raise ValueError(f"{n} flows times {lam:g} is {count:g}: as many as back off together must be whole")
        both = count * (count - 1) / (n * (n - 1))
    second = _second_moment(n, lam, both, 1 - float(keep))
    share = floats(np.full(n, 1 / n))
    used = 1 - lam * (1 - float(keep)) / 2
    return Shares(share, floats(share * used), 1 / second, 1 - lam * (1 - float(keep)), used,
                  "flows are alike; who backs off is drawn anew each time, without regard to rates")  # fmt: skip


def _flows(flows: int) -> int:
    if not 2 <= flows <= 10**9:
        raise ValueError(f"{flows} flows: there must be 2 at least, and at most 1e9")
    return int(flows)


def _second_moment(n: int, one: float, two: float, cut: float) -> float:
    """E[x^2] at rest for E[x] = 1: v = v (1 - 2 p d + p d^2) + 2 d / n E[x (1 - d 1) Y] + (d / n)^2 E[Y^2].

    Y is the sum of those that back off: with c = E[x y] = (n - v) / (n - 1), E[x Y] = n p, E[x 1 Y] = p v + p2 (n -
    1) c, E[Y^2] = n p v + n (n - 1) p2 c.
    """
    cross = two * (n - 1)
    # Each expectation is constant + slope * v.
    hit0, hit1 = cross * n / (n - 1), one - cross / (n - 1)
    constant = 2 * cut / n * (n * one - cut * hit0) + cut**2 / n * hit0
    slope = 1 - 2 * one * cut + one * cut**2 - 2 * cut**2 / n * hit1 + cut**2 / n * hit1
    return constant / (1 - slope)


def unequal(increase: ArrayLike, decrease: ArrayLike, hit: ArrayLike) -> Shares:
    """Mean shares of flows that back off one by one, flow i with probability p_i at a congestion: as a / (p (1 - b)).

    The mean of the random map is diag(1 - p (1 - b)) + a (p (1 - b))' / sum of a (Shorten et al. 2006). With
    the same a and b, flows for which congestion comes as often as they have packets have p as their share; flows of
    round trips R grow by 1 / R^2, which is the bias of AIMD against long paths.

    Parameters
    ----------
    increase, decrease, hit : (F,) array_like

    Returns
    -------
    Shares

    Examples
    --------
    >>> rtt = np.array([0.01, 0.1])
    >>> unequal(rtt**-2.0, 0.5, 1).share.round(4)
    array([0.9901, 0.0099])
    """
    a = numbers("increase", increase)
    b, p = _kept(decrease, len(a)), numbers("hit", hit, len(a))
    if (p > 1).any():
        raise ValueError(f"hit is {p.max():g}: a probability is at most 1")
    raw = a / (p * (1 - b))
    share = raw / raw.sum()
    used = floats(share * (1 - p * (1 - b) / 2))
    return Shares(floats(share), used, jain(share), _second(a, 1 - p * (1 - b)), float(used.sum()),
                  "means over congestions at which each flow backs off with a probability of its own")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linear:
    """Linear answers to one bit: x becomes add_up + times_up x where there is room, add_down + times_down x if not."""

    add_up: float
    times_up: float
    add_down: float
    times_down: float

    @property
    def converges(self) -> bool:
        """Whether it comes to equal and efficient rates from everywhere (Chiu and Jain 1989): AIMD does, if it does.

        Increases must add and may multiply, decreases may only multiply.
        """
        return self.add_up > 0 and self.times_up >= 1 and self.add_down == 0 and 0 <= self.times_down < 1


CONTROLS = {
    "aimd": Linear(0.01, 1.0, 0.0, 0.5),
    "aiad": Linear(0.01, 1.0, -0.01, 1.0),
    "mimd": Linear(0.0, 1.02, 0.0, 0.5),
    "miad": Linear(0.0, 1.02, -0.01, 1.0),
}
"""Increase and decrease, additive and multiplicative, of rates in parts of the capacity."""


def binary_path(rates: ArrayLike, control: Linear, steps: int, *, capacity: float = 1.0) -> FloatColumn:
    """Rates step by step, with the one bit that all flows hear: whether the sum of rates is above the capacity.

    Parameters
    ----------
    rates : (F,) array_like
    control : Linear
    steps : int
    capacity : float

    Returns
    -------
    (steps + 1, F) array

    Examples
    --------
    >>> for kind in ("aimd", "aiad"):
    ...     one, other = binary_path([0.1, 0.6], CONTROLS[kind], 2000)[-1]
    ...     print(kind, f"{other - one:.4f}")
    aimd 0.0000
    aiad 0.5000
    """
    x = numbers("rates", rates, zero=True)
    if not 0 <= steps <= MOST_STEPS:
        raise ValueError(f"{steps} steps: 0 to {MOST_STEPS:,}")
    made = np.empty((steps + 1, len(x)))
    made[0] = x
    for k in range(steps):
        up = made[k].sum() <= capacity
        add, times = (control.add_up, control.times_up) if up else (control.add_down, control.times_down)
        made[k + 1] = np.maximum(add + times * made[k], 0.0)
    return floats(made)
