"""What a Linux machine is told, from a plan; and what a class tree of Linux will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from easterly.model.outcome import QosPlan
from easterly.model.shaping import Match, Policer, ShapedClass, Shaper, longest_burst_B
from easterly.qos.meters import Policed, TokenBucket, police
from easterly.qos.scheduling import HtbClass, HtbTree, htb, shares

ROOT, FIRST_MINOR = "link", 0x10
FRAME_B = 1514
"""Largest Ethernet frame of 1,500 bytes of IP, as queues of Linux count it: without its check sequence."""
TICK_S = 0.01
"""Longest that a busy kernel may take from one tick of its timer to the next; a bucket has to last as long."""
LEAST_RATE_BPS = 8000
ETHERNET_B = 14


def shape(
    plan: QosPlan, device: str, rate_bps: int, *, frame_B: int = FRAME_B, tick_s: float = TICK_S, match: Match = "u32"
) -> Shaper:
    """The class tree for one interface.

    Under one class that holds the rate of the interface, every class is assured its share. A strict class goes first
    and gets no more than its share (as `priority: strict` says); the others may borrow all that is idle, in proportion
    to their shares: Linux lends in proportion to quanta, so these are written out, the least being one frame.

    Parameters
    ----------
    plan : QosPlan
    device : str
        Interface.
    rate_bps : int [bit/s]
        Just below the rate of what comes next, so that queues are here and not there.
    frame_B : int [B]
        Largest frame that is sent, after segmentation offload.
    tick_s : float [s]
        What buckets last for: as long as the kernel may look away.
    match : {"u32", "bpf"}

    Returns
    -------
    Shaper

    Raises
    ------
    ValueError
        A plan without classes; a rate that gives some class less than 8 kbit/s; names that Linux would not take.
    """
    names, share = plan.traffic_class.tolist(), plan.share.tolist()
    if not names:
        raise ValueError(f"{device}: the plan has no classes to shape")
    least = min((s for s in share if s > 0), default=1.0)
    classes = [_class(ROOT, 1, None, rate_bps, rate_bps, frame_B, tick_s, frame_B)]
    for i, name in enumerate(names):
        own = round(share[i] * rate_bps) // 8 * 8  # Linux keeps whole bytes per second.
        if own < LEAST_RATE_BPS:
            raise ValueError(f"{device}: {share[i]:.3%} of {rate_bps} bit/s for {name!r} is too little to shape")
        strict = bool(plan.strict[i])
        classes.append(_class(
            name, FIRST_MINOR + i, ROOT, own, own if strict else rate_bps, frame_B, tick_s,
            round(frame_B * share[i] / least), 0 if strict else 1, (int(plan.dscp[i]),),
        ))  # fmt: skip
    return Shaper(device, tuple(classes), _default(plan), match)


def _class(
    name: str, minor: int, parent: str | None, rate_bps: int, ceil_bps: int, frame_B: int, tick_s: float,
    quantum_B: int, priority: int = 0, dscp: tuple[int, ...] = (),
) -> ShapedClass:  # fmt: skip
    bursts = (bucket_B(rate_bps, frame_B, tick_s), bucket_B(ceil_bps, frame_B, tick_s))
    return ShapedClass(name, minor, parent, rate_bps, ceil_bps, quantum_B, *bursts, priority, dscp)


def bucket_B(rate_bps: int, frame_B: int = FRAME_B, tick_s: float = TICK_S) -> int:
    """Bucket that keeps a rate up although the kernel looks only once in a tick; a frame at least.

    >>> bucket_B(100_000_000), bucket_B(64_000)
    (125000, 1514)
    """
    return min(max(frame_B, int(rate_bps / 8 * tick_s)), longest_burst_B(rate_bps))


def _default(plan: QosPlan) -> str:
    """Where unmarked packets go: the class of code point 0, or else the first in order that is not strict."""
    rows = sorted(range(len(plan.dscp)), key=lambda i: (bool(plan.strict[i]), int(plan.dscp[i])))
    return str(plan.traffic_class[rows[0]])


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
