"""Schedulers, queue management and pauses of ports, as the kernel wants them."""

from __future__ import annotations

import math

import numpy as np

from easterly._kernel import aqm, meter, packet, sched
from easterly._kernel.buffer import Watchdog
from easterly.base.columns import floats, frozen
from easterly.model.port_queues import (
    CLASSES,
    COLOURS,
    Pauses,
    PauseWatchdog,
    PortMarker,
    PortScheduler,
    QueueManagement,
    Stuck,
)
from easterly.predict.packet.ticks import PER_S, ticks

ROOT = 0
EVERY = list(range(CLASSES))
LEAVES = list(range(1, CLASSES + 1))
"""Of trees: behind the root."""
WIDE = (1 << 63) - 1
"""No limit."""
ACTIONS = ("drop", "forward", "alert")
"""Of a watchdog, in the order of the kernel's numbers."""
PIE_ALPHA, PIE_BETA = 1 / 8, 1 + 1 / 4
"""[1/s] weights of the deviation of the delay, and of its change (RFC 8033, appendix A)."""
PIE_MARKS = 0.1
"""Probability above which PIE drops what it would mark (RFC 8033, section 5.1)."""
CBQ_SHIFT, CBQ_IDLE_S = 5, 1e-3
"""The newest idle time weighs 1/32 (as in Linux, TC_CBQ_DEF_EWMA); the most credit for idling, by choice."""
FQ_PACKETS, BATCH = 10_240, 64
"""Packets of FQ-CoDel, and how many of too many it drops at once at most (RFC 8290, sections 5.2 and 4.1)."""
MTU_B = 1514
"""What CoDel and PIE leave alone, and the quantum of a root: a frame of Ethernet without its check sequence."""
FRAME_B = 1500
"""Packet in whose time RED lets its mean decay once, while a queue is empty (Floyd & Jacobson 1993, section 4)."""

Scheduler = sched.Fifo | sched.Wrr | sched.Wfq | sched.Wf2qPlus | sched.ClassBased | sched.Htb | sched.Cbq | sched.Cbs
Manager = aqm.TailDrop | aqm.Red | aqm.Wred | aqm.CoDel | aqm.Pie | aqm.FqCoDel


def give_scheduler(made: packet.Simulation, how: PortScheduler, rate_bps: dict[int, int]) -> None:
    """Give links a scheduler.

    Raises
    ------
    ValueError
        A kind that is none, a link without queues, or a number out of its range.
    """
    for link in how.links:
        queue = LEAVES if how.kind in ("htb", "cbq") else EVERY
        made.schedule(link, _scheduler(how, rate_bps[link]), queue)


def _scheduler(how: PortScheduler, link_bps: int) -> Scheduler:
    weight, rates = list(how.weight), [round(r) for r in how.rate_bps]
    match how.kind:
        case "fifo":
            return sched.Fifo(CLASSES, PER_S)
        case "wrr" | "wrr-bytes":
            return sched.Wrr(weight, how.kind == "wrr-bytes", PER_S)
        case "wfq" | "wf2q":
            return sched.Wfq(weight, link_bps, PER_S, how.kind == "wf2q")
        case "wf2q+":
            return sched.Wf2qPlus(weight, link_bps, PER_S)
        case "scfq":
            return sched.ClassBased(weight, rates, [how.burst_B] * CLASSES, PER_S)
        case "cbs":
            return sched.Cbs(rates, link_bps, PER_S)
        case "htb" | "cbq":
            return _tree(how, link_bps)
    raise ValueError(f"kind is {how.kind!r}, no scheduler beside strict priority and DRR")


def _tree(how: PortScheduler, link_bps: int) -> sched.Htb | sched.Cbq:
    """One level of classes below the port."""
    parent = [-1, *[ROOT] * CLASSES]
    rates = [link_bps, *(max(1, round(r)) for r in how.rate_bps)]
    quantum, priority = [MTU_B, *how.weight], [0, *how.priority]
    if how.kind == "cbq":
        borrows, idle = [False, *[True] * CLASSES], [ticks(CBQ_IDLE_S)] * (CLASSES + 1)
        return sched.Cbq(parent, rates, quantum, priority, borrows, idle, CBQ_SHIFT, False, link_bps, PER_S)
    ceilings = [link_bps, *(round(c) if c > 0 else link_bps for c in how.ceil_bps)]
    bursts = [how.burst_B] * (CLASSES + 1)
    return sched.Htb(parent, rates, ceilings, bursts, bursts, quantum, priority, PER_S)


def give_manager(made: packet.Simulation, how: QueueManagement, rate_bps: dict[int, int]) -> None:
    """Give a class before links a queue management.

    Raises
    ------
    ValueError
        A kind that is none, a link without queues, or a number out of its range.
    """
    for link in how.links:
        made.manage(link, how.traffic_class, _manager(how, rate_bps[link]))


