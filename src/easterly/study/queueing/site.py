"""What a site sends in the mean, as if every connection were at random: each queue of the network as a station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, TextColumn, floats, ints, texts
from easterly.base.findings import did_you_mean
from easterly.model.packets import PacketFlows, Ports, Transport
from easterly.model.port_queues import PacketQueues
from easterly.model.port_waits import PortWaits
from easterly.predict.contention import mean_rates
from easterly.predict.loads import low_steps
from easterly.predict.packet import hashed_ways, plan_queues, steer
from easterly.predict.queueing.ports import port_waits
from easterly.study.bounds.site import ports_of
from easterly.study.nouns import Nouns
from easterly.study.packets.paths import MANNERS
from easterly.study.packets.transports import transports_of

ARRIVALS = ("packets", "messages")
"""What comes at random: single packets, or messages whose packets come all at once."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Connections at their mean rates, on the links that they take.

    Attributes
    ----------
    nouns : Nouns
    ports : Ports
    queues : PacketQueues
    transports : list of Transport
        By class.
    flows : PacketFlows
    src, dst : (F,) int
        Nodes.
    owner : (F,) str
        Job, service or traffic; the first of several that share a connection.
    traffic_class : (F,) int
        Of the plan.
    rate_bps : (F,) float [bit/s]
        On the wire, headers included.
    packet_B : (F,) float [B]
    message_packets : (F,) float [1]
        Of a message, in the mean over packets.
    """

    nouns: Nouns
    ports: Ports
    queues: PacketQueues
    transports: list[Transport]
    flows: PacketFlows
    src: IntColumn
    dst: IntColumn
    owner: TextColumn
    traffic_class: IntColumn
    rate_bps: FloatColumn
    packet_B: FloatColumn
    message_packets: FloatColumn


@dataclass(frozen=True, slots=True)
class SiteQueues:
    """Means of the queues of a site.

    Attributes
    ----------
    offered : Offered
    arrivals : str
        One of `ARRIVALS`.
    factor : float [1]
        Of all rates.
    waits : PortWaits
    """

    offered: Offered
    arrivals: str
    factor: float
    waits: PortWaits


def queue_site(
    nouns: Nouns, *, jobs: tuple[str, ...] = (), arrivals: str = "packets", factor: float = 1.0,
    transports: Mapping[str, str] | None = None,
) -> SiteQueues:  # fmt: skip
    """Mean waits and quantiles at every queue of a site.

    Parameters
    ----------
    nouns : Nouns
    jobs : tuple of str
        Of the jobs only these; all if empty.
    arrivals : "packets" or "messages"
        What comes at random. Steps of training are neither: their messages wait for each other and come together, and
        the truth of them is in what packets and bounds say.
    factor : float [1]
        Of all rates: what if there were so much more.
    transports : mapping of str to str, optional
        Preset by class, for the sizes of packets.

    Returns
    -------
    SiteQueues

    Raises
    ------
    ValueError
        A job, a class, a transport or a kind of arrivals that is none, or a pair without a path.
    """
    if arrivals not in ARRIVALS:
        raise ValueError(f"no arrivals {arrivals!r}: {did_you_mean(arrivals, ARRIVALS)}")
    if not 0 < factor < np.inf:
        raise ValueError(f"factor is {factor:g}: it must be a number above 0")
    what = offered(nouns, jobs=jobs, transports=transports)
    batch = what.message_packets if arrivals == "messages" else 1.0
    made = port_waits(what.ports, what.queues, what.flows, what.rate_bps * factor, what.packet_B, batch=batch)
    return SiteQueues(what, arrivals, factor, made)


def offered(
    nouns: Nouns, *, jobs: tuple[str, ...] = (), transports: Mapping[str, str] | None = None
) -> Offered:  # fmt: skip
    """What a site sends in the mean: jobs a step in its shortest time, services and other traffic their rates.

    Parameters
    ----------
    nouns : Nouns
    jobs : tuple of str
    transports : mapping of str to str, optional

    Returns
    -------
    Offered
        One row for each pair of interfaces, class and connection.

    Raises
    ------
    ValueError
        As in `queue_site`.
    """
    network, demands, plan = nouns.network.value, nouns.demands.value, nouns.qos.value
    known = nouns.prediction.value.job.tolist()
    for name in jobs:
        if name not in known:
            raise ValueError(f"no job that has hosts is called {name!r}: {did_you_mean(name, known)}")
    how, queues, ports = transports_of(plan, transports or {}), plan_queues(network, plan), ports_of(network)
    data_bps = mean_rates(demands, low_steps(demands, nouns.prediction.value))
    of = demands.flows
    left_out = np.isin(demands.phases.owner, [name for name in known if jobs and name not in jobs])[of.phase]
    sends = np.flatnonzero((data_bps > 0) & (of.src != of.dst) & ~left_out)
    src, dst, number, traffic_class, rate_bps, message_B, owner = _connections(nouns, sends, data_bps)
    packet_B, header_B = (np.array([getattr(each, name) for each in how])[traffic_class] for name in (
        "packet_B", "header_B"))  # fmt: skip
    flows, routes = steer(network, nouns.policy.value, src, dst, 0, number=number, manner=MANNERS["hash"],
                          seed=nouns.site.seed)  # fmt: skip
    flows = replace(flows, transport=traffic_class, traffic_class=ints(queues.of_class[traffic_class]))
    ways = hashed_ways(ports, flows, how, routes)
    data_B = packet_B - header_B
    return Offered(
        nouns, ports, queues, how, ways, src, dst, owner, traffic_class, floats(rate_bps * packet_B / data_B),
        floats(packet_B), floats(np.maximum(np.ceil(message_B / data_B), 1)),
    )  # fmt: skip


def _connections(
    nouns: Nouns, sends: np.ndarray, data_bps: FloatColumn
) -> tuple[IntColumn, IntColumn, IntColumn, IntColumn, FloatColumn, FloatColumn, TextColumn]:
    """Ends, number, class, rate of data, bytes of a message and owner of each connection."""
    demands = nouns.demands.value
    of, phases = demands.flows, demands.phases
    count = np.maximum(of.connections[sends], 1)
    row = np.repeat(sends, count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    each_bps = data_bps[row] / np.repeat(count, count)
    phase = of.phase[row]
    said_B = np.where(phases.message_B[phase] > 0, phases.message_B[phase], np.where(of.size_B[row] > 0, of.size_B[row],
                                                                                      65_536.0))  # fmt: skip
    columns = tuple(np.asarray(each, dtype=np.int64) for each in (
        of.src[row], of.dst[row], phases.traffic_class[phase], number))  # fmt: skip
    sizes = tuple(1 + int(each.max(initial=0)) for each in columns)
    _, first, which = np.unique(np.ravel_multi_index(columns, sizes), return_index=True, return_inverse=True)
    rate_bps = np.bincount(which, each_bps, len(first))
    message_B = np.bincount(which, each_bps * said_B / np.repeat(count, count), len(first)) / rate_bps
    src, dst, traffic_class, at = (ints(each[first]) for each in columns)
    return src, dst, at, traffic_class, floats(rate_bps), floats(message_B), texts(phases.owner[phase[first]])
