"""Flows between hosts of a lab: what tells them apart, and sockets in the right namespaces that send them."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.app.lab.spaces import Space
from easterly.base.schema import Doc
from easterly.route.hashing.tuples import UDP, Tuples, tuples_of

PORT = 4791
"""UDP destination port of RoCEv2, which most traffic of such networks has."""
FIRST_PORT = 20_000
PAUSE_S, EVERY = 0.001, 64
"""A pause after so many packets, so that no queue on the way overflows: buckets and queues of cables hold more."""
AROUND_B = 200
"""What headers and tunnels add to the data of a packet at most."""
BUFFER_B = 4_000_000
Door = tuple[str, str, int]
"""Host, address and port that flows lead to."""
TOS = {4: (socket.IPPROTO_IP, socket.IP_TOS), 6: (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)}
SO_RCVBUFFORCE = 33
"""Of socket.h, where Python's module has no name for it."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One connection's worth of packets; its source port is no other flow's."""

    src: Annotated[str, Doc("Host that sends.")]
    dst: Annotated[str, Doc("Host that receives.")]
    src_address: Annotated[str, Doc("Address that it is sent from.")]
    dst_address: Annotated[str, Doc("Address that it is sent to.")]
    src_port: Annotated[int, Doc("Port that it is sent from.")]
    dst_port: Annotated[int, Doc("Port that it is sent to.")] = PORT
    protocol: Annotated[int, Doc("6 TCP, 17 UDP.")] = UDP
    tos: Annotated[int, Doc("Code point and ECN marks of its packets: 8 bits.")] = 0

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.dst_address else 4

    @property
    def socket_family(self) -> int:
        """Number that sockets know it by."""
        return socket.AF_INET6 if self.family == 6 else socket.AF_INET

    def __str__(self) -> str:
        return f"{self.src} to {self.dst}, port {self.src_port}"


def several(
    count: int, src: str, dst: str, src_address: str, dst_address: str, *,
    first: int = FIRST_PORT, step: int = 1, protocol: int = UDP,
) -> list[Flow]:  # fmt: skip
    """As many flows between two addresses, each from a port of its own.

    >>> [flow.src_port for flow in several(3, "a", "b", "192.0.2.1", "192.0.2.2")]
    [20000, 20001, 20002]
    """
    ports = range(first, first + count * step, step)
    return [Flow(src, dst, src_address, dst_address, port, PORT, protocol) for port in ports]


def tuples(flows: Sequence[Flow]) -> Tuples:
    """Headers of flows of one family, one row each."""
    return tuples_of(
        [flow.src_address for flow in flows], [flow.dst_address for flow in flows],
        np.array([flow.src_port for flow in flows]), np.array([flow.dst_port for flow in flows]),
        np.array([flow.protocol for flow in flows]),
    )  # fmt: skip


@contextmanager
def senders(spaces: Mapping[str, Space], flows: Sequence[Flow]) -> Iterator[list[socket.socket]]:
    """A UDP socket for each flow, bound to its source."""
    with ExitStack() as held:
        made = [held.enter_context(_bound(spaces[f.src], f.socket_family, f.src_address, f.src_port)) for f in flows]
        for flow, each in zip(flows, made, strict=True):
            each.setsockopt(*TOS[flow.family], flow.tos)
        yield made


@contextmanager
def receivers(spaces: Mapping[str, Space], flows: Sequence[Flow]) -> Iterator[dict[Door, socket.socket]]:
    """A UDP socket for each host, address and port that flows lead to; it blocks nobody."""
    with ExitStack() as held:
        made = {}
        for flow in flows:
            end = (flow.dst, flow.dst_address, flow.dst_port)
            if end not in made:
                made[end] = held.enter_context(_bound(spaces[flow.dst], flow.socket_family, *end[1:]))
                made[end].setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_B)
                made[end].setblocking(False)
        yield made


def _bound(space: Space, family: int, address: str, port: int) -> socket.socket:
    made = space.socket(family, socket.SOCK_DGRAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


def burst(
    spaces: Mapping[str, Space], flows: Sequence[Flow], *, packets: int = 1, size_B: int = 100, reachable: bool = True,
    slowest_bps: float = np.inf,
) -> None:  # fmt: skip
    """Send packets of all flows in turn, with pauses that leave time for the queues; nobody needs to receive them.

    Parameters
    ----------
    spaces : mapping of str to Space
        By host.
    flows : sequence of Flow
    packets : int
        Of each flow.
    size_B : int [B]
        Data of each packet.
    reachable : bool
        Hosts that have no way there are an error; else their packets are lost like others.
    slowest_bps : float [bit/s]
        Rate of the slowest link on the ways, which none of the pauses is too short for.

    Raises
    ------
    OSError
        A host has no way there, or not that address.
    """
    data, sent = bytes(size_B), 0
    pause_s = max(PAUSE_S, EVERY * 8 * (size_B + AROUND_B) / slowest_bps)
    with receivers(spaces, flows), senders(spaces, flows) as made:
        for _ in range(packets):
            for flow, each in zip(flows, made, strict=True):
                with nullcontext() if reachable else suppress(OSError):
                    each.sendto(data, (flow.dst_address, flow.dst_port))
                sent += 1
                if sent % EVERY == 0:
                    time.sleep(pause_s)
        time.sleep(0.05 + pause_s)  # what was sent last is still on its way