def _manager(how: QueueManagement, link_bps: int) -> Manager:
    limit_B, limit = (WIDE if x < 0 else x for x in (how.limit_B, how.limit_packets))
    target, interval = ticks(how.target_s), ticks(how.interval_s)
    match how.kind:
        case "red":
            slot = _slot(how, link_bps)
            return aqm.Red(
                how.low_B, how.high_B, how.most, how.weight, slot, how.gentle, how.ecn, hard_drop=True,
                by_packets=False, mean_B=0.0, limit_B=limit_B, limit_packets=limit, seed=0, entity=0,
            )  # fmt: skip
        case "wred":
            return _by_colour(how, link_bps, limit_B, limit)
        case "codel":
            return aqm.CoDel(target, interval, MTU_B, how.ecn, limit_B, limit)
        case "pie":
            return aqm.Pie(
                target, interval, ticks(how.burst_s), PIE_ALPHA, PIE_BETA, PER_S, MTU_B, 0, how.ecn, PIE_MARKS, True,
                False, limit_B, limit, 0, 0,
            )  # fmt: skip
        case "fq-codel":
            most = FQ_PACKETS if how.limit_packets < 0 else how.limit_packets
            return aqm.FqCoDel(how.flows, how.quantum_B, most, BATCH, target, interval, MTU_B, how.ecn)
    raise ValueError(f"kind is {how.kind!r}, no queue management")


def _slot(how: QueueManagement, link_bps: int) -> float:
    return (how.slot_s or 8 * FRAME_B / link_bps) * PER_S


def _by_colour(how: QueueManagement, link_bps: int, limit_B: int, limit: int) -> aqm.Wred:
    if len(how.colours) != len(COLOURS):
        raise ValueError(f"wred has {len(how.colours)} ramps: give one each for {', '.join(COLOURS)}")
    low_B, high_B, most = (
        np.array([[getattr(each, name) for each in how.colours]], dtype=np.float64)
        for name in ("low_B", "high_B", "most")
    )
    return aqm.Wred(
        low_B, high_B, most, how.weight, _slot(how, link_bps), how.gentle, how.ecn, hard_drop=True, by_packets=False,
        mean_B=0.0, limit_B=limit_B, limit_packets=limit, seed=0, entity=0,
    )  # fmt: skip


def give_marker(made: packet.Simulation, how: PortMarker) -> None:
    """Have a class before links coloured.

    Raises
    ------
    ValueError
        A kind that is none, a link without queues, or a number out of its range.
    """
    for link in how.links:
        made.colour(link, how.traffic_class, _marker(how), how.aware)


def _marker(how: PortMarker) -> meter.SingleRate | meter.TwoRate | meter.Differential:
    committed_bps, second_bps = round(how.committed_bps), round(how.second_bps)
    match how.kind:
        case "srtcm":
            return meter.SingleRate(committed_bps, how.committed_B, how.second_B, PER_S, 0)
        case "trtcm":
            return meter.TwoRate(committed_bps, how.committed_B, second_bps, how.second_B, PER_S, 0)
        case "rfc4115":
            return meter.Differential(committed_bps, how.committed_B, second_bps, how.second_B, False, PER_S, 0)
    raise ValueError(f"kind is {how.kind!r}, no marker of three colours")


def give_pauses(made: packet.Simulation, how: Pauses) -> None:
    """Say how pauses work, and what goes wrong with them.

    Raises
    ------
    ValueError
        A link without queues, or a number out of its range.
    """
    made.pauses(how.quanta, ticks(how.patience_s), ticks(how.check_s))
    for storm in how.storms:
        to_ps = -1 if math.isinf(storm.to_s) else ticks(storm.to_s)
        made.storm(
            storm.link, storm.traffic_class, ticks(storm.from_s), to_ps, ticks(storm.every_s)
        )  # fmt: skip
    for each in how.watchdogs:
        for link in each.links:
            made.guard(link, each.traffic_class, ticks(each.poll_s), _watchdog(each))


def _watchdog(how: PauseWatchdog) -> Watchdog:
    return Watchdog(
        ticks(how.detection_s), ticks(how.restoration_s), ACTIONS.index(how.action)
    )  # fmt: skip


def stuck_of(made: packet.Simulation) -> Stuck | None:
    """Why a run ended with flows open; None where it did not."""
    found = made.stuck()
    match found["cause"]:
        case "deadlock" | "storm" | "livelock" | "silence" as cause:
            return Stuck(
                cause, found["at_ps"] / PER_S, frozen(found["link"]), frozen(found["traffic_class"]),
                floats(found["since_ps"] / PER_S), frozen(found["waiting_B"]),
            )  # fmt: skip
    return None
