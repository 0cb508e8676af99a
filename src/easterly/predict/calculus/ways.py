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
Column = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ways:
    """Envelopes on links: ``link[ptr[f]:ptr[f + 1]]`` there, and then what answers it on ``back_link`` likewise.

    Attributes
    ----------
    ptr, back_ptr : (N + 1,) int
    link, back_link : (H,), (G,) int
    traffic_class, back_class : (N,) int
    packet_B, answer_B : (N,) float [B]
        Longest packet, and longest answer.
    share : (N,) float [1]
        Bytes of answers, for each of its own.
    burst_B, rate : (N,) float [B], [B/s]
    """

    ptr: Rows
    link: Column
    back_ptr: Rows
    back_link: Column
    traffic_class: Column
    back_class: Column
    packet_B: Floats
    answer_B: Floats
    share: Floats
    burst_B: Floats
    rate: Floats

    def __len__(self) -> int:
        return len(self.burst_B)


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
    if len(flows) and np.diff(flows.ptr).min() < 1:
        raise ValueError("flows.ptr has a path without links: give every flow at least one")
    packet_B = np.array([each.packet_B for each in transports], dtype=float)[which]
    back_ptr, back_link = flows.back_ptr, flows.back_link
    if not acks.all():
        back_ptr, back_link = _kept(flows, acks)
    ack_class = np.array([each.ack_class for each in transports], dtype=np.int32)[which]
    ack_B = _ack_B(flows, transports, which)
    share = _share(transports, which, burst_B, rate, packets, ack_B)
    return Ways(
        flows.ptr, flows.link, back_ptr, back_link, own, np.where(ack_class < 0, own, ack_class), packet_B, ack_B,
        np.where(acks, share, 0.0), burst_B, rate,
    )  # fmt: skip


def _kept(flows: PacketFlows, which: NDArray[np.bool_]) -> tuple[Rows, Column]:
    """Ways back of some flows; of the others none."""
    each = np.diff(flows.back_ptr)
    return np.concatenate([[0], np.cumsum(np.where(which, each, 0))]), flows.back_link[np.repeat(which, each)]


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
    which, asks = column(flows.transport, len(flows)), _asks(flows, transports)
    if not asks.any():
        return None
    size_B = np.array([t.ack_B for t in transports], dtype=float)[which]
    gap_s = np.array([t.dcqcn.gap_s for t in transports])[which]
    own = np.array([t.dcqcn.cnp_class for t in transports], dtype=np.int32)[which]
    own = np.where(own < 0, column(flows.traffic_class, len(flows)), own)
    with np.errstate(divide="ignore"):
        spaced = asks & (gap_s > 0) & (packets > 1)
        rate = np.where(spaced, size_B / gap_s, 0.0)
    burst_B = np.where(spaced, size_B, size_B * packets)
    ptr, link = _kept(flows, asks)
    count, none = int(asks.sum()), np.zeros(0, dtype=np.int32)
    return Ways(
        ptr[np.concatenate([[True], asks])], link, np.zeros(count + 1, dtype=np.int64), none, own[asks], own[asks],
        size_B[asks], size_B[asks], np.zeros(count), burst_B[asks], rate[asks],
    )  # fmt: skip


def notified_flows(flows: PacketFlows, transports: Sequence[Transport]) -> NDArray[np.intp]:
    """Flows that notifications belong to, in the order of `notifications`."""
    return np.flatnonzero(_asks(flows, transports))


def _asks(flows: PacketFlows, transports: Sequence[Transport]) -> NDArray[np.bool_]:
    asks = [t.law == "dcqcn" and not t.ideal_acks and t.dcqcn.cut_every_s == 0 for t in transports]
    made: NDArray[np.bool_] = np.array(asks, dtype=bool)[column(flows.transport, len(flows))]
    return made


def joined(first: Ways, second: Ways | None) -> Ways:
    """Both, one behind the other."""
    if second is None:
        return first

    def both(name: str) -> NDArray[Any]:
        made: NDArray[Any] = np.concatenate([getattr(first, name), getattr(second, name)])
        return made

    ptr, back_ptr = (
        np.concatenate([a, a[-1] + b[1:]]) for a, b in ((first.ptr, second.ptr), (first.back_ptr, second.back_ptr))
    )
    names = ("traffic_class", "back_class", "packet_B", "answer_B", "share", "burst_B", "rate")
    return Ways(ptr, both("link"), back_ptr, both("back_link"), *(both(name) for name in names))
