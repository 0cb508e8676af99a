"""Many senders into one port, through one switch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, bools, floats, indices, ints, texts
from easterly.model.packet_records import Recording
from easterly.model.packets import PacketFlows, PacketOutcome, Ports, Transport
from easterly.model.port_queues import CLASSES, PacketQueues, SwitchMemories
from easterly.predict.packet.queues import equal_ports
from easterly.predict.packet.record import Sink
from easterly.predict.packet.simulate import Progress, simulate

FRAMES = 2
"""What is left free below the threshold before senders go on, in packets."""
ALPHA = 1 / 8
"""Part of the free memory that one port may hold before it pauses its sender."""
PLENTY_B = 1 << 32
OF_BUFFER = 0.8
"""Part of a buffer above which a threshold would come too late: the rest is for what is on its way."""


def mark_at_B(rate_bps: float, rtt_s: float, packet_B: int = 1500) -> int:
    """Least backlog from which DCTCP's switch may mark, or its port idles: C RTT / 7, at least two packets.

    Of long flows (Alizadeh et al. 2010, section 3.4): short ones and bursts need more.


    >>> mark_at_B(100e9, 4e-6)
    7142
    """
    return max(int(rate_bps * rtt_s / 8 / 7), 2 * packet_B)


def usual_mark_B(rate_bps: float, rtt_s: float, packet_B: int = 1500, buffer_B: int | None = None) -> tuple[int, str]:
    """Backlog to mark from where nobody says another, and why.

    C RTT: a port that marks from there on stays busy whoever answers, even a single flow that halves its window (the
    rule of thumb for marks as for drops), and DCTCP's own bound, a seventh of it, is kept with room for bursts; at
    least two packets, at most 0.8 of the buffer.

    >>> usual_mark_B(100e9, 4e-6)[0], usual_mark_B(100e9, 4e-6, buffer_B=20_000)[0]
    (50000, 16000)
    """
    least_B, wanted_B = 2 * packet_B, round(rate_bps * rtt_s / 8)
    if buffer_B is not None and wanted_B > OF_BUFFER * buffer_B:
        return max(round(OF_BUFFER * buffer_B), 1), f"{OF_BUFFER:g} x buffer, as rate x round trip does not fit"
    if wanted_B < least_B:
        return least_B, "two packets, more than rate x round trip"
    return wanted_B, "rate x round trip; DCTCP needs more than a seventh"


def incast(
    senders: int, size_B: int, rate_bps: float, transport: Transport, *, buffer_B: int | None = None,
    mark_B: int | None = None, delay_s: float = 1e-6, seed: int = 1, progress: Progress | None = None,
    recording: Recording | None = None, sink: Sink | None = None,
) -> PacketOutcome:  # fmt: skip
    """`senders` hosts send at once to another host of their switch.

    Parameters
    ----------
    senders : int
    size_B : int [B]
        Data of each.
    rate_bps : float [bit/s]
        Of every link.
    transport : Transport
    buffer_B : int, optional [B]
        Of each port of the switch, or of all of them where the transport is lossless; without a limit if absent.
    mark_B : int, optional [B]
        Backlog from which packets are marked; if absent as the transport says, or never.
    delay_s : float [s]
        Of every link, the switch behind it included.
    seed : int
    progress, recording, sink : optional
        As in `simulate`.

    Returns
    -------
    PacketOutcome
        Link 2i leads from host i to the switch, 2i + 1 to host i; the receiver is the last.

    Raises
    ------
    ValueError
        A number out of its range.
    """
    if senders < 1:
        raise ValueError(f"senders is {senders}: at least one has to send")
    if buffer_B is not None and buffer_B < transport.packet_B:
        raise ValueError(
            f"buffer_B is {buffer_B}: less than one packet of {transport.packet_B} B, so none would ever arrive"
        )
    links, sender = 2 * (senders + 1), np.arange(senders)
    to_host = np.arange(links) % 2 == 1
    limit = np.where(to_host, -1 if buffer_B is None else buffer_B, -1)
    mark = np.where(to_host, -1 if mark_B is None else mark_B, -1)
    most, marks_all = 1.0, mark
    if mark_B is None and transport.law == "dcqcn":
        kmin_B, kmax_B = (round(each_B) for each_B in transport.dcqcn.thresholds_B(rate_bps))
        most, mark, marks_all = transport.dcqcn.pmax, np.where(to_host, kmin_B, -1), np.where(to_host, kmax_B, -1)
    ports = Ports(
        floats(np.full(links, rate_bps)), floats(np.full(links, delay_s)), limit, mark, marks_all,
        floats(np.full(links, most)), floats(np.zeros(links)),
    )  # fmt: skip
    ptr = 2 * np.arange(senders + 1)
    last = np.full(senders, 2 * senders)
    flows = PacketFlows(
        np.full(senders, size_B, dtype=np.int64), floats(np.zeros(senders)),
        ptr, ints(np.stack([2 * sender, last + 1], axis=1).ravel()),
        ptr, ints(np.stack([last, 2 * sender + 1], axis=1).ravel()),
    )  # fmt: skip
    queues = _lossless(links, rate_bps, delay_s, transport, buffer_B) if transport.lossless else None
    return simulate(
        ports, flows, transport, queues=queues, seed=seed, progress=progress, recording=recording, sink=sink
    )


def _lossless(links: int, rate_bps: float, delay_s: float, transport: Transport, buffer_B: int | None) -> PacketQueues:
    """A switch that pauses: each port has room for a round trip, four frames and what the peer's reaction lets pass."""
    pause_B = 64
    flying_s = 2 * delay_s + transport.pause_s
    headroom_B = int(np.ceil(rate_bps * flying_s / 8)) + 4 * transport.packet_B + pause_B
    ports = links // 2
    memory_B = PLENTY_B if buffer_B is None else buffer_B
    shared_B = memory_B - ports * headroom_B
    if shared_B < 2 * transport.packet_B:
        raise ValueError(
            f"buffer_B is {memory_B}: {ports} ports need {headroom_B} B of headroom each, which leaves nothing to share"
        )
    return one_switch(
        np.arange(ports),
        transport,
        rate_bps=rate_bps,
        shared_B=shared_B,
        headroom_B=headroom_B,
        xon_offset_B=FRAMES * transport.packet_B,
    )


