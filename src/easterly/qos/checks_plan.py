"""Rules that only the whole plan can tell: the order of thresholds, memory that is left, bursts that fit."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SIZE, format_short
from easterly.model.qos import Absorption, QosPlan
from easterly.model.spec.policy import TrafficClass
from easterly.model.spec.site import Site

Level = tuple[str, float]


def _classes(site: Site, qos: QosPlan) -> Iterator[tuple[int, TrafficClass]]:
    for row, name in enumerate(qos.traffic_class.tolist()):
        yield row, site.classes[name]


@rule("E831", "a threshold does not fit the memory of a switch")
def thresholds_fit_the_memory(site: Site, qos: QosPlan) -> Iterator[Finding]:
    """Where a class states when it marks or pauses: marks < pause < drop while every port of a switch is congested."""
    yield from _pauses(site, qos)
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


def _pauses(site: Site, qos: QosPlan) -> Iterator[Finding]:
    """Where a class states when it pauses its senders: at every port at once, that much has to be in the pool."""
    for row, c in _classes(site, qos):
        if c.pfc is None or not c.lossless:
            continue
        paused = [g for g in range(len(qos.groups)) if not math.isnan(qos.queues.xoff_B[g, row])]
        short = [(*_room(qos, g, row), g) for g in paused]
        short = [(room_B, all_B, g) for room_B, all_B, g in short if all_B > room_B]
        if short:
            yield _unreached(qos, c, *min(short, key=lambda one: (one[0] - one[1], one[2])))


def _room(qos: QosPlan, g: int, row: int) -> tuple[float, float]:
    """Memory that a lossless class may take, and what it takes if every port is at its pause."""
    b = int(qos.groups.budget[g])
    reserved_B, xoff_B = float(qos.queues.reserved_B[g, row]), float(qos.queues.xoff_B[g, row])
    pool_B = float(qos.budgets.lossless_B[b]) if b >= 0 else math.nan
    if math.isnan(pool_B):
        return math.inf, 0.0
    return pool_B, max(0.0, xoff_B - reserved_B) * int(qos.budgets.ports[b])


def _unreached(qos: QosPlan, c: TrafficClass, room_B: float, all_B: float, g: int) -> Finding:
    xoff_B = 0.0 if c.pfc is None else float(c.pfc.xoff)
    never = xoff_B > room_B
    what = "is never reached, it is" if never else f"takes {_size(all_B)} with every port congested,"
    return Finding(
        code="E831",
        at=f"{c.origin}/pfc/xoff",
        message=f"class {c.name}: a pause at {_size(xoff_B)} {what} beyond the {_size(room_B)} that lossless classes "
        f"share at {qos.groups.name[g]}",
        hint="write a smaller xoff, or leave pfc out: the threshold then follows the free memory",
        severity=Severity.ERROR if never else Severity.WARNING,
    )


def _broken(qos: QosPlan, g: int, row: int) -> tuple[Level, Level, float] | None:
    """The first two levels of a queue that are out of order; the upper one while nothing else is congested."""
    made = qos.queues
    paused = not math.isnan(made.xoff_B[g, row])
    levels = [("Kmin", made.kmin_B[g, row]), ("Kmax", made.kmax_B[g, row])]
    upper = ("pause", made.xoff_B[g, row]) if paused else ("drop", made.limit_B[g, row])
    alone_B = float((made.xoff_alone_B if paused else made.limit_alone_B)[g, row])
    low = max(levels, key=lambda one: -1.0 if math.isnan(one[1]) else one[1])
    if not math.isnan(low[1]) and low[1] >= upper[1]:
        return (low[0], float(low[1])), (upper[0], float(upper[1])), alone_B
    return None


def _misfit(qos: QosPlan, c: TrafficClass, g: int, low: Level, high: Level, alone_B: float) -> Finding:
    never = low[1] >= alone_B
    when = "even while nothing else is congested" if never else "while every port is congested"
    return Finding(
        code="E831",
        at=f"{c.origin}/wred/max",
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
        kept_B = float(made.reserved_B[b] + max(made.headroom_B[b], made.pool_B[b]))
        if switch is None or switch.guaranteed is not None or switch.headroom is not None:
            continue  # what is stated of the parts is E824 and E826
        if switch.name in told or math.isnan(made.memory_B[b]) or made.memory_B[b] > kept_B:
            continue
        told.add(switch.name)
        yield Finding(
            code="E832",
            at=f"{switch.origin}/{'buffer' if switch.buffer is not None else 'chip'}",
            message=f"{made.device[b]} keeps {_size(float(made.reserved_B[b]))} for single queues and "
            f"{_size(float(made.headroom_B[b]))} of headroom, of {_size(float(made.memory_B[b]))}; nothing is left",
            hint="have fewer lossless classes, fewer ports or shorter cables, or a chip with more memory",
        )


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
