"""Many senders into one port, through one switch."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import floats, ints
from easterly.model.packets import PacketFlows, PacketOutcome, Ports, Switch, Transport
from easterly.predict.packet.simulate import Progress, simulate

ALPHA = 1 / 8
"""Part of the free memory that one port may hold before it pauses its sender."""
PLENTY_B = 1 << 32


def mark_at_B(rate_bps: float, rtt_s: float, packet_B: int = 1500) -> int:
    """Backlog from which DCTCP's switch marks: C RTT / 7, at least two packets (Alizadeh et al. 2010, section 3.4).

    >>> mark_at_B(100e9, 4e-6)
    7142
    """
    return max(int(rate_bps * rtt_s / 8 / 7), 2 * packet_B)


def incast(
    senders: int, size_B: int, rate_bps: float, transport: Transport, *, buffer_B: int | None = None,
    mark_B: int | None = None, delay_s: float = 1e-6, seed: int = 1, progress: Progress | None = None,
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
        Backlog from which packets are marked; never if absent.
    delay_s : float [s]
        Of every link, the switch behind it included.
    seed : int
    progress : callable, optional

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
    ports = Ports(
        floats(np.full(links, rate_bps)), floats(np.full(links, delay_s)), limit, mark, mark,
        floats(np.ones(links)), floats(np.zeros(links)),
    )  # fmt: skip
    ptr = 2 * np.arange(senders + 1)
    last = np.full(senders, 2 * senders)
    flows = PacketFlows(
        np.full(senders, size_B, dtype=np.int64), floats(np.zeros(senders)),
        ptr, ints(np.stack([2 * sender, last + 1], axis=1).ravel()),
        ptr, ints(np.stack([last, 2 * sender + 1], axis=1).ravel()),
    )  # fmt: skip
    switches = (_lossless(links, rate_bps, delay_s, transport, buffer_B),) if transport.lossless else ()
    return simulate(ports, flows, transport, switches=switches, seed=seed, progress=progress)


def _lossless(links: int, rate_bps: float, delay_s: float, transport: Transport, buffer_B: int | None) -> Switch:
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
    row = np.arange(ports)
    return Switch(ints(2 * row), ints(2 * row + 1), shared_B, ALPHA, headroom_B)


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
