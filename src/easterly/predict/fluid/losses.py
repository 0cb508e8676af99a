"""Links that lose packets, as links that carry less."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.model.packets import Transport

UNMOVED = ("fixed", "dcqcn", "timely", "hpcc", "swift", "bbr", "bbr3", "open")
"""Laws that do not take a loss for congestion, or hardly."""


def carried_share(how: Transport, loss: FloatColumn, rate_bps: FloatColumn, rtt_s: FloatColumn) -> FloatColumn:
    """Share of what a sender puts on the network that is new data.

    Where only what is lost is sent again, ``1 - p``. Where all from there on is, ``(1 - p) / (1 + b p)`` with b packets
    in a round trip at the sender's rate (Bertsekas & Gallager 1992, section 2.4.2).

    Parameters
    ----------
    how : Transport
    loss : (N,) float [1]
        Share of packets that are lost.
    rate_bps : (N,) float [bit/s]
    rtt_s : (N,) float [s]

    Returns
    -------
    (N,) float [1]

    Examples
    --------
    >>> from easterly.predict.packet import transport
    >>> share = carried_share(transport("cubic"), np.array([0.01]), np.array([1e11]), np.array([1e-5]))
    >>> share.round(3).tolist()
    [0.99]
    """
    again = rate_bps * rtt_s / (8 * how.packet_B) if how.recovery == "go-back-n" else np.zeros(len(loss))
    return floats((1 - loss) / (1 + again * loss))


def most_bps(how: Transport, loss: FloatColumn, rtt_s: FloatColumn) -> FloatColumn:
    """Rate of one connection whose window is cut by losses; infinite where nothing is lost, or nobody minds.

    ``sqrt(3 / 2) packet / (rtt sqrt(p))`` (Mathis et al. 1997, CCR 27:3): of TCP Reno, and of CUBIC where its window is
    no larger than Reno's (RFC 9438, section 4.3), as it is within a site. DCQCN and other laws of rates do not slow
    down for losses.

    Parameters
    ----------
    how : Transport
    loss : (N,) float [1]
    rtt_s : (N,) float [s]

    Returns
    -------
    (N,) float [bit/s]

    Examples
    --------
    >>> from easterly.predict.packet import transport
    >>> most_bps(transport("cubic"), np.array([1e-4]), np.array([1e-3])).round(-5).tolist()
    [1469700000.0]
    """
    if how.law in UNMOVED:
        return floats(np.full(len(loss), np.inf))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.sqrt(1.5) * how.packet_B * 8 / (rtt_s * np.sqrt(loss))
    return floats(np.where((loss > 0) & (rtt_s > 0), rate, np.inf))
