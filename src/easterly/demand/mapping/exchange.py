"""All-to-all: every rank has something for every other."""

from __future__ import annotations

import numpy as np

from easterly.demand.mapping.group import Group
from easterly.demand.mapping.latency import POST_S, latency_s, ring_hops
from easterly.demand.mapping.wire import phase
from easterly.demand.phases import Phase


def pairwise(
    group: Group, collective: str, size_B: float, *, remote: float = 1.0, imbalance: float = 1.0
) -> Phase:  # fmt: skip
    """Every rank sends ``S / n`` to every other one, all at once.

    Messages to one rail leave on that rail (PXN). Messages to other hosts are posted one after the other, and do not
    wait for each other: ``base + hop + posts`` is the latency, not n-1 hops.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-to-all``.
    size_B : float [B]
        What each rank has for all, itself included (nccl-tests).
    remote : float
        Bytes that go to other hosts, over those if every copy went on its own. Routing that is limited to some hosts
        sends a token once to each of them, and copies it there (DeepSeek-V3, arXiv 2412.19437, section 3.2.2: 4 hosts
        for 8 experts); the copies cross the scale-up domain.
    imbalance : float
        Bytes to the busiest rank over the mean; the others of its group share the rest evenly. The busiest rank is
        another one in every group.
    """
    members, count = group.members, group.ranks
    shape = (*members.shape, count)
    src, dst = np.broadcast_to(members[:, :, None], shape), np.broadcast_to(members[:, None, :], shape)
    amount = np.broadcast_to(_weights(len(members), count, imbalance)[:, None, :] * (size_B / count), shape)
    others = np.broadcast_to(~np.eye(count, dtype=np.bool_), shape)
    src, dst, amount = src[others], dst[others], amount[others]
    if remote != 1.0:
        amount = np.where(group.layout.host(src) == group.layout.host(dst), amount, amount * remote)
    traffic = group.layout.traffic(src, dst, amount)
    copied_B = (count - 1) / count * size_B * imbalance if remote != 1.0 else 0.0
    return phase(
        group, collective, "pairwise", traffic, inside_B=max(0.0, copied_B - traffic.scaleup_B),
        latency_s=_latency_s(group), message_B=size_B / count,
    )  # fmt: skip


def _weights(groups: int, count: int, imbalance: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(G, n) bytes to each rank over the mean: `imbalance` to one, what is left to the others."""
    weights = np.full((groups, count), (count - imbalance) / max(count - 1, 1))
    weights[np.arange(groups), np.arange(groups) % count] = imbalance
    return weights


def _latency_s(group: Group) -> float:
    remote = group.ranks - int(group.runs.count.min())
    hop = ring_hops(group.library)
    return latency_s(hop, 0, 1) + (remote - 1) * POST_S if remote else latency_s(hop, 1, 0)


def bruck(group: Group, collective: str, size_B: float) -> Phase:
    """In round k every rank hands all that has bit k in its distance to the rank ``2^k`` ahead: ``lg n`` messages.

    Every block travels once per bit that is set, so that about ``S/2 lg n`` is sent: for tiny arrays (Bruck et al.
    1997, IEEE TPDS 8:11).

    Parameters
    ----------
    group : Group
    collective : str
        ``all-to-all``.
    size_B : float [B]
    """
    members, count = group.members, group.ranks
    rounds = (count - 1).bit_length()
    blocks = np.array([((np.arange(count) >> k) & 1).sum() for k in range(rounds)])
    dst = np.array([np.roll(members, -(1 << k), axis=1) for k in range(rounds)], dtype=np.int64).ravel()
    amount = np.repeat(blocks * (size_B / count), members.size)
    traffic = group.layout.traffic(np.tile(members.ravel(), rounds), dst, amount)
    across = rounds if group.hosts > 1 else 0
    return phase(
        group, collective, "bruck", traffic, inside_B=0.0, message_B=float(blocks.max(initial=0)) * size_B / count,
        latency_s=latency_s(ring_hops(group.library), rounds - across, across),
        serial_B=traffic.scaleup_B,
    )  # fmt: skip
