"""Senders that meet at a port: counted from what jobs and services send, and from what classes state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.model.demand import DemandSet
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.routing import Paths, rows_of
from easterly.qos.memory.formulas import bdp_B
from easterly.qos.planning.ledger import Ledger
from easterly.qos.planning.marking import Classes
from easterly.qos.planning.ports import Ports

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
TINY = 1e-9
FIRST_WINDOW_B = 14_600.0
"""What a connection of TCP sends before it hears anything: ten segments of 1,460 B (RFC 6928)."""


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

    A burst is what a sender has to send, or what it sends before it hears of congestion, whichever is less: its rate x
    round trip in a lossless class, whose senders start at their full rate; the first window of each connection in any
    other, whose senders use TCP. Towards a host every sender of a phase counts.
    On links that hashing chooses among, as many as an even split puts there, a source of several flows being one;
    hashing may put more. Works whose phases may coincide add up.
    """
    senders = np.zeros((len(made), len(classes)), dtype=np.int64)
    burst_B = np.zeros((len(made), len(classes)))
    rate_bps = _sender_rates(network, made)
    if demands is not None and paths is not None and len(demands.flows) and len(classes):
        lossless = [c.lossless for c in classes.specs]
        _from_demand(network, made, rtt_s, rate_bps, demands, paths, lossless, senders, burst_B)
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
    lossless: Sequence[bool], senders: Ints, burst_B: Floats,
) -> None:  # fmt: skip
    """Of each work its worst phase, of each port the sum of its works, of each group its worst port."""
    rows = phase_rows(demands)
    total, most = (np.zeros((senders.shape[1], len(network.links))) for _ in range(2))
    for owner in dict.fromkeys(demands.phases.owner.tolist()):
        worst: dict[int, Floats] = {}
        for phase in np.flatnonzero(demands.phases.owner == owner).tolist():
            if len(rows[phase]):
                cls = int(demands.phases.traffic_class[phase])
                number, size_B = _meeting(network, demands, paths, rows[phase])
                if not lossless[cls]:
                    size_B = min(size_B, FIRST_WINDOW_B * int(demands.flows.connections[rows[phase]].max()))
                worst[cls] = np.maximum(worst.get(cls, 0.0), number)
                most[cls] = np.maximum(most[cls], np.where(number > 0, size_B, 0.0))
        for cls, number in worst.items():
            total[cls] += number
    _worst_ports(made, rtt_s, rate_bps, total, most, senders, burst_B)


def phase_rows(demands: DemandSet) -> list[Ints]:
    """Flows of each phase, ascending."""
    order = np.argsort(demands.flows.phase, kind="stable").astype(np.int64)
    cuts = np.searchsorted(demands.flows.phase[order], np.arange(1, len(demands.phases)))
    return np.split(order, cuts)


def _meeting(network: Network, demands: DemandSet, paths: Paths, rows: Ints) -> tuple[Floats, float]:
    """Senders of one phase that meet on each link, and the most that one of them sends."""
    flows, count = demands.flows, len(network.links)
    source, of = np.unique(flows.src[rows], return_inverse=True)
    part = 1.0 / np.bincount(of, minlength=len(source))[of]
    own = rows_of(paths, rows)
    weight = own.share * (part[0] if np.ptp(part) == 0 else np.repeat(part, np.diff(own.ptr)))
    number = np.ceil(np.bincount(own.link, weight, minlength=count) - TINY)
    pair = np.unique(flows.dst[rows].astype(np.int64) * len(network.nodes) + flows.src[rows])
    at_host = np.bincount(pair // len(network.nodes), minlength=len(network.nodes))
    last = network.nodes.kind[network.links.dst] == NodeKind.NIC
    number[last] = at_host[network.links.dst[last]]
    size_B = float(flows.size_B[rows].max())
    return number, size_B if size_B > 0 else np.inf


def _worst_ports(
    made: Ports, rtt_s: FloatColumn, rate_bps: FloatColumn, total: Floats, most: Floats, senders: Ints, burst_B: Floats
) -> None:
    for g in range(len(made)):
        own = made.link[made.ptr[g] : made.ptr[g + 1]]
        if made.is_host(g) or not len(own):
            continue
        window_B = bdp_B(float(rate_bps[g]), float(rtt_s[g]))
        for cls in range(senders.shape[1]):
            at = own[np.lexsort((most[cls][own], total[cls][own]))[-1]]
            senders[g, cls] = int(total[cls][at])
            burst_B[g, cls] = min(float(most[cls][at]), window_B)


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
            "demand of the site's jobs, services and other traffic; first window: RFC 6928",
            f"class {classes.names[row]}; bursts of at most "
            f"{_window(classes, row, float(rate_bps[g]), float(rtt_s[g]))}",
            group=int(g), traffic_class=int(row),
        )  # fmt: skip


def _window(classes: Classes, row: int, rate_bps: float, rtt_s: float) -> str:
    """What a sender of a class sends before it hears of congestion, in words."""
    if not classes.specs[row].lossless:
        return f"{format_short(FIRST_WINDOW_B, SIZE)} a connection"
    product = f"{format_short(rate_bps, RATE)} x {format_short(rtt_s, TIME)}"
    return f"{product} = {format_short(bdp_B(rate_bps, rtt_s), SIZE)}"
