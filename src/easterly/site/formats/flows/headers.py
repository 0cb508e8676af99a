"""Which flow a captured packet is of: addresses, protocol and ports, as far as they were captured."""

from __future__ import annotations

import ipaddress
import struct

Key = tuple[str, str, int, int, int]
"""Addresses, protocol, ports (-1: none)."""
ETHERNET, LOOPBACK, RAW, OPEN_LOOPBACK, COOKED, IPV4, IPV6, COOKED_2 = 1, 0, 101, 108, 113, 228, 229, 276
VLANS = (0x8100, 0x88A8, 0x9100)
WITH_PORTS = (6, 17, 132)
EXTENSIONS = (0, 43, 60)


def key_of(link_type: int, data: bytes) -> Key | None:
    """Flow of a packet; none if it is no IP, or too little of it was captured.

    >>> key_of(101, bytes.fromhex("450000280000000040060000" "0a000001" "0a000002" "03e80050" "00000000"))
    ('10.0.0.1', '10.0.0.2', 6, 1000, 80)
    """
    at = _network(link_type, data)
    if at is None or at >= len(data):
        return None
    version = data[at] >> 4
    if version == 4:
        return _of_ipv4(data, at)
    return _of_ipv6(data, at) if version == 6 else None


def _network(link_type: int, data: bytes) -> int | None:
    """Where the header of IP begins."""
    if link_type in (RAW, IPV4, IPV6):
        return 0
    if link_type in (LOOPBACK, OPEN_LOOPBACK):
        return 4
    if link_type == COOKED_2:
        return 20
    if link_type not in (ETHERNET, COOKED):
        return None
    at = 12 if link_type == ETHERNET else 14
    while at + 2 <= len(data):
        kind = struct.unpack_from(">H", data, at)[0]
        if kind not in VLANS:
            return at + 2 if kind in (0x0800, 0x86DD) else None
        at += 4
    return None


def _of_ipv4(data: bytes, at: int) -> Key | None:
    if at + 20 > len(data):
        return None
    size, protocol = (data[at] & 15) * 4, data[at + 9]
    first = struct.unpack_from(">H", data, at + 6)[0] & 0x1FFF == 0  # later fragments have no ports
    src, dst = (str(ipaddress.IPv4Address(data[at + i : at + i + 4])) for i in (12, 16))
    return src, dst, protocol, *(_ports(data, at + size, protocol) if first and size >= 20 else (-1, -1))


def _of_ipv6(data: bytes, at: int) -> Key | None:
    if at + 40 > len(data):
        return None
    protocol, here = data[at + 6], at + 40
    while protocol in EXTENSIONS and here + 8 <= len(data):
        protocol, here = data[here], here + 8 * (data[here + 1] + 1)
    src, dst = (str(ipaddress.IPv6Address(data[at + i : at + i + 16])) for i in (8, 24))
    return src, dst, protocol, *_ports(data, here, protocol)


def _ports(data: bytes, at: int, protocol: int) -> tuple[int, int]:
    if protocol not in WITH_PORTS or at + 4 > len(data):
        return -1, -1
    src, dst = struct.unpack_from(">2H", data, at)
    return int(src), int(dst)
