"""Steps of the jobs of a site, and all else that is sent meanwhile, at their worst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, TextColumn, floats, indices, texts
from easterly.model.bounds import Bounds, RefinedFlows
from easterly.model.network import Network
from easterly.model.packets import PacketFlows, Ports, Transport
from easterly.predict.calculus.fabric import analysis, told
from easterly.predict.calculus.refined import refined
from easterly.predict.packet import Conversation, conversation, hashed_ways
from easterly.study.bounds.flight import in_flight_B
from easterly.study.nouns import Nouns
from easterly.study.packets.paths import pose
from easterly.study.packets.results import purpose_of
from easterly.study.packets.site import Prepared, prepare
from easterly.study.packets.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Envelopes:
    """What connections send at most: in any time t ``burst_B + rate_bps t / 8``, on the wire.

    Attributes
    ----------
    burst_B : (F,) float [B]
    rate_bps : (F,) float [bit/s]
    packets : (F,) int
        Of the burst.
    in_flight_B : (F,) float [B]
        Most of it that is on its way at any time, by what messages wait for; infinite where that is not known.
    """

    burst_B: FloatColumn
    rate_bps: FloatColumn
    packets: IndexColumn
    in_flight_B: FloatColumn


@dataclass(frozen=True, slots=True)
class SiteBounds:
    """Worst cases of a site.

    Attributes
    ----------
    prepared : Prepared
    talk : Conversation
    owner : (F,) str
        Job, service or traffic of each connection.
    ports : Ports
    flows : PacketFlows
        On the links that they take.
    envelopes : Envelopes
    bounds : Bounds
    steps : int
        One step, or several that follow each other.
    refined : RefinedFlows, optional
        Connections with the worst delays in the network, one by one.
    """

    prepared: Prepared
    talk: Conversation
    owner: TextColumn
    ports: Ports
    flows: PacketFlows
    envelopes: Envelopes
    bounds: Bounds
    steps: int
    refined: RefinedFlows | None = None


def bound_site(
    nouns: Nouns, *, jobs: tuple[str, ...] = (), steps: int = 1, part: float = 1.0,
    transports: Mapping[str, str] | None = None, refine: int = 0,
) -> SiteBounds:  # fmt: skip
    """Worst delays and backlogs of a site whose switches choose by hash.

    Parameters
    ----------
    nouns : Nouns
    jobs : tuple of str
        All if empty.
    steps : int
        1: exactly one step, all of which may be sent at once. More: steps without end, each of which may be sent at
        once, as fast after each other as rates allow.
    part : float [1]
        Part of each message, as in `conversation`.
    transports : mapping of str to str, optional
        Preset by class, as in `Wishes`.
    refine : int
        So many of the worst connections are bounded one by one, more tightly.

    Returns
    -------
    SiteBounds

    Raises
    ------
    FindingsError
        As in `prepare`.
    ValueError
        A job, a class or a transport that is none, or a pair without a path.
    """
    prepared = prepare(nouns, Wishes(jobs=jobs, transports=transports or {}))
    network, begun = nouns.network.value, prepared.first
    talk = conversation(begun.schedule, part=part)
    posed = pose(talk, part, network, nouns.policy.value, prepared.queues, "hash", nouns.site.seed)
    ports = ports_of(network)
    flows = hashed_ways(ports, posed.flows, prepared.transports, posed.routes)
    owner = texts(begun.owner[purpose_of(begun.schedule, talk)])
    sent = envelopes(prepared, talk, owner, steps=steps)
    made = analysis(
        ports, prepared.queues, flows, prepared.transports, sent.burst_B, sent.rate_bps, packets=sent.packets,
        in_flight_B=sent.in_flight_B,
    )  # fmt: skip
    made.total.solve()
    found = told(made)
    worst = np.argsort(-np.where(np.isfinite(found.network_s), found.network_s, -1.0), kind="stable")[:refine]
    tight = _beside(refined(made, worst.tolist()), found, sent) if refine else None
    return SiteBounds(prepared, talk, owner, ports, flows, sent, found, steps, tight)


def _beside(tight: RefinedFlows, found: Bounds, sent: Envelopes) -> RefinedFlows:
    """Flows one by one beside bounds that also know what is on its way; that trajectories keep to it is not known."""
    total_s = floats(found.network_s[tight.flow])
    better = tight.refined_s < total_s
    held = bool((sent.in_flight_B < sent.burst_B).any())
    return RefinedFlows(
        tight.flow, total_s, floats(np.where(better, tight.refined_s, total_s)),
        floats(np.full(len(tight), np.nan)) if held else tight.reached_s,
        texts(np.where(better, tight.analysis, "total")),
    )  # fmt: skip


def ports_of(network: Network) -> Ports:
    """Links of a network as ports without limits."""
    links, count = network.links, len(network.links)
    none = indices(np.full(count, -1))
    delay_s = floats(links.delay_s + network.nodes.delay_s[links.dst])
    return Ports(links.capacity_bps, delay_s, none, none, none, floats(np.ones(count)), floats(np.zeros(count)))


def envelopes(prepared: Prepared, talk: Conversation, owner: TextColumn, *, steps: int = 1) -> Envelopes:
    """What connections send at most.

    One step: all bytes that they carry, at any time; of those on their way at once what `in_flight_B` says. Several: a
    job may send the bytes of a step at once, and again after its shortest step; others a message at once, and their
    mean rate. Where only the first passes of a step are laid out, all bytes are taken to grow with them.

    Parameters
    ----------
    prepared : Prepared
    talk : Conversation
        Of its first beginning.
    owner : (F,) str
    steps : int

    Returns
    -------
    Envelopes
    """
    each_B, each = _on_the_wire(talk, prepared.transports)
    count, of = len(owner), talk.messages.connection
    sends = of >= 0
    wire_B, packets = (np.bincount(of[sends], values[sends], count) for values in (each_B, each))
    row = {name: at for at, name in enumerate(prepared.jobs)}
    job = np.array([row.get(name, -1) for name in owner.tolist()], dtype=np.int64)
    grows = np.append(prepared.passes / prepared.first.passes, 1.0)[job]
    wire_B, packets = wire_B * grows, np.ceil(packets * grows)
    if steps == 1:
        there_B = np.where(grows == 1, in_flight_B(talk.messages, each_B, count), wire_B)
        return Envelopes(floats(wire_B), floats(np.zeros(count)), indices(packets), floats(there_B))
    every_s = np.append(_shortest_s(prepared), prepared.first.until_s)[job]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate_bps = floats(np.where(every_s > 0, wire_B * 8 / every_s, 0.0))
    most_B = np.zeros(count)
    np.maximum.at(most_B, of[sends], each_B[sends])
    burst_B = np.where(job < 0, most_B, wire_B)
    burst_packets = indices(np.ceil(np.where(wire_B > 0, packets * burst_B / wire_B, 0)))
    return Envelopes(floats(burst_B), rate_bps, burst_packets, floats(np.full(count, np.inf)))


def _on_the_wire(talk: Conversation, transports: list[Transport]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(M,) bytes of each message with its headers, and its packets; of work nothing that counts."""
    messages = talk.messages
    which = talk.traffic_class[messages.connection]
    packet_B, header_B = (np.array([getattr(t, name) for t in transports]) for name in ("packet_B", "header_B"))
    packets = -(-messages.size_B // (packet_B - header_B)[which])
    return (messages.size_B + packets * header_B[which]).astype(np.float64), packets


def _shortest_s(prepared: Prepared) -> FloatColumn:
    """(J,) [s] shortest step of each job by rates."""
    made = prepared.nouns.prediction.value
    row = {str(name): at for at, name in enumerate(made.job)}
    return floats([made.step_low_s[row[name]] for name in prepared.jobs])
