"""Text of NX-OS read back: what a switch would do with its classes, from its lines alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from easterly.config.switches.blocks import Block, blocks, finish, numbers, said
from easterly.config.switches.fit import QUEUES
from easterly.model.queueing import EdgeSetting, MeterSetting, PortSetting, QueueSetting, SwitchSetting

WATCHDOG = "priority-flow-control watch-dog-interval on"
POLICY = r"service-policy type network-qos (\S+)"
TOP = (
    r"hostname (\S+)",
    WATCHDOG,
    r"class-map type qos match-any (\S+)",
    r"policy-map type qos (\S+)",
    r"policy-map type queuing (\S+)",
    r"policy-map type network-qos (\S+)",
    r"system qos",
    r"interface (\S+)",
)
PORT = (
    r"priority-flow-control mode on",
    WATCHDOG,
    r"service-policy type qos input (\S+)",
    r"service-policy type queuing input (\S+)",
    r"service-policy type queuing output (\S+)",
)
ARRIVAL = (
    r"set qos-group (\d)",
    r"set dscp (\d+)",
    r"police cir (\d+) bps bc (\d+) bytes conform transmit violate drop",
)
OUTPUT = (
    r"bandwidth remaining percent (\d+)",
    r"priority level (\d)",
    r"shape min 0 kbps max (\d+) kbps",
    r"random-detect minimum-threshold (\d+) bytes maximum-threshold (\d+) bytes drop-probability (\d+) weight 0( ecn)?",
)
PAUSE = r"pause buffer-size (\d+) pause-threshold (\d+) resume-threshold (\d+)"


@dataclass(slots=True)
class _Said:
    """What the lines say, before references are followed."""

    device: str = ""
    watchdog: bool = False
    classes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    arrivals: dict[str, Block] = field(default_factory=dict)
    queuing: dict[str, Block] = field(default_factory=dict)
    network: dict[str, Block] = field(default_factory=dict)
    applied: str = ""
    ports: dict[str, Block] = field(default_factory=dict)
    number: dict[int, int] = field(default_factory=dict)
    """Queue of the plan by group."""
    paused: set[int] = field(default_factory=set)
    """Groups that are lossless."""
    kinds: dict[tuple[tuple[int, tuple[str, ...]], ...], PortSetting] = field(default_factory=dict)
    """Ports that were read, by their lines: most are alike."""


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
        A line is not understood or has no effect, a reference leads nowhere, or ports classify in different ways.
    """
    found = _Said()
    lines = blocks(text)
    for block in lines:
        _line(block, found)
    if not found.device:
        raise ValueError("no hostname is given")
    try:
        queue_of = _points(found)
        _lossless(found)
        ports = tuple(_port(name, block, found) for name, block in found.ports.items())
        finish(lines)
        return SwitchSetting(found.device, queue_of, ports)
    except KeyError as error:
        raise ValueError(f"something refers to {error.args[0]!r}, and it is not there") from None


def _line(block: Block, found: _Said) -> None:
    kind, groups = said(block, *TOP)
    if kind == 0:
        found.device = groups[0]
    elif kind == 1:
        found.watchdog = True
    elif kind == 2:
        words = [said(line, r"match dscp ([\d,-]+)")[1][0] for line in block.inner]
        found.classes[groups[0]] = tuple(point for word in words for point in numbers(word.split(",")))
    elif kind == 6:
        found.applied = "".join(said(line, POLICY)[1][0] for line in block.inner)
    else:
        (found.arrivals, found.queuing, found.network, {}, found.ports)[kind - 3][groups[0]] = block


def _points(found: _Said) -> tuple[int, ...]:
    """Queue of each code point: that of the first class that matches, and all policies have to agree."""
    maps = set()
    for block in found.arrivals.values():
        at: dict[int, int] = {}
        for inner in block.inner:
            name, group, _, _ = _class(inner)
            at = dict.fromkeys(found.classes[name], group) | at
            own = re.fullmatch(r"\S+-Q(\d)", name)
            if own and found.number.setdefault(group, int(own[1])) != int(own[1]):
                raise ValueError(f"qos-group {group} is of {name} and of another class")
            if len(set(found.number.values())) != len(found.number):
                raise ValueError(f"class {name} goes to qos-group {group} and to another")
        maps.add(tuple(at[point] for point in sorted(at)))
    if len(maps) != 1:
        raise ValueError("the ports have different maps of code points")
    return tuple(found.number[group] for group in maps.pop())


