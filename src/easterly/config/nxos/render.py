"""Text of NX-OS for the classes of one switch.

After the Cisco Nexus 9000 Series NX-OS Quality of Service Configuration Guide, release 10.5(x), chapters on
classification, policing, queuing and scheduling, and priority flow control, for switches with eight queues:
``c-out-8q-q7`` to ``c-out-8q-q-default``. A class map has the number of the queue in the plan in its name; strict
queues have to be the highest groups, side by side, so groups are moved where the plan has it otherwise. A pause has
the number of the plan. ``weight 0`` makes thresholds act on the queue as it is. The MTU of classes is left alone: it
is that of routed interfaces. No checker of this language is known outside the switch: the text is not validated.
"""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.switches.blocks import ranges
from easterly.config.switches.fit import QUEUES, slots
from easterly.model.queueing import EdgeSetting, PortSetting, QueueSetting, SwitchSetting

NAME = "EASTERLY"
WATCHDOG = "priority-flow-control watch-dog-interval on"
Edges = tuple[EdgeSetting, ...]


def render(switch: SwitchSetting) -> str:
    """The text of one switch.

    Parameters
    ----------
    switch : SwitchSetting
        What `fit` made of what is wanted.

    Returns
    -------
    str
        Lines to be merged with the rest of the configuration.
    """
    place = slots(switch, top=True)
    arrivals = {
        edges: f"{NAME}-IN-{n}" for n, edges in enumerate(dict.fromkeys([(), *(p.edges for p in switch.ports)]))
    }
    kinds = {queues: str(n) for n, queues in enumerate(dict.fromkeys(p.queues for p in switch.ports), 1)}
    lines = [f"hostname {switch.device}"]
    if any(port.watchdog for port in switch.ports):
        lines += [WATCHDOG]
    lines += _classes(switch, place, arrivals)
    for edges, name in arrivals.items():
        lines += _arrival(name, edges, place)
    lines += _lossless(switch, place)
    for queues, name in kinds.items():
        lines += [*_output(f"{NAME}-OUT-{name}", queues, place), *_input(f"{NAME}-PAUSE-{name}", queues, place)]
    for port in switch.ports:
        lines += _port(port, arrivals[port.edges], kinds[port.queues])
    return "\n".join(lines) + "\n"


def _classes(switch: SwitchSetting, place: dict[int, int], arrivals: dict[Edges, str]) -> Iterator[str]:
    """Class maps: one of each queue, one of each group of code points that is treated on arrival."""
    for queue in place:
        yield from ("!", f"class-map type qos match-any {NAME}-Q{queue}")
        points = [point for point, other in enumerate(switch.queue_of) if other == queue]
        if points:
            yield f"  match dscp {','.join(ranges(points))}"
    for edges, name in arrivals.items():
        for number, edge in enumerate(edges, 1):
            yield from ("!", f"class-map type qos match-any {name}-E{number}")
            yield f"  match dscp {','.join(ranges(edge.points))}"


def _arrival(name: str, edges: Edges, place: dict[int, int]) -> Iterator[str]:
    """Policy of type qos: what is metered or marked anew comes first, as the first class that matches is taken."""
    yield from ("!", f"policy-map type qos {name}")
    for number, edge in enumerate(edges, 1):
        yield from (f"  class {name}-E{number}", f"    set qos-group {place[edge.queue]}")
        if edge.dscp is not None:
            yield f"    set dscp {edge.dscp}"
        if edge.meter:
            rate = f"cir {edge.meter.cir_bps} bps bc {edge.meter.cbs_B} bytes"
            yield f"    police {rate} conform transmit violate drop"
    for queue, group in place.items():
        yield from (f"  class {NAME}-Q{queue}", f"    set qos-group {group}")


def _lossless(switch: SwitchSetting, place: dict[int, int]) -> Iterator[str]:
    paused = sorted({q.queue for port in switch.ports for q in port.queues if q.lossless})
    if not paused:
        return
    yield from ("!", f"policy-map type network-qos {NAME}-NQ")
    for queue in paused:
        yield f"  class type network-qos c-8q-nq{place[queue] or '-default'}"
        yield f"    pause pfc-cos {queue}"
    yield from ("!", "system qos", f"  service-policy type network-qos {NAME}-NQ")


def _output(name: str, queues: tuple[QueueSetting, ...], place: dict[int, int]) -> Iterator[str]:
    yield from ("!", f"policy-map type queuing {name}")
    at = {place[q.queue]: q for q in queues}
    for group in reversed(range(QUEUES)):
        yield f"  class type queuing c-out-8q-q{group or '-default'}"
        q = at.get(group)
        if q is None or not q.strict:
            yield f"    bandwidth remaining percent {q.weight if q else 0}"
        if q is not None:
            yield from (f"    {line}" for line in _queue(q, group))


def _queue(q: QueueSetting, group: int) -> Iterator[str]:
    if q.strict:
        yield f"priority level {QUEUES - group}"
    if q.shaper_bps is not None:
        yield f"shape min 0 kbps max {q.shaper_bps // 1000} kbps"
    if q.mark:
        ecn = " ecn" if q.mark == "ecn" else ""
        yield (
            f"random-detect minimum-threshold {q.kmin_B} bytes maximum-threshold {q.kmax_B} bytes "
            f"drop-probability {q.pmax_percent} weight 0{ecn}"
        )


def _input(name: str, queues: tuple[QueueSetting, ...], place: dict[int, int]) -> Iterator[str]:
    """Policy of pauses: buffer of a lossless queue at ingress, with what arrives after the pause, in bytes."""
    paused = [q for q in queues if q.xoff_B is not None]
    if not paused:
        return
    yield from ("!", f"policy-map type queuing {name}")
    for q in paused:
        xoff_B, headroom_B, offset_B = q.xoff_B or 0, q.headroom_B or 0, q.xon_offset_B or 0
        yield f"  class type queuing c-in-q{place[q.queue] or '-default'}"
        yield (
            f"    pause buffer-size {xoff_B + headroom_B} pause-threshold {xoff_B} resume-threshold {xoff_B - offset_B}"
        )


def _port(port: PortSetting, arrival: str, kind: str) -> Iterator[str]:
    yield from ("!", f"interface {port.port}")
    if any(q.lossless for q in port.queues):
        yield "  priority-flow-control mode on"
    if port.watchdog:
        yield f"  {WATCHDOG}"
    yield f"  service-policy type qos input {arrival}"
    if any(q.xoff_B is not None for q in port.queues):
        yield f"  service-policy type queuing input {NAME}-PAUSE-{kind}"
    yield f"  service-policy type queuing output {NAME}-OUT-{kind}"
