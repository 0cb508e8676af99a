"""What a run will cost, before it begins and while it goes on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from easterly.base.schema import Doc, Unit
from easterly.model.packets import PacketFlows, PacketMessages, Ports, Transport
from easterly.predict.packet.simulate import simulate

SLICE_S = 0.3
"""How long a run is tried."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What is left of a run."""

    packet_hops: Annotated[int, Doc("Packets put on links, acknowledgements included, where nothing is sent again.")]
    rate: Annotated[float, Unit("1/s"), Doc("Packet-hops a second, as measured.")]
    complete: Annotated[bool, Doc("Whether the run ended while it was tried.")]

    @property
    def seconds(self) -> float:
        """How long it will take."""
        return self.packet_hops / self.rate if self.rate > 0 else float("inf")


def expected_hops(
    flows: PacketFlows, transport: Transport | Sequence[Transport], messages: PacketMessages | None = None
) -> int:
    """Packets times links there and back, with one acknowledgement for each.

    What is sent again is not counted, nor that some transports acknowledge less often.

    Parameters
    ----------
    flows : PacketFlows
    transport : Transport or sequence of Transport
    messages : PacketMessages, optional
        What flows of size 0 carry.

    Returns
    -------
    int
    """
    transports = (transport,) if isinstance(transport, Transport) else tuple(transport)
    which = np.zeros(len(flows), dtype=np.int32) if flows.transport is None else flows.transport
    payload_B = np.array([each.packet_B - each.header_B for each in transports])[which]
    links = np.diff(flows.ptr) + np.diff(flows.back_ptr)
    total = int((-(-flows.size_B // payload_B) * links).sum())
    if messages is not None:
        own = messages.connection >= 0
        of = messages.connection[own]
        total += int((-(-messages.size_B[own] // payload_B[of]) * links[of]).sum())
    return total


def estimate(
    ports: Ports, flows: PacketFlows, transport: Transport | Sequence[Transport], *, slice_s: float = SLICE_S,
    **options: Any,
) -> Cost:  # fmt: skip
    """What a run will cost: it is tried for a moment, and the rate of that is taken for the whole.

    Parameters
    ----------
    ports : Ports
    flows : PacketFlows
    transport : Transport or sequence of Transport
    slice_s : float [s]
        How long to try.
    **options
        As `simulate` takes them.

    Returns
    -------
    Cost
    """
    began = time.perf_counter()

    def enough(now_s: float, left: int, hops: int) -> bool:
        return time.perf_counter() - began < slice_s

    found = simulate(ports, flows, transport, progress=enough, **options)
    took_s = time.perf_counter() - began
    hops = found.packet_hops if found.complete else expected_hops(flows, transport, options.get("messages"))
    return Cost(max(hops, found.packet_hops), found.packet_hops / took_s, found.complete)
