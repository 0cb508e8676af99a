"""The queues of a network at their worst."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel.calculus import Total
from easterly.base.columns import FloatColumn, bools, floats, indices, ints
from easterly.model.bounds import Bounds, QueueBounds
from easterly.model.packets import PacketFlows, Ports, Transport
from easterly.model.port_queues import PacketQueues
from easterly.predict.calculus.layout import Layout, layout
from easterly.predict.calculus.room import room_of
from easterly.predict.calculus.ways import Ways, column, joined, notifications, ways

ROUNDS = 1000
"""Of a ring of queues, at most."""


def bounds(
    ports: Ports, queues: PacketQueues | None, flows: PacketFlows, transports: Transport | Sequence[Transport],
    burst_B: ArrayLike, rate_bps: ArrayLike, *, packets: ArrayLike | None = None, shaped: bool = True,
    slack: float = 0.0,
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
    several = (transports,) if isinstance(transports, Transport) else tuple(transports)
    wanted, bps = (_wide(name, each, len(flows)) for name, each in (("burst_B", burst_B), ("rate_bps", rate_bps)))
    full_B = np.array([each.packet_B for each in several], dtype=float)[column(flows.transport, len(flows))]
    count: NDArray[np.float64] = np.ceil(wanted / full_B) if packets is None else _wide("packets", packets, len(flows))
    own = ways(flows, several, wanted, bps / 8, count)
    every = joined(own, notifications(flows, several, count) if _marks(ports, queues) else None)
    laid = layout(ports, queues, every)
    made = Total(
        laid.rate_bps, np.zeros(len(laid.rate_bps)), laid.ptr, laid.quantum_B, laid.packet_B,
        np.full(len(laid.packet_B), np.inf), laid.hop_ptr, laid.hop, laid.share, every.burst_B, every.rate * 8,
        shaped, slack, ROUNDS,
    )  # fmt: skip
    made.solve()
    return _told(ports, queues, flows, every, laid, made, shaped=shaped)


def _wide(name: str, values: ArrayLike, count: int) -> NDArray[np.float64]:
    made = np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=float), count))
    bad = ~((made >= 0) & np.isfinite(made))
    if bad.any():
        raise ValueError(f"{name} is {made[bad][0]:g}: from 0 up, and finite")
    return made


def _marks(ports: Ports, queues: PacketQueues | None) -> bool:
    """Whether any packet may be marked."""
    return bool((ports.mark_from_B >= 0).any() or (queues is not None and not np.isnan(queues.ports.kmin_B).all()))


def _told(
    ports: Ports, queues: PacketQueues | None, flows: PacketFlows, every: Ways, laid: Layout, made: Total, *,
    shaped: bool,
) -> Bounds:  # fmt: skip
    used, delay_s, backlog_B = len(laid.link), made.delay_s, made.backlog_B
    np.add.at(delay_s, laid.shaped, delay_s[used:])
    np.add.at(backlog_B, laid.shaped, backlog_B[used:])
    delay_s, backlog_B = delay_s[:used], backlog_B[:used]
    load = np.zeros(used)
    if every.rate.any():
        rate = np.repeat(every.rate, np.diff(every.ptr)) * every.share
        load = np.bincount(laid.of_hop, rate, used) * 8 / ports.rate_bps[laid.link]
    room = room_of(ports, queues, laid.link, laid.queue)
    found = QueueBounds(
        ints(laid.link), ints(laid.queue), floats(delay_s), floats(backlog_B), floats(load),
        indices(np.bincount(laid.of_hop, minlength=used)), floats(room[:, 0]), floats(room[:, 1]),
        bools(room[:, 2] > 0),
    )  # fmt: skip
    busy = np.unique(laid.link)
    cyclic = made.cyclic[made.cyclic < len(busy)]
    over = busy[np.bincount(np.searchsorted(busy, laid.link), load) > 1]
    nic_s, network_s = _of_flows(ports, flows, every, delay_s[laid.of_hop])
    why = _why(endless=bool(np.isinf(delay_s).any()), over=len(over), cyclic=len(cyclic))
    return Bounds(found, nic_s, network_s, _method(shaped=shaped), ints(busy[cyclic]), ints(over), why)


def _of_flows(
    ports: Ports, flows: PacketFlows, every: Ways, hop_s: NDArray[np.float64]
) -> tuple[FloatColumn, FloatColumn]:
    """(F,) [s] in the NIC of the sender, and from there to the receiver."""
    if not len(flows):
        return floats([]), floats([])
    begin, there = every.ptr[: len(flows)], np.diff(flows.ptr)
    alone = len(hop_s) == len(flows.link)
    own = hop_s.copy() if alone else hop_s[np.repeat(begin - flows.ptr[:-1], there) + np.arange(len(flows.link))]
    nic_s, before = own[flows.ptr[:-1]], flows.ptr[:-1]
    own[before] = 0.0
    return floats(nic_s), floats(np.add.reduceat(own + ports.delay_s[flows.link], before))


def _method(*, shaped: bool) -> str:
    lines = "with" if shaped else "without"
    return (
        f"total flow analysis port by port, {lines} shaping by links; "
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
