"""Many senders into one port, through one switch."""

from __future__ import annotations

import numpy as np

from easterly.model.packet_records import Recording
from easterly.model.packets import PacketOutcome, Transport
from easterly.model.port_queues import PacketQueues
from easterly.predict.packet.record import Sink
from easterly.predict.packet.simulate import Progress, simulate
from easterly.predict.packet.star import XON_FRAMES, headroom_for_B, one_switch, star_flows, star_ports

LEAST_FRAMES = 2
"""Shared memory with which a switch is worth simulating, in packets."""
PLENTY_B = 1 << 32
"""Memory that never fills."""
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
    hosts = senders + 1
    to_host = np.arange(2 * hosts) % 2 == 1
    mark_from_B, mark_all_B, most = _marks(transport, rate_bps, mark_B)
    ports = star_ports(
        hosts, rate_bps, delay_s, limit_B=np.where(to_host, -1 if buffer_B is None else buffer_B, -1),
        mark_from_B=np.where(to_host, mark_from_B, -1), mark_all_B=np.where(to_host, mark_all_B, -1), mark_most=most,
    )  # fmt: skip
    queues = _lossless(hosts, rate_bps, delay_s, transport, buffer_B) if transport.lossless else None
    return simulate(
        ports, star_flows(np.arange(senders), senders, size_B), transport, queues=queues, seed=seed, progress=progress,
        recording=recording, sink=sink,
    )  # fmt: skip


def _marks(transport: Transport, rate_bps: float, mark_B: int | None) -> tuple[int, int, float]:
    """Backlog from which packets may be marked, from which all are, and the probability just below that."""
    if mark_B is None and transport.law == "dcqcn":
        kmin_B, kmax_B = transport.dcqcn.thresholds_B(rate_bps)
        return round(kmin_B), round(kmax_B), transport.dcqcn.pmax
    none_or_B = -1 if mark_B is None else mark_B
    return none_or_B, none_or_B, 1.0


def _lossless(hosts: int, rate_bps: float, delay_s: float, transport: Transport, buffer_B: int | None) -> PacketQueues:
    """A switch that pauses, with headroom for every port."""
    headroom_B = headroom_for_B(transport, rate_bps, delay_s)
    memory_B = PLENTY_B if buffer_B is None else buffer_B
    shared_B = memory_B - hosts * headroom_B
    if shared_B < LEAST_FRAMES * transport.packet_B:
        raise ValueError(
            f"buffer_B is {memory_B}: {hosts} ports need {headroom_B} B of headroom each, which leaves nothing to share"
        )
    return one_switch(
        hosts, transport, rate_bps=rate_bps, shared_B=shared_B, headroom_B=headroom_B,
        xon_offset_B=XON_FRAMES * transport.packet_B,
    )  # fmt: skip


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
