"""Packets in columns, as classification reads them."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.qos.classify.rules import FIELDS, FLAGS, Words

Addresses = Sequence[str] | NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Packets:
    """Header fields of packets: one column of 64-bit words per field, in the order of `FIELDS`.

    IPv4 and IPv6 may stand in one table.

    Attributes
    ----------
    columns : D columns of (P,) uint64
    """

    columns: tuple[Words, ...]

    def __len__(self) -> int:
        return len(self.columns[0])

    def column(self, field: str) -> Words:
        """One field of all packets."""
        return self.columns[list(FIELDS).index(field)]

    def packet(self, row: int) -> Words:
        """All fields of one packet."""
        return np.array([column[row] for column in self.columns], dtype=np.uint64)


def packets_of(
    src: Addresses,
    dst: Addresses,
    src_port: ArrayLike = 0,
    dst_port: ArrayLike = 0,
    protocol: ArrayLike = 6,
    *,
    dscp: ArrayLike = 0,
    vlan: ArrayLike = 0,
    pcp: ArrayLike = 0,
    interface: ArrayLike = 0,
    flags: ArrayLike = 0,
) -> Packets:
    """Packets from text or bytes; a single number holds for all.

    Parameters
    ----------
    src, dst : (P,) text, or (P, 4 or 16) uint8
        Addresses, of IPv4 and IPv6 in any order; both ends of a packet of one version.
    src_port, dst_port, protocol, dscp, vlan, pcp, interface, flags : (P,) int or int
        0 where a packet has no such field: ports of ICMP, VLAN of an untagged frame.

    Returns
    -------
    Packets

    Raises
    ------
    ValueError
        Lengths that differ, ends of two versions, numbers that their field cannot hold.

    Examples
    --------
    >>> two = packets_of(["10.0.0.1", "2001:db8::1"], ["10.0.0.2", "2001:db8::2"], 49152, [80, 443])
    >>> len(two), two.column("version").tolist(), two.column("dst_port").tolist()
    (2, [0, 1], [80, 443])
    """
    ends = [_addresses(name, end) for name, end in (("src", src), ("dst", dst))]
    count = len(ends[0][0])
    if len(ends[1][0]) != count:
        raise ValueError(f"there are {count} source and {len(ends[1][0])} destination addresses, not one each")
    mixed = np.flatnonzero(ends[0][0] != ends[1][0])
    if len(mixed):
        raise ValueError(f"packet {mixed[0]} has ends of two versions of IP; a packet has one")
    numbers = {"src_port": src_port, "dst_port": dst_port, "protocol": protocol, "dscp": dscp, "vlan": vlan,
               "pcp": pcp, "interface": interface}  # fmt: skip
    columns = [_number(name, values, count, FIELDS[name]) for name, values in numbers.items()]
    octet = _number("flags", flags, count, len(FLAGS))
    bits = [octet >> np.uint64(bit) & np.uint64(1) for bit in range(len(FLAGS))]
    return Packets((ends[0][0], *ends[0][1:], *ends[1][1:], *columns, *bits))


def _addresses(name: str, rows: Addresses) -> tuple[Words, Words, Words]:
    """Version, first and second word."""
    if isinstance(rows, np.ndarray) and rows.dtype == np.uint8:
        if rows.ndim != 2 or rows.shape[1] not in (4, 16):
            raise ValueError(f"{name}: addresses are rows of 4 or 16 bytes, not {rows.shape}")
        packed = np.zeros((len(rows), 16), dtype=np.uint8)
        packed[:, : rows.shape[1]] = rows
        version = np.full(len(rows), int(rows.shape[1] == 16), dtype=np.uint64)
    else:
        each = [ipaddress.ip_address(str(text)).packed for text in rows]
        packed = np.frombuffer(b"".join(p.ljust(16, b"\0") for p in each), dtype=np.uint8).reshape(len(each), 16)
        version = np.array([len(p) == 16 for p in each], dtype=np.uint64)
    words = packed.view(">u8").astype(np.uint64).reshape(len(packed), 2)
    return version, np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])


def _number(name: str, values: ArrayLike, count: int, bits: int) -> Words:
    given = np.asarray(values)
    if given.dtype.kind not in "iub":
        raise ValueError(f"{name} must be whole numbers, not {given.dtype}")
    if given.ndim > 1 or (given.ndim == 1 and len(given) != count):
        raise ValueError(f"{name} has shape {given.shape}, not one number per packet ({count})")
    if given.size and not (int(given.min()) >= 0 and int(given.max()) < 1 << bits):
        raise ValueError(f"{name} must fit into {bits} bits")
    return np.ascontiguousarray(np.broadcast_to(given, (count,)), dtype=np.uint64)
