"""What passes an interface of the lab: as pcap, or a line for each packet."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated

from easterly.app.lab.spaces import Space
from easterly.base.schema import Doc, Unit

EVERY_PROTOCOL = 0x0003
"""ETH_P_ALL of linux/if_ether.h."""
SO_TIMESTAMPNS, STAMP = 35, struct.Struct("qq")
"""SO_TIMESTAMPNS of asm-generic/socket.h: when the kernel saw the packet, as a timespec."""
LONGEST_B = 65535
NANOSECONDS, VERSION, ETHERNET = 0xA1B23C4D, (2, 4), 1
"""Of the header of a pcap file with times in nanoseconds; its link type."""
OUTGOING = 4
"""PACKET_OUTGOING of linux/if_packet.h."""
NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6", 89: "ospf"}
KINDS = {0x0806: "arp", 0x88CC: "lldp"}


@dataclass(frozen=True, slots=True)
class Packet:
    """A frame that passed."""

    at_ns: Annotated[int, Unit("ns"), Doc("When the kernel saw it, since 1970.")]
    sent: Annotated[bool, Doc("Sent by this end; received if not.")]
    data: Annotated[bytes, Doc("From the Ethernet header on.")]


def packets(space: Space, port: str, *, seconds: float | None = None, count: int | None = None) -> Iterator[Packet]:
    """Frames that an interface sends and receives, from now on.

    Parameters
    ----------
    space : Space
    port : str
        Interface.
    seconds : float [s], optional
        When to end; never if absent.
    count : int, optional
        After how many to end.

    Yields
    ------
    Packet

    Raises
    ------
    OSError
        There is no such interface.
    """
    end = None if seconds is None else time.monotonic() + seconds
    seen = 0
    with space.call(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)) as tap:
        tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        tap.bind((port, EVERY_PROTOCOL))
        while count is None or seen < count:
            left = None if end is None else end - time.monotonic()
            if (left is not None and left <= 0) or not select.select([tap], [], [], left)[0]:
                return
            data, notes, _, address = tap.recvmsg(LONGEST_B, socket.CMSG_SPACE(STAMP.size))
            stamps = [STAMP.unpack(note[2][: STAMP.size]) for note in notes if note[1] == SO_TIMESTAMPNS]
            whole, rest = stamps[0] if stamps else divmod(time.time_ns(), 10**9)
            seen += 1
            yield Packet(whole * 10**9 + rest, address[2] == OUTGOING, data)


def header() -> bytes:
    """What a pcap file begins with (draft-ietf-opsawg-pcap)."""
    return struct.pack("<IHHiIII", NANOSECONDS, *VERSION, 0, 0, LONGEST_B, ETHERNET)


def record(packet: Packet) -> bytes:
    """A packet in a pcap file."""
    whole, rest = divmod(packet.at_ns, 10**9)
    return struct.pack("<IIII", whole, rest, len(packet.data), len(packet.data)) + packet.data


def line(packet: Packet) -> str:
    r"""A packet in one line, as far as its headers tell.

    Examples
    --------
    >>> line(Packet(1_500_000_000, True, bytes(12) + b"\x08\x06" + bytes(28)))
    '1.500000 out arp 42 B'
    """
    way = "out" if packet.sent else "in "
    return f"{packet.at_ns / 1e9:.6f} {way} {_told(packet.data)} {len(packet.data)} B"


def _told(data: bytes) -> str:
    kind = int.from_bytes(data[12:14], "big")
    if kind == 0x0800 and len(data) >= 34:
        return _ends(data, data[23], data[26:30], data[30:34], 14 + 4 * (data[14] & 15), data[15] >> 2)
    if kind == 0x86DD and len(data) >= 54:
        point = (int.from_bytes(data[14:16], "big") >> 6) & 63
        return _ends(data, data[20], data[22:38], data[38:54], 54, point)
    return KINDS.get(kind, f"ethertype {kind:#06x}")


def _ends(data: bytes, protocol: int, source: bytes, target: bytes, inner: int, point: int) -> str:
    name = NAMES.get(protocol, f"protocol {protocol}")
    a, b = (str(ip_address(each)) for each in (source, target))
    if name in ("tcp", "udp") and len(data) >= inner + 4:
        p, q = struct.unpack_from("!HH", data, inner)
        a, b = f"{a} port {p}", f"{b} port {q}"
    return f"{name} {a} > {b} dscp {point}"
