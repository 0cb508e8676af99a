"""Tables of config_db.json for the classes of one switch.

Every value is a string and every reference a plain name, as releases since 202205 have it. Pauses come from the
priority group at ingress, drops of other classes from the queue at egress: the other two sides never bind, with static
thresholds as large as their pool. ``xoff`` of a profile is its headroom, ``dynamic_th`` the binary logarithm of alpha,
``static_th`` what a queue may share in bytes, on top of what is reserved for it (SAI_BUFFER_PROFILE_ATTR_*).
Where the packet memory is not stated there are no ``BUFFER_`` tables, and SONiC keeps those of its platform.

All 64 code points are in ``DSCP_TO_TC_MAP``, those of no class with code point 0; their mark stays as it is, as RFC
2474 section 3 has it. A meter per class cannot be said: see `NOT_WRITTEN`.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace

from easterly.config.switches.fit import each_queue, in_bytes, power_of_two
from easterly.model.queueing import MemorySetting, PortSetting, QueueSetting, SwitchSetting

MAP = "FABRIC"
Table = dict[str, dict[str, str]]
LOSSLESS, LOSSY = "ingress_lossless_pool", "egress_lossy_pool"
EGRESS, INGRESS = "egress_lossless_pool", "ingress_lossy_pool"
STEPS = (-7, 3)
"""Powers of two that the chips have as dynamic thresholds."""
WATCHDOG_MS = "200"
COLOURS = ("green", "yellow", "red")
LANES = ((50e9, 1), (200e9, 4))
"""Lanes of a port by its highest rate: SFP has one, QSFP four, QSFP-DD and OSFP eight."""
WIDE = 8
NOT_WRITTEN = {
    "meter": "none: a rule of an access list has no policer in releases up to 202511 (sonic-buildimage issue 27857); "
    "POLICER serves mirror sessions, storm control and the control plane alone",
    "unknown code points": "served as code point 0, and kept (RFC 2474 section 3): TC_TO_DSCP_MAP would rewrite every "
    "class, drop precedences included",
}
"""What a plan has and config_db no words for, and why."""


def port_name(port: int, rate_bps: float) -> str:
    """Name of a port: SONiC counts the lanes before it, whatever rate the port runs at.

    >>> port_name(1, 1e11), port_name(2, 25e9), port_name(3, 1e11), port_name(3, 4e11)
    ('Ethernet0', 'Ethernet1', 'Ethernet8', 'Ethernet16')
    """
    return f"Ethernet{(port - 1) * next((lanes for most, lanes in LANES if rate_bps <= most), WIDE)}"


def fit(switch: SwitchSetting) -> SwitchSetting:
    """What config_db can say: alpha as a power of two, rates in bytes per second; no memory without its size.

    Pauses follow alpha, or a static threshold where that is stated in its place; it is never below what is reserved.
    Ports believe every code point, and frames have no tag.
    """
    known = switch.memory is not None

    def change(q: QueueSetting) -> QueueSetting:
        return replace(
            q,
            shaper_bps=None if q.shaper_bps is None else max(1, q.shaper_bps // 8) * 8,
            alpha=power_of_two(q.alpha, *STEPS) if known and q.alpha is not None else None,
            reserved_B=q.reserved_B if known else None,
            xoff_B=max(q.xoff_B, q.reserved_B or 0) if known and static(q) and q.xoff_B is not None else None,
            xon_offset_B=q.xon_offset_B if known else None,
            headroom_B=q.headroom_B if known else None,
        )

    ports = tuple(replace(port, edges=()) for port in switch.ports)
    return each_queue(in_bytes(replace(switch, ports=ports, priorities=())), change)


def static(q: QueueSetting) -> bool:
    """Whether senders are paused at a size that is stated, not at one that depends on what is free."""
    return q.lossless and q.alpha is None and q.xoff_B is not None


def render(switch: SwitchSetting) -> str:
    """The text of one switch.

    Parameters
    ----------
    switch : SwitchSetting
        What `fit` made of what is wanted.

    Returns
    -------
    str
        JSON, sorted: to be merged with the rest of the switch's ``config_db.json`` (``config load``).
    """
    tables: dict[str, Table] = {
        "DEVICE_METADATA": {"localhost": {"hostname": switch.device}},
        **_maps(switch),
        **_ports(switch),
        **_profiles(switch),
    }
    return json.dumps({name: table for name, table in tables.items() if table}, indent=1, sort_keys=True) + "\n"


def _maps(switch: SwitchSetting) -> dict[str, Table]:
    queues = sorted({q.queue for port in switch.ports for q in port.queues} | set(switch.queue_of))
    same = {str(queue): str(queue) for queue in queues}
    points = {str(point): str(queue) for point, queue in enumerate(switch.queue_of)}
    names = ("TC_TO_QUEUE_MAP", "TC_TO_PRIORITY_GROUP_MAP", "MAP_PFC_PRIORITY_TO_QUEUE")
    return {"DSCP_TO_TC_MAP": {MAP: points}} | {name: {MAP: dict(same)} for name in names}


def _ports(switch: SwitchSetting) -> dict[str, Table]:
    """What ports refer to."""
    ports: Table = {port.port: _port(port) for port in switch.ports}
    watch: Table = {
        port.port: {"action": "drop", "detection_time": WATCHDOG_MS, "restoration_time": WATCHDOG_MS}
        for port in switch.ports if port.watchdog
    }  # fmt: skip
    if watch:
        watch["GLOBAL"] = {"POLL_INTERVAL": WATCHDOG_MS}
    queues = {f"{p.port}|{q.queue}": _queue(q) for p in switch.ports for q in p.queues}
    found = {"PORT_QOS_MAP": ports, "PFC_WD": watch, "QUEUE": queues}
    if switch.memory is not None:
        both = [(f"{p.port}|{q.queue}", q) for p in switch.ports for q in p.queues]
        found["BUFFER_PG"] = {key: {"profile": _buffer(q, "pg")} for key, q in both}
        found["BUFFER_QUEUE"] = {key: {"profile": _buffer(q, "queue")} for key, q in both}
    return found


def _port(port: PortSetting) -> dict[str, str]:
    paused = ",".join(str(q.queue) for q in port.queues if q.lossless)
    maps = {"dscp_to_tc_map": MAP, "tc_to_queue_map": MAP, "tc_to_pg_map": MAP, "pfc_to_queue_map": MAP}
    return maps | ({"pfc_enable": paused} if paused else {}) | ({"pfcwd_sw_enable": paused} if port.watchdog else {})


def _queue(q: QueueSetting) -> dict[str, str]:
    return {"scheduler": _scheduler(q)} | ({"wred_profile": _wred(q)} if q.mark else {})


def _scheduler(q: QueueSetting) -> str:
    return f"q{q.queue}_" + ("strict" if q.strict else f"w{q.weight}") + (f"_{q.shaper_bps}" if q.shaper_bps else "")


def _wred(q: QueueSetting) -> str:
    return f"q{q.queue}_{q.mark}_{q.kmin_B}_{q.kmax_B}_{q.pmax_percent}"


def _buffer(q: QueueSetting, side: str) -> str:
    """Name of a profile: of all that is in it, so that equal ones are one."""
    if not q.lossless:
        return f"{side}_lossy" if side == "pg" else f"{side}_lossy_{q.reserved_B}_{_step(q)}"
    if side == "queue":
        return f"{side}_lossless"
    threshold = f"xoff{q.xoff_B}" if static(q) else str(_step(q))
    return f"{side}_lossless_{q.reserved_B}_{q.headroom_B}_{q.xon_offset_B}_{threshold}"


def _step(q: QueueSetting) -> int:
    return round(math.log2(q.alpha)) if q.alpha is not None else 0


def _profiles(switch: SwitchSetting) -> dict[str, Table]:
    """What is referred to."""
    queues = dict.fromkeys(q for port in switch.ports for q in port.queues)
    found: dict[str, Table] = {
        "SCHEDULER": {_scheduler(q): _scheduler_row(q) for q in queues},
        "WRED_PROFILE": {_wred(q): _wred_row(q) for q in queues if q.mark},
    }
    if switch.memory is not None:
        found["BUFFER_POOL"] = _pools(switch.memory)
        found["BUFFER_PROFILE"] = {
            _buffer(q, side): _profile(q, side, switch.memory) for q in queues for side in ("pg", "queue")
        }
    return found


def _scheduler_row(q: QueueSetting) -> dict[str, str]:
    row = {"type": "STRICT"} if q.strict else {"type": "DWRR", "weight": str(q.weight)}
    return row | ({"meter_type": "bytes", "pir": str(q.shaper_bps // 8)} if q.shaper_bps is not None else {})


def _wred_row(q: QueueSetting) -> dict[str, str]:
    row = {"ecn": "ecn_all" if q.mark == "ecn" else "ecn_none"}
    for colour in COLOURS:
        row |= {
            f"wred_{colour}_enable": "true",
            f"{colour}_min_threshold": str(q.kmin_B),
            f"{colour}_max_threshold": str(q.kmax_B),
            f"{colour}_drop_probability": str(q.pmax_percent),
        }
    return row


def _pools(memory: MemorySetting) -> Table:
    pools = {
        LOSSY: {"type": "egress", "mode": "dynamic", "size": str(memory.lossy_B)},
        INGRESS: {"type": "ingress", "mode": "static", "size": str(memory.total_B)},
        LOSSLESS: {"type": "ingress", "mode": "dynamic", "size": str(memory.lossless_B)},
        EGRESS: {"type": "egress", "mode": "static", "size": str(memory.total_B)},
    }
    pools[LOSSLESS] |= {"xoff": str(memory.headroom_B)}
    return pools


def _profile(q: QueueSetting, side: str, memory: MemorySetting) -> dict[str, str]:
    if not q.lossless and side == "queue":
        return {"pool": LOSSY, "size": str(q.reserved_B or 0), "dynamic_th": str(_step(q))}
    if not q.lossless or side == "queue":
        pool = INGRESS if side == "pg" else EGRESS
        return {"pool": pool, "size": "0", "static_th": str(memory.total_B)}
    shared_B = (q.xoff_B or 0) - (q.reserved_B or 0)
    threshold = {"static_th": str(shared_B)} if static(q) else {"dynamic_th": str(_step(q))}
    return {
        "pool": LOSSLESS, "size": str(q.reserved_B or 0), "xon": "0", "xon_offset": str(q.xon_offset_B or 0),
        "xoff": str(q.headroom_B or 0), **threshold,
    }  # fmt: skip
