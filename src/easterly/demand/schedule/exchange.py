"""All-to-all, message by message."""

from __future__ import annotations

import numpy as np

from easterly.demand.mapping import Group
from easterly.demand.schedule.messages import Hop, Latency, in_rounds, woven
from easterly.demand.schedule.pattern import Pattern


def pairwise(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """In round i every rank sends ``S / n`` to the rank i ahead: ``(n-1) (alpha + S / (n B))``.

    Thakur et al. 2005 (IJHPCA 19:1, section 4.4). Rounds keep the incast at one message per rank; libraries that post
    all messages at once have the same bytes on the wire.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-to-all``.
    size_B : float [B]
        What each rank has for all, itself included.
    latency : Latency
    """
    ahead = range(1, group.ranks)
    return woven(group.layout, in_rounds([_ahead(group, far, size_B / group.ranks) for far in ahead]), latency)


def bruck(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """In round k every rank hands all blocks that have bit k in their way to the rank ``2^k`` ahead.

    Bruck et al. 1997 (IEEE TPDS 8:11): ``ceil(lg n)`` messages of about S/2.
    """
    blocks = np.arange(group.ranks)
    rounds = [1 << k for k in range((group.ranks - 1).bit_length())]
    sizes_B = [size_B * int((blocks & far != 0).sum()) / group.ranks for far in rounds]
    hops = [_ahead(group, far, each_B) for far, each_B in zip(rounds, sizes_B, strict=True)]
    return woven(group.layout, in_rounds(hops), latency)


def _ahead(group: Group, far: int, size_B: float) -> Hop:
    members = group.members
    owner = np.repeat(np.arange(len(members)), members.shape[1])
    return Hop.between(group.layout, members.ravel(), np.roll(members, -far, axis=1).ravel(), owner, size_B)
