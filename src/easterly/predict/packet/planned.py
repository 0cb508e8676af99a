"""What a plan of classes says about ports, as queues of a simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.model.network import Network, NodeKind
from easterly.model.port_queues import CLASSES, PacketQueues, SwitchMemories
from easterly.model.qos import QosPlan
from easterly.predict.packet.queues import BURST_FRAMES, equal_ports

MOST_QUANTUM_B = 1 << 24
"""What the kernel takes."""
Combine = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def plan_queues(network: Network, plan: QosPlan) -> PacketQueues:
    """Queues, memory and pauses of every port that a plan sets.

    A class has the queue of its number, or the nearest that is free where chips have more than eight. The least weight
    of a port sends one frame in a round of deficit round robin, and the others in proportion (Shreedhar & Varghese
    1996); the bucket of a shaper holds two frames. Every switch has the pools that its kind was planned with.

    Parameters
    ----------
    network : Network
    plan : QosPlan

    Returns
    -------
    PacketQueues
        `of_class` says which of the eight queues each class of the plan has: what `PacketFlows.traffic_class` wants.

    Raises
    ------
    ValueError
        More than eight queues are in use.
    """
    links = network.links
    of_class = _eight(plan)
    group = np.full(len(links), -1, dtype=np.int64)
    group[plan.groups.port_link] = np.repeat(np.arange(len(plan.groups)), np.diff(plan.groups.port_ptr))
    switches = np.flatnonzero(network.nodes.kind == NodeKind.SWITCH)
    memory = np.full(len(network.nodes), -1)
    memory[switches] = np.arange(len(switches))
    link = np.flatnonzero((group >= 0) | (memory[links.dst] >= 0))
    row = group[link]
    ports = equal_ports(link, links.reverse[link], memory[links.src[link]], **_columns(plan, of_class, row))
    return PacketQueues(ports, _memories(network, plan, switches), of_class=ints(of_class))


def _eight(plan: QosPlan) -> NDArray[np.int64]:
    """Queue of each class within the first eight; several classes keep a queue that they share."""
    used = np.unique(plan.queue)
    if len(used) > CLASSES:
        raise ValueError(f"{len(used)} queues are in use: a port is simulated with up to {CLASSES}")
    if used.max(initial=0) < CLASSES:
        return plan.queue.astype(np.int64)
    return np.searchsorted(used, plan.queue)


def _columns(plan: QosPlan, of_class: NDArray[np.int64], row: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
    """(Q, 8) columns of ports; `row` is the group of each, -1 for one that the plan does not know."""
    q = plan.queues

    def spread(values: NDArray[np.generic], none: float, combine: Combine = np.fmax) -> NDArray[np.float64]:
        """By queue: that of the only class in it, or what `combine` makes of several."""
        made = np.full((len(plan.groups) + 1, CLASSES), np.nan)
        for c, at in enumerate(of_class.tolist()):
            made[:-1, at] = combine(made[:-1, at], np.asarray(values, dtype=float)[:, c])
        return np.where(np.isnan(made), none, made)[row]

    def flags(values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return spread(np.tile(values, (len(plan.groups), 1)), 0.0) > 0

    weight = spread(q.weight, 0.0, _sum)
    least = np.where(weight > 0, weight, np.inf).min(axis=1, keepdims=True)
    share = np.divide(weight, least, out=np.ones_like(weight), where=np.isfinite(least) & (weight > 0))
    lossless = flags(plan.lossless) & np.append(plan.groups.is_lossless, False)[row][:, None]
    alone = spread(q.limit_alone_B, np.nan, np.fmin)
    xoff, xoff_alone = spread(q.xoff_B, np.nan, np.fmin), spread(q.xoff_alone_B, np.nan, np.fmin)
    return {
        "strict": bools(flags(plan.strict)),
        "quantum_B": indices(np.clip(np.round(share * plan.mtu_B), 1, MOST_QUANTUM_B)),
        "shaper_bps": floats(spread(q.shaper_bps, np.nan)),
        "burst_B": indices(np.full(weight.shape, BURST_FRAMES * plan.mtu_B)),
        "kmin_B": floats(spread(q.kmin_B, np.nan, np.fmin)),
        "kmax_B": floats(spread(q.kmax_B, np.nan, np.fmin)),
        "pmax": floats(spread(q.pmax, np.nan)),
        "early_drop": bools(flags(plan.early_drop) & ~lossless),
        "limit_B": indices(np.where(lossless | np.isnan(alone), -1, np.nan_to_num(alone))),
        "lossless": bools(lossless),
        "reserved_B": indices(spread(q.reserved_B, 0.0)),
        "alpha": floats(spread(q.alpha, np.nan)),
        "xoff_B": floats(np.where(xoff == xoff_alone, xoff, np.nan)),
        "xon_offset_B": indices(spread(q.xon_offset_B, 0.0)),
        "headroom_B": indices(np.ceil(spread(q.headroom_B, 0.0))),
    }  # fmt: skip


def _sum(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.nan_to_num(a) + b


def _memories(network: Network, plan: QosPlan, switches: NDArray[np.int64]) -> SwitchMemories:
    nodes, budgets = network.nodes, plan.budgets
    of = {
        kind: b for b, kind in enumerate(zip(budgets.fabric, budgets.role, budgets.switch_type, strict=True))
    }  # fmt: skip
    kinds = zip(nodes.fabric[switches], nodes.role[switches], nodes.switch_type[switches], strict=True)
    row = np.array([of[kind] for kind in kinds], dtype=np.int64)
    return SwitchMemories(
        texts(nodes.name[switches]), ints(budgets.cell_B[row]), floats(budgets.lossless_B[row]),
        floats(budgets.lossy_B[row]), floats(budgets.pool_B[row]),
    )  # fmt: skip
