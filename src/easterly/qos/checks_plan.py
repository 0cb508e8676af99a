"""Rules that only the whole plan can tell: the order of thresholds, memory that is left, bursts that fit."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SIZE, format_short
from easterly.model.qos import Absorption, QosPlan
from easterly.model.spec.hardware import SwitchType
from easterly.model.spec.policy import TrafficClass
from easterly.model.spec.site import Site
from easterly.qos.planning.thresholds import static_B

Level = tuple[str, float]


def _classes(site: Site, qos: QosPlan) -> Iterator[tuple[int, TrafficClass]]:
    for row, name in enumerate(qos.traffic_class.tolist()):
        yield row, site.classes[name]


@rule("E831", "a threshold does not fit the memory of a switch")
def thresholds_fit_the_memory(site: Site, qos: QosPlan) -> Iterator[Finding]:
    """Where a class states when it marks or pauses: marks < pause < drop while every port of a switch is congested."""
    yield from _pauses(site, qos)
    yield from _crowded(site, qos)
    for row, c in _classes(site, qos):
        if c.wred is None or c.pfc is not None:
            continue  # what is stated on both sides is E817
        stated_B = math.inf if c.buffer is None or c.buffer.size is None else c.buffer.size
        found = [
            (g, *broken)
            for g in range(len(qos.groups))
            if (broken := _broken(qos, g, row)) is not None and broken[1][1] < stated_B
        ]
        if found:
            g, low, high, alone_B = max(found, key=lambda one: (one[1][1] - one[3], one[1][1] - one[2][1], -one[0]))
            yield _misfit(qos, c, g, low, high, alone_B)


def _crowded(site: Site, qos: QosPlan) -> Iterator[Finding]:
    """Stated pauses do not give way to each other: those of all classes and ports have to fit the pool together."""
    stated = [c for _, c in _classes(site, qos) if c.lossless and c.pfc is not None]
    rows = [
        (b, need_B) for b in range(len(qos.budgets))
        if (need_B := _static_B(qos, b, stated)) > qos.budgets.lossless_B[b] > 0
    ]  # fmt: skip
    if rows:
        b, need_B = max(rows, key=lambda one: (one[1] / float(qos.budgets.lossless_B[one[0]]), -one[0]))
        last, made = max(stated, key=lambda c: (c.pfc.xoff if c.pfc else 0.0, c.name)), qos.budgets
        yield Finding(
            code="E831",
            at=f"{last.origin}/pfc/xoff",
            message=f"{made.ports[b]} ports of {made.device[b]} that pause at what is stated hold {_size(need_B)}; "
            f"lossless classes share {_size(float(made.lossless_B[b]))}",
            hint="write a lower xoff, or leave pfc out: the threshold then gives way while others are congested",
            severity=Severity.WARNING,
        )


def _static_B(qos: QosPlan, b: int, stated: list[TrafficClass]) -> float:
    own = qos.groups.budget == b
    reserved_B = float(qos.queues.reserved_B[own].max(initial=0.0))
    return static_B(stated, int(qos.budgets.ports[b]), reserved_B)


def _pauses(site: Site, qos: QosPlan) -> Iterator[Finding]:
    """A pause at more than lossless classes share is never asked for: packets are lost before."""
    for row, c in _classes(site, qos):
        if c.pfc is None or not c.lossless:
            continue
        paused = [g for g in range(len(qos.groups)) if not math.isnan(qos.queues.xoff_B[g, row])]
        rooms = [(float(qos.budgets.lossless_B[qos.groups.budget[g]]), g) for g in paused]
        short = [(room_B, g) for room_B, g in rooms if c.pfc.xoff > room_B]
        if short:
            room_B, g = min(short)
            yield Finding(
                code="E831",
                at=f"{c.origin}/pfc/xoff",
                message=f"class {c.name}: a pause at {_size(float(c.pfc.xoff))} is never reached, it is beyond the "
                f"{_size(room_B)} that lossless classes share at {qos.groups.name[g]}",
                hint="write a smaller xoff, or leave pfc out: the threshold then follows the free memory",
            )


def _broken(qos: QosPlan, g: int, row: int) -> tuple[Level, Level, float] | None:
    """The first two levels of a queue that are out of order; the upper one while nothing else is congested."""
    made = qos.queues
    paused = not math.isnan(made.xoff_B[g, row])
    levels = [("Kmin", made.kmin_B[g, row]), ("Kmax", made.kmax_B[g, row])]
    upper = ("pause", made.xoff_B[g, row]) if paused else ("drop", made.limit_B[g, row])
    alone_B = float((made.xoff_alone_B if paused else made.limit_alone_B)[g, row])
    if levels[0][1] > levels[1][1]:  # one is stated as a size, the other as a part of what the queue may hold
        return (levels[0][0], float(levels[0][1])), (levels[1][0], float(levels[1][1])), alone_B
    low = max(levels, key=lambda one: -1.0 if math.isnan(one[1]) else one[1])
    if not math.isnan(low[1]) and low[1] >= upper[1]:
        return (low[0], float(low[1])), (upper[0], float(upper[1])), alone_B
    return None


def _misfit(qos: QosPlan, c: TrafficClass, g: int, low: Level, high: Level, alone_B: float) -> Finding:
    never = low[1] >= alone_B
    when = "even while nothing else is congested" if never else "while every port is congested"
    return Finding(
        code="E831",
        at=f"{c.origin}/wred/{'min' if high[0] == 'Kmax' else 'max'}",
        message=f"class {c.name}: {low[0]} {_size(low[1])} is not below its {high[0]}, {_size(high[1])} {when} "
        f"at {qos.groups.name[g]}",
        hint=f"write less than {_size(high[1])}, give the class a larger part of the buffer, or leave the key out",
        severity=Severity.ERROR if never else Severity.WARNING,
    )


@rule("E832", "packet memory is used up before anything is shared")
def something_is_left_to_share(site: Site, qos: QosPlan) -> Iterator[Finding]:
    """Reserved parts and the headroom of all ports leave a part of the memory to queues."""
    made, told = qos.budgets, set[str]()
    for b in range(len(made)):
        switch = site.hardware.switches.get(str(made.switch_type[b]))
        kept_B = float(made.reserved_B[b] + made.pool_B[b])
        if switch is None or (switch.buffer is not None and _stated_B(switch) > switch.buffer):
            continue  # parts that are stated, and more than the whole, are E824
        if switch.name in told or math.isnan(made.memory_B[b]) or made.memory_B[b] > kept_B:
            continue
        told.add(switch.name)
        yield Finding(
            code="E832",
            at=f"{switch.origin}/{'buffer' if switch.buffer is not None else 'chip'}",
            message=f"{made.device[b]} keeps {_size(float(made.reserved_B[b]))} for single queues and "
            f"{_size(float(made.pool_B[b]))} of headroom, of {_size(float(made.memory_B[b]))}; nothing is left",
            hint="have fewer lossless classes, fewer ports or shorter cables, or a chip with more memory",
        )


def _stated_B(switch: SwitchType) -> float:
    return (switch.guaranteed or 0.0) + (switch.headroom or 0.0)


@rule("E833", "a burst of senders is dropped")
def bursts_are_held(site: Site, qos: QosPlan) -> Iterator[Finding]:
    """What the works of the site send together at a port towards a host fits its queue, or pauses the senders."""
    made = qos.queues
    towards = [g for g in range(len(qos.groups)) if _faces_host(qos, g)]
    for row, c in _classes(site, qos):
        lost = [g for g in towards if made.absorbed[g, row] == Absorption.DROPS]
        if not lost or (c.buffer is not None and c.buffer.senders is not None):
            continue
        g = max(lost, key=lambda g: (float(made.incast_peak_B[g, row] - made.limit_alone_B[g, row]), -g))
        yield Finding(
            code="E833",
            at=f"{c.origin}/share",
            message=f"{made.incast_senders[g, row]} senders of class {c.name} at once make a queue of "
            f"{_size(float(made.incast_peak_B[g, row]))} at {qos.groups.name[g]}, which holds "
            f"{_size(float(made.limit_alone_B[g, row]))} at most",
            hint="make the class lossless, give it a larger part of the buffer, or have fewer senders at a time",
            severity=Severity.WARNING,
            on_key=True,
        )


def _faces_host(qos: QosPlan, g: int) -> bool:
    return bool(np.isin(qos.groups.faces[g], ("host", "storage"))) and bool(qos.groups.budget[g] >= 0)


def _size(size_B: float) -> str:
    return format_short(size_B, SIZE)
