"""Senders that meet at a port: counted from what jobs and services send, and from what classes state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.model.demand import DemandSet
from easterly.model.network import LinkKind, Network
from easterly.model.routing import Paths
from easterly.qos.memory.formulas import bdp_B
from easterly.qos.planning.ledger import Ledger
from easterly.qos.planning.marking import Classes
from easterly.qos.planning.ports import Ports

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bursts:
    """The worst burst at one port of each group, by class.

    Attributes
    ----------
    senders : (G, C) int
        0 where nobody sends.
    burst_B : (G, C) float
        Of each sender, before it hears of congestion.
    sender_bps : (G,) float
    """

    senders: IntColumn
    burst_B: FloatColumn
    sender_bps: FloatColumn


def bursts(
    network: Network, made: Ports, rtt_s: FloatColumn, classes: Classes, demands: DemandSet | None,
    paths: Paths | None, ledger: Ledger,
) -> Bursts:  # fmt: skip
    """The most senders that meet at one port of each group in one phase of every work, and what each sends.

    A sender goes on at its full rate for one round trip at most before it hears of congestion, so that its burst is
    what it has to send, or its rate x round trip, whichever is less. Towards a host every sender of a phase counts.
    On links that hashing chooses among, as many as an even split puts there; hashing may put more. Works whose phases
    may coincide add up.
    """
    senders = np.zeros((len(made), len(classes)), dtype=np.int64)
    burst_B = np.zeros((len(made), len(classes)))
    rate_bps = _sender_rates(network, made)
    if demands is not None and paths is not None and len(demands.flows) and len(classes):
        _from_demand(network, made, rtt_s, rate_bps, demands, paths, senders, burst_B)
        _explain_demand(made, rtt_s, rate_bps, classes, senders, ledger)
    _from_words(made, classes, senders, burst_B, ledger)
    return Bursts(ints(senders), floats(burst_B), rate_bps)


def _sender_rates(network: Network, made: Ports) -> FloatColumn:
    """Rate at which one sender of a fabric sends: that of its fastest interface."""
    links = network.links
    host = links.kind == LinkKind.HOST
    fabric = network.nodes.fabric[links.src]
    best = {
        name: float(links.capacity_bps[host & (fabric == name)].max(initial=0.0)) for name in dict.fromkeys(made.fabric)
    }
    return floats([best[name] or float(made.rate_bps[row]) for row, name in enumerate(made.fabric)])


def _from_demand(
    network: Network, made: Ports, rtt_s: FloatColumn, rate_bps: FloatColumn, demands: DemandSet, paths: Paths,
    senders: Ints, burst_B: Floats,
) -> None:  # fmt: skip
    flows, phases = demands.flows, demands.phases
    entry_flow = np.repeat(np.arange(len(flows)), np.diff(paths.ptr))
    inner = (made.group[paths.link] >= 0) & np.array([not made.is_host(g) for g in range(len(made))] + [False])[
        made.group[paths.link]
    ]
    entry_flow, link, share = entry_flow[inner], paths.link[inner].astype(np.int64), paths.share[inner]
    phase = flows.phase[entry_flow].astype(np.int64)
    width, height = len(network.links), len(network.nodes)
    whole = (phase * width + link) * height + flows.src[entry_flow]
    source, at = np.unique(whole, return_inverse=True)
    part = np.minimum(1.0, np.bincount(at, share))
    size = np.bincount(at, share * flows.size_B[entry_flow])
    meet, of = np.unique(source // height, return_inverse=True)
    link, phase = meet % width, meet // width
    group = made.group[link]
    window = np.array([bdp_B(r, t) for r, t in zip(rate_bps.tolist(), rtt_s.tolist(), strict=True)])[group]
    number = np.ceil(np.bincount(of, part) - 1e-9).astype(np.int64)
    most = np.zeros(len(meet))
    np.maximum.at(most, of, np.where(size > 0, size / np.maximum(part, 1e-12), np.inf))
    _collect(made, phases.traffic_class[phase], _owners(demands)[phase], link, number, np.minimum(most, window),
             senders, burst_B)  # fmt: skip


def _owners(demands: DemandSet) -> Ints:
    return np.unique(demands.phases.owner, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _collect(
    made: Ports, cls: IntColumn, owner: Ints, link: Ints, number: Ints, burst: Floats, senders: Ints, burst_B: Floats
) -> None:
    """Of each work its worst phase; of each port the sum of its works; of each group its worst port."""
    works = int(owner.max(initial=0)) + 1
    key = (link * senders.shape[1] + cls) * works + owner
    order = np.lexsort((burst, number, key))
    last = np.append(np.flatnonzero(np.diff(key[order])), len(order) - 1)
    rows = order[last]
    port, of = np.unique(key[rows] // works, return_inverse=True)
    total = np.bincount(of.reshape(-1), number[rows]).astype(np.int64)
    most = np.zeros(len(port))
    np.maximum.at(most, of.reshape(-1), burst[rows])
    group, klass = made.group[port // senders.shape[1]], port % senders.shape[1]
    for i in np.lexsort((most, total)).tolist():
        senders[group[i], klass[i]], burst_B[group[i], klass[i]] = total[i], most[i]


def _from_words(made: Ports, classes: Classes, senders: Ints, burst_B: Floats, ledger: Ledger) -> None:
    """What classes state of senders and windows holds at ports towards hosts."""
    for row, c in enumerate(classes.specs):
        if c.buffer is None or c.buffer.senders is None or c.buffer.window is None:
            continue
        towards = [g for g in range(len(made)) if made.faces_host(g)]
        senders[towards, row], burst_B[towards, row] = c.buffer.senders, c.buffer.window
        ledger.add(
            "incast_senders", "as the site says, at ports towards hosts", f"site file: {c.origin}/buffer",
            f"{c.buffer.senders} senders of {format_short(c.buffer.window, SIZE)}", traffic_class=row,
        )  # fmt: skip


def _explain_demand(
    made: Ports, rtt_s: FloatColumn, rate_bps: FloatColumn, classes: Classes, senders: Ints, ledger: Ledger
) -> None:
    for g, row in zip(*np.nonzero(senders), strict=True):
        counted = "every sender of the phase" if made.faces_host(g) else "an even split over equal paths"
        ledger.add(
            "incast_senders", f"most senders of one phase at one port, works added up: {counted}",
            "demand of the site's jobs, services and other traffic", f"class {classes.names[row]}; bursts of at most "
            f"{format_short(float(rate_bps[g]), RATE)} x {format_short(float(rtt_s[g]), TIME)} = "
            f"{format_short(bdp_B(float(rate_bps[g]), float(rtt_s[g])), SIZE)}", group=int(g), traffic_class=int(row),
        )  # fmt: skip
