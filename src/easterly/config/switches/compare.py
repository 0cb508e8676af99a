"""What was wanted against what a text says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from easterly.config.switches.blocks import ranges
from easterly.model.queueing import EdgeSetting, PortSetting, QueueSetting, SwitchSetting


def differences(wanted: SwitchSetting, found: SwitchSetting) -> tuple[str, ...]:
    """How two settings of a switch differ, one line each; empty if they are alike.

    >>> a = SwitchSetting("a", (0,), (PortSetting("e1", (QueueSetting(0, weight=30),)),))
    >>> b = SwitchSetting("a", (0,), (PortSetting("e1", (QueueSetting(0, weight=10),)),))
    >>> differences(a, b)
    ('a e1 queue 0: weight is 10, not 30',)
    """
    return tuple(f"{wanted.device} {said}" for said in _switch(wanted, found))


def _switch(wanted: SwitchSetting, found: SwitchSetting) -> Iterator[str]:
    if wanted.device != found.device:
        yield f"is called {found.device}"
    if len(wanted.queue_of) != len(found.queue_of):
        yield f"has {len(found.queue_of)} code points, not {len(wanted.queue_of)}"
    for point, (queue, other) in enumerate(zip(wanted.queue_of, found.queue_of, strict=False)):
        if queue != other:
            yield f"code point {point}: queue is {other}, not {queue}"
    if wanted.memory != found.memory:
        yield f"memory is {found.memory}, not {wanted.memory}"
    if wanted.frame_B != found.frame_B:
        yield f"largest frame is {found.frame_B}, not {wanted.frame_B}"
    if wanted.priorities != found.priorities:
        yield f"queues of priorities 0 to 7 are {found.priorities}, not {wanted.priorities}"
    mine, other_ports = ({port.port: port for port in each.ports} for each in (wanted, found))
    for name in sorted({*mine, *other_ports}):
        if name not in mine or name not in other_ports:
            yield f"{name}: is {'missing' if name in mine else 'not wanted'}"
        else:
            yield from (f"{name} {said}" for said in _port(mine[name], other_ports[name]))


def _port(wanted: PortSetting, found: PortSetting) -> Iterator[str]:
    if wanted.watchdog != found.watchdog:
        yield f"watchdog: is {'on' if found.watchdog else 'off'}"
    if wanted.cable_m != found.cable_m:
        yield f"cable_m is {found.cable_m}, not {wanted.cable_m}"
    yield from _edges(wanted, found)
    mine, others = ({q.queue: q for q in each.queues} for each in (wanted, found))
    for queue in sorted({*mine, *others}):
        if queue not in mine or queue not in others:
            yield f"queue {queue}: is {'missing' if queue in mine else 'not wanted'}"
            continue
        for field in fields(QueueSetting):
            want, have = getattr(mine[queue], field.name), getattr(others[queue], field.name)
            if want != have:
                yield f"queue {queue}: {field.name} is {have}, not {want}"


def _edges(wanted: PortSetting, found: PortSetting) -> Iterator[str]:
    for edge in wanted.edges:
        if edge not in found.edges:
            at = [other for other in found.edges if other.points == edge.points]
            yield f"code points {_points(edge)} on arrival: {f'is {at[0]}, not {edge}' if at else 'nothing is done'}"
    for edge in found.edges:
        if edge.points not in {other.points for other in wanted.edges}:
            yield f"code points {_points(edge)} on arrival: what is done is not wanted"


def _points(edge: EdgeSetting) -> str:
    return ",".join(ranges(edge.points))
