"""The plan of classes as settings of single switches."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from easterly.model.network import Network, NodeKind
from easterly.model.qos import QosPlan
from easterly.model.queueing import (
    EdgeSetting,
    Mark,
    MemorySetting,
    MeterSetting,
    PortSetting,
    QueueSetting,
    SwitchSetting,
)

PortName = Callable[[int, float], str]
POINTS = 64


def wanted(
    network: Network, qos: QosPlan, nodes: Mapping[int, float], port_name: PortName, known: frozenset[int]
) -> Iterator[SwitchSetting]:
    """Settings of some switches.

    Parameters
    ----------
    network : Network
    qos : QosPlan
    nodes : mapping of int to float
        Rows of the switches, and the rate of a port of their model in bit/s.
    port_name : callable
        Name of a port by its number (from 1 on) and that rate: it does not depend on what is plugged in.
    known : frozenset of int
        Code points that a class names.

    Yields
    ------
    SwitchSetting
        In the order of `nodes`; only ports that are in a group of the plan.
    """
    groups, links = qos.groups, network.links
    group_of = np.full(len(links), -1)
    group_of[groups.port_link] = np.repeat(np.arange(len(groups)), np.diff(groups.port_ptr))
    queues = [_queues(qos, g) for g in range(len(groups))]
    edges = [_edges(qos, g, known) for g in range(len(groups))]
    used: dict[int, list[tuple[int, int]]] = defaultdict(list)
    mine = np.flatnonzero((group_of >= 0) & np.isin(links.src, list(nodes)))
    for link in mine.tolist():
        used[int(links.src[link])].append((int(links.src_port[link]), int(group_of[link])))
    queue_of = tuple(qos.queue[qos.dscp_class].tolist()) if len(qos.queue) else ()
    for node, rate_bps in nodes.items():
        found = sorted(used.get(node, []))
        ports = tuple(
            PortSetting(
                port_name(port, rate_bps),
                queues[g],
                any(q.lossless for q in queues[g]),
                edges[g],
                math.ceil(groups.cable_m[g]) if math.isfinite(groups.cable_m[g]) else None,
            )
            for port, g in found
        )
        memory = _memory(qos, network, node)
        yield SwitchSetting(str(network.nodes.name[node]), queue_of, ports, memory, qos.mtu_B, _priorities(qos))


def switches(network: Network) -> list[int]:
    """Rows of the switches of a network; routers of the WAN are none."""
    return [int(n) for n in np.flatnonzero(network.nodes.kind == NodeKind.SWITCH)]


def _queues(qos: QosPlan, group: int) -> tuple[QueueSetting, ...]:
    """Queues of the ports of one group, by number; classes that share one count as one."""
    found: dict[int, QueueSetting] = {}
    for row in sorted(range(len(qos.traffic_class)), key=lambda row: (int(qos.queue[row]), row)):
        found.setdefault(int(qos.queue[row]), _queue(qos, group, row))
    return tuple(found.values())


def _queue(qos: QosPlan, g: int, row: int) -> QueueSetting:
    q, paused = qos.queues, bool(qos.lossless[row] and qos.groups.is_lossless[g])
    kmin_B, kmax_B, pmax = (_whole(float(c[g, row])) for c in (q.kmin_B, q.kmax_B, q.pmax * 100))
    marked = kmin_B is not None and kmax_B is not None and pmax is not None
    mark: Mark = "" if not marked else "drop" if bool(qos.early_drop[row]) else "ecn"
    low, high = _percent(kmin_B, kmax_B, float(q.limit_alone_B[g, row])) if mark else (None, None)
    alpha = math.nan if paused and q.xoff_B[g, row] == q.xoff_alone_B[g, row] else float(q.alpha[g, row])
    return QueueSetting(
        queue=int(qos.queue[row]),
        strict=bool(qos.strict[row]),
        weight=0 if bool(qos.strict[row]) else int(q.weight[g, row]),
        shaper_bps=_whole(float(q.shaper_bps[g, row])),
        mark=mark,
        kmin_B=kmin_B if mark else None,
        kmax_B=kmax_B if mark else None,
        kmin_percent=low,
        kmax_percent=high,
        limit_B=_whole(float(q.limit_alone_B[g, row])),
        pmax_percent=None if not mark or pmax is None else min(100, max(1, pmax)),
        lossless=paused,
        alpha=alpha if math.isfinite(alpha) else None,
        reserved_B=_whole(float(q.reserved_B[g, row])),
        xoff_B=_whole(float(q.xoff_B[g, row])) if paused else None,
        xon_offset_B=_whole(float(q.xon_offset_B[g, row])) if paused else None,
        headroom_B=_whole(float(q.headroom_B[g, row])) if paused else None,
    )


def _edges(qos: QosPlan, group: int, known: frozenset[int]) -> tuple[EdgeSetting, ...]:
    """What arrives and is metered, or not believed: code points that no class names become 0."""
    if not len(qos.queue):
        return ()
    home = int(qos.dscp_class[0])
    strange = set(range(POINTS)) - known - {0} if str(qos.groups.trust[group]) == "known" else set()
    meters = {int(qos.policers.traffic_class[row]): int(row) for row in np.flatnonzero(qos.policers.group == group)}
    found = []
    for row in sorted({*meters, *([home] if strange else [])}):
        points = {int(point) for point in np.flatnonzero(qos.dscp_class == row)}
        queue, meter = int(qos.queue[row]), _meter(qos, meters[row]) if row in meters else None
        if row != home or not strange:
            found.append(EdgeSetting(tuple(sorted(points)), queue, None, meter))
        elif meter is not None and points - strange == {0}:
            found.append(EdgeSetting(tuple(sorted(points)), queue, 0, meter))
        else:
            found.append(EdgeSetting(tuple(sorted(strange)), queue, 0, meter))
            if meter is not None:
                found.append(EdgeSetting(tuple(sorted(points - strange)), queue, None, meter))
    return tuple(sorted(found, key=lambda edge: edge.points))


def _meter(qos: QosPlan, row: int) -> MeterSetting:
    rows = qos.policers
    cir, cbs, pir, pbs = (_whole(float(column[row])) for column in (rows.cir_bps, rows.cbs_B, rows.pir_bps, rows.pbs_B))
    return MeterSetting(cir or 0, cbs or 0, pir, None if pir is None else pbs, str(rows.yellow[row]))


def _priorities(qos: QosPlan) -> tuple[int, ...]:
    """Queue of each priority of 802.1p: of the class of code point 0 or else the first that has it."""
    if not len(qos.queue):
        return ()
    home = int(qos.dscp_class[0])
    own = {int(qos.pcp[row]): int(qos.queue[row]) for row in (*reversed(range(len(qos.queue))), home)}
    return tuple(own.get(pcp, int(qos.queue[home])) for pcp in range(8))


def _percent(kmin_B: int | None, kmax_B: int | None, longest_B: float) -> tuple[int | None, int | None]:
    """Thresholds in whole percent of the longest queue, not later than in bytes, and never the same."""
    if kmin_B is None or kmax_B is None or not math.isfinite(longest_B) or longest_B <= 0:
        return None, None
    low = min(99, int(100 * kmin_B / longest_B))
    return low, min(100, max(low + 1, int(100 * kmax_B / longest_B)))


def _whole(value: float) -> int | None:
    return round(value) if math.isfinite(value) else None


def _memory(qos: QosPlan, network: Network, node: int) -> MemorySetting | None:
    """Memory of a switch: that of its kind, as budgeted for the switch of it that needs most."""
    nodes, budgets = network.nodes, qos.budgets
    keys = zip(budgets.fabric.tolist(), budgets.role.tolist(), budgets.switch_type.tolist(), strict=True)
    own = (str(nodes.fabric[node]), str(nodes.role[node]), str(nodes.switch_type[node]))
    row = next((b for b, key in enumerate(keys) if key == own), None)
    if row is None:
        return None
    sizes = [_whole(float(c[row])) for c in (budgets.lossless_B, budgets.lossy_B, budgets.pool_B, budgets.memory_B)]
    lossless, lossy, headroom, total = sizes
    if lossless is None or lossy is None or headroom is None or total is None:
        return None
    return MemorySetting(lossless, lossy, headroom, total)
