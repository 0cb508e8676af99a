"""Hosts around one switch, and the queues of its ports: link 2i leads from host i to it, and link 2i + 1 back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.base.columns import FloatColumn, IntColumn, bools, floats, indices, ints, texts
from easterly.model.packets import PacketFlows, Ports, Transport
from easterly.model.port_queues import CLASSES, PacketQueues, SwitchMemories
from easterly.predict.packet.queues import equal_ports

PAUSE_B = 64
"""A pause frame (IEEE 802.3, annex 31B)."""
ALPHA = 1 / 8
"""Part of the free memory that one port may hold before it pauses its sender."""
XON_FRAMES = 2
"""What is left free below the threshold before senders go on, in packets."""
HEADROOM_FRAMES = 4
"""Frames that are on their way in both directions, at both ends, when a port begins to pause."""


def star_ports(
    hosts: int, rate_bps: float, delay_s: ArrayLike, *, limit_B: ArrayLike = -1, mark_from_B: ArrayLike = -1,
    mark_all_B: ArrayLike = -1, mark_most: float = 1.0,
) -> Ports:  # fmt: skip
    """Links of some hosts, all of one rate, that lose nothing.

    Parameters
    ----------
    hosts : int
    rate_bps : float [bit/s]
    delay_s : (L,) or one [s]
        Of each of the ``2 * hosts`` links, the switch behind it included.
    limit_B, mark_from_B, mark_all_B, mark_most
        As in `Ports`, of each link or of all.

    Returns
    -------
    Ports
    """
    links = 2 * hosts
    return Ports(
        floats(np.full(links, rate_bps)), floats(np.broadcast_to(delay_s, links)),
        indices(np.broadcast_to(limit_B, links)), indices(np.broadcast_to(mark_from_B, links)),
        indices(np.broadcast_to(mark_all_B, links)), floats(np.full(links, mark_most)), floats(np.zeros(links)),
    )  # fmt: skip


def star_flows(
    sender: NDArray[np.integer], receiver: int, size_B: ArrayLike, start_s: ArrayLike = 0.0,
    traffic_class: ArrayLike | None = None,
) -> PacketFlows:  # fmt: skip
    """Flows of hosts to one other, and the way back of their acknowledgements.

    Parameters
    ----------
    sender : (F,) int
    receiver : int
    size_B : (F,) or one [B]
    start_s : (F,) or one [s]
    traffic_class : (F,) or one int, optional
        0 if absent.

    Returns
    -------
    PacketFlows

    Examples
    --------
    >>> flows = star_flows(np.array([0, 1]), 2, 1000)
    >>> flows.link.tolist(), flows.back_link.tolist()
    ([0, 5, 2, 5], [4, 1, 4, 3])
    """
    count, end = len(sender), np.full(len(sender), 2 * receiver)
    ptr = indices(2 * np.arange(count + 1))
    return PacketFlows(
        indices(np.broadcast_to(size_B, count)), floats(np.broadcast_to(start_s, count)),
        ptr, ints(np.stack([2 * sender, end + 1], axis=1).ravel()),
        ptr, ints(np.stack([end, 2 * sender + 1], axis=1).ravel()),
        traffic_class=None if traffic_class is None else ints(np.broadcast_to(traffic_class, count)),
    )  # fmt: skip


def star_queues(
    hosts: int, of_class: IntColumn, *, lossless_B: float, lossy_B: float, pool_B: int, **columns: NDArray[np.generic]
) -> PacketQueues:  # fmt: skip
    """Queues of all ports: those of the hosts first, then those of the switch, which share its memory.

    Parameters
    ----------
    hosts : int
    of_class : (C,) int
        As in `PacketQueues`.
    lossless_B, lossy_B : float [B]
        Pools of the switch, as in `SwitchMemories`.
    pool_B : int [B]
        Headroom of all its ports together.
    **columns
        (2 H, 8) columns of `PortQueues` that differ from those of `equal_ports`.

    Returns
    -------
    PacketQueues
    """
    up, down = 2 * np.arange(hosts), 2 * np.arange(hosts) + 1
    ports = equal_ports(
        np.concatenate([up, down]), np.concatenate([down, up]), np.repeat([-1, 0], hosts), **columns
    )  # fmt: skip
    pools = floats([lossless_B]), floats([lossy_B]), floats([pool_B])
    return PacketQueues(ports, SwitchMemories(texts(["switch"]), ints([1]), *pools), of_class=of_class)


def headroom_for_B(transport: Transport, rate_bps: float, delay_s: float) -> int:
    """[B] that a port holds for one sender that it pauses: what comes in a round trip, and until the pause holds.

    Parameters
    ----------
    transport : Transport
    rate_bps : float [bit/s]
    delay_s : float [s]
        Of the link, in one direction.
    """
    flying_s = 2 * delay_s + transport.pause_s
    return int(np.ceil(rate_bps * flying_s / 8)) + HEADROOM_FRAMES * transport.packet_B + PAUSE_B


def only_where(there: NDArray[np.bool_], value: float | None) -> FloatColumn:
    """A column with one value, and NaN elsewhere or where there is none."""
    return floats(np.where(there, np.nan if value is None else value, np.nan))


def one_switch(
    hosts: int, transport: Transport, *, rate_bps: float, shared_B: int, headroom_B: int, xon_offset_B: int,
    alpha: float = ALPHA,
) -> PacketQueues:  # fmt: skip
    """Queues of a star whose class 0 is lossless.

    Parameters
    ----------
    hosts : int
    transport : Transport
        Under DCQCN the ports of the switch mark as it says.
    rate_bps : float [bit/s]
        Of the links.
    shared_B, headroom_B, xon_offset_B : int [B]
        Memory of all ports, headroom of each, and how far below the threshold senders go on.
    alpha : float [1]
        Part of the free memory that one port may hold.

    Returns
    -------
    PacketQueues
    """
    first = np.arange(CLASSES) == 0
    lossless = np.repeat([False, True], hosts)[:, None] & first
    mark = lossless & (transport.law == "dcqcn")
    kmin_B, kmax_B = transport.dcqcn.thresholds_B(rate_bps)
    made = star_queues(
        hosts, ints([0]), lossless_B=shared_B, lossy_B=0, pool_B=headroom_B * hosts, lossless=bools(lossless),
        kmin_B=only_where(mark, kmin_B), kmax_B=only_where(mark, kmax_B),
        pmax=only_where(mark, transport.dcqcn.pmax), alpha=only_where(lossless, alpha),
        headroom_B=indices(np.where(lossless, headroom_B, 0)),
        xon_offset_B=indices(np.where(lossless, xon_offset_B, 0)),
    )  # fmt: skip
    return replace(made, marks_leaving=transport.dcqcn.marks_leaving)
