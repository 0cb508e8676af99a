"""Flows over links, packet by packet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import packet
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, bools, floats, frozen, indices
from easterly.model.packet_records import Recording
from easterly.model.packet_routes import PacketFaults, PacketRoutes
from easterly.model.packets import PacketDelays, PacketFlows, PacketMessages, PacketOutcome, Ports, Transport
from easterly.model.port_queues import COLOURS, PacketQueues, Pauses
from easterly.predict.packet.checkpoint import Keeper
from easterly.predict.packet.disciplines import give_pauses, stuck_of
from easterly.predict.packet.faults import fates, give_faults, give_routes
from easterly.predict.packet.ideal import ideal_s
from easterly.predict.packet.laws import law_of
from easterly.predict.packet.looks import give_looks, looks
from easterly.predict.packet.queues import give_queues, whole_kbps
from easterly.predict.packet.record import Book, Sink
from easterly.predict.packet.ticks import NEVER_PS, PER_S, TICK_S, ticks, ticks_of

EVENTS = 1 << 21
"""Events between two looks at whoever waits: some tens of milliseconds."""
WATCHED_EVENTS = 1 << 18
"""The same where every event may be written down."""
SMALL_B, MANY_LINKS, SHIFTS = 64, 512, (6, 24)
"""Of the slots of the timing wheel: which packet takes one, from how many links on they are narrower, and the logarithm
of their width in ps, at least and at most. They make a run faster, and change no result."""
LONGEST_S = 36_000.0
"""Of a delay, and of a start."""
TIMES = ("earliest_s", "delay_s", "duration_s")
"""Of messages."""
Progress = Callable[[float, int, int], bool]
"""Told the simulated time [s], the flows that are open and the packet-hops so far; False stops."""


def simulate(
    ports: Ports, flows: PacketFlows, transport: Transport | Sequence[Transport], *,
    messages: PacketMessages | None = None, queues: PacketQueues | None = None, seed: int = 1,
    until_s: float | None = None, progress: Progress | None = None, recording: Recording | None = None,
    sink: Sink | None = None, probes: Sequence[int] = (), probe_s: float = 0.0, routes: PacketRoutes | None = None,
    faults: PacketFaults | None = None, checkpoint: Path | None = None,
) -> PacketOutcome:  # fmt: skip
    """Send every flow along its path until all has arrived.

    Time is in integer picoseconds, ties are broken by link and flow, and draws are named by seed, link and
    number: the same input gives the same bytes, whatever the machine.

    Parameters
    ----------
    ports : Ports
        Rates are rounded to kbit/s.
    flows : PacketFlows
    transport : Transport or sequence of Transport
        Of all flows, or those that `flows.transport` counts in.
    messages : PacketMessages, optional
        What the flows of size 0 carry; they are connections, whose windows last from one message to the next.
    queues : PacketQueues, optional
        Of the ports that have classes, shared memory or pauses; all others are first in, first out.
    seed : int
    until_s : float, optional
        Time at which to stop; what has not arrived by then has an infinite completion time.
    progress : callable, optional
        Told now and then of the time in seconds, the flows that are open and the packet-hops so far; False stops.
    recording : Recording, optional
        What to write down.
    sink : Sink, optional
        Takes what is written down, and flows as they end, batch by batch; the outcome keeps it if absent.
    probes : sequence of int, optional
        Flows whose senders are looked into whenever they hear of their packets.
    probe_s : float [s]
        Least time between two looks.
    routes : PacketRoutes, optional
        Where flows go, in the place of their paths, whose times are ideal: see `steer`.
    faults : PacketFaults, optional
        What happens to links: see `faults_of` and `steer_failing`.
    checkpoint : Path, optional
        File that keeps the state now and then, and when the run is stopped; if it is there, the run goes on from it.
        A recording then needs a sink, and goes on in a new one.

    Returns
    -------
    PacketOutcome

    Raises
    ------
    ValueError
        A link or a path that is none, or a number out of its range.

    Notes
    -----
    A port first in, first out costs one event per packet: its backlog follows from when the link will be free.
    """
    transports = (transport,) if isinstance(transport, Transport) else tuple(transport)
    made = _simulation(ports, flows, transports, seed, routes)
    _equip(made, ports, queues, messages, routes, faults)
    give_looks(made, ports, probes, probe_s)
    book = _book(made, ports, flows, transports, recording, sink)
    given = (ports, flows, transports, messages, queues, seed, recording, list(probes), probe_s, routes, faults)
    keeper = None if checkpoint is None else _keeper(Keeper(checkpoint, given), made, book)
    more = _run(made, NEVER_PS if until_s is None else ticks(until_s), progress, book, keeper)
    return replace(
        _outcome(made, ports, flows, transports, seed, complete=not more),
        senders=looks(made, probes), fates=None if routes is None and faults is None else fates(made),
        recorded=None if book is None else book.close(),
    )  # fmt: skip


def hashed_ways(
    ports: Ports, flows: PacketFlows, transport: Transport | Sequence[Transport], routes: PacketRoutes
) -> PacketFlows:
    """Flows on the very paths that they take where every switch chooses by hash.

    Parameters
    ----------
    ports : Ports
    flows : PacketFlows
    transport : Transport or sequence of Transport
    routes : PacketRoutes
        Of `steer`.

    Returns
    -------
    PacketFlows
        `flows` with other paths.

    Raises
    ------
    ValueError
        A switch chooses for each packet, or for each burst.
    """
    transports = (transport,) if isinstance(transport, Transport) else tuple(transport)
    made = _simulation(ports, flows, transports, 1, routes)
    give_routes(made, routes)
    (ptr, link), (back_ptr, back_link) = made.ways(False), made.ways(True)
    return replace(
        flows, ptr=frozen(ptr), link=frozen(link), back_ptr=frozen(back_ptr), back_link=frozen(back_link)
    )  # fmt: skip


def _equip(
    made: packet.Simulation, ports: Ports, queues: PacketQueues | None, messages: PacketMessages | None,
    routes: PacketRoutes | None, faults: PacketFaults | None,
) -> None:  # fmt: skip
    """Give a simulation all beside its links and flows, in the order in which the kernel takes it."""
    if queues is not None:
        give_queues(made, whole_kbps(ports.rate_bps), queues)
    else:
        give_pauses(made, Pauses())
    if messages is not None:
        earliest_ps, delay_ps, duration_ps = (_ps(name, getattr(messages, name)) for name in TIMES)
        made.messages(
            messages.connection, messages.size_B, earliest_ps, delay_ps, duration_ps, messages.ptr, messages.idx
        )
    if routes is not None:
        give_routes(made, routes)
    if faults is not None:
        give_faults(made, faults)


def _keeper(keeper: Keeper, made: packet.Simulation, book: Book | None) -> Keeper:
    """The keeper, after it has taken the run to where it was kept."""
    if book is not None and book.sink is None:
        raise ValueError("a recording with a checkpoint needs a sink: what it has kept would not go on")
    if keeper.begin(made) and book is not None:
        book.go_on()
    return keeper


def _book(
    made: packet.Simulation, ports: Ports, flows: PacketFlows, transports: Sequence[Transport],
    recording: Recording | None, sink: Sink | None,
) -> Book | None:  # fmt: skip
    """What is written down, if anything."""
    if recording is None and sink is None:
        return None
    return Book(made, recording or Recording(), len(ports), _facts(ports, flows, transports), sink)


def _facts(ports: Ports, flows: PacketFlows, transports: Sequence[Transport]) -> dict[str, NDArray[Any]]:
    """What is told of a flow beside what became of it."""
    zero = np.zeros(len(flows), dtype=np.int32)
    return {
        "size_B": flows.size_B, "start_ps": _ps("start_s", flows.start_s), "ideal_s": ideal_s(ports, flows, transports),
        "traffic_class": zero if flows.traffic_class is None else flows.traffic_class,
    }  # fmt: skip


def _run(
    made: packet.Simulation, until_ps: int, progress: Progress | None, book: Book | None, keeper: Keeper | None
) -> bool:
    """Whether anything is left to happen; if so, its state is kept."""
    handled, more, written = -1, True, False
    while more and (made.events > handled or written):  # nothing happens any more in a run that has come to `until_s`
        if handled >= 0 and progress is not None and not progress(made.now_ps * TICK_S, made.open, made.hops):
            break
        handled = made.events
        more = made.run(until_ps, EVENTS if book is None else WATCHED_EVENTS)
        written = book is not None and book.fetch()
        if keeper is not None and keeper.due(made):
            if book is not None:
                book.flush()
            keeper.keep(made)
    if keeper is not None:
        keeper.end(made, complete=not more)
    return more


def _simulation(
    ports: Ports, flows: PacketFlows, transports: tuple[Transport, ...], seed: int, routes: PacketRoutes | None
) -> packet.Simulation:
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed is {seed}, not within 0..2^64-1")
    route, path = _routes(flows) if routes is None else (routes.route, routes.path)
    zero = np.zeros(len(flows), dtype=np.int32)
    of_transport = zero if flows.transport is None else flows.transport
    of_class = zero if flows.traffic_class is None else flows.traffic_class
    made = packet.Simulation(
        whole_kbps(ports.rate_bps),
        _ps("delay_s", ports.delay_s), ports.limit_B,
        np.ascontiguousarray(np.stack([ports.mark_from_B, ports.mark_all_B], axis=1)), ports.mark_most, ports.loss,
        route, path, flows.size_B, _ps("start_s", flows.start_s), of_transport, of_class,
        [law_of(each) for each in transports],
        pause_reaction_ps=ticks(max(each.pause_s for each in transports)), seed=seed, shift=_shift(ports),
    )  # fmt: skip
    if flows.colour is not None:
        made.colours(_colours(flows.colour))
    return made


def _colours(colour: IntColumn) -> NDArray[np.uint8]:
    none = (colour < 0) | (colour >= len(COLOURS))
    if none.any():
        raise ValueError(f"colour is {colour[none][0]}: 0 to 2 are {', '.join(COLOURS)}")
    return colour.astype(np.uint8)


def _shift(ports: Ports) -> int:
    """Slots about as wide as it takes the fastest link to send a small packet, narrower where there are many links."""
    fastest_bps = float(ports.rate_bps.max(initial=1.0))
    width_ps = SMALL_B * 8 * PER_S / fastest_bps * min(1.0, MANY_LINKS / max(len(ports), 1))
    return int(np.clip(np.log2(max(width_ps, 1.0)), *SHIFTS))


def _ps(name: str, time_s: FloatColumn) -> NDArray[np.int64]:
    far = ~((time_s >= 0) & (time_s <= LONGEST_S))
    if far.any():
        raise ValueError(f"{name} is {time_s[far][0]:g} s: a simulation takes 0 to {LONGEST_S:g} s")
    return ticks_of(time_s)


def _routes(flows: PacketFlows) -> tuple[IntColumn, NDArray[np.int64]]:
    """All paths one behind the other, each ended by -1, and where those of each flow begin."""
    there, first = _ended(flows.ptr, flows.link)
    back, second = _ended(flows.back_ptr, flows.back_link)
    return np.concatenate([there, back]), np.ascontiguousarray(np.stack([first, second + len(there)], axis=1))


def _ended(ptr: IndexColumn, link: IntColumn) -> tuple[IntColumn, NDArray[np.int64]]:
    return np.insert(link, ptr[1:], -1).astype(np.int32), ptr[:-1] + np.arange(len(ptr) - 1)


def _times_s(time_ps: NDArray[np.int64]) -> FloatColumn:
    return floats(np.where(time_ps < 0, np.inf, time_ps * TICK_S))


def _delays(made: packet.Simulation) -> PacketDelays:
    found = made.delays()
    least, most = (np.where(found["packets"] > 0, found[name] * TICK_S, np.nan) for name in ("least_ps", "most_ps"))
    return PacketDelays(
        frozen(found["packets"]), floats(found["sum_ps"] * TICK_S), floats(found["squares_ps2"] * TICK_S**2),
        floats(least), floats(most), frozen(found["bins"]),
    )  # fmt: skip


def _coloured(made: packet.Simulation) -> IndexColumn | None:
    found = made.coloured()
    table = np.stack([found["green"], found["yellow"], found["red"]], axis=1)
    return indices(table) if len(table) > 0 else None


def _outcome(
    made: packet.Simulation,
    ports: Ports,
    flows: PacketFlows,
    transports: tuple[Transport, ...],
    seed: int,
    *,
    complete: bool,
) -> PacketOutcome:
    of_flow, stuck = made.flows(), stuck_of(made)
    of_link = made.links()
    of_message = made.done()
    arrived = of_flow["delivered_ps"]
    fct_s = np.where(arrived < 0, np.inf, (arrived - _ps("start_s", flows.start_s)) * TICK_S)
    return PacketOutcome(
        transports, seed, floats(fct_s), ideal_s(ports, flows, transports),
        again=frozen(of_flow["again"]), marked=frozen(of_flow["marked"]), timeouts=frozen(of_flow["timeouts"]),
        reordered=frozen(of_flow["reordered"]), sent_B=frozen(of_link["sent_B"]), drops=frozen(of_link["drops"]),
        marks=frozen(of_link["marks"]), most_B=frozen(of_link["most_B"]), pauses=frozen(of_link["pauses"]),
        paused_s=floats(of_link["paused_ps"] * TICK_S), end_s=made.now_ps * TICK_S, packet_hops=made.hops,
        events=made.events, complete=complete and stuck is None, stuck=stuck, victim=bools(made.victims()),
        sent=frozen(of_flow["sent"]), received=frozen(of_flow["received"]),
        coloured=_coloured(made), spurious=frozen(of_flow["spurious"]),
        delays=_delays(made) if any(each.delays != "none" for each in transports) else None,
        begun_s=_times_s(of_message["begun_ps"]), done_s=_times_s(of_message["done_ps"]),
    )  # fmt: skip
