"""Times on an empty network: the train of packets at the rate of the slowest link, behind its first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats
from easterly.model.packets import PacketFlows, Ports, Transport


class Ideal(NamedTuple):
    """Times of messages that are alone, each in its parts."""

    delay_s: FloatColumn
    """(N,) of all links."""
    train_s: FloatColumn
    """(N,) all packets on the slowest link."""
    ahead_s: FloatColumn
    """(N,) the first packet on all others."""


def ideal_s(ports: Ports, flows: PacketFlows, transport: Transport | Sequence[Transport]) -> FloatColumn:
    """(F,) [s] completion on an empty network."""
    transports = (transport,) if isinstance(transport, Transport) else transport
    which = np.zeros(len(flows), dtype=np.int32) if flows.transport is None else flows.transport
    made = ideal_of(ports, flows, np.arange(len(flows)), flows.size_B, transports, which)
    return floats(made.delay_s + made.train_s + made.ahead_s)


def ideal_of(
    ports: Ports, flows: PacketFlows, flow: NDArray[np.integer], size_B: NDArray[np.int64],
    transports: Sequence[Transport], which: NDArray[np.integer],
) -> Ideal:  # fmt: skip
    """Messages on the paths of flows.

    Parameters
    ----------
    ports : Ports
    flows : PacketFlows
    flow : (N,) int
        Flow that carries each message.
    size_B : (N,) int [B]
        Data.
    transports : sequence of Transport
    which : (N,) int
        Transport of each message.

    Returns
    -------
    Ideal
    """
    packet_B, header_B = (
        np.array([getattr(each, name) for each in transports])[which] for name in ("packet_B", "header_B")
    )
    wire_B = size_B + -(-size_B // (packet_B - header_B)) * header_B
    if not len(flows):
        return Ideal(*(floats(np.zeros(0)) for _ in Ideal._fields))
    starts, per_B = flows.ptr[:-1], 8.0 / ports.rate_bps[flows.link]
    slowest, every = np.maximum.reduceat(per_B, starts)[flow], np.add.reduceat(per_B, starts)[flow]
    delay_s = np.add.reduceat(ports.delay_s[flows.link], starts)[flow]
    ahead_s = np.minimum(wire_B, packet_B) * (every - slowest)
    return Ideal(floats(delay_s), floats(wire_B * slowest), floats(ahead_s))
