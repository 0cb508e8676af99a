"""What class trees and policers of Linux will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from easterly.model.shaping import Policer, ShapedClass, Shaper
from easterly.qos.meters import Policed, TokenBucket, police
from easterly.qos.scheduling import HtbClass, HtbTree, htb, shares

FRAME_B = 1514
"""Largest Ethernet frame of 1,500 bytes of IP, as queues of Linux count it: without its check sequence."""
ETHERNET_B = 14


def tree(shaper: Shaper) -> HtbTree:
    """The class tree as HTB schedules it.

    Raises
    ------
    ValueError
        Trees deeper than Linux takes.
    """
    return htb([
        HtbClass(
            each.name, each.rate_bps, each.parent, ceil_bps=each.ceil_bps, quantum_B=each.quantum_B,
            burst_B=each.burst_B, cburst_B=each.cburst_B, priority=each.priority,
        )
        for each in _in_turn(shaper)
    ])  # fmt: skip


def _in_turn(shaper: Shaper) -> list[ShapedClass]:
    """Parents before their children, siblings by their numbers, as Linux serves them."""
    way: dict[str | None, tuple[int, ...]] = {None: ()}
    for each in shaper.classes:
        way[each.name] = (*way[each.parent], each.minor)
    return sorted(shaper.classes, key=lambda each: way[each.name])


def expected(shaper: Shaper, busy: Iterable[str] | Mapping[str, float], *, frame_B: int = FRAME_B) -> dict[str, float]:
    """Rate of every leaf in the long run, in bit/s of frames as `tc` counts them.

    Parameters
    ----------
    shaper : Shaper
    busy : iterable of str, or mapping of str to float [bit/s]
        Leaves that always have packets, or what leaves offer; the others are idle.
    frame_B : int [B]
        Size of frames.

    Raises
    ------
    ValueError
        A name that is no leaf.
    """
    return shares(tree(shaper), busy, size_B=frame_B)


def passing(policer: Policer, time_ns: ArrayLike, frame_B: ArrayLike) -> Policed:
    """Which frames a policer of Linux lets through, from a full bucket.

    Its bucket is the one that Linux makes (`Policer.bucket_B`). What is received has lost its Ethernet header when
    nftables counts it; tc counts whole frames.

    Parameters
    ----------
    policer : Policer
    time_ns : (P,) int [ns]
        Ascending.
    frame_B : (P,) int [B]
        Frames without check sequence.

    Returns
    -------
    Policed
        Its sizes are those that are counted.

    Raises
    ------
    ValueError
        Times that go back, sizes below that of the header.
    """
    header = ETHERNET_B if policer.engine == "nft" and policer.hook == "ingress" else 0
    return police(TokenBucket(policer.rate_bps, policer.bucket_B), time_ns, np.asarray(frame_B, np.int64) - header)
