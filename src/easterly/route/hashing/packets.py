"""Packets of flows over a group of links: by flow, by flowlet or one by one; loads, and what arrives out of order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import hash as kernel
from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.schema import Doc, Unit

CHOICES = ("flow", "flowlet", "random", "round-robin", "two-choices", "shortest")
"""How a packet finds its link; the row is the number that the kernel takes."""


@dataclass(frozen=True, slots=True)
class Sprayed:
    """What became of packets."""

    member: Annotated[IntColumn, Doc("(N,) link of each packet.")]
    arrival_s: Annotated[FloatColumn, Unit("s"), Doc("(N,) arrival.")]
    late_s: Annotated[
        FloatColumn, Unit("s"), Doc("(N,) how much later than a packet of its flow that was sent after it; 0 if none.")
    ]
    load_B: Annotated[FloatColumn, Unit("B"), Doc("(M,) bytes of each link.")]

    @property
    def reordered(self) -> float:
        """Share of packets that another of their flow has overtaken (RFC 4737); NaN without packets."""
        return float(np.mean(self.late_s > 0)) if len(self.late_s) else float("nan")

    @property
    def imbalance(self) -> float:
        """Load of the fullest link over the mean; NaN without load."""
        mean = float(self.load_B.mean())
        return float(self.load_B.max()) / mean if mean > 0 else float("nan")


def spray(
    flow: ArrayLike,
    time_s: ArrayLike,
    size_B: ArrayLike,
    rate_bps: ArrayLike,
    delay_s: ArrayLike,
    *,
    choice: str = "flow",
    gap_s: float = 0.0,
    slots: int = 65536,
    seed: int = 1,
) -> Sprayed:
    """Send packets over a group of links, each of which serves its packets in turn.

    flow
        By hash of the flow: in order, and as uneven as few flows are.
    flowlet
        A table keeps a link for every slot, chosen by hash of the flow; a slot that was idle for longer than the gap
        draws a new link (Kandula et al. 2007; Vanini et al. 2017, NSDI). Flows that share a slot keep it awake. No
        packet is overtaken if the gap is at least `safe_gap_s`.
    random, round-robin
        Every packet on its own.
    two-choices
        Of two links drawn the one that is free first (Mitzenmacher 2001).
    shortest
        Of all links the one that is free first.

    Parameters
    ----------
    flow : (N,) int
        Flow of each packet.
    time_s : (N,) float [s]
        When each is sent, ascending.
    size_B : (N,) float [B], or one for all
    rate_bps : (M,) float [bit/s]
    delay_s : (M,) float [s]
        Of the path behind each link.
    choice : str
        One of `CHOICES`.
    gap_s : float [s]
    slots : int
        Entries of the table of flowlets.
    seed : int

    Returns
    -------
    Sprayed

    Raises
    ------
    ValueError
        An unknown choice, no link, columns that do not fit, times that fall, numbers that are none.

    Examples
    --------
    >>> sent = spray([0] * 4, [0, 1e-6, 2e-6, 3e-6], 1000, [1e11] * 2, [0, 5e-6], choice="round-robin")
    >>> sent.load_B.tolist(), sent.reordered
    ([2000.0, 2000.0], 0.25)
    """
    if choice not in CHOICES:
        raise ValueError(f"no way to spray is called {choice!r}; there are {', '.join(CHOICES)}")
    number, rates = ints(flow), floats(np.atleast_1d(np.asarray(rate_bps, dtype=np.float64)) / 8)
    sizes = floats(np.broadcast_to(np.asarray(size_B, dtype=np.float64), number.shape))
    delays = floats(np.broadcast_to(np.asarray(delay_s, dtype=np.float64), rates.shape))
    member, arrival = kernel.spray(
        number, floats(time_s), sizes, rates, delays, CHOICES.index(choice), gap_s, slots, seed & (2**64 - 1)
    )
    late = kernel.overtaken(number, arrival, int(number.max(initial=-1)) + 1)
    return Sprayed(ints(member), floats(arrival), floats(late), floats(np.bincount(member, sizes, len(rates))))


def safe_gap_s(delay_s: ArrayLike, queue_s: float = 0.0) -> float:
    """Shortest gap of flowlets that keeps every flow in order: the largest difference between two paths.

    Parameters
    ----------
    delay_s : (M,) float [s]
        Of the paths, without queues.
    queue_s : float [s]
        Longest time that a packet waits and is sent on any of the links.

    Returns
    -------
    float [s]
    """
    delays = np.asarray(delay_s, dtype=np.float64)
    return float(delays.max() - delays.min()) + queue_s
