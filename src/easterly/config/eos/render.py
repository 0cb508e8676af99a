"""Text of EOS for the classes of one switch.

The commands are those that Arista's own renderer knows (Arista Validated Designs, ``eos_cli_config_gen``: ``qos``,
``qos_profiles``, ``class_maps``, ``policy_maps``, ``priority_flow_control``, ``platform``), for switches of Broadcom's
XGS families: their queues are ``uc-tx-queue``, and ``platform trident mmu`` is their memory. A traffic class has the
number of the queue in the plan and of its priority in pauses; strict queues have to be above weighted ones, so the map
from traffic classes to queues moves them where the plan has it otherwise. ``weight 0`` makes thresholds act on the
queue as it is, not on its mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from easterly.config.switches.blocks import ranges
from easterly.config.switches.fit import slots
from easterly.model.queueing import EdgeSetting, MeterSetting, PortSetting, QueueSetting, SwitchSetting

MEMORY = "EASTERLY"
WATCHDOG_S = "0.2"
"""As long as SONiC's watchdog waits in this package; EOS has two decimals."""
Profile = tuple[tuple[QueueSetting, ...], bool, tuple[EdgeSetting, ...]]


def render(switch: SwitchSetting) -> str:
    """The text of one switch.

    Parameters
    ----------
    switch : SwitchSetting
        What `fit` made of what is wanted.

    Returns
    -------
    str
        Lines to be merged with the rest of the configuration, in the order in which EOS shows them.
    """
    place = slots(switch)
    profiles: dict[Profile, str] = {}
    for port in switch.ports:
        profiles.setdefault(_profile(port), f"EASTERLY-{len(profiles) + 1}")
    policies = policies_of(switch)
    lines = [*_memory(switch, place), f"hostname {switch.device}"]
    for (queues, watchdog, edges), name in profiles.items():
        lines += ["!", f"qos profile {name}", *_trust(queues, watchdog)]
        if edges:
            lines += [f"   service-policy type qos input {policies[edges]}"]
        for q in sorted(queues, key=lambda q: place[q.queue]):
            lines += _queue(q, place[q.queue])
    for port in switch.ports:
        lines += ["!", f"interface {port.port}", f"   service-profile {profiles[_profile(port)]}"]
    lines += ["!", *_maps(switch, place), *_watchdog(switch), *_edges(policies), *_apply(switch)]
    return "\n".join(lines) + "\n"


def policies_of(switch: SwitchSetting) -> dict[tuple[EdgeSetting, ...], str]:
    """Name of what is done on arrival, for each kind of ports that does anything."""
    kinds = dict.fromkeys(port.edges for port in switch.ports if port.edges)
    return {edges: f"EASTERLY-{number}" for number, edges in enumerate(kinds, 1)}


def _profile(port: PortSetting) -> Profile:
    return port.queues, port.watchdog, port.edges


def _trust(queues: tuple[QueueSetting, ...], watchdog: bool) -> Iterator[str]:
    yield "   qos trust dscp"
    paused = [q.queue for q in queues if q.lossless]
    if paused:
        yield "   priority-flow-control on"
    yield from (f"   priority-flow-control priority {queue} no-drop" for queue in paused)
    if watchdog:
        yield "   priority-flow-control pause watchdog"


def _queue(q: QueueSetting, place: int) -> Iterator[str]:
    yield from ("   !", f"   uc-tx-queue {place}")
    if q.strict:
        yield "      priority strict"
    else:
        yield from ("      no priority", f"      bandwidth percent {q.weight}")
    if q.shaper_bps is not None:
        yield f"      shape rate {q.shaper_bps // 1000} kbps"
    if q.mark:
        word = "max-mark-probability" if q.mark == "ecn" else "drop-probability"
        yield (
            f"      random-detect {q.mark} minimum-threshold {q.kmin_B} bytes maximum-threshold {q.kmax_B} bytes "
            f"{word} {q.pmax_percent} weight 0"
        )


def _maps(switch: SwitchSetting, place: dict[int, int]) -> Iterator[str]:
    for queue in sorted(set(switch.priorities)):
        tags = " ".join(str(tag) for tag, other in enumerate(switch.priorities) if other == queue)
        yield f"qos map cos {tags} to traffic-class {queue}"
    for queue in sorted(set(switch.queue_of)):
        points = " ".join(str(point) for point, other in enumerate(switch.queue_of) if other == queue)
        yield f"qos map dscp {points} to traffic-class {queue}"
    yield from (f"qos map traffic-class {queue} to uc-tx-queue {number}" for queue, number in sorted(place.items()))


def _watchdog(switch: SwitchSetting) -> Iterator[str]:
    if any(port.watchdog for port in switch.ports):
        yield f"priority-flow-control pause watchdog default timeout {WATCHDOG_S}"
        yield f"priority-flow-control pause watchdog default recovery-time {WATCHDOG_S}"
        yield "priority-flow-control pause watchdog action drop"


def _edges(policies: dict[tuple[EdgeSetting, ...], str]) -> Iterator[str]:
    """What arrives at the edges: classes by code points, then what is done with each."""
    for edges, name in policies.items():
        for number, edge in enumerate(edges, 1):
            yield from (
                "!", f"class-map type qos match-any {name}-{number}", f"   match dscp {','.join(ranges(edge.points))}",
            )  # fmt: skip
    for edges, name in policies.items():
        yield from ("!", f"policy-map type quality-of-service {name}")
        for number, edge in enumerate(edges, 1):
            yield f"   class {name}-{number}"
            if edge.dscp is not None:
                yield f"      set dscp {edge.dscp}"
            yield f"      set traffic-class {edge.queue}"
            if edge.meter:
                yield f"      police {_police(edge.meter)}"
            yield "   !"


def _police(meter: MeterSetting) -> str:
    """Above the committed rate first to be dropped or marked anew, above the last one dropped."""
    one = f"rate {meter.cir_bps // 1000} kbps burst-size {meter.cbs_B} bytes"
    if meter.pir_bps is None:
        return one
    action = "drop-precedence" if meter.yellow == "keep" else meter.yellow
    return f"{one} action set {action} rate {meter.pir_bps // 1000} kbps burst-size {meter.pbs_B} bytes"


def _memory(switch: SwitchSetting, place: dict[int, int]) -> Iterator[str]:
    """The profile of the memory: priority groups of lossless queues, egress queues of all others."""
    if switch.memory is None:
        return
    every = {(q.queue, q.lossless): q for port in switch.ports for q in port.queues}
    yield from ("!", f"platform trident mmu queue profile {MEMORY}")
    paused = next((q for q in every.values() if q.lossless), None)
    if paused and paused.headroom_B is not None:
        yield f"    ingress headroom bytes {paused.headroom_B}"
    if paused and paused.xon_offset_B is not None:
        yield f"    ingress resume {paused.xon_offset_B}"
    for (queue, lossless), q in sorted(every.items(), key=lambda item: (not item[0][1], item[0][0])):
        what = f"    ingress priority-group {queue}" if lossless else f"    egress unicast queue {place[queue]}"
        if q.reserved_B is not None:
            yield f"{what} reserved bytes {q.reserved_B}"
        if q.alpha is not None:
            yield f"{what} threshold {Fraction(q.alpha)}"
    yield "!"


def _apply(switch: SwitchSetting) -> Iterator[str]:
    if switch.memory is not None:
        yield from ("!", f"platform trident mmu queue profile {MEMORY} apply")
        if switch.memory.headroom_B is not None:
            yield from ("!", f"platform trident mmu headroom-pool limit bytes {switch.memory.headroom_B}")
