"""How many senders may start at once without a drop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What a queue takes of senders that start together.

    Attributes
    ----------
    senders : int
        The most that lose nothing.
    room_B : Fraction [B]
        The longest queue without a drop.
    """

    senders: int
    room_B: Fraction
    burst_B: Fraction
    port_bps: Fraction
    sender_bps: Fraction

    def peak_B(self, senders: int) -> Fraction:
        """Longest queue of a number of senders: what has arrived less what the port has sent meanwhile."""
        share = 1 - self.port_bps / (max(1, senders) * self.sender_bps)
        return max(Fraction(0), senders * self.burst_B * share)

    def holds(self, senders: int) -> bool:
        """Whether a number of senders lose nothing."""
        return self.peak_B(senders) <= self.room_B


def room_B(
    memory_B: float, alpha: float | Fraction, *, occupied_B: float = 0, reserved_B: float = 0, headroom_B: float = 0
) -> Fraction:
    """Longest queue under a dynamic threshold while others hold `occupied_B` of the shared memory.

    q <= alpha (B - O - q) holds up to alpha (B - O) / (1 + alpha); what is reserved, and what headroom takes in beyond
    the threshold, comes on top.

    Parameters
    ----------
    memory_B : float
        Shared memory of the pool, without reserved parts and headroom.
    alpha : float or Fraction
    occupied_B, reserved_B, headroom_B : float

    Returns
    -------
    Fraction [B]

    Raises
    ------
    ValueError
        Negative sizes, more occupied than there is.

    >>> room_B(64e6, 1, occupied_B=32e6)
    Fraction(16000000, 1)
    """
    sizes = {"memory_B": memory_B, "alpha": alpha, "occupied_B": occupied_B, "reserved_B": reserved_B,
             "headroom_B": headroom_B}  # fmt: skip
    for name, value in sizes.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} is {float(value):g}: give a number of at least 0")
    if occupied_B > memory_B:
        raise ValueError(f"occupied_B is {occupied_B:g}, of {memory_B:g} B: others cannot hold more than there is")
    free_B = Fraction(memory_B) - Fraction(occupied_B)
    return Fraction(alpha) * free_B / (1 + Fraction(alpha)) + Fraction(reserved_B) + Fraction(headroom_B)


def absorbs(
    burst_B: float,
    sender_bps: float,
    port_bps: float,
    *,
    memory_B: float,
    alpha: float | Fraction,
    occupied_B: float = 0,
    reserved_B: float = 0,
    headroom_B: float = 0,
) -> Absorbed:
    """The largest incast that a queue absorbs: N senders of `burst_B` each, starting together.

    The queue grows by N R - C until the bursts are sent, to N w (1 - C / (N R)) = N w - w C / R, and holds the room
    of `room_B` at most, so that N = floor(room / w + C / R). A fluid: packets of p bytes can add up to N p.

    Parameters
    ----------
    burst_B, sender_bps, port_bps : float
    memory_B, alpha, occupied_B, reserved_B, headroom_B : float
        As in `room_B`.

    Returns
    -------
    Absorbed

    Raises
    ------
    ValueError
        Numbers that are not positive.

    Examples
    --------
    >>> absorbs(1e6, 100e9, 100e9, memory_B=64e6, alpha=1).senders
    33
    """
    for name, value in (("burst_B", burst_B), ("sender_bps", sender_bps), ("port_bps", port_bps)):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} is {value:g}: give a number above 0")
    room = room_B(memory_B, alpha, occupied_B=occupied_B, reserved_B=reserved_B, headroom_B=headroom_B)
    burst, port, sender = Fraction(burst_B), Fraction(port_bps), Fraction(sender_bps)
    return Absorbed(math.floor(room / burst + port / sender), room, burst, port, sender)
