"""The queues of a network at their worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel.calculus import Total
from easterly.base.columns import FloatColumn, bools, floats, indices, ints
from easterly.model.bounds import Bounds, QueueBounds
from easterly.model.packets import PacketFlows, Ports, Transport
from easterly.model.port_queues import PacketQueues
from easterly.predict.calculus.layout import Layout, layout
from easterly.predict.calculus.room import room_of
from easterly.predict.calculus.ways import Ways, column, joined, notifications, notified_flows, ways

ROUNDS = 1000
"""Of a ring of queues, at most."""


def bounds(
    ports: Ports, queues: PacketQueues | None, flows: PacketFlows, transports: Transport | Sequence[Transport],
    burst_B: ArrayLike, rate_bps: ArrayLike, *, packets: ArrayLike | None = None, shaped: bool = True,
    slack: float = 0.0, in_flight_B: ArrayLike | None = None,
) -> Bounds:  # fmt: skip
    """Worst delay and backlog of every queue that flows and their answers pass, by total flow analysis.

    Port by port, as arrivals add up: strict classes by what is left of the link behind higher ones and one packet of a
    lower one, weighted ones by deficit round robin (Boyer, Stea & Sofack 2012), flows that came over one link together
    by what it carries, rings to a fixed point (Thomas, Le Boudec & Mifdaoui 2019).

    Parameters
    ----------
    ports : Ports
    queues : PacketQueues, optional
        Of ports that have classes; all others are first in, first out.
    flows : PacketFlows
        On the links that they take: see `hashed_ways`. Their sizes and starts are not read.
    transports : Transport or sequence of Transport
        As in `simulate`: sizes of packets, and what answers them.
    burst_B, rate_bps : (F,) or one [B], [bit/s]
        In any time t a flow sends at most ``burst_B + rate_bps t / 8``, on the wire with all headers.
    packets : (F,) or one, optional
        Packets of a burst; if absent as few as it takes.
    shaped : bool
        Whether links shape what comes over them.
    slack : float [1]
        Part by which delays may be too high.
    in_flight_B : (F,) or one [B], optional
        Most of a flow that is on its way at any time: given to the NIC, and not yet arrived. A window is one, and so is
        what can be sent before something of it has to arrive. Infinite for none.

    Returns
    -------
    Bounds

    Raises
    ------
    ValueError
        A number out of its range, a path without links, or a scheduler without bounds.

    Notes
    -----
    A packet waits from when it joins its NIC. Packets that are sent again are none of the burst, and a pause is no part
    of a delay: where `QueueBounds.beyond` is set, delays hold only until then.
    """
    made = analysis(
        ports, queues, flows, transports, burst_B, rate_bps, packets=packets, shaped=shaped, slack=slack,
        in_flight_B=in_flight_B,
    )  # fmt: skip
    made.total.solve()
    return told(made)


@dataclass(frozen=True, slots=True)
class Analysis:
    """Flows laid out on queues, and the kernel's analysis of them.

    Attributes
    ----------
    ports, queues, flows : what was asked about
    ways : Ways
        Rows of `flows` first, then notifications; ``notified`` are the flows of those.
    notified : (N,) int
    laid : Layout
    total : Total
    method : str
    in_flight_B : (F,) float [B], optional
    """

    ports: Ports
    queues: PacketQueues | None
    flows: PacketFlows
    ways: Ways
    notified: NDArray[np.intp]
    laid: Layout
    total: Total
    method: str
    in_flight_B: NDArray[np.float64] | None


def analysis(
    ports: Ports, queues: PacketQueues | None, flows: PacketFlows, transports: Transport | Sequence[Transport],
    burst_B: ArrayLike, rate_bps: ArrayLike, *, packets: ArrayLike | None = None, shaped: bool = True,
    slack: float = 0.0, in_flight_B: ArrayLike | None = None, there: NDArray[np.bool_] | None = None,
) -> Analysis:  # fmt: skip
    """Lay out what `bounds` solves; flows that are not `there` send nothing yet."""
    several = (transports,) if isinstance(transports, Transport) else tuple(transports)
    wanted, bps = (_wide(name, each, len(flows)) for name, each in (("burst_B", burst_B), ("rate_bps", rate_bps)))
    full_B = np.array([each.packet_B for each in several], dtype=float)[column(flows.transport, len(flows))]
    count: NDArray[np.float64] = np.ceil(wanted / full_B) if packets is None else _wide("packets", packets, len(flows))
    own = ways(flows, several, wanted, bps / 8, count)
    also = notifications(flows, several, count) if _marks(ports, queues) else None
    every = joined(own, also)
    notified = notified_flows(flows, several) if also is not None else np.zeros(0, dtype=np.intp)
    laid = layout(ports, queues, every)
    on = np.ones(len(every)) if there is None else np.append(there, there[notified]).astype(float)
    total = Total(
        laid.rate_bps, np.zeros(len(laid.rate_bps)), laid.ptr, laid.quantum_B, laid.packet_B,
        np.full(len(laid.packet_B), np.inf), laid.ptr_there, laid.there, laid.ptr_back,
        laid.back, every.share, every.burst_B * on, every.rate * 8 * on, shaped, slack, ROUNDS,
    )  # fmt: skip
    most_B = None if in_flight_B is None else np.broadcast_to(np.asarray(in_flight_B, dtype=float), len(flows))
    return Analysis(ports, queues, flows, every, notified, laid, total, _method(shaped=shaped, slack=slack), most_B)


def _most_there(made: Analysis, in_flight_B: NDArray[np.float64], on: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(Q,) [B] most that is ever in each queue: what flows have on their way, all answers, and spaced notifications.

    What answers a flow may be on its way long after what it answers. Of notifications there is what came while the
    first of them waited. What is held back by a shaper is not looked at.
    """
    every, laid, own = made.ways, made.laid, len(made.flows)
    delay_s = made.total.delay_s
    there, back = np.diff(laid.ptr_there), np.diff(laid.ptr_back)
    split = int(laid.ptr_there[own])
    notes = laid.there[split:]
    since_s = np.cumsum(delay_s[notes])
    first = laid.ptr_there[own:-1] - split
    since_s -= np.repeat(np.append(0.0, since_s)[first], there[own:])
    burst_B, rate = (np.where(np.append(on, on[made.notified]), each, 0.0) for each in (every.burst_B, every.rate))
    paced = np.repeat(rate[own:], there[own:])
    grown_B = paced * np.where(paced > 0, since_s, 0.0)
    rows = len(delay_s)
    ends = rate == 0
    sent_B = np.minimum(in_flight_B, np.where(ends, burst_B, np.inf)[:own])
    answers_B = np.where(ends | (every.share == 0), burst_B * every.share, np.inf)
    most_B: NDArray[np.float64] = np.asarray(
        np.bincount(laid.there[:split], np.repeat(sent_B, there[:own]), rows)
        + np.bincount(laid.back, np.repeat(answers_B, back), rows)
        + np.bincount(notes, np.repeat(burst_B[own:], there[own:]) + grown_B, rows),
        dtype=float,
    )
    most_B[laid.shaped] = np.inf
    most_B[len(laid.link) :] = np.inf
    return most_B


