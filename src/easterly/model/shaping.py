"""What a Linux machine is told about quality of service: class trees, policers, settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from easterly.base.schema import Doc, Unit
from easterly.model.cards import Card, Reaction

Leaf = Literal["fq_codel", "pfifo", "bfifo"]
Match = Literal["u32", "bpf"]
Engine = Literal["nft", "tc"]

HIGHEST_MINOR, MOST_B = 0xFFFF, (1 << 31) - 1
POINTS = range(64)
INTERFACE = re.compile(r"[A-Za-z0-9_.@-]{1,15}")
LONGEST_BURST_S = 274
"""Linux keeps a burst as the time that its rate takes for it, in 2^32 ticks of 64 ns; above, it wraps around."""
NFT_WINDOW_S = 1
"""The bucket of nft's `limit rate N bytes/second` holds the rate of one second on top of its burst."""


@dataclass(frozen=True, slots=True)
class ShapedClass:
    """A class of a hierarchical token bucket, with nothing left to defaults.

    Linux lends excess in proportion to the *quantum*, which it derives from the rate and clamps where none is given:
    so there always is one.
    """

    name: Annotated[str, Doc("Name.")]
    minor: Annotated[int, Doc("Minor number of its classid, from 1 on.")]
    parent: Annotated[str | None, Doc("Name of the class above; None under the qdisc itself.")]
    rate_bps: Annotated[int, Unit("bit/s"), Doc("What it may always send.")]
    ceil_bps: Annotated[int, Unit("bit/s"), Doc("Most that it may send, with what it borrows.")]
    quantum_B: Annotated[int, Unit("B"), Doc("Turn when it borrows.")]
    burst_B: Annotated[int, Unit("B"), Doc("Bucket of the rate.")]
    cburst_B: Annotated[int, Unit("B"), Doc("Bucket of the ceiling.")]
    priority: Annotated[int, Unit("1"), Doc("0..7; 0 is offered excess first.")] = 0
    dscp: Annotated[tuple[int, ...], Doc("Code points that it takes; ascending.")] = ()
    leaf: Annotated[Leaf, Doc("Queue of a class without children.")] = "pfifo"
    limit: Annotated[int | None, Doc("Of that queue: packets, or bytes of a bfifo; its default if None.")] = None


@dataclass(frozen=True, slots=True)
class Shaper:
    """What one interface sends, by class.

    Raises
    ------
    ValueError
        A class that no one could add: a parent that does not come before it, a number or a code point used twice, an
        unknown default, rates and quanta out of range.
    """

    device: Annotated[str, Doc("Interface.")]
    classes: Annotated[tuple[ShapedClass, ...], Doc("Parents before their children, turns in the order of minors.")]
    default: Annotated[str, Doc("Class of everything without a code point of its own.")]
    match: Annotated[Match, Doc("How code points are told: a u32 filter each, or one BPF program.")] = "u32"

    def __post_init__(self) -> None:
        _check_device(self.device)
        above: set[str] = set()
        inner = {each.parent for each in self.classes}
        for each in self.classes:
            _check_class(self.device, each, above, each.name in inner)
            above.add(each.name)
        _once(self.device, "name", [each.name for each in self.classes])
        _once(self.device, "minor number", [f"{each.minor:x}" for each in self.classes])
        _once(self.device, "code point", [str(point) for each in self.classes for point in each.dscp])
        if self.default not in above or self.default in inner:
            leaves = ", ".join(each.name for each in self.leaves)
            raise ValueError(f"{self.device}: default {self.default!r} is no leaf; leaves are {leaves}")

    @property
    def leaves(self) -> tuple[ShapedClass, ...]:
        """Classes without children: those that have queues."""
        inner = {each.parent for each in self.classes}
        return tuple(each for each in self.classes if each.name not in inner)

    def minor(self, name: str | None) -> int:
        """Minor number of a class; 0 for the qdisc itself."""
        return 0 if name is None else next(each.minor for each in self.classes if each.name == name)


def _check_device(device: str) -> None:
    if not INTERFACE.fullmatch(device):
        raise ValueError(f"interface {device!r}: Linux takes up to 15 letters, digits, and any of _ . @ -")


def _check_name(where: str, name: str) -> None:
    if not name.strip() or not name.isprintable():
        raise ValueError(f"{where}: a name is one line of printable text")


def _once(device: str, what: str, used: list[str]) -> None:
    twice = {value for value in used if used.count(value) > 1}
    if twice:
        raise ValueError(f"{device}: {what} {min(twice)} is used twice; every class needs its own")


def _check_class(device: str, given: ShapedClass, above: set[str], inner: bool) -> None:
    where = f"{device}: class {given.name!r}"
    _check_name(where, given.name)
    _check_numbers(where, given)
    if given.parent is not None and given.parent not in above:
        raise ValueError(f"{where}: its parent {given.parent!r} does not come before it")
    if given.dscp and inner:
        raise ValueError(f"{where}: it has children, so code points belong to those")
    _check_points(where, given.dscp)


