"""Text of EOS read back: what a switch would do with its classes, from its lines alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from easterly.config.switches.blocks import Block, blocks, finish, numbers, said
from easterly.model.queueing import EdgeSetting, MemorySetting, MeterSetting, PortSetting, QueueSetting, SwitchSetting

POINTS = 64
TOP = (
    r"hostname (\S+)",
    r"qos profile (\S+)",
    r"interface (\S+)",
    r"qos map dscp ([\d ]+) to traffic-class (\d)",
    r"qos map traffic-class (\d) to uc-tx-queue (\d)",
    r"priority-flow-control pause watchdog default (?:timeout|recovery-time) 0\.2",
    r"priority-flow-control pause watchdog action drop",
    r"qos map cos ([\d ]+) to traffic-class (\d)",
    r"class-map type qos match-any (\S+)",
    r"policy-map type quality-of-service (\S+)",
    r"platform trident mmu queue profile (\S+)",
    r"platform trident mmu queue profile (\S+) apply",
    r"platform trident mmu headroom-pool limit bytes (\d+)",
)
MEMORY_FROM = 10
PROFILE = (
    r"qos trust dscp",
    r"priority-flow-control on",
    r"priority-flow-control priority (\d) no-drop",
    r"priority-flow-control pause watchdog",
    r"uc-tx-queue (\d)",
    r"service-policy type qos input (\S+)",
)
ACTION = (
    r"set dscp (\d+)",
    r"set traffic-class (\d)",
    r"police rate (\d+) kbps burst-size (\d+) bytes"
    r"(?: action set (drop-precedence|dscp \d+) rate (\d+) kbps burst-size (\d+) bytes)?",
)
BETWEEN = r"minimum-threshold (\d+) bytes maximum-threshold (\d+) bytes"
QUEUE = (
    r"priority strict",
    r"no priority",
    r"bandwidth percent (\d+)",
    r"shape rate (\d+) kbps",
    rf"random-detect ecn {BETWEEN} max-mark-probability (\d+) weight 0",
    rf"random-detect drop {BETWEEN} drop-probability (\d+) weight 0",
)
MEMORY = (
    r"ingress headroom bytes (\d+)",
    r"ingress resume (\d+)",
    r"ingress priority-group (\d) reserved bytes (\d+)",
    r"ingress priority-group (\d) threshold ([\d/]+)",
    r"egress unicast queue (\d) reserved bytes (\d+)",
    r"egress unicast queue (\d) threshold ([\d/]+)",
)


@dataclass(slots=True)
class _Memory:
    """The profile of the memory, and the pool."""

    name: str = ""
    applied: str = ""
    pool_B: int | None = None
    headroom_B: int | None = None
    offset_B: int | None = None
    of: dict[tuple[str, int, str], str] = field(default_factory=dict)
    """What by side, number and word."""


@dataclass(slots=True)
class _Said:
    """What the lines say, before references are followed."""

    device: str = ""
    points: dict[int, int] = field(default_factory=dict)
    place: dict[int, int] = field(default_factory=dict)
    profiles: dict[str, Block] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    tags: dict[int, int] = field(default_factory=dict)
    classes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    policies: dict[str, Block] = field(default_factory=dict)
    watchdog: int = 0
    memory: _Memory = field(default_factory=_Memory)


def parse(text: str) -> SwitchSetting:
    """Read the classes of a switch.

    Parameters
    ----------
    text : str

    Returns
    -------
    SwitchSetting

    Raises
    ------
    ValueError
        A line is not understood or has no effect, a reference leads nowhere, or a profile of the memory is not applied.
    """
    found = _Said()
    lines = blocks(text)
    for block in lines:
        _line(block, found)
    if not found.device:
        raise ValueError("no hostname is given")
    if found.memory.name != found.memory.applied:
        raise ValueError(f"profile {found.memory.name!r} of the memory is there, and {found.memory.applied!r} applied")
    try:
        first = {name: port for port, name in reversed(found.ports.items())}
        kinds = {name: _port(found, port, found.profiles[name]) for name, port in first.items()}
        ports = tuple(replace(kinds[name], port=port) for port, name in found.ports.items())
        memory = MemorySetting(headroom_B=found.memory.pool_B) if found.memory.name else None
        queue_of = tuple(found.points[point] for point in range(POINTS) if point in found.points)
        finish(lines)
        tags = tuple(found.tags[tag] for tag in sorted(found.tags))
        return SwitchSetting(found.device, queue_of, ports, memory, priorities=tags)
    except KeyError as error:
        raise ValueError(f"something refers to {error.args[0]!r}, and it is not there") from None


def _line(block: Block, found: _Said) -> None:
    kind, groups = said(block, *TOP)
    if kind == 0:
        found.device = groups[0]
    elif kind == 1:
        found.profiles[groups[0]] = block
    elif kind == 2:
        found.ports[groups[0]] = "".join(said(line, r"service-profile (\S+)")[1][0] for line in block.inner)
    elif kind == 3:
        found.points |= {int(point): int(groups[1]) for point in groups[0].split()}
    elif kind == 4:
        found.place[int(groups[0])] = int(groups[1])
    elif kind in (5, 6):
        found.watchdog += 1
    elif kind < MEMORY_FROM:
        _edge(block, kind, groups, found)
    else:
        _memory(block, kind - MEMORY_FROM, groups[0], found.memory)


def _edge(block: Block, kind: int, groups: tuple[str, ...], found: _Said) -> None:
    if kind == 7:
        found.tags |= {int(tag): int(groups[1]) for tag in groups[0].split()}
    elif kind == 8:
        [line] = block.inner
        found.classes[groups[0]] = tuple(numbers(said(line, r"match dscp ([\d,-]+)")[1][0].split(",")))
    else:
        found.policies[groups[0]] = block


def _memory(block: Block, kind: int, word: str, found: _Memory) -> None:
    if kind == 0:
        found.name = word
        for line in block.inner:
            _profile(line, found)
    elif kind == 1:
        found.applied = word
    else:
        found.pool_B = int(word)


def _profile(block: Block, found: _Memory) -> None:
    kind, groups = said(block, *MEMORY)
    if kind == 0:
        found.headroom_B = int(groups[0])
    elif kind == 1:
        found.offset_B = int(groups[0])
    else:
        side = "ingress" if kind in (2, 3) else "egress"
        found.of[side, int(groups[0]), "reserved" if kind in (2, 4) else "threshold"] = groups[1]


def _port(found: _Said, port: str, profile: Block) -> PortSetting:
    lines = [(*said(line, *PROFILE), line) for line in profile.inner]
    kinds = {kind for kind, _, _ in lines}
    if 0 not in kinds:
        raise ValueError(f"{port} does not trust code points")
    paused = {int(groups[0]) for kind, groups, _ in lines if kind == 2}
    if bool(paused) != (1 in kinds):
        raise ValueError(f"{port} has pauses on without a priority, or the reverse")
    if 3 in kinds and found.watchdog != 3:
        raise ValueError(f"{port} has a watchdog, and its times or its action are not set")
    number = {place: queue for queue, place in found.place.items()}
    queues = [_queue(line, number[int(groups[0])]) for kind, groups, line in lines if kind == 4]
    missing = paused - {q.queue for q in queues}
    if missing:
        raise ValueError(f"{port} pauses priority {min(missing)}, which has no queue")
    held = (_held(replace(q, lossless=q.queue in paused), found) for q in sorted(queues, key=lambda q: q.queue))
    names = [groups[0] for kind, groups, _ in lines if kind == 5]
    edges = tuple(_arrival(line, found) for name in names for line in found.policies[name].inner)
    return PortSetting(port, tuple(held), 3 in kinds, edges)


def _arrival(block: Block, found: _Said) -> EdgeSetting:
    """A class of a policy."""
    dscp, queue, meter = None, None, None
    for line in block.inner:
        kind, groups = said(line, *ACTION)
        if kind == 0:
            dscp = int(groups[0])
        elif kind == 1:
            queue = int(groups[0])
        else:
            meter = _meter(groups)
    points = found.classes[said(block, r"class (\S+)")[1][0]]
    if queue is None:
        raise ValueError(f"{block.line!r} has no traffic class")
    return EdgeSetting(points, queue, dscp, meter)


def _meter(groups: tuple[str, ...]) -> MeterSetting:
    cir, cbs, action, pir, pbs = groups
    if not action:
        return MeterSetting(int(cir) * 1000, int(cbs))
    yellow = "keep" if action == "drop-precedence" else action
    return MeterSetting(int(cir) * 1000, int(cbs), int(pir) * 1000, int(pbs), yellow)


def _queue(block: Block, number: int) -> QueueSetting:
    values: dict[str, Any] = {}
    for line in block.inner:
        kind, groups = said(line, *QUEUE)
        if kind in (0, 1):
            values["strict"] = kind == 0
        elif kind == 2:
            values["weight"] = int(groups[0])
        elif kind == 3:
            values["shaper_bps"] = int(groups[0]) * 1000
        else:
            low, high, top = map(int, groups)
            values |= {"mark": ("ecn", "drop")[kind - 4], "kmin_B": low, "kmax_B": high, "pmax_percent": top}
    if "strict" not in values or values["strict"] == ("weight" in values):
        raise ValueError(
            f"{block.line!r} is strict by default: it needs `no priority` and a bandwidth, or its own word"
        )
    return QueueSetting(queue=number, **values)


def _held(q: QueueSetting, found: _Said) -> QueueSetting:
    """A queue with what the memory keeps for it."""
    memory, lossless = found.memory, q.lossless
    side, number = ("ingress", q.queue) if lossless else ("egress", found.place[q.queue])
    alpha, reserved = (memory.of.get((side, number, word)) for word in ("threshold", "reserved"))
    return replace(
        q,
        alpha=None if alpha is None else float(Fraction(alpha)),
        reserved_B=None if reserved is None else int(reserved),
        headroom_B=memory.headroom_B if lossless else None,
        xon_offset_B=memory.offset_B if lossless else None,
    )