def one_switch(
    hosts: NDArray[np.integer],
    transport: Transport,
    *,
    rate_bps: float,
    shared_B: int,
    headroom_B: int,
    xon_offset_B: int,
    alpha: float = ALPHA,
) -> PacketQueues:
    """Queues of a star: link 2i leads from host i to the switch, 2i + 1 back; class 0 is lossless.

    Parameters
    ----------
    hosts : (H,) int
    transport : Transport
        Under DCQCN the ports of the switch mark as it says.
    rate_bps : float [bit/s]
        Of the links.
    shared_B, headroom_B, xon_offset_B : int [B]
        Memory of all ports, headroom of each, and how far below the threshold senders go on.
    alpha : float
        Part of the free memory that one port may hold.
    """
    up, down = 2 * hosts, 2 * hosts + 1
    count = len(hosts)
    of_switch = np.repeat([False, True], count)
    first = np.arange(CLASSES) == 0
    mark = of_switch[:, None] & first & (transport.law == "dcqcn")

    def where(there: NDArray[np.bool_], value: float) -> FloatColumn:
        return floats(np.where(there, value, np.nan))

    kmin_B, kmax_B = transport.dcqcn.thresholds_B(rate_bps)
    lossless = of_switch[:, None] & first
    ports = equal_ports(
        np.concatenate([up, down]), np.concatenate([down, up]), np.where(of_switch, 0, -1), lossless=bools(lossless),
        kmin_B=where(mark, kmin_B), kmax_B=where(mark, kmax_B), pmax=where(mark, transport.dcqcn.pmax),
        alpha=where(lossless, alpha), headroom_B=indices(np.where(lossless, headroom_B, 0)),
        xon_offset_B=indices(np.where(lossless, xon_offset_B, 0)),
    )  # fmt: skip
    memory = SwitchMemories(texts(["switch"]), ints([1]), floats([shared_B]), floats([0]), floats([headroom_B * count]))
    return PacketQueues(ports, memory, of_class=ints([0]))


def bound_s(senders: int, size_B: int, rate_bps: float, transport: Transport, delay_s: float = 1e-6) -> float:
    """No transport can end earlier: all packets leave through one port, and the first has to get there.

    >>> from easterly.predict.packet.presets import transport
    >>> round(bound_s(15, 10**6, 100e9, transport("dctcp"), 0.0) * 1e6, 1)
    1243.2
    """
    packets = -(-size_B // (transport.packet_B - transport.header_B))
    wire_B = size_B + packets * transport.header_B
    first_B = min(wire_B, transport.packet_B)
    return float((senders * wire_B + first_B) * 8 / rate_bps + 2 * delay_s)
