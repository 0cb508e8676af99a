"""Five-tuples of connections in columns, as headers carry them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import random
from easterly.base.columns import IntColumn, column, ints
from easterly.base.schema import Doc

ByteRows = NDArray[np.uint8]

TCP, UDP = 6, 17
ROCE_PORT = 4791
"""UDP destination port of RoCEv2, the same for every queue pair (IANA)."""
FIRST_PORT = 49152
"""Of the ports that are left to senders (RFC 6335)."""


@dataclass(frozen=True, slots=True)
class Tuples:
    """Addresses, ports, protocol and flow label of connections: one row each, all of one version of IP."""

    src: Annotated[ByteRows, Doc("(N, 4 or 16) source address, most significant byte first.")]
    dst: Annotated[ByteRows, Doc("(N, 4 or 16) destination address.")]
    src_port: Annotated[IntColumn, Doc("(N,) source port.")]
    dst_port: Annotated[IntColumn, Doc("(N,) destination port.")]
    protocol: Annotated[IntColumn, Doc("(N,) protocol of IP: 6 TCP, 17 UDP.")]
    flow_label: Annotated[IntColumn, Doc("(N,) flow label of IPv6, 20 bits; 0 in IPv4.")]

    def __len__(self) -> int:
        return len(self.src_port)

    @property
    def version(self) -> int:
        """4 or 6."""
        return 4 if self.src.shape[1] == 4 else 6

    def rows(self, chosen: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Tuples:
        """Some of the rows."""
        return Tuples(
            _kept(self.src[chosen]), _kept(self.dst[chosen]), ints(self.src_port[chosen]),
            ints(self.dst_port[chosen]), ints(self.protocol[chosen]), ints(self.flow_label[chosen]),
        )  # fmt: skip

    @property
    def reverse(self) -> Tuples:
        """The other directions of the same connections."""
        return Tuples(self.dst, self.src, self.dst_port, self.src_port, self.protocol, self.flow_label)


def tuples_of(
    src: Sequence[str] | ByteRows,
    dst: Sequence[str] | ByteRows,
    src_port: ArrayLike = 0,
    dst_port: ArrayLike = 0,
    protocol: ArrayLike = TCP,
    flow_label: ArrayLike = 0,
) -> Tuples:
    """Connections from text or bytes; a single number holds for all.

    Parameters
    ----------
    src, dst : (N,) text or (N, 4 or 16) uint8
        Addresses, all IPv4 or all IPv6.
    src_port, dst_port, protocol, flow_label : (N,) int or int

    Raises
    ------
    ValueError
        Addresses of two versions, lengths that do not fit, a number that its field cannot hold.

    Examples
    --------
    >>> two = tuples_of(["10.0.0.1", "10.0.0.2"], ["10.0.1.1", "10.0.1.1"], [5000, 5001], 443)
    >>> len(two), two.version, two.dst_port.tolist()
    (2, 4, [443, 443])
    """
    ends = [_addresses(rows) for rows in (src, dst)]
    if ends[0].shape[1] != ends[1].shape[1]:
        first, second = ("IPv4" if end.shape[1] == 4 else "IPv6" for end in ends)
        raise ValueError(f"source addresses are {first} and destination addresses {second}: one version for both")
    if len(ends[0]) != len(ends[1]):
        raise ValueError(f"there are {len(ends[0])} source and {len(ends[1])} destination addresses, not one each")
    count = len(ends[0])
    return Tuples(
        ends[0], ends[1], _number("src_port", src_port, count, 16), _number("dst_port", dst_port, count, 16),
        _number("protocol", protocol, count, 8), _number("flow_label", flow_label, count, 20),
    )  # fmt: skip


def queue_pairs(src: ArrayLike, dst: ArrayLike, *, seed: int = 1, base: str = "10.0.0.0") -> Tuples:
    """RoCEv2 connections between numbered interfaces: one row per connection.

    Every interface has the address `base` plus its number. The source port is drawn for every connection, as drivers
    hash it from the queue pairs (RoCEv2 annex A17: it serves as entropy); the destination port is 4791.

    Parameters
    ----------
    src, dst : (N,) int
        Numbers of the interfaces, 0 to 2^24 - 1. Repeat a pair to give it several connections.
    seed : int
        Names the drawn source ports.
    base : str
        IPv4 or IPv6 address of interface 0.

    Raises
    ------
    ValueError
        Numbers out of range, lengths that differ.

    Examples
    --------
    >>> pairs = queue_pairs([0, 0], [9, 9])
    >>> pairs.dst[0].tolist(), pairs.src_port[0] != pairs.src_port[1]
    ([10, 0, 0, 9], np.True_)
    """
    ends = [np.asarray(rows, dtype=np.int64) for rows in (src, dst)]
    if ends[0].shape != ends[1].shape or ends[0].ndim != 1:
        raise ValueError("src and dst must be two columns of one length")
    first = ipaddress.ip_address(base)
    for rows in ends:
        if len(rows) and not (rows.min() >= 0 and rows.max() < 1 << 24):
            raise ValueError("interfaces are numbered from 0 to 2^24 - 1")
    words = np.column_stack([np.full(len(ends[0]), seed & (1 << 64) - 1, dtype=np.uint64), *_named(*ends)])
    drawn = (random.mix64(np.ascontiguousarray(words)) >> np.uint64(50)).astype(np.int64)
    where = [_numbered(first, rows) for rows in ends]
    return tuples_of(where[0], where[1], FIRST_PORT + drawn, ROCE_PORT, UDP)


def _named(src: NDArray[np.int64], dst: NDArray[np.int64]) -> Iterable[NDArray[np.uint64]]:
    """Source, destination, and which of the connections of the pair each is."""
    pair = src * (1 << 24) + dst
    order = np.argsort(pair, kind="stable")
    sorted_ = pair[order]
    starts = np.flatnonzero(np.diff(sorted_, prepend=-1))
    ordinal = np.empty(len(pair), dtype=np.int64)
    ordinal[order] = np.arange(len(pair)) - np.repeat(starts, np.diff(np.append(starts, len(pair))))
    return [rows.astype(np.uint64) for rows in (src, dst, ordinal)]


def _numbered(first: ipaddress.IPv4Address | ipaddress.IPv6Address, number: NDArray[np.int64]) -> ByteRows:
    """Addresses from the first one on; the numbers stay within the last four bytes."""
    packed = np.frombuffer(first.packed, dtype=np.uint8)
    low = int.from_bytes(first.packed[-4:], "big")
    if len(number) and low + int(number.max()) >= 1 << 32:
        raise ValueError(f"{first} is too high for as many interfaces")
    made = np.tile(packed, (len(number), 1))
    made[:, -4:] = (number + low).astype(">u4").view(np.uint8).reshape(-1, 4)
    return made


def _addresses(rows: Sequence[str] | ByteRows) -> ByteRows:
    if isinstance(rows, np.ndarray) and rows.dtype == np.uint8:
        if rows.ndim != 2 or rows.shape[1] not in (4, 16):
            raise ValueError(f"addresses are rows of 4 or 16 bytes, not {rows.shape}")
        return _kept(rows)
    packed = [ipaddress.ip_address(str(text)).packed for text in rows]
    if len({len(each) for each in packed}) > 1:
        raise ValueError("addresses of IPv4 and IPv6 cannot stand in one column")
    return _kept(np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(packed), len(packed[0]) if packed else 4))


def _kept(rows: ByteRows) -> ByteRows:
    made = np.ascontiguousarray(rows)
    if made.flags.writeable:
        made = made.copy() if made is rows else made
        made.flags.writeable = False
    return made


def _number(name: str, values: ArrayLike, count: int, bits: int) -> IntColumn:
    given = np.asarray(values)
    if given.ndim == 1 and len(given) != count:
        raise ValueError(f"{name} has {len(given)} entries, not one per connection ({count})")
    if given.size and not (given.min() >= 0 and given.max() < 1 << bits):
        raise ValueError(f"{name} must fit into {bits} bits")
    return ints(column(np.broadcast_to(given, (count,)), np.int32))
