"""Text of Junos for the classes of one switch, as ``set`` commands.

After Juniper's CLI reference and its Traffic Management User Guide for the QFX Series: statements of
[edit class-of-service] ``classifiers``, ``forwarding-classes``, ``schedulers``, ``drop-profiles``, ``shared-buffer``,
``congestion-notification-profile`` (pauses by code point, for untagged frames, since 17.4), and of [edit firewall]
``filter``, ``policer``, ``three-color-policer``. ``buffer-dynamic-threshold`` (Junos OS Evolved 22.3) is not for
lossless queues: they have the dynamic threshold of the lossless partition at ingress. Marks need a drop profile with
``explicit-congestion-notification``. No checker of this language is known outside the switch: the text is not
validated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from easterly.model.queueing import EdgeSetting, MemorySetting, MeterSetting, PortSetting, QueueSetting, SwitchSetting

NAME = "EASTERLY"
COS = "set class-of-service"
Edges = tuple[EdgeSetting, ...]
Pauses = tuple[tuple[int, ...], bool, int | None]
"""Lossless queues of a port, its watchdog and its cable."""


def render(switch: SwitchSetting) -> str:
    """The text of one switch.

    Parameters
    ----------
    switch : SwitchSetting
        What `fit` made of what is wanted.

    Returns
    -------
    str
        Lines for configuration mode (``load set``).
    """
    ports = switch.ports
    maps = {queues: f"{NAME}-{n}" for n, queues in enumerate(dict.fromkeys(port.queues for port in ports), 1)}
    pauses = {p: f"{NAME}-{n}" for n, p in enumerate(dict.fromkeys(map(_pauses, ports)), 1) if p[0]}
    filters = {e: f"{NAME}-{n}" for n, e in enumerate(dict.fromkeys(p.edges for p in ports if p.edges), 1)}
    lines = [f"set system host-name {switch.device}", *_classes(switch), *_memory(switch)]
    for queues, name in maps.items():
        lines += _schedulers(name, queues)
    for profile, name in pauses.items():
        lines += _profile(name, profile, switch)
    for edges, name in filters.items():
        lines += _filter(name, edges)
    for port in ports:
        own = f"{COS} interfaces {port.port}"
        lines += [f"{own} unit 0 classifiers dscp {NAME}", f"{own} scheduler-map {maps[port.queues]}"]
        if _pauses(port) in pauses:
            lines.append(f"{own} congestion-notification-profile {pauses[_pauses(port)]}")
        if port.edges:
            lines.append(f"set interfaces {port.port} unit 0 family inet filter input {filters[port.edges]}")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def bits(value: int, width: int) -> str:
    """A code point as Junos has it.

    >>> bits(26, 6)
    '011010'
    """
    return f"{value:0{width}b}"


def _pauses(port: PortSetting) -> Pauses:
    return tuple(q.queue for q in port.queues if q.lossless), port.watchdog, port.cable_m


def _classes(switch: SwitchSetting) -> Iterator[str]:
    """Forwarding classes, one for each queue, and which code points go to it."""
    paused = {q.queue for port in switch.ports for q in port.queues if q.lossless}
    for queue in sorted({*switch.queue_of, *(q.queue for port in switch.ports for q in port.queues)}):
        pause = f" no-loss pfc-priority {queue}" if queue in paused else ""
        yield f"{COS} forwarding-classes class q{queue} queue-num {queue}{pause}"
    for queue in sorted(set(switch.queue_of)):
        points = " ".join(bits(point, 6) for point in _points(switch, queue))
        yield f"{COS} classifiers dscp {NAME} forwarding-class q{queue} loss-priority low code-points [ {points} ]"


def _points(switch: SwitchSetting, queue: int) -> list[int]:
    return [point for point, other in enumerate(switch.queue_of) if other == queue]


def _memory(switch: SwitchSetting) -> Iterator[str]:
    """Parts of the shared memory. At egress what is lossless never binds: it has all that it has at ingress."""
    paused = [q.alpha for port in switch.ports for q in port.queues if q.lossless and q.alpha is not None]
    if switch.memory is not None:
        yield from _parts(switch.memory)
    if paused:
        yield f"{COS} shared-buffer ingress buffer-partition lossless dynamic-threshold {_step(paused[0])}"


def _parts(memory: MemorySetting) -> Iterator[str]:
    lossless, lossy, headroom = memory.lossless_percent or 0, memory.lossy_percent or 0, memory.headroom_percent or 0
    yield f"{COS} shared-buffer ingress buffer-partition lossless percent {lossless}"
    yield f"{COS} shared-buffer ingress buffer-partition lossless-headroom percent {headroom}"
    yield f"{COS} shared-buffer ingress buffer-partition lossy percent {lossy}"
    yield f"{COS} shared-buffer egress buffer-partition lossless percent {lossless + headroom}"
    yield f"{COS} shared-buffer egress buffer-partition lossy percent {lossy}"


def _step(alpha: float) -> int:
    """Number of a dynamic threshold: 0 is 1/128, 7 is 1, 10 is 8."""
    return round(math.log2(alpha)) + 7


def _schedulers(name: str, queues: tuple[QueueSetting, ...]) -> Iterator[str]:
    for q in queues:
        own = f"{COS} schedulers {name}-q{q.queue}"
        yield f"{own} priority {'strict-high' if q.strict else 'low'}"
        if not q.strict:
            yield f"{own} transmit-rate percent {q.weight}"
        if q.shaper_bps is not None:
            yield f"{own} shaping-rate {q.shaper_bps}"
        if q.mark:
            drop = f"{NAME}-{q.kmin_percent}-{q.kmax_percent}-{q.pmax_percent}"
            curve = f"fill-level [ {q.kmin_percent} {q.kmax_percent} ] drop-probability [ 0 {q.pmax_percent} ]"
            yield f"{COS} drop-profiles {drop} interpolate {curve}"
            yield f"{own} drop-profile-map loss-priority any protocol any drop-profile {drop}"
        if q.mark == "ecn":
            yield f"{own} explicit-congestion-notification"
        if q.alpha is not None and not q.lossless:
            yield f"{own} buffer-dynamic-threshold {_step(q.alpha)}"
        yield f"{COS} scheduler-maps {name} forwarding-class q{q.queue} scheduler {name}-q{q.queue}"


def _profile(name: str, pauses: Pauses, switch: SwitchSetting) -> Iterator[str]:
    """Pauses: which code points ask for one, what a frame and the cable add, which queue stops when one arrives."""
    own = f"{COS} congestion-notification-profile {name}"
    paused, watchdog, cable_m = pauses
    mru = f" mru {switch.frame_B}" if switch.frame_B is not None else ""
    for queue in paused:
        yield from (f"{own} input dscp code-point {bits(point, 6)} pfc{mru}" for point in _points(switch, queue))
    if cable_m is not None:
        yield f"{own} input cable-length {cable_m}"
    yield from (f"{own} output ieee-802.1 code-point {bits(queue, 3)} flow-control-queue {queue}" for queue in paused)
    if watchdog:
        yield f"{own} pfc-watchdog pfc-watchdog-action drop"


def _filter(name: str, edges: Edges) -> Iterator[str]:
    """What is done on arrival; everything else is accepted."""
    for number, edge in enumerate(edges, 1):
        meter = f"{name}-{number}"
        if edge.meter is not None:
            yield from _policer(meter, edge.meter)
        own = f"set firewall family inet filter {name} term t{number}"
        yield f"{own} from dscp [ {' '.join(map(str, edge.points))} ]"
        if edge.meter is not None:
            kind = "policer" if edge.meter.pir_bps is None else "three-color-policer two-rate"
            yield f"{own} then {kind} {meter}"
        if edge.dscp is not None:
            yield f"{own} then dscp {edge.dscp}"
        yield f"{own} then forwarding-class q{edge.queue}"
        if edge.meter is None or edge.meter.pir_bps is None:
            yield f"{own} then loss-priority low"
        yield f"{own} then accept"
    yield f"set firewall family inet filter {name} term rest then accept"


def _policer(name: str, meter: MeterSetting) -> Iterator[str]:
    if meter.pir_bps is None:
        own = f"set firewall policer {name}"
        yield f"{own} if-exceeding bandwidth-limit {meter.cir_bps}"
        yield f"{own} if-exceeding burst-size-limit {meter.cbs_B}"
        yield f"{own} then discard"
        return
    own = f"set firewall three-color-policer {name}"
    yield f"{own} action loss-priority high then discard"
    yield f"{own} two-rate color-blind"
    yield f"{own} two-rate committed-information-rate {meter.cir_bps}"
    yield f"{own} two-rate committed-burst-size {meter.cbs_B}"
    yield f"{own} two-rate peak-information-rate {meter.pir_bps}"
    yield f"{own} two-rate peak-burst-size {meter.pbs_B}"
