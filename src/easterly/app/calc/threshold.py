"""Backlog from which the port of a calculation marks packets, and where the number comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from easterly.base.units import RATE, SIZE, format_short

if TYPE_CHECKING:
    from easterly.model.packets import Transport

MARKED = ("dctcp", "bbr3")
"""Laws that answer marks, wherever those begin."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where marks begin.

    Attributes
    ----------
    from_B : int, optional [B]
        The least backlog that is marked; None where nobody would answer.
    step_B : int, optional [B]
        The same where all packets are marked from there on; None where the transport has thresholds of its own.
    why : str
        Where the number comes from.
    """

    from_B: int | None
    step_B: int | None
    why: str


def takes_a_step(how: Transport) -> bool:
    """Whether a transport answers marks, and has no thresholds of its own."""
    return how.law in MARKED or how.classic_ecn


def threshold(
    how: Transport, rate_bps: float, delay_s: float, buffer_B: int | None = None, asked_B: float | None = None
) -> Threshold:
    """The threshold of a port between two links of `delay_s`: as asked, of the transport, or rate times round trip.

    Raises
    ------
    ValueError
        One is asked for that nobody answers, or that the buffer never reaches.

    Examples
    --------
    >>> from easterly.predict.packet import transport
    >>> threshold(transport("dctcp"), 100e9, 1e-6).from_B
    53128
    >>> threshold(transport("cubic"), 100e9, 1e-6)
    Threshold(from_B=None, step_B=None, why='cubic answers no marks')
    """
    from easterly.predict.packet import mark_at_B, usual_mark_B

    if how.law == "dcqcn":
        return _own(how, rate_bps, asked_B)
    if not takes_a_step(how):
        if asked_B is not None:
            raise ValueError(f"--mark: {how.name} answers no marks; dctcp and bbr3 do")
        return Threshold(None, None, f"{how.name} answers no marks")
    rtt_s = 4 * delay_s + (2 * how.packet_B + 2 * how.ack_B) * 8 / rate_bps
    if asked_B is None:
        mark_B, why = usual_mark_B(rate_bps, rtt_s, how.packet_B, buffer_B)
        return Threshold(mark_B, mark_B, why)
    mark_B = round(asked_B)
    if buffer_B is not None and mark_B >= buffer_B:
        size, room = format_short(mark_B, SIZE), format_short(buffer_B, SIZE)
        raise ValueError(f"--mark {size} is not below --buffer {room}: packets are dropped before any is marked")
    least_B = mark_at_B(rate_bps, rtt_s, how.packet_B)
    below = f", below the {format_short(least_B, SIZE)} that keep the port busy" if mark_B < least_B else ""
    return Threshold(mark_B, mark_B, f"as asked{below}")


def _own(how: Transport, rate_bps: float, asked_B: float | None) -> Threshold:
    """Of DCQCN, at this rate."""
    low_B, high_B = (round(each_B) for each_B in how.dcqcn.thresholds_B(rate_bps))
    span = f"{format_short(low_B, SIZE)} to {format_short(high_B, SIZE)}"
    if asked_B is not None:
        at = f" at {format_short(rate_bps, RATE)}"
        raise ValueError(f"--mark is for dctcp and bbr3: {how.name} marks a growing share from {span}{at}")
    leaving = ", of what leaves" if how.dcqcn.marks_leaving and how.lossless else ""
    return Threshold(low_B, None, f"{how.name}'s Kmin; Kmax {format_short(high_B, SIZE)}{leaving}")
