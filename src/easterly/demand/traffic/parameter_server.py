"""Parameter servers: gradients pushed, weights pulled, and the bursts that all workers send at once."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.demand.ends import Ends, Piece
from easterly.demand.layout import Traffic as Moved
from easterly.demand.phases import Phase
from easterly.demand.traffic.parts import Figure, phase
from easterly.model.spec.traffic import ParameterServer


def layout(work: ParameterServer) -> str:
    """Central, sharded or hierarchical (Li et al. 2014, OSDI: Scaling distributed machine learning)."""
    if work.aggregators:
        return "hierarchical"
    return "central" if work.servers == 1 else "sharded"


def pushed(work: ParameterServer, ends: Ends) -> Moved:
    """Gradients of one period: every worker sends all of them, an equal part to each server.

    With aggregators a worker sends to one of them, and that sends on one sum.
    """
    return ends.traffic(_pieces(work, ends))


def _pieces(work: ParameterServer, ends: Ends) -> list[Piece]:
    servers, first = ends.own(work.name, 0, work.servers), work.servers + work.aggregators
    workers = ends.own(work.name, first, work.workers)
    if not work.aggregators:
        return [ends.evenly(workers, servers, work.workers * work.size)]
    found = []
    for number in range(work.aggregators):
        low, high = (i * work.workers // work.aggregators for i in (number, number + 1))
        middle = ends.own(work.name, work.servers + number, 1)
        found.append(ends.evenly(ends.own(work.name, first + low, high - low), middle, (high - low) * work.size))
        found.append(ends.evenly(middle, servers, work.size))
    return found


def pulled(work: ParameterServer, ends: Ends) -> Moved:
    """Weights of one period: the push, turned round."""
    return ends.traffic((dst, src, amount) for src, dst, amount in _pieces(work, ends))


def phases(work: ParameterServer, ends: Ends) -> list[Phase]:
    """A push and a pull per period."""
    message = work.size / (1 if work.aggregators else work.servers)
    ways = (("push", pushed, "reduce"), ("pull", pulled, "broadcast"))
    return [
        phase(axis, way(work, ends), every_s=work.period, message_B=message, collective=word, algorithm=layout(work))
        for axis, way, word in ways
    ]


@dataclass(frozen=True, slots=True)
class Incast:
    """What arrives at one receiver when all its senders start at once.

    Attributes
    ----------
    senders : int
    size_B : float [B]
        From each.
    sender_bps, receiver_bps : float [bit/s]
        Rates of their hosts.
    buffer_B : float [B]
        What has to wait: ``max(0, N r - C) T / 8 + N W``, the excess of N senders at rate r over the rate C of the
        receiver for as long as they send, and the first window W of each, which no feedback can hold back.
    time_s : float [s]
        Until the last byte has arrived: ``N S / max(C, ...)``, at the lower of both rates.
    """

    senders: int
    size_B: float
    sender_bps: float
    receiver_bps: float
    buffer_B: float
    time_s: float


def incast(senders: int, size_B: float, sender_bps: float, receiver_bps: float, first_window_B: float) -> Incast:
    """Burst of several senders into one receiver (Vasudevan et al. 2009, SIGCOMM, on the effect of it).

    No more waits than is sent.

    Examples
    --------
    >>> round(incast(10, 1e6, 1e9, 1e9, 0.0).buffer_B)  # nine of ten megabytes come too early
    9000000
    """
    total = senders * size_B
    burst_s = size_B * 8 / sender_bps
    excess = max(0.0, senders * sender_bps - receiver_bps) * burst_s / 8 + senders * first_window_B
    time_s = max(total * 8 / receiver_bps, burst_s)
    return Incast(senders, size_B, sender_bps, receiver_bps, min(excess, total), time_s)


def bursts(work: ParameterServer, ends: Ends) -> dict[str, Incast]:
    """Incast at each kind of receiver of a push: ``server``, and ``aggregator`` where there are some."""
    hosts = ends.hosts.get(work.name, ())
    if len(hosts) < work.own_hosts:
        return {}
    server, aggregator = ends.total_bps(ends.own(work.name, 0, 1)), ends.total_bps(ends.own(work.name, work.servers, 1))
    worker = ends.total_bps(ends.own(work.name, work.servers + work.aggregators, 1))
    shard, window = work.size / work.servers, work.first_window
    if not work.aggregators:
        return {"server": incast(work.workers, shard, worker / work.servers, server, window)}
    most = -(-work.workers // work.aggregators)
    return {
        "aggregator": incast(most, work.size, worker, aggregator, window),
        "server": incast(work.aggregators, shard, aggregator / work.servers, server, window),
    }


def exchange_s(work: ParameterServer, ends: Ends) -> float:
    """Time of a push at the rate of interfaces: ``N S / (q B)`` at each of q servers, or longer at the worker.

    With aggregators the two steps follow each other. A pull takes as long.
    """
    return sum(burst.time_s for burst in bursts(work, ends).values())


def figures(work: ParameterServer, ends: Ends) -> list[Figure]:
    """Times of a period, and the bursts that must be buffered or paused."""
    found = [Figure("push_s", exchange_s(work, ends), "s", "a push at the rate of interfaces; a pull takes as long")]
    found.append(Figure("period_s", work.period, "s", "time for both"))
    for name, burst in sorted(bursts(work, ends).items()):
        found += [
            Figure(f"{name}_senders", float(burst.senders), "1", f"hosts that send to one {name} at once"),
            Figure(f"{name}_burst_B", burst.senders * burst.size_B, "B", f"bytes that one {name} gets per push"),
            Figure(f"{name}_buffer_B", burst.buffer_B, "B", f"of these, what waits in front of one {name}"),
        ]
    return found
