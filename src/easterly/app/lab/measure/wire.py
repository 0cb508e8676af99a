"""Frames on the cables of a lab: copied where nodes send and receive them, and read down to what tunnels carry."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated

from easterly.app.lab.capture import EVERY_PROTOCOL, LONGEST_B, OUTGOING
from easterly.app.lab.measure.flows import SO_RCVBUFFORCE
from easterly.app.lab.spaces import LabError, Space
from easterly.base.schema import Doc, Unit
from easterly.route.hashing.tuples import TCP, UDP

VXLAN_PORT, VXLAN_B = 4789, 8
"""UDP port and header of VXLAN (RFC 7348 section 5)."""
ETHERNET_B, UDP_B = 14, 8
HELD_B = 64 << 20
"""Of copies that nobody has read yet; the kernel counts some 700 B for a small frame."""
SOL_PACKET, PACKET_STATISTICS, STATISTICS = 263, 6, struct.Struct("II")
"""Of linux/if_packet.h: how many frames were copied, and how many were not."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Where a packet comes from and goes to."""

    src: Annotated[str, Doc("Address.")]
    dst: Annotated[str, Doc("Address.")]
    src_port: Annotated[int, Doc("Port.")]
    dst_port: Annotated[int, Doc("Port.")]
    protocol: Annotated[int, Doc("6 TCP, 17 UDP.")]
    tos: Annotated[int, Doc("Code point and ECN marks: 8 bits.")]
    at: Annotated[int, Unit("B"), Doc("Where what comes behind the ports' header of UDP begins in the frame.")]


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame on a cable."""

    node: Annotated[str, Doc("Node that saw it.")]
    device: Annotated[str, Doc("Its interface.")]
    sent: Annotated[bool, Doc("It sent it; received if not.")]
    data: Annotated[bytes, Doc("From the Ethernet header on.")]

    @property
    def headers(self) -> Headers | None:
        """Of the outermost packet; None where it is neither TCP nor UDP over IP without options."""
        return headers(self.data)

    @property
    def tunnelled(self) -> tuple[int, bytes] | None:
        """VXLAN network identifier and the frame inside; None where there is none."""
        outer = self.headers
        if outer is None or (outer.protocol, outer.dst_port) != (UDP, VXLAN_PORT):
            return None
        begin = outer.at + VXLAN_B
        return int.from_bytes(self.data[outer.at + 4 : outer.at + 7], "big"), self.data[begin:]


def headers(data: bytes) -> Headers | None:
    r"""What a frame's headers of IP and of TCP or UDP say; None where it has none of these, or options before them.

    Examples
    --------
    >>> frame = bytes(12) + b"\x08\x00" + b"\x45\x68" + bytes(7) + b"\x11" + bytes(2)
    >>> frame += bytes([192, 0, 2, 1, 192, 0, 2, 2]) + b"\x4e\x20\x12\xb7" + bytes(4)
    >>> found = headers(frame)
    >>> found.src, found.dst, found.src_port, found.dst_port, found.tos >> 2
    ('192.0.2.1', '192.0.2.2', 20000, 4791, 26)
    """
    kind, rest = int.from_bytes(data[12:14], "big"), data[ETHERNET_B:]
    if kind == 0x0800 and rest[:1] == b"\x45":
        protocol, tos, src, dst, size_B = rest[9], rest[1], rest[12:16], rest[16:20], 20
    elif kind == 0x86DD:
        tos = (int.from_bytes(rest[:2], "big") >> 4) & 0xFF
        protocol, src, dst, size_B = rest[6], rest[8:24], rest[24:40], 40
    else:
        return None
    if protocol not in (TCP, UDP) or len(rest) < size_B + 4:
        return None
    src_port, dst_port = struct.unpack_from("!HH", rest, size_B)
    ends = str(ip_address(src)), str(ip_address(dst))
    return Headers(*ends, src_port, dst_port, protocol, tos, ETHERNET_B + size_B + UDP_B)


@contextmanager
def tapped(spaces: Mapping[str, Space]) -> Iterator[Callable[[], list[Frame]]]:
    """Copy all frames that nodes send and receive; called, it gives those since the last call.

    Parameters
    ----------
    spaces : mapping of str to Space
        Nodes.

    Raises
    ------
    LabError
        There were more than this machine could keep: then nothing is known.
    """
    with ExitStack() as held:
        taps = {node: held.enter_context(space.call(_tap)) for node, space in spaces.items()}
        yield lambda: [frame for node, tap in taps.items() for frame in _copied(node, tap)]


def _tap() -> socket.socket:
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, HELD_B)
    made.setblocking(False)
    return made


def _copied(node: str, tap: socket.socket) -> Iterator[Frame]:
    while True:
        try:
            data, address = tap.recvfrom(LONGEST_B)
        except BlockingIOError:
            break
        yield Frame(node, address[0], address[2] == OUTGOING, data)
    _, lost = STATISTICS.unpack(tap.getsockopt(SOL_PACKET, PACKET_STATISTICS, STATISTICS.size))
    if lost:
        raise LabError(f"{lost:,} frames of {node} were not copied: nothing is known of where they went")
