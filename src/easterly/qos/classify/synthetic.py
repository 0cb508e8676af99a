"""Drawn rule sets with the structure of real ones, and packets that meet their edges, for tests and benchmarks.

Three kinds, after what is known of filter sets of routers, firewalls and IP chains (Taylor & Turner 2007, ClassBench,
IEEE/ACM ToN 15:3): addresses that share prefixes, ports that are a service, a wildcard or the range above 1023, TCP
before UDP. The shares are round numbers of ours.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import random
from easterly.qos.classify.packets import Packets
from easterly.qos.classify.rules import Boxes, Network, Range, Rule

Kind = Literal["acl", "fw", "ipc"]
T = TypeVar("T")
Floats = NDArray[np.float64]

SERVICES = (80, 443, 25, 53, 22, 123, 389, 636, 1433, 1521, 3306, 3389, 4791, 5060, 8080, 2049)
EPHEMERAL, PRIVILEGED = (1024, 65535), (0, 1023)


@dataclass(frozen=True)
class _Profile:
    """Shares, each list adding up to one: lengths of prefixes, kinds of ports, protocols."""

    src: dict[int, float]
    dst: dict[int, float]
    src_port: dict[str, float]
    dst_port: dict[str, float]
    protocol: dict[int | None, float]


_PROFILES: dict[str, _Profile] = {
    "acl": _Profile(
        src={0: 0.1, 8: 0.05, 16: 0.15, 20: 0.1, 24: 0.3, 28: 0.1, 32: 0.2},
        dst={0: 0.01, 16: 0.04, 24: 0.25, 27: 0.1, 30: 0.1, 32: 0.5},
        src_port={"any": 0.97, "high": 0.02, "one": 0.01},
        dst_port={"any": 0.2, "one": 0.6, "high": 0.08, "low": 0.02, "some": 0.1},
        protocol={6: 0.75, 17: 0.17, 1: 0.04, None: 0.04},
    ),
    "fw": _Profile(
        src={0: 0.45, 8: 0.05, 16: 0.1, 24: 0.2, 32: 0.2},
        dst={0: 0.3, 16: 0.05, 24: 0.25, 32: 0.4},
        src_port={"any": 0.6, "high": 0.25, "one": 0.1, "some": 0.05},
        dst_port={"any": 0.3, "one": 0.4, "high": 0.2, "some": 0.1},
        protocol={6: 0.5, 17: 0.35, 47: 0.05, 1: 0.05, None: 0.05},
    ),
    "ipc": _Profile(
        src={0: 0.1, 16: 0.15, 24: 0.35, 32: 0.4},
        dst={0: 0.1, 16: 0.15, 24: 0.35, 32: 0.4},
        src_port={"any": 0.75, "one": 0.15, "high": 0.1},
        dst_port={"any": 0.45, "one": 0.4, "high": 0.1, "some": 0.05},
        protocol={6: 0.55, 17: 0.3, 1: 0.05, 50: 0.02, None: 0.08},
    ),
}


def random_rules(count: int, kind: Kind = "acl", *, seed: int = 1, version: Literal[4, 6] = 4) -> tuple[Rule, ...]:
    """Draw a rule set; narrow rules stand before wide ones, as people write them.

    Parameters
    ----------
    count : int
    kind : str
        ``acl``, ``fw`` or ``ipc``.
    seed : int
    version : int
        4 or 6; prefixes of IPv6 are twice as long.

    Returns
    -------
    (count,) Rule
        Eight classes, c0 to c7.

    Raises
    ------
    ValueError
        An unknown kind.

    Examples
    --------
    >>> len(random_rules(100, "fw", seed=3)), random_rules(5) == random_rules(5)
    (100, True)
    """
    if kind not in _PROFILES:
        raise ValueError(f"kind {kind!r} is none of {', '.join(_PROFILES)}")
    drawn = _uniform(seed, 16 * count).reshape(count, 16)
    ends = [_addresses(seed + end, drawn[:, 2 + 4 * end : 5 + 4 * end], version) for end in (0, 1)]
    profile, (srcs, dsts) = _PROFILES[kind], ends
    made = [_rule(profile, *row, version) for row in zip(drawn, srcs, dsts, strict=True)]
    return tuple(sorted(made, key=lambda rule: _width(rule, 32 if version == 4 else 128)))


def edge_packets(boxes: Boxes, count: int, *, seed: int = 1) -> Packets:
    """Packets at, within and just outside the edges of boxes: each field by the edges of one rule, mostly the same.

    Parameters
    ----------
    boxes : Boxes
        At least one rule.
    count : int
    seed : int

    Returns
    -------
    Packets
    """
    draw = _uniform(seed, 5 * count).reshape(5, count)
    rows, others = ((part * len(boxes)).astype(np.int64) for part in draw[:2])
    bent = (draw[2] * 2 * len(boxes.top)).astype(np.int64)  # the field that leaves its rule; none in half of them
    columns = []
    for d, top in enumerate(boxes.top):
        low, high = boxes.low[rows, d], boxes.high[rows, d]
        inside = low + np.minimum((draw[3] * (high - low).astype(np.float64)).astype(np.uint64), high - low)
        edges = [low, high, high + (high < top), low - (low > 0), boxes.low[others, d], inside]
        chosen = np.choose((draw[4] * len(edges)).astype(np.int64), edges)
        columns.append(np.where(bent == d, chosen, np.where(draw[4] < 0.25, low, inside)).astype(np.uint64))
    return Packets(tuple(columns))


def _uniform(seed: int, count: int) -> Floats:
    drawn: Floats = random.uniform(
        random.mix64(np.array([[seed & (1 << 64) - 1, 0x72756C65]], dtype=np.uint64)), count
    )[0]
    return drawn


def _of(shares: dict[T, float], draw: float) -> T:
    for value, share in shares.items():
        if draw < share:
            return value
        draw -= share
    return next(iter(shares))


def _addresses(seed: int, draw: Floats, version: int) -> list[int]:
    """Addresses of few sites, each with few subnets, each with few hosts, some of them much used: draws are squared."""
    place = (draw**2 * (32, 48, 48)).astype(np.uint64)
    named = np.column_stack([np.full(len(place), seed & (1 << 64) - 1, dtype=np.uint64), place])
    site, subnet, host = (
        [int(word) for word in random.mix64(np.ascontiguousarray(named[:, :depth]))] for depth in (2, 3, 4)
    )
    if version == 4:
        return [s >> 48 << 16 | n >> 56 << 8 | h >> 56 for s, n, h in zip(site, subnet, host, strict=True)]
    return [0x2001 << 112 | s >> 48 << 96 | n >> 32 << 64 | h for s, n, h in zip(site, subnet, host, strict=True)]


def _rule(profile: _Profile, draw: Floats, src: int, dst: int, version: int) -> Rule:
    protocol = _of(profile.protocol, draw[0])
    ported = protocol in (6, 17)
    return Rule(
        name=f"c{int(draw[1] * 8)}",
        src=_network(src, _of(profile.src, draw[5]), version),
        dst=_network(dst, _of(profile.dst, draw[9]), version),
        src_port=_ports(profile.src_port, draw[10:13]) if ported else None,
        dst_port=_ports(profile.dst_port, draw[13:16]) if ported else None,
        protocol=None if protocol is None else (protocol, protocol),
    )


def _network(address: int, length: int, version: int) -> Network | None:
    """The prefix of an address; those of IPv6 are twice as long."""
    if length == 0:
        return None
    bits, length = (32, length) if version == 4 else (128, 2 * length)
    return ipaddress.ip_network((address >> bits - length << bits - length, length))


def _ports(shares: dict[str, float], draw: Floats) -> Range | None:
    kind = _of(shares, draw[0])
    if kind == "one":
        port = SERVICES[int(draw[1] ** 2 * 16)] if draw[2] < 0.7 else int(draw[1] * 65536)
        return port, port
    if kind == "some":
        low = int(draw[1] * 65000)
        return low, min(65535, low + int(draw[2] ** 3 * 5000))
    return {"any": None, "high": EPHEMERAL, "low": PRIVILEGED}[kind]


def _width(rule: Rule, bits: int) -> int:
    """Free bits of the addresses: the wider, the later; rules of one width stay in the order of their drawing."""
    return sum(bits if end is None else end.max_prefixlen - end.prefixlen for end in (rule.src, rule.dst))
