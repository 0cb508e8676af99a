"""A trace of packets as a capture that protocol analysers read: pcapng, with headers made up from numbers of flows.

The file format is draft-ietf-opsawg-pcapng. Every traced link is an interface, and times are in nanoseconds. Of TCP
only headers are captured, and the length on the wire tells how large a packet was; of RoCEv2 the payload is there as
zeros, because Wireshark takes its packets for malformed without. Addresses are 10.0.0.0/9 of the sender of a flow and
10.128.0.0/9 of its receiver (RFC 1918), or the same under fd00::/8 (RFC 4193).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from easterly.model.packet_records import EVENTS, Trace
from easterly.model.packets import PacketFlows, Transport

ETHERNET, NANOSECONDS = 1, 9
SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
ACK, CAPABLE, CE, ECHO, NOTIFICATION = 1, 2, 4, 8, 32
OUTBOUND = 2
ROCE_PORT, TCP_PORT, FIRST_PORT = 4791, 5001, 49152
WRITE_MIDDLE, ACKNOWLEDGE, CNP = 0x07, 0x11, 0x81
TCP, UDP = 6, 17
FIRST_PAIR = 16  # queue pairs 0 and 1 are those of the management of InfiniBand
SHOWN = {
    EVENTS.index("sent"): "",
    EVENTS.index("dropped"): "dropped: no room",
    EVENTS.index("lost"): "lost on the link",
}
Version = Literal[4, 6]


@dataclass(frozen=True, slots=True)
class Wire:
    """How packets of a flow look: of RDMA or of TCP, in which version of IP."""

    payload_B: int
    rdma: bool
    version: Version


def capture(
    trace: Trace, flows: PacketFlows, transports: tuple[Transport, ...], *, version: Version = 4
) -> Iterator[bytes]:
    """Blocks of a capture: packets when their last bit has left, and those that were dropped or lost, with a comment.

    Parameters
    ----------
    trace : Trace
    flows : PacketFlows
    transports : tuple of Transport
        As the run was given; those without losses are shown as RoCEv2 (UDP 4791), all others as TCP.
    version : 4 or 6
        Of IP.

    Yields
    ------
    bytes

    Notes
    -----
    Packet n of a flow has the sequence number n x payload + 1 in TCP, and n in RoCEv2. Checksums beyond
    that of the IPv4 header are 0, as there is no payload to sum.
    """
    links = sorted({int(link) for link in trace.link})
    number = {link: i for i, link in enumerate(links)}
    wires = [Wire(t.packet_B - t.header_B, t.lossless or t.law == "dcqcn", version) for t in transports]
    yield _block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for link in links:
        options = _option(2, f"link {link}".encode()) + _option(9, bytes([NANOSECONDS])) + _option(0, b"")
        yield _block(INTERFACE, struct.pack("<HHI", ETHERNET, 0, 0) + options)
    columns = (
        trace.time_ps,
        trace.link,
        trace.flow,
        trace.seq,
        trace.flags,
        trace.traffic_class,
        trace.size_B,
        trace.event,
    )
    for time_ps, link, flow, seq, flags, traffic_class, size_B, event in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        if event not in SHOWN:
            continue
        wire = wires[0 if flows.transport is None else int(flows.transport[flow])]
        # What a packet carries is its size on the link without the headers of the transport.
        carries_B = 0 if flags & (ACK | NOTIFICATION) else max(size_B - _header_B(transports, flows, flow), 0)
        head, length = _frame(wire, flow, seq, flags, traffic_class, carries_B)
        yield _packet(number[link], time_ps // 1000, head, length, SHOWN[event])


def _header_B(transports: tuple[Transport, ...], flows: PacketFlows, flow: int) -> int:
    return transports[0 if flows.transport is None else int(flows.transport[flow])].header_B


def _frame(wire: Wire, flow: int, seq: int, flags: int, traffic_class: int, carries_B: int) -> tuple[bytes, int]:
    """What is captured, from Ethernet on, and the length of the whole frame."""
    back = bool(flags & (ACK | NOTIFICATION))
    segment = _rdma(flow, seq, flags, carries_B) if wire.rdma else _tcp(wire, flow, seq, flags, back)
    tail_B = 4 if wire.rdma else 0  # the invariant checksum
    inner_B = len(segment) + carries_B + tail_B
    ecn = 3 if flags & CE else 2 if flags & CAPABLE else 0
    octet = (8 * traffic_class) << 2 | ecn  # class selectors (RFC 2474)
    head = (_ip4 if wire.version == 4 else _ip6)(flow, back, octet, inner_B, UDP if wire.rdma else TCP)
    ends = _mac(flow, not back) + _mac(flow, back)
    frame = ends + struct.pack(">H", 0x0800 if wire.version == 4 else 0x86DD) + head + segment
    length = len(frame) + carries_B + tail_B
    return (frame + bytes(carries_B + tail_B) if wire.rdma else frame), length


def _mac(flow: int, receiver: bool) -> bytes:
    """Locally administered."""
    return bytes([0x02, receiver]) + struct.pack(">I", flow)


def _host(flow: int, receiver: bool) -> int:
    return 10 << 24 | receiver << 23 | flow & 0x7FFFFF


def _ip4(flow: int, back: bool, octet: int, inner_B: int, protocol: int) -> bytes:
    ends = _host(flow, back), _host(flow, not back)
    head = struct.pack(">BBHHHBBHII", 0x45, octet, 20 + inner_B, 0, 0x4000, 64, protocol, 0, *ends)
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    total = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return head[:10] + struct.pack(">H", total) + head[12:]


def _ip6(flow: int, back: bool, octet: int, inner_B: int, protocol: int) -> bytes:
    ends = b"".join(b"\xfd" + bytes(11) + struct.pack(">I", _host(flow, end)) for end in (back, not back))
    return struct.pack(">IHBB", 6 << 28 | octet << 20 | flow & 0xFFFFF, inner_B, protocol, 64) + ends


def _tcp(wire: Wire, flow: int, seq: int, flags: int, back: bool) -> bytes:
    """RFC 9293; ECN-Echo of RFC 3168."""
    port = FIRST_PORT + flow % 16384
    at = (seq * wire.payload_B + 1) & 0xFFFFFFFF
    bits = 0x10 | (0x40 if flags & ECHO else 0)
    ends, numbers = ((TCP_PORT, port), (1, at)) if back else ((port, TCP_PORT), (at, 1))
    return struct.pack(">HHIIBBHHH", *ends, *numbers, 5 << 4, bits, 65535, 0, 0)


def _rdma(flow: int, seq: int, flags: int, carries_B: int) -> bytes:
    """UDP and the base transport header of InfiniBand; behind it that of an acknowledgement, or what a CNP reserves."""
    if flags & NOTIFICATION:
        opcode, more = CNP, bytes(16)
    elif flags & ACK:
        opcode, more = ACKNOWLEDGE, struct.pack(">I", 0x1F << 24 | seq & 0xFFFFFF)
    else:
        opcode, more = WRITE_MIDDLE, b""
    word = struct.pack(">BBHII", opcode, 0x40, 0xFFFF, (FIRST_PAIR + flow) & 0xFFFFFF, seq & 0xFFFFFF)
    length = 8 + len(word) + len(more) + carries_B + 4
    return struct.pack(">HHHH", FIRST_PORT + flow % 16384, ROCE_PORT, length, 0) + word + more


def _packet(interface: int, time_ns: int, head: bytes, length: int, comment: str) -> bytes:
    fixed = struct.pack("<IIIII", interface, time_ns >> 32, time_ns & 0xFFFFFFFF, len(head), length)
    options = _option(1, comment.encode()) if comment else b""
    return _block(PACKET, fixed + _padded(head) + options + _option(2, struct.pack("<I", OUTBOUND)) + _option(0, b""))


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
