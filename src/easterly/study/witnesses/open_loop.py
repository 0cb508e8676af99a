"""What formulae of queues speak of, packet by packet: connections that send at random, whatever becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.model.packet_records import Recording, Trace
from easterly.model.packets import PacketFlows, PacketMessages, PacketOutcome, Transport
from easterly.model.port_queues import CLASSES
from easterly.predict.packet import simulate
from easterly.predict.packet.workloads.draws import chosen, exponential
from easterly.study.queueing import SiteQueues

ALL = 1 << 40
ENQUEUED, SENT = 0, 3
"""Rows of `packet_records.EVENTS`."""


@dataclass(frozen=True, slots=True)
class Sojourns:
    """Packets at queues: when each joined, and how long its first bit waited.

    Attributes
    ----------
    row : (P,) int
        Queue, as the table counts that was asked about.
    from_s, wait_s : (P,) float [s]
        By queue, and in each by the time at which they joined.
    """

    row: IntColumn
    from_s: FloatColumn
    wait_s: FloatColumn


@dataclass(frozen=True, slots=True)
class OpenRun:
    """One run at random.

    Attributes
    ----------
    outcome : PacketOutcome
    sojourns : Sojourns
    lasts_s : float [s]
        From the first message to the last.
    sent : (M,) int
        Connection of each message.
    at_s : (M,) float [s]
        When each was sent, ascending.
    size_B : (M,) float [B]
        Of each, on the wire.
    """

    outcome: PacketOutcome
    sojourns: Sojourns
    lasts_s: float
    sent: IntColumn
    at_s: FloatColumn
    size_B: FloatColumn


def run_open(made: SiteQueues, *, hops: int, seed: int = 1) -> OpenRun:
    """The traffic that `made` is about, packet by packet.

    Parameters
    ----------
    made : SiteQueues
    hops : int
        Packet-hops.
    seed : int

    Returns
    -------
    OpenRun

    Notes
    -----
    Messages of all connections together are one Poisson process, each of a connection that is drawn by its rate: so
    each connection is a Poisson process, apart from all others (Kingman 1993, Poisson Processes, 5.1).
    """
    what = made.offered
    packets = what.message_packets if made.arrivals == "messages" else np.ones(len(what.flows))
    long = np.diff(what.flows.ptr)
    rate = what.rate_bps * made.factor / 8 / what.packet_B / packets
    total = float(rate.sum())
    count = max(int(hops / float((rate * packets * long).sum() / total)), 1)
    of = chosen(seed, "connections", floats(rate), count)
    at_s = np.cumsum(exponential(seed, "gaps", count)) / total
    data_B = what.packet_B - np.array([each.header_B for each in what.transports])[what.traffic_class]
    used, row = np.unique(of, return_inverse=True)
    messages = PacketMessages(
        ints(row), indices(packets[of] * data_B[of]), floats(at_s), floats(np.zeros(count)), floats(np.zeros(count)),
        indices(np.zeros(count + 1)), ints([]),
    )  # fmt: skip
    how = [_unheeding(each) for each in what.transports]
    look = Recording(trace_links=ints(np.unique(what.flows.link)), most_sights=4 * hops + 1_000_000)
    outcome = simulate(
        what.ports, _some(what.flows, used), how, messages=messages, queues=what.queues, seed=seed, recording=look
    )
    assert outcome.recorded is not None
    assert outcome.recorded.trace is not None
    found = sojourns(outcome.recorded.trace, made.waits.link, made.waits.queue, what.ports.rate_bps)
    return OpenRun(outcome, found, float(at_s[-1]), ints(of), floats(at_s), floats(packets[of] * what.packet_B[of]))


def _some(flows: PacketFlows, rows: NDArray[np.int64]) -> PacketFlows:
    """Flows of these rows."""
    (ptr, link), (back_ptr, back_link) = (
        _paths(*each, rows) for each in ((flows.ptr, flows.link), (flows.back_ptr, flows.back_link))
    )
    assert flows.transport is not None
    assert flows.traffic_class is not None
    return PacketFlows(
        indices(flows.size_B[rows]), floats(flows.start_s[rows]), ptr, link, back_ptr, back_link,
        ints(flows.transport[rows]), ints(flows.traffic_class[rows]),
    )  # fmt: skip


def _paths(ptr: IndexColumn, link: IntColumn, rows: NDArray[np.int64]) -> tuple[IndexColumn, IntColumn]:
    long = np.diff(ptr)
    kept = np.zeros(len(long), dtype=bool)
    kept[rows] = True
    return indices(np.concatenate([[0], np.cumsum(long[rows])])), ints(link[np.repeat(kept, long)])


def _unheeding(how: Transport) -> Transport:
    """The same packets, at once and whatever comes back."""
    return replace(
        how, law="fixed", first_window=1e9, most_window=1e9, pacing=0.0, receive_B=ALL, nic_B=ALL, ideal_acks=True,
        host_s=0.0, least_timeout_s=1e3, recovery="selective", prr=False, rack=False, tail_probe=False,
    )  # fmt: skip


def sojourns(trace: Trace, link: IntColumn, queue: IntColumn, rate_bps: FloatColumn) -> Sojourns:
    """Waits of packets at queues from what happened to them: in one queue, who joins first leaves first.

    Parameters
    ----------
    trace : Trace
        Of every packet at these links.
    link, queue : (Q,) int
        Queues, as in `PortWaits`.
    rate_bps : (L,) float [bit/s]

    Returns
    -------
    Sojourns
    """
    single = np.zeros(len(rate_bps), dtype=bool)
    single[link[queue < 0]] = True
    key = link.astype(np.int64) * CLASSES + np.maximum(queue, 0)
    order = np.argsort(key)
    joined, left = (_rows(trace, event, single) for event in (ENQUEUED, SENT))
    joined, left = _paired(joined, _keys(trace, joined, single), left, _keys(trace, left, single))
    own = _keys(trace, joined, single)
    row = order[np.minimum(np.searchsorted(key[order], own), len(key) - 1)]
    known = key[row] == own
    time_ps = trace.time_ps[left] - trace.time_ps[joined]
    service_s = trace.size_B[joined] * 8 / rate_bps[trace.link[joined]]
    wait_s = np.maximum(time_ps * 1e-12 - service_s, 0.0)
    return Sojourns(ints(row[known]), floats(trace.time_ps[joined][known] * 1e-12), floats(wait_s[known]))


def _paired(
    joined: NDArray[np.int64], joined_at: NDArray[np.int64], left: NDArray[np.int64], left_at: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Those of both that are of one packet: the last ones of a queue may not have left."""
    count = 1 + int(max(joined_at.max(initial=-1), left_at.max(initial=-1)))
    both = np.minimum(np.bincount(joined_at, minlength=count), np.bincount(left_at, minlength=count))
    return joined[_rank(joined_at, count) < both[joined_at]], left[_rank(left_at, count) < both[left_at]]


def _rank(of: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Number of each entry within its own, which stand together."""
    counts = np.bincount(of, minlength=count)
    made: NDArray[np.int64] = np.arange(len(of)) - (np.cumsum(counts) - counts)[of]
    return made


def _keys(trace: Trace, rows: NDArray[np.int64], single: NDArray[np.bool_]) -> NDArray[np.int64]:
    link = trace.link[rows].astype(np.int64)
    return link * CLASSES + np.where(single[link], 0, trace.traffic_class[rows])


def _rows(trace: Trace, event: int, single: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows of one kind of event, by queue and then by time."""
    rows = np.flatnonzero(trace.event == event)
    return rows[np.lexsort((rows, trace.time_ps[rows], _keys(trace, rows, single)))]