def _check_points(where: str, dscp: tuple[int, ...]) -> None:
    if not set(dscp) <= set(POINTS) or list(dscp) != sorted(set(dscp)):
        raise ValueError(f"{where}: code points are {dscp}, not ascending within 0..63")


def _check_numbers(where: str, given: ShapedClass) -> None:
    if given.minor not in range(1, HIGHEST_MINOR + 1):
        raise ValueError(f"{where}: minor is {given.minor}, not within 1..{HIGHEST_MINOR}")
    if given.priority not in range(8):
        raise ValueError(f"{where}: priority is {given.priority}, not within 0..7")
    if not 8 <= given.rate_bps <= given.ceil_bps:
        raise ValueError(f"{where}: rate_bps is {given.rate_bps}, not within 8..ceil_bps ({given.ceil_bps})")
    for name, longest in (
        ("quantum_B", MOST_B), ("burst_B", longest_burst_B(given.rate_bps)),
        ("cburst_B", longest_burst_B(given.ceil_bps)), ("limit", MOST_B),
    ):  # fmt: skip
        value = getattr(given, name)
        if value is not None and not 1 <= value <= longest:
            raise ValueError(f"{where}: {name} is {value}, not within 1..{longest}, as Linux wants it")


def longest_burst_B(rate_bps: int) -> int:
    """Largest bucket that Linux can hold for a rate.

    >>> longest_burst_B(8), longest_burst_B(10**12)
    (274, 2147483647)
    """
    return min(rate_bps * LONGEST_BURST_S // 8, MOST_B)


@dataclass(frozen=True, slots=True)
class Policer:
    """A limit on what an interface receives or sends under some code points; what is above is dropped or remarked."""

    name: Annotated[str, Doc("Name.")]
    device: Annotated[str, Doc("Interface.")]
    rate_bps: Annotated[int, Unit("bit/s"), Doc("Rate; a multiple of 8.")]
    burst_B: Annotated[int, Unit("B"), Doc("Burst as it is written.")]
    dscp: Annotated[tuple[int, ...], Doc("Code points that it judges together; all packets if empty.")] = ()
    engine: Annotated[Engine, Doc("Who polices: nftables, or tc.")] = "nft"
    hook: Annotated[Literal["ingress", "egress"], Doc("What is policed: received, or sent.")] = "ingress"
    remark: Annotated[int | None, Doc("Code point that packets above the limit get; they are dropped if None.")] = None

    def __post_init__(self) -> None:
        where = f"policer {self.name!r}"
        _check_device(self.device)
        _check_name(where, self.name)
        if self.rate_bps < 8 or self.rate_bps % 8:
            raise ValueError(f"{where}: rate_bps is {self.rate_bps}, not a multiple of 8 from 8 on")
        if self.burst_B < 1:
            raise ValueError(f"{where}: burst_B is {self.burst_B}, not at least 1")
        _check_points(where, self.dscp)
        if self.engine == "tc" and (self.hook == "egress" or self.remark is not None):
            raise ValueError(f"{where}: tc drops of what is received; take nft for what is sent, and to remark")
        if self.remark is not None and (self.remark not in POINTS or not self.dscp):
            raise ValueError(f"{where}: remark is {self.remark}; it is a code point, for packets of named code points")

    @property
    def bucket_B(self) -> int:
        """Depth of the bucket that Linux really makes: with nftables, one second of the rate and the burst.

        >>> Policer("ef", "eth0", 50_000_000, 10_000).bucket_B
        6260000
        """
        return self.burst_B + (self.rate_bps // 8 * NFT_WINDOW_S if self.engine == "nft" else 0)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything else that a host is told: settings of the kernel and of interfaces, environment of jobs."""

    sysctl: Annotated[Mapping[str, str], Doc("Kernel settings by dotted name.")] = field(default_factory=dict)
    features: Annotated[Mapping[str, Mapping[str, bool]], Doc("Offloads by interface, then by ethtool's name.")] = (
        field(default_factory=dict)
    )
    queues: Annotated[Mapping[str, int], Doc("Combined queues (receive-side scaling) by interface; 0 for all.")] = (
        field(default_factory=dict)
    )
    environment: Annotated[Mapping[str, str], Doc("Variables of jobs, such as NCCL_IB_TC.")] = field(
        default_factory=dict
    )
    modules: Annotated[Mapping[str, str], Doc("Parameters of kernel modules, as ``module parameter``.")] = field(
        default_factory=dict
    )
    cards: Annotated[Mapping[str, Card], Doc("Pauses, shares and priorities by interface.")] = field(
        default_factory=dict
    )
    reactions: Annotated[Mapping[str, Reaction], Doc("DCQCN by interface.")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinuxQos:
    """One machine: its shapers, policers and settings."""

    device: Annotated[str, Doc("Machine.")]
    shapers: Annotated[tuple[Shaper, ...], Doc("One per interface that shapes.")] = ()
    policers: Annotated[tuple[Policer, ...], Doc("Policers.")] = ()
    settings: Annotated[Settings, Doc("Everything else.")] = field(default_factory=Settings)
