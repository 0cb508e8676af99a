"""Many senders into one port, through one switch."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import floats, ints
from easterly.model.packets import PacketFlows, PacketOutcome, Ports, Transport
from easterly.predict.packet.simulate import Progress, simulate


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
        Of each port of the switch; without a limit if absent.
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
    return simulate(ports, flows, transport, seed=seed, progress=progress)


def bound_s(senders: int, size_B: int, rate_bps: float, transport: Transport, delay_s: float = 1e-6) -> float:
    """No transport can end earlier: all packets leave through one port, and the first has to get there.

    >>> from easterly.predict.packet.presets import transport
    >>> round(bound_s(15, 10**6, 100e9, transport("dctcp"), 0.0) * 1e6, 1)
    1243.3
    """
    packets = -(-size_B // (transport.packet_B - transport.header_B))
    wire_B = size_B + packets * transport.header_B
    first_B = min(wire_B, transport.packet_B)
    return float((senders * wire_B + first_B) * 8 / rate_bps + 2 * delay_s)
