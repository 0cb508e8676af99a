"""Flows as the kernel takes them: what each link carries of them, and of what answers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.model.packets import PacketFlows, Transport

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ways:
    """Envelopes on links, one behind the other: ``ptr[f]:ptr[f + 1]`` are hops of the f-th.

    Attributes
    ----------
    ptr : (N + 1,) int
    link : (H,) int
    traffic_class : (H,) int
    share : (H,) float [1]
        Of its bytes there.
    packet_B : (H,) float [B]
        Longest packet.
    burst_B, rate : (N,) float [B], [B/s]
    """

    ptr: Rows
    link: Rows
    traffic_class: NDArray[np.int32]
    share: Floats
    packet_B: Floats
    burst_B: Floats
    rate: Floats


def column(values: NDArray[np.int32] | None, count: int) -> NDArray[np.int32]:
    """A column of flows that may be absent."""
    return np.zeros(count, dtype=np.int32) if values is None else values


def ways(flows: PacketFlows, transports: Sequence[Transport], burst_B: Floats, rate: Floats, packets: Floats) -> Ways:
    """Flows there and their acknowledgements back, as one: what answers a flow comes after it.

    Every packet is taken to be answered, also where one acknowledgement may stand for several: they may be so far
    apart that it never does.
    """
    which, own = column(flows.transport, len(flows)), column(flows.traffic_class, len(flows))
    acks = np.array([not (each.ideal_acks or each.law == "open") for each in transports])[which]
    there, back = np.diff(flows.ptr), np.where(acks, np.diff(flows.back_ptr), 0)
    if len(flows) and there.min() < 1:
        raise ValueError("flows.ptr has a path without links: give every flow at least one")
    packet_B = np.array([each.packet_B for each in transports], dtype=float)[which]
    if not back.any():
        link, sizes_B = flows.link.astype(np.int64), np.repeat(packet_B, there)
        return Ways(flows.ptr, link, np.repeat(own, there), np.ones(len(link)), sizes_B, burst_B, rate)
    ptr = np.concatenate([[0], np.cumsum(there + back)])
    out = np.repeat(ptr[:-1] - flows.ptr[:-1], there) + np.arange(len(flows.link))
    kept = np.repeat(acks, np.diff(flows.back_ptr))
    home = (np.repeat(ptr[:-1] + there - flows.back_ptr[:-1], np.diff(flows.back_ptr)) + np.arange(len(kept)))[kept]
    ack_class = np.array([each.ack_class for each in transports])[which]
    ack_class = np.where(ack_class < 0, own, ack_class).astype(np.int32)
    ack_B = _ack_B(flows, transports, which)

    def laid(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
        made: NDArray[Any] = np.empty(int(ptr[-1]), dtype=first.dtype)
        made[out], made[home] = first, second
        return made

    return Ways(
        ptr, laid(flows.link.astype(np.int64), flows.back_link[kept]),
        laid(np.repeat(own, there), np.repeat(ack_class, back)),
        laid(np.ones(len(out)), np.repeat(_share(transports, which, burst_B, rate, packets, ack_B), back)),
        laid(np.repeat(packet_B, there), np.repeat(ack_B, back)), burst_B, rate,
    )  # fmt: skip


def _ack_B(flows: PacketFlows, transports: Sequence[Transport], which: NDArray[np.int32]) -> Floats:
    """(F,) [B] an acknowledgement, with what links wrote into it."""
    plain = np.array([each.ack_B for each in transports], dtype=float)[which]
    stamp = np.array([each.hpcc.link_B if each.law == "hpcc" else 0 for each in transports], dtype=float)[which]
    made: Floats = plain + stamp * np.diff(flows.ptr)
    return made


def _share(
    transports: Sequence[Transport], which: NDArray[np.int32], burst_B: Floats, rate: Floats, packets: Floats,
    ack_B: Floats,
) -> Floats:  # fmt: skip
    """(F,) [1] bytes of acknowledgements for each byte; those that wait for a second packet come later by that."""
    delay_s = np.array([each.ack_delay_s if each.acks_every > 1 else 0.0 for each in transports])[which]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ack_B * packets * (1 + np.where(rate > 0, rate * delay_s, 0.0) / burst_B) / burst_B
    return np.where(burst_B > 0, share, 0.0)


def notifications(flows: PacketFlows, transports: Sequence[Transport], packets: Floats) -> Ways | None:
    """Congestion notifications: at most one in a gap, whatever the marks; none where no transport asks for them."""
    which = column(flows.transport, len(flows))
    asks = np.array([t.law == "dcqcn" and not t.ideal_acks and t.dcqcn.cut_every_s == 0 for t in transports])[which]
    if not asks.any():
        return None
    count = np.where(asks, np.diff(flows.back_ptr), 0)
    kept = np.repeat(asks, np.diff(flows.back_ptr))
    size_B = np.array([t.ack_B for t in transports], dtype=float)[which]
    gap_s = np.array([t.dcqcn.gap_s for t in transports])[which]
    own = np.array([t.dcqcn.cnp_class for t in transports])[which]
    own = np.where(own < 0, column(flows.traffic_class, len(flows)), own).astype(np.int32)
    with np.errstate(divide="ignore"):
        spaced = asks & (gap_s > 0) & (packets > 1)
        rate = np.where(spaced, size_B / gap_s, 0.0)
    burst_B = np.where(spaced, size_B, size_B * packets)
    rows, size = np.repeat(own, count), np.repeat(size_B, count)
    ptr = np.concatenate([[0], np.cumsum(count[asks])])
    link = flows.back_link[kept].astype(np.int64)
    return Ways(ptr, link, rows, np.ones(len(rows)), size, burst_B[asks], rate[asks])


def joined(first: Ways, second: Ways | None) -> Ways:
    """Both, one behind the other."""
    if second is None:
        return first
    ptr = np.concatenate([first.ptr, first.ptr[-1] + second.ptr[1:]])
    names = ("link", "traffic_class", "share", "packet_B", "burst_B", "rate")
    return Ways(ptr, *(np.concatenate([getattr(first, name), getattr(second, name)]) for name in names))
