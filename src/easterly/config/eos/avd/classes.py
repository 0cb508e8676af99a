"""Classes of a switch in Arista's data model."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from easterly.config.switches.blocks import ranges
from easterly.config.switches.fit import slots
from easterly.model.queueing import EdgeSetting, MemorySetting, MeterSetting, PortSetting, QueueSetting, SwitchSetting


def structured(switch: SwitchSetting) -> dict[str, Any]:
    """Settings of a switch as the input of Arista Validated Designs."""
    place = slots(switch)
    names: dict[Any, str] = {}
    for port in switch.ports:
        names.setdefault((port.queues, port.watchdog, port.edges), f"EASTERLY-{len(names) + 1}")
    kinds = dict.fromkeys(port.edges for port in switch.ports if port.edges)
    policies = {edges: f"EASTERLY-{number}" for number, edges in enumerate(kinds, 1)}
    made: dict[str, Any] = {
        "hostname": switch.device,
        "qos": {
            "map": {
                "dscp": [
                    f"{' '.join(str(p) for p, o in enumerate(switch.queue_of) if o == q)} to traffic-class {q}"
                    for q in set(switch.queue_of)
                ],
                "cos": [
                    f"{' '.join(str(t) for t, o in enumerate(switch.priorities) if o == q)} to traffic-class {q}"
                    for q in set(switch.priorities)
                ],
                "traffic_class": [f"{q} to uc-tx-queue {n}" for q, n in place.items()],
            }
        },
        "class_maps": {"qos": [c for edges, name in policies.items() for c in _classes(edges, name)]},
        "policy_maps": {"qos": [_policy(edges, name) for edges, name in policies.items()]},
        "qos_profiles": [_profile(name, port, place, policies.get(port.edges)) for port, name in _kinds(switch, names)],
        "ethernet_interfaces": [
            {"name": p.port, "service_profile": names[p.queues, p.watchdog, p.edges]} for p in switch.ports
        ],
    }
    if any(port.watchdog for port in switch.ports):
        made["priority_flow_control"] = {"watchdog": {"action": "drop", "timeout": "0.2", "recovery_time": "0.2"}}
    if switch.memory is not None:
        made["platform"] = {"trident": {"mmu": _mmu(switch, switch.memory, place)}}
    return made


def _kinds(switch: SwitchSetting, names: dict[Any, str]) -> list[tuple[PortSetting, str]]:
    return [
        (next(p for p in switch.ports if (p.queues, p.watchdog, p.edges) == key), name) for key, name in names.items()
    ]  # fmt: skip


def _classes(edges: tuple[EdgeSetting, ...], name: str) -> list[dict[str, Any]]:
    return [{"name": f"{name}-{n}", "dscp": ",".join(ranges(edge.points))} for n, edge in enumerate(edges, 1)]


def _policy(edges: tuple[EdgeSetting, ...], name: str) -> dict[str, Any]:
    found = []
    for number, edge in enumerate(edges, 1):
        one: dict[str, Any] = {"name": f"{name}-{number}", "set": {"traffic_class": edge.queue}}
        if edge.dscp is not None:
            one["set"]["dscp"] = str(edge.dscp)
        if edge.meter:
            one["police"] = _police(edge.meter)
        found.append(one)
    return {"name": name, "classes": found}


def _police(meter: MeterSetting) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rate": meter.cir_bps // 1000, "rate_unit": "kbps", "rate_burst_size": meter.cbs_B,
        "rate_burst_size_unit": "bytes",
    }  # fmt: skip
    if meter.pir_bps is not None:
        found |= {
            "higher_rate": meter.pir_bps // 1000, "higher_rate_unit": "kbps", "higher_rate_burst_size": meter.pbs_B,
            "higher_rate_burst_size_unit": "bytes", "action": {"type": "drop-precedence"},
        }  # fmt: skip
        if meter.yellow.startswith("dscp "):
            found["action"] = {"type": "dscp", "dscp_value": meter.yellow.removeprefix("dscp ")}
    return found


def _profile(name: str, port: PortSetting, place: dict[int, int], policy: str | None) -> dict[str, Any]:
    arrival = {"service_policy": {"type": {"qos_input": policy}}} if policy else {}
    paused = [{"priority": q.queue, "no_drop": True} for q in port.queues if q.lossless]
    found: dict[str, Any] = {
        **arrival, "name": name, "trust": "dscp", "uc_tx_queues": [_queue(q, place[q.queue]) for q in port.queues],
    }  # fmt: skip
    if paused:
        found["priority_flow_control"] = {"enabled": True, "priorities": paused}
        if port.watchdog:
            found["priority_flow_control"]["watchdog"] = {"enabled": True}
    return found


def _queue(q: QueueSetting, number: int) -> dict[str, Any]:
    found: dict[str, Any] = {"id": number, "priority": "priority strict" if q.strict else "no priority"}
    if not q.strict:
        found["bandwidth_percent"] = q.weight
    if q.shaper_bps is not None:
        found["shape"] = {"rate": f"{q.shaper_bps // 1000} kbps"}
    if q.mark:
        top = {"ecn": "max_probability", "drop": "drop_probability"}[q.mark]
        rule = {"units": "bytes", "min": q.kmin_B, "max": q.kmax_B, top: q.pmax_percent, "weight": 0}
        found["random_detect"] = {q.mark: {"threshold": rule}}
    return found


def _mmu(switch: SwitchSetting, memory: MemorySetting, place: dict[int, int]) -> dict[str, Any]:
    every = {(q.queue, q.lossless): q for port in switch.ports for q in port.queues}
    paused = [q for q in every.values() if q.lossless]
    ingress: dict[str, Any] = {
        "priority_groups": [
            {
                "id": q.queue,
                "threshold": str(Fraction(q.alpha or 0)),
                "reserved": {"unit": "bytes", "memory": q.reserved_B},
            }
            for q in paused
        ]
    }
    if paused:
        ingress |= {"headroom": {"unit": "bytes", "memory": paused[0].headroom_B}, "resume": paused[0].xon_offset_B}
    egress = [
        {"id": place[q.queue], "unit": "bytes", "reserved": q.reserved_B, "threshold": str(Fraction(q.alpha or 0))}
        for q in every.values()
        if not q.lossless
    ]
    profile = {"name": "EASTERLY", "ingress": ingress, "unicast_queues": egress}
    pool = {"unit": "bytes", "limit": memory.headroom_B}
    return {"active_profile": "EASTERLY", "headroom_pool": pool, "queue_profiles": [profile]}
