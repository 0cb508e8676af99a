"""Packets of capture files, as bytes: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from easterly.site.formats.found import Found

MICROSECONDS, NANOSECONDS, SECTION = 0xA1B2C3D4, 0xA1B23C4D, 0x0A0D0D0A
ORDER = 0x1A2B3C4D
MAGIC = {struct.pack(order + "I", word) for order in "<>" for word in (MICROSECONDS, NANOSECONDS, SECTION)}
"""What captures begin with, in either byte order."""
INTERFACE, SIMPLE, ENHANCED = 1, 3, 6
LONGEST = 1 << 18
"""Bytes of a packet that are captured at most (as in libpcap)."""
LARGEST = 1 << 31


class Seen(NamedTuple):
    """A packet; simple blocks say no time, and have 0."""

    link_type: int
    time_ns: int
    size_B: int
    data: bytes
    timed: bool = True


class Broken(Exception):
    """What is wrong, and at which byte."""

    def __init__(self, at: int, what: str) -> None:
        super().__init__(what)
        self.at = at


def packets(data: bytes, found: Found) -> Iterator[Seen]:
    """Packets of a capture, up to what is wrong with it, which goes to the findings."""
    try:
        if len(data) >= 4 and struct.unpack_from(">I", data)[0] == SECTION:
            yield from _blocks(data)
        else:
            yield from _records(data)
    except Broken as error:
        found.error("E122", f"{error} at byte {error.at:,}", hint="the file may be cut short", at=f"byte/{error.at}")


def _records(data: bytes) -> Iterator[Seen]:
    for order in "<>":
        magic = struct.unpack_from(order + "I", data)[0] if len(data) >= 24 else 0
        if magic in (MICROSECONDS, NANOSECONDS):
            break
    else:
        raise Broken(0, "no capture: neither pcap nor pcapng begins so")
    unit_ns = 1000 if magic == MICROSECONDS else 1
    link_type = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at < len(data):
        if at + 16 > len(data):
            raise Broken(at, "a record ends within its header")
        seconds, part, held, size_B = struct.unpack_from(order + "4I", data, at)
        if held > LONGEST or at + 16 + held > len(data):
            raise Broken(at, f"a record of {held:,} bytes does not fit")
        yield Seen(link_type, seconds * 10**9 + part * unit_ns, size_B, data[at + 16 : at + 16 + held])
        at += 16 + held


def _blocks(data: bytes) -> Iterator[Seen]:
    order, interfaces, at = "<", list[tuple[int, int, int]](), 0
    while at < len(data):
        if at + 12 > len(data):
            raise Broken(at, "a block ends within its header")
        if struct.unpack_from(">I", data, at)[0] == SECTION:
            order, interfaces = _order(data, at), []
        kind, length = struct.unpack_from(order + "2I", data, at)
        if length < 12 or length % 4 or at + length > len(data):
            raise Broken(at, f"a block of {length:,} bytes does not fit")
        if struct.unpack_from(order + "I", data, at + length - 4)[0] != length:
            raise Broken(at, "the two lengths of a block differ")
        if kind == INTERFACE:
            interfaces.append(_interface(data, at, length, order))
        elif kind in (SIMPLE, ENHANCED):
            yield _packet(data, at, length, order, interfaces, kind)
        at += length


def _order(data: bytes, at: int) -> str:
    for order in "<>":
        if struct.unpack_from(order + "I", data, at + 8)[0] == ORDER:
            return order
    raise Broken(at, "a section has no byte order")


def _interface(data: bytes, at: int, length: int, order: str) -> tuple[int, int, int]:
    """Link type; ticks of a second as a base and an exponent."""
    if length < 20:
        raise Broken(at, "an interface is too short")
    link_type = struct.unpack_from(order + "H", data, at + 8)[0]
    base, exponent, here = 10, 6, at + 16
    while here + 4 <= at + length - 4:
        code, size = struct.unpack_from(order + "2H", data, here)
        if code == 0:
            break
        if code == 9 and size == 1 and here + 5 <= at + length - 4:
            base, exponent = (2, data[here + 4] & 0x7F) if data[here + 4] & 0x80 else (10, data[here + 4])
        here += 4 + (size + 3 & ~3)
    return link_type, base, exponent


def _packet(data: bytes, at: int, length: int, order: str, interfaces: list[tuple[int, int, int]], kind: int) -> Seen:
    head = 28 if kind == ENHANCED else 12
    if length < head + 4:
        raise Broken(at, "a packet is too short")
    which, high, low, held, size_B = 0, 0, 0, 0, 0
    if kind == ENHANCED:
        which, high, low, held, size_B = struct.unpack_from(order + "5I", data, at + 8)
    else:
        size_B = struct.unpack_from(order + "I", data, at + 8)[0]
        held = min(size_B, length - head - 4)
    if which >= len(interfaces):
        raise Broken(at, f"a packet is of interface {which}, which is none")
    if held > min(LONGEST, length - head - 4):
        raise Broken(at, f"a packet of {held:,} bytes does not fit into its block")
    link_type, base, exponent = interfaces[which]
    return Seen(link_type, (high << 32 | low) * 10**9 // base**exponent, size_B, data[at + head : at + head + held],
                kind == ENHANCED)  # fmt: skip