def _wide(name: str, values: ArrayLike, count: int) -> NDArray[np.float64]:
    made = np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=float), count))
    bad = ~((made >= 0) & np.isfinite(made))
    if bad.any():
        raise ValueError(f"{name} is {made[bad][0]:g}: from 0 up, and finite")
    return made


def _marks(ports: Ports, queues: PacketQueues | None) -> bool:
    """Whether any packet may be marked."""
    return bool((ports.mark_from_B >= 0).any() or (queues is not None and not np.isnan(queues.ports.kmin_B).all()))


def told(of: Analysis, there: NDArray[np.bool_] | None = None) -> Bounds:
    """What an analysis says now, while some flows are there: all if absent."""
    laid, made, used = of.laid, of.total, len(of.laid.link)
    delay_s, backlog_B = made.delay_s, made.backlog_B
    if of.in_flight_B is not None:
        on = np.ones(len(of.flows), dtype=bool) if there is None else there
        delay_s, backlog_B = made.limited(_most_there(of, of.in_flight_B, on))
    np.add.at(delay_s, laid.shaped, delay_s[used:])
    np.add.at(backlog_B, laid.shaped, backlog_B[used:])
    delay_s, backlog_B = delay_s[:used], backlog_B[:used]
    load = made.rate_bps[:used] / of.ports.rate_bps[laid.link]
    room = room_of(of.ports, of.queues, laid.link, laid.queue)
    found = QueueBounds(
        ints(laid.link), ints(laid.queue), floats(delay_s), floats(backlog_B), floats(load),
        indices(laid.flows), floats(room[:, 0]), floats(room[:, 1]),
        bools(room[:, 2] > 0),
    )  # fmt: skip
    busy = np.unique(laid.link)
    cyclic = made.cyclic[made.cyclic < len(busy)]
    over = busy[np.bincount(np.searchsorted(busy, laid.link), load) > 1]
    nic_s, network_s = _of_flows(of.ports, of.flows, delay_s[laid.of_hop[: len(of.flows.link)]])
    why = _why(endless=bool(np.isinf(delay_s).any()), over=len(over), cyclic=len(cyclic))
    return Bounds(found, nic_s, network_s, of.method, ints(busy[cyclic]), ints(over), why)


def _of_flows(ports: Ports, flows: PacketFlows, own_s: NDArray[np.float64]) -> tuple[FloatColumn, FloatColumn]:
    """(F,) [s] in the NIC of the sender, and from there to the receiver; `own_s` of each of their hops."""
    if not len(flows):
        return floats([]), floats([])
    first = flows.ptr[:-1]
    nic_s = own_s[first]
    own_s[first] = 0.0
    own_s += ports.delay_s[flows.link]
    return floats(nic_s), floats(np.add.reduceat(own_s, first))


def _method(*, shaped: bool, slack: float) -> str:
    lines = "with" if shaped else "without"
    high = f", delays up to {slack:.2%} high at each queue" if slack > 0 else ""
    return (
        f"total flow analysis port by port, {lines} shaping by links{high}; "
        "holds while nothing is dropped, sent again or paused"
    )


def _why(*, endless: bool, over: int, cyclic: int) -> str:
    if not endless:
        return ""
    if over:
        return f"more comes for ever than is carried by {over} of the links"
    if cyclic:
        return f"queues of {cyclic} links depend on each other in a ring, and delays grow round by round"
    return "a queue gets less for ever than comes to it: its shaper, or what is left by others, is too slow"
