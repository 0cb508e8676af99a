"""Rules of classification: one frozen row each, and the fields that they may restrict."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Range = tuple[int, int]
Words = NDArray[np.uint64]

FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")
"""Flags of TCP from the lowest bit of their octet upwards (RFC 9293, RFC 3168)."""
FIELDS: dict[str, int] = {
    "version": 1, "src_high": 64, "src_low": 64, "dst_high": 64, "dst_low": 64, "src_port": 16, "dst_port": 16,
    "protocol": 8, "dscp": 6, "vlan": 12, "pcp": 3, "interface": 32, **dict.fromkeys(FLAGS, 1),
}  # fmt: skip
"""Dimensions of a rule and their bits. An address is two words, so that every prefix is one box: IPv6 fills both, IPv4
stands in the 32 highest bits of the first. `version` is 0 for IPv4 and 1 for IPv6."""
RANGES = ("src_port", "dst_port", "protocol", "dscp", "vlan", "pcp", "interface")
"""Fields that a rule restricts to a range of numbers."""
PORTED = {6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite"}
"""Protocols whose header has ports."""
TCP = 6

Action = Literal["class", "permit", "deny"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a packet has to be like, and what then becomes of it; None restricts nothing.

    Attributes
    ----------
    name : str
        Class that packets get; of a permit or deny, its label.
    action : str
        ``class``, ``permit`` or ``deny``.
    src, dst : prefix of IPv4 or IPv6, or None
    src_port, dst_port, protocol, dscp, vlan, pcp, interface : (low, high) or None
        Ends included. Ports need a protocol that has ports. VLAN 0 is untagged.
    flags : (mask, value) or None
        Octet of TCP flags: the bits of the mask have to be those of the value. Needs protocol TCP.
    line : int
        Where it was written; 0 if nowhere.

    Raises
    ------
    ValueError
        Ends of different versions of IP, a range that is empty or wider than its field, ports without a protocol.

    Examples
    --------
    >>> Rule("storage", dst=ipaddress.ip_network("10.0.0.0/8"), protocol=(17, 17), dst_port=(4791, 4791)).effect
    'class storage'
    """

    name: str
    action: Action = "class"
    src: Network | None = None
    dst: Network | None = None
    src_port: Range | None = None
    dst_port: Range | None = None
    protocol: Range | None = None
    dscp: Range | None = None
    vlan: Range | None = None
    pcp: Range | None = None
    interface: Range | None = None
    flags: tuple[int, int] | None = None
    line: int = 0

    def __post_init__(self) -> None:
        for field in RANGES:
            _check_range(self.name, field, getattr(self, field))
        if self.src is not None and self.dst is not None and self.src.version != self.dst.version:
            raise ValueError(
                f"rule {self.name}: {self.src} and {self.dst} are of two versions of IP; write one rule each"
            )
        first, last = self.protocol or (0, 255)
        if (self.src_port or self.dst_port) and not all(p in PORTED for p in range(first, last + 1)):
            known = ", ".join(PORTED.values())
            raise ValueError(f"rule {self.name}: ports need a protocol that has ports; add one of {known}")
        if self.flags is not None:
            self._check_flags((first, last))

    def _check_flags(self, protocol: Range) -> None:
        mask, value = self.flags or (0, 0)
        if protocol != (TCP, TCP):
            raise ValueError(f"rule {self.name}: flags are those of TCP; add proto tcp")
        if not 0 <= mask <= 255 or value & ~mask:
            raise ValueError(f"rule {self.name}: flags {mask:#x}/{value:#x} are no mask and value of 8 bits")

    @property
    def effect(self) -> str:
        """What becomes of a packet: rules of one effect can stand for each other."""
        return f"class {self.name}" if self.action == "class" else self.action

    @property
    def version(self) -> int | None:
        """4 or 6; None for both."""
        ends = [end for end in (self.src, self.dst) if end is not None]
        return ends[0].version if ends else None


@dataclass(frozen=True, slots=True)
class Boxes:
    """Rules as intervals, ends included.

    Attributes
    ----------
    low, high : (N, D) uint64
    top : (D,) uint64
        Largest value of each field, in the order of `FIELDS`.
    """

    low: Words
    high: Words
    top: Words

    def __len__(self) -> int:
        return len(self.low)


def boxes_of(rules: Sequence[Rule]) -> Boxes:
    """Rules as boxes in the order of `FIELDS`.

    Parameters
    ----------
    rules : (N,) Rule

    Returns
    -------
    Boxes

    Examples
    --------
    >>> box = boxes_of([Rule("a", src=ipaddress.ip_network("10.0.0.0/8"))])
    >>> hex(int(box.low[0, 1])), hex(int(box.high[0, 1]))
    ('0xa00000000000000', '0xaffffffffffffff')
    """
    tops = [(1 << bits) - 1 for bits in FIELDS.values()]
    sides = [_sides(rule) for rule in rules]
    low = _words([[side[0] for side in row] for row in sides], len(tops))
    high = _words([[side[1] for side in row] for row in sides], len(tops))
    return Boxes(low, high, _words([tops], len(tops))[0])


def _words(rows: list[list[int]], width: int) -> Words:
    made = np.array(rows, dtype=np.uint64).reshape(len(rows), width)
    made.flags.writeable = False
    return made


def _sides(rule: Rule) -> list[Range]:
    version = (0, 1) if rule.version is None else (int(rule.version == 6),) * 2
    mask, value = rule.flags or (0, 0)
    flags = [((value >> bit & 1,) * 2 if mask >> bit & 1 else (0, 1)) for bit in range(8)]
    numbers = [getattr(rule, field) or (0, (1 << FIELDS[field]) - 1) for field in RANGES]
    return [version, *_prefix(rule.src), *_prefix(rule.dst), *numbers, *flags]


def _prefix(network: Network | None) -> Iterable[Range]:
    """Both words of the addresses of a prefix."""
    whole = (1 << 64) - 1
    if network is None:
        return (0, whole), (0, whole)
    first, last = int(network.network_address), int(network.broadcast_address)
    if network.version == 4:
        return (first << 32, last << 32 | 0xFFFFFFFF), (0, whole)
    return (first >> 64, last >> 64), ((first & whole, last & whole) if network.prefixlen > 64 else (0, whole))


def _check_range(name: str, field: str, ends: Range | None) -> None:
    top = (1 << FIELDS[field]) - 1
    if ends is not None and not 0 <= ends[0] <= ends[1] <= top:
        raise ValueError(f"rule {name}: {field} {ends[0]}-{ends[1]} is no range within 0-{top}")
