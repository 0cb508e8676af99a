"""Rates of TCP at rest: what a loss rate and a round trip allow Reno, CUBIC and TFRC, and what BBR leaves to others.

A loss rate p is congestion events per packet. Each formula has its own reason for its constant; none is *the* TCP
formula.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.predict.control.reals import number, pow1, power, share

CUBIC_C, CUBIC_BETA = 0.4, 0.7
"""Of RFC 9438, 4.1 and 4.6: packets per cubic second, and the part that is kept at a loss."""


class Reno(StrEnum):
    """What is assumed of losses."""

    PERIODIC = "periodic"
    """Every 1/p packets one: a sawtooth between W / 2 and W (Mathis et al. 1997). sqrt(3 / 2p) packets."""
    FLUID = "fluid"
    """Losses come at a rate of p W / R, windows do not vary: W^2 p = 2 (Misra, Gong and Towsley 2000). sqrt(2 / p)."""


def reno_window(loss: ArrayLike, *, per_ack: float = 1.0, beta: float = 0.5, form: Reno = Reno.PERIODIC) -> FloatColumn:
    """Mean window of AIMD(1, beta) in packets.

    Over a cycle from beta W to W a window grows by 1 / b a round trip: b (1 - beta) W round trips with a mean of (1 +
    beta) W / 2 packets, which is 1 / p packets. So the mean window is sqrt((1 + beta) / (2 b (1 - beta) p)), which is
    sqrt(3 / (2 b p)) for beta = 1/2. As a fluid, growth 1 / (b R) meets shrinkage (1 - beta) W x p: sqrt(1 / ((1 -
    beta) b p)).

    Parameters
    ----------
    loss : array_like
        Congestion events per packet.
    per_ack : float
        Packets b that one acknowledgement covers: 2 for delayed ones, as far as windows count acknowledgements.
    beta : float
        Part of the window that is kept.
    form : Reno
        What is assumed of losses.

    Returns
    -------
    array [packets]

    Examples
    --------
    >>> f"{reno_window(1e-4):.2f} {reno_window(1e-4, form=Reno.FLUID):.2f}"
    '122.47 141.42'
    """
    b, keep = number("per_ack", per_ack), share("beta", beta, zero=True)
    p = _losses(loss)
    if form is Reno.PERIODIC:
        return np.asarray(np.sqrt((1 + keep) / (2 * b * (1 - keep) * p)))
    return np.asarray(np.sqrt(1 / ((1 - keep) * b * p)))


def _losses(loss: ArrayLike) -> FloatColumn:
    p = np.asarray(loss, np.float64)
    wrong = ~((p > 0) & (p <= 1))
    if wrong.any():
        raise ValueError(f"loss is {np.ravel(p)[np.ravel(wrong)][0]:g}: it must be above 0 and at most 1")
    return p


def pftk(loss: ArrayLike, rtt_s: float, timeout_s: float, *, per_ack: float = 2.0, most: float = np.inf) -> FloatColumn:
    """Packets per second of Reno with timeouts and a largest window (Padhye, Firoiu, Towsley and Kurose 1998, eq. 32).

    Parameters
    ----------
    loss : array_like
    rtt_s, timeout_s : float [s]
        Mean round trip; first timeout.
    per_ack : float
        Packets per acknowledgement.
    most : float [packets]
        Largest window that the receiver allows.

    Returns
    -------
    array [1/s]

    Examples
    --------
    >>> f"{pftk(0.01, 0.1, 0.4):.3f}"
    '77.846'
    """
    p, b = _losses(loss), number("per_ack", per_ack)
    rtt, timeout, top = number("rtt_s", rtt_s), number("timeout_s", timeout_s), number("most", most, most=np.inf)
    c = (2 + b) / (3 * b)
    w = c + np.sqrt(8 * (1 - p) / (3 * b * p) + c * c)
    small = np.minimum(w, top)
    again = _timed_out(p, small)
    backed = 1 + p + 2 * p**2 + 4 * p**3 + 8 * p**4 + 16 * p**5 + 32 * p**6
    waits = again * backed * timeout / np.where(p < 1, 1 - p, 1.0)
    per = np.where(w < top, b / 2 * w + 1, b / 8 * small + (1 - p) / (p * small) + 2)
    made = ((1 - p) / p + small + again / np.where(p < 1, 1 - p, 1.0)) / (rtt * per + waits)
    return np.asarray(np.where(p < 1, made, 0.0))


def _timed_out(p: FloatColumn, w: FloatColumn) -> FloatColumn:
    """Probability Q(w) that a loss in a window of w ends in a timeout."""
    q = 1 - p
    many = power(q, w)
    top = (1 - q**3) * (1 + q**3 * (1 - power(q, np.maximum(w - 3, 0))))
    return np.asarray(np.minimum(1.0, top / np.where(many < 1, 1 - many, 1.0)))


def tfrc(loss: ArrayLike, rtt_s: float, *, packet_B: float = 1460.0, timeout_s: float | None = None,
         per_ack: float = 1.0) -> FloatColumn:  # fmt: skip
    """Bytes per second that RFC 5348, 3.1 allows: s / (R sqrt(2bp/3) + t_RTO 3 sqrt(3bp/8) p (1 + 32 p^2)).

    Parameters
    ----------
    loss : array_like
        Loss events per packet.
    rtt_s : float [s]
    packet_B : float [B]
    timeout_s : float, optional [s]
        Four round trips if absent, as the RFC has it.
    per_ack : float

    Returns
    -------
    array [B/s]

    Examples
    --------
    >>> f"{tfrc(0.01, 0.1):.2f}"
    '164005.06'
    """
    p, b, rtt = _losses(loss), number("per_ack", per_ack), number("rtt_s", rtt_s)
    timeout = 4 * rtt if timeout_s is None else number("timeout_s", timeout_s)
    below = rtt * np.sqrt(2 * b * p / 3) + timeout * 3 * np.sqrt(3 * b * p / 8) * p * (1 + 32 * p**2)
    return np.asarray(number("packet_B", packet_B) / below)


def cubic_k(most: float, start: float | None = None, *, c: float = CUBIC_C, beta: float = CUBIC_BETA) -> float:
    """Seconds until a window is back where it was at the loss: the cube root of (most - start) / c (RFC 9438, 4.2).

    >>> f"{cubic_k(100):.6f}"
    '4.217163'
    """
    top, first = (
        number("most", most),
        number("beta", beta) * most if start is None else number("start", start, zero=True),
    )
    if first > top:
        raise ValueError(f"start is {first:g}, above the window {top:g} at the loss")
    return pow1((top - first) / number("c", c), 1 / 3) if first < top else 0.0


def cubic_window(time_s: ArrayLike, most: float, start: float | None = None, *, c: float = CUBIC_C,
                 beta: float = CUBIC_BETA) -> FloatColumn:  # fmt: skip
    """Window of CUBIC so long after a loss at the window `most`: c (t - K)^3 + most (RFC 9438, 4.2).

    Parameters
    ----------
    time_s : array_like [s]
    most, start : float [packets]
        At the loss; behind it, beta * most if absent.
    c, beta : float

    Returns
    -------
    array [packets]

    Examples
    --------
    >>> cubic_window([0, 2, 6], 100).round(6)
    array([ 70.      ,  95.640336, 102.266703])
    """
    t = np.asarray(time_s, np.float64) - cubic_k(most, start, c=c, beta=beta)
    return np.asarray(c * t * t * t + most)


def cubic_friendly(beta: float = CUBIC_BETA) -> float:
    """Packets per round trip that make AIMD(a, beta) as large as Reno: 3 (1 - beta) / (1 + beta) (RFC 9438, 4.3).

    >>> f"{cubic_friendly():.6f}"
    '0.529412'
    """
    keep = share("beta", beta, zero=True)
    return 3 * (1 - keep) / (1 + keep)


def cubic_mean(loss: ArrayLike, rtt_s: float, *, c: float = CUBIC_C, beta: float = CUBIC_BETA) -> FloatColumn:
    """Mean window of CUBIC with a loss every 1 / p packets: the larger of its cubic's and of Reno's (RFC 9438, 5.1).

    The cubic lasts K = (W (1 - beta) / c)^(1/3) seconds from beta W to W and carries K W (3 + beta) / 4 / R = 1 / p
    packets, so that the mean is (c (3 + beta) / (4 (1 - beta)))^(1/4) (R / p)^(3/4); where that is less than a Reno
    flow would have, CUBIC follows Reno.

    Parameters
    ----------
    loss : array_like
        Congestion events per packet.
    rtt_s : float [s]
    c, beta : float

    Returns
    -------
    array [packets]

    Examples
    --------
    >>> cubic_mean([1e-2, 1e-4, 1e-8], 0.1).round(1).tolist()
    [12.2, 187.4, 187400.2]
    """
    p, rtt, keep = _losses(loss), number("rtt_s", rtt_s), share("beta", beta, zero=True)
    first = pow1(number("c", c) * (3 + keep) / (4 * (1 - keep)), 0.25)
    return np.asarray(np.maximum(first * power(rtt / p, 0.75), reno_window(p)))


def bbr_share(buffer_bdp: ArrayLike, *, flows: int = 1, bdp: float = np.inf, others: int = 1) -> FloatColumn:
    """Part of a link that BBR version 1 takes beside loss-based flows, however many those are (Ware et al. 2019).

    With a full buffer of X bandwidth-delay products, BBR is held by its cap of two such products of *its estimates*.
    Its least round trip is measured while it drains to 4 packets a flow, and still contains the queue of the others:
    part s of the buffer q if s is their part of the link. So (1 - s)(q + BDP) = 2 (1 - s) (BDP + s q + 4 N), and s =
    1/2 - 1 / (2 X) - 4 N / q. Neither the number nor the kind of the others enters. Time spent in that measuring (0.2
    s of 10 s) is left out.

    Parameters
    ----------
    buffer_bdp : array_like
        X, in bandwidth-delay products of the empty path.
    flows : int
        BBR flows.
    bdp : float [packets]
        Of the path; infinite neglects the packets in flight while they measure.
    others : int
        Loss-based flows; with none BBR has all.

    Returns
    -------
    array
        1 where the buffer is too small for the others to keep a queue, up to one product: BBR starves them.

    Examples
    --------
    >>> bbr_share([1, 2, 8, 64]).round(4).tolist()
    [1.0, 0.75, 0.5625, 0.5078]
    """
    x = np.asarray(buffer_bdp, np.float64)
    if not (x > 0).all():
        raise ValueError("buffer_bdp must be above 0: a buffer in bandwidth-delay products")
    if others == 0:
        return np.ones_like(x)
    measuring = 4 * number("flows", flows) / (x * number("bdp", bdp, most=np.inf))
    return np.asarray(np.clip(0.5 + 0.5 / x + measuring, 0.0, 1.0))


def bbr_most_loss(gain: float = 1.25) -> float:
    """Random loss that BBR version 1 stands: above 1 - 1 / gain its probes deliver less than what it had.

    >>> f"{bbr_most_loss():.2f}"
    '0.20'
    """
    if not gain > 1:
        raise ValueError(f"gain is {gain:g}: a probe sends more than what is delivered, above 1")
    return 1 - 1 / gain