def _class(block: Block) -> tuple[str, int, int | None, MeterSetting | None]:
    """A class of a policy of type qos: name, group, new code point, meter."""
    [name] = said(block, r"class (\S+)")[1]
    group, dscp, meter = None, None, None
    for line in block.inner:
        kind, groups = said(line, *ARRIVAL)
        if kind == 0:
            group = int(groups[0])
        elif kind == 1:
            dscp = int(groups[0])
        else:
            meter = MeterSetting(int(groups[0]), int(groups[1]))
    if group is None:
        raise ValueError(f"class {name} has no qos-group")
    return name, group, dscp, meter


def _lossless(found: _Said) -> None:
    """Groups that are lossless on the whole switch, each paused by the priority that the plan has for it."""
    for block in found.network[found.applied].inner if found.applied or found.network else ():
        group = _group(said(block, r"class type network-qos c-8q-nq(\d|-default)")[1][0])
        [line] = block.inner
        priority = int(said(line, r"pause pfc-cos (\d)")[1][0])
        if priority != found.number[group]:
            raise ValueError(f"qos-group {group} is of queue {found.number[group]}, and paused as priority {priority}")
        found.paused.add(group)


def _group(word: str) -> int:
    return 0 if word == "-default" else int(word)


def _port(name: str, block: Block, found: _Said) -> PortSetting:
    lines = dict(said(line, *PORT) for line in block.inner)
    if 2 not in lines or 4 not in lines:
        raise ValueError(f"{name} has no policy for what arrives, or none for what leaves")
    if 1 in lines and not found.watchdog:
        raise ValueError(f"{name} has a watchdog, and the switch has none")
    kind = tuple(sorted(lines.items()))
    if kind not in found.kinds:
        found.kinds[kind] = _kind(lines, found)
    return replace(found.kinds[kind], port=name)


def _kind(lines: dict[int, tuple[str, ...]], found: _Said) -> PortSetting:
    """What the lines of a port stand for, whichever port it is."""
    queues = _queues(found.queuing[lines[4][0]], found)
    if 0 in lines:
        queues = {group: replace(q, lossless=group in found.paused) for group, q in queues.items()}
    for inner in found.queuing[lines[3][0]].inner if 3 in lines else ():
        group = _group(said(inner, r"class type queuing c-in-q(\d|-default)")[1][0])
        [line] = inner.inner
        size, pause, resume = (int(word) for word in said(line, PAUSE)[1])
        queues[group] = replace(queues[group], xoff_B=pause, headroom_B=size - pause, xon_offset_B=pause - resume)
    edges = (_edge(inner, found) for inner in found.arrivals[lines[2][0]].inner)
    order = sorted(queues.values(), key=lambda q: q.queue)
    return PortSetting("", tuple(order), 1 in lines, tuple(edge for edge in edges if edge))


def _edge(block: Block, found: _Said) -> EdgeSetting | None:
    name, group, dscp, meter = _class(block)
    if dscp is None and meter is None:
        return None
    return EdgeSetting(found.classes[name], found.number[group], dscp, meter)


def _queues(block: Block, found: _Said) -> dict[int, QueueSetting]:
    """Queues that are used; a policy has to name all there are."""
    values = {}
    for inner in block.inner:
        group = _group(said(inner, r"class type queuing c-out-8q-q(\d|-default)")[1][0])
        values[group] = _values(inner, group)
    if sorted(values) != list(range(QUEUES)) or len(block.inner) != QUEUES:
        raise ValueError(f"{block.line!r} has not each of the {QUEUES} queues once")
    used = {group: v for group, v in values.items() if v["strict"] or v["weight"]}
    return {group: QueueSetting(queue=found.number[group], **v) for group, v in used.items()}


def _values(block: Block, group: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for line in block.inner:
        kind, groups = said(line, *OUTPUT)
        if kind == 0:
            values["weight"] = int(groups[0])
        elif kind == 1 and int(groups[0]) != QUEUES - group:
            raise ValueError(f"qos-group {group} has priority level {groups[0]}, and is not the one in that order")
        elif kind == 1:
            values["strict"] = True
        elif kind == 2:
            values["shaper_bps"] = int(groups[0]) * 1000
        else:
            low, high, top = (int(word) for word in groups[:3])
            values |= {"mark": "ecn" if groups[3] else "drop", "kmin_B": low, "kmax_B": high, "pmax_percent": top}
    if ("weight" in values) == ("strict" in values):
        raise ValueError(f"{block.line!r} needs a bandwidth or a priority level, and not both")
    return {"weight": 0, "strict": False} | values
