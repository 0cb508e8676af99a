"""Relative prices of network parts, for those who state none of their own.

The unit is one port of a switch at 400 Gb/s. The ratios are those of Hoefler et al. 2022, HammingMesh (SC22, arXiv
2209.01346), which takes list prices of one dealer for one generation: a switch of 64 ports 14,280 $, a copper cable
of 5 m 272 $, an active optical cable of 20 m 603 $; they were written down without the paper at hand. That price
follows the rate is an assumption of ours: a part at 800 Gb/s costs twice as much as one at 400 Gb/s. Quotes differ
between buyers by far more than that, so that a site that compares designs for money writes its own down.
"""

from __future__ import annotations

REFERENCE_BPS = 400e9
"""Rate of the port that is the unit [bit/s]."""
PORT = 1.0
"""A switch, per port."""
COPPER = 272 / (14_280 / 64)
"""A copper cable, whose ends are part of it."""
OPTIC = 603 / (14_280 / 64) / 2
"""One end of an optical cable, with its half of the fibre."""
SOURCE = "relative: 1 is a switch port at 400 Gb/s; ratios of arXiv 2209.01346, in proportion to the rate"


def switch(ports: int, rate_bps: float) -> float:
    """Price of a switch.

    Parameters
    ----------
    ports : int
    rate_bps : float [bit/s]
        Of one port.

    >>> switch(64, 400e9), switch(32, 800e9)
    (64.0, 64.0)
    """
    return ports * PORT * rate_bps / REFERENCE_BPS


def copper(rate_bps: float) -> float:
    """Price of a copper cable."""
    return COPPER * rate_bps / REFERENCE_BPS


def optic(rate_bps: float) -> float:
    """Price of a transceiver."""
    return OPTIC * rate_bps / REFERENCE_BPS
