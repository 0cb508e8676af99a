"""How long flows are interrupted when a port of a bridge goes down, and when a cable falls silent: told, and probed.

A bridge sees the carrier of its ports, and nothing else: bridges tell each other nothing. What would leave by a port
without carrier takes another bucket as soon as the kernel has told the switch. A switch that has no other way, and both
of a cable that is silent but has its carrier, send packets there as long as that lasts. Where the site states timers of
BFD, bridges notice silence by it (RFC 5880, section 6.8.4).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab.bridges import ways
from easterly.app.lab.bridges.trial import Case, settled
from easterly.app.lab.measure import choice
from easterly.app.lab.measure.choice import End, Way
from easterly.app.lab.measure.failover import Waits, waiting
from easterly.app.lab.measure.faults import pulled, silent
from easterly.app.lab.measure.flows import Flow, several
from easterly.app.lab.measure.probes import Probed, Track, probing, spacing_s
from easterly.app.lab.measure.within import Within
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.base.schema import Doc, Unit
from easterly.config.ovs.bridge import Bridge

PROBED = 8
"""Flows of each direction."""
QUIET_S, FAULT_S = 0.2, 0.4
"""Probes before a fault and after it; how long faults last, and longer if it takes longer to notice them."""
HEARD_S = 0.02
"""From when a switch has heard of a port until its datapath has: two threads, woken by events and by no timer, look at
all ports and flows, of which labs have few."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that lasts for a while."""

    least_s: Annotated[float, Unit("s"), Doc("How long at least.")]
    most_s: Annotated[float, Unit("s"), Doc("How long at most.")]
    apart_s: Annotated[float, Unit("s"), Doc("From when its first end may have begun until both had, at most.")]
    every_s: Annotated[float, Unit("s"), Doc("From one probe of a flow to the next.")]
    waits: Annotated[Waits, Doc("How long this machine kept programs waiting meanwhile.")]

    @property
    def heard_s(self) -> float:
        """Until a switch does otherwise, at most [s]."""
        return HEARD_S + self.waits.of()


def interruptions(lab: Running, bridges: Sequence[Bridge], case: Case) -> list[Within]:
    """Flows of a case and back, while a port on their way is down, and while its cable is silent.

    Raises
    ------
    LabError
        No flow uses any of the ports.
    """
    flows = both(case)
    before = choice.ways(ways.fabric(lab, bridges, flows), flows)
    used = {end for way in before[:PROBED] for end in way}
    end = next((end for port in case.ports if (end := (case.bridge, port)) in used), None)
    if end is None:
        raise LabError(f"no flow leaves {case.bridge} by a port of the group")
    ends = (end, lab.far[end])
    cable = [(lab.spaces[node], device) for node, device in reversed(ends)]
    made = _probed(lab, flows, lambda: pulled(cable), FAULT_S)
    around, missed = ways.fabric(lab, bridges, flows, ends), _missed(bridges, end)
    when = f" while {end[0]} {end[1]} is down"
    compared = [
        _fallen(track, way, ends, made[1], when, heard=_leads_on(around, track.flow))
        for track, way in zip(made[0].tracks, before, strict=True)
    ]
    settled(lab, bridges)
    made = _probed(lab, flows, lambda: _silent(lab, ends), FAULT_S + missed[1])
    when = f" while the cable of {end[0]} {end[1]} is silent"
    return compared + [
        _silenced(track, way, ends, made[1], when, missed, heard=missed[1] > 0 and _leads_on(around, track.flow))
        for track, way in zip(made[0].tracks, before, strict=True)
    ]  # fmt: skip


def both(case: Case) -> list[Flow]:
    """Some flows of a case, and as many back."""
    one = case.flows[0]
    return [
        *several(PROBED, one.src, one.dst, one.src_address, one.dst_address, first=30_000),
        *several(PROBED, one.dst, one.src, one.dst_address, one.src_address, first=30_000 + PROBED),
    ]


@contextmanager
def _silent(lab: Running, ends: Sequence[End]) -> Iterator[None]:
    with ExitStack() as held:
        for node, device in ends:
            held.enter_context(silent(lab.spaces[node], [device]))
        yield


def _probed(
    lab: Running, flows: Sequence[Flow], fault: Callable[[], AbstractContextManager[None]], lasting_s: float
) -> tuple[Probed, Fault]:  # fmt: skip
    """Probes before, during and after a fault."""
    every_s = spacing_s(flows, lab.slowest_bps)
    with probing(lab.spaces, flows, every_s=every_s) as probed:
        time.sleep(QUIET_S)
        with waiting() as waits:
            asked_s = time.monotonic()
            with fault():
                begun_s = time.monotonic()
                time.sleep(lasting_s)
                over_s = time.monotonic()
            ended_s = time.monotonic()
            time.sleep(QUIET_S)
            return probed(), Fault(over_s - begun_s, ended_s - asked_s, begun_s - asked_s, every_s, waits())


def _leads_on(around: choice.Fabric, flow: Flow) -> bool:
    """Whether a flow gets there when both ends of a cable know that it is gone."""
    try:
        choice.ways(around, [flow])
    except ValueError:  # a switch without another way, or one that sends back
        return False
    return True


def _missed(bridges: Sequence[Bridge], end: End) -> tuple[float, float]:
    """Within which a bridge notices that nothing comes in by a port [s]; 0 where nothing is to."""
    line = next(each for bridge in bridges for each in bridge.lines if (bridge.name, f"swp{each.port}") == end)
    interval_s, multiplier = line.bfd[0] / 1000, line.bfd[1]
    return (multiplier - 1) * interval_s, multiplier * interval_s


def _fallen(
    track: Track, way: Way, ends: tuple[End, End], fault: Fault, when: str, *, heard: bool
) -> Within:  # fmt: skip
    """While a port is down, and its far end without carrier."""
    why = f"the kernel tells the switch at once, which takes up to {fault.heard_s:.3f} s to change ways"
    known = (0.0, fault.heard_s, why)
    return _expected(track, way, ends, fault, when, known if heard else _unheard(fault))


def _silenced(
    track: Track, way: Way, ends: tuple[End, End], fault: Fault, when: str, missed: tuple[float, float], *, heard: bool
) -> Within:  # fmt: skip
    """While a cable is silent."""
    why = (
        f"BFD notices after {missed[0]:.3f} s to {missed[1]:.3f} s, both ends fell silent within {fault.apart_s:.3f} s "
        f"and the switch takes up to {fault.heard_s:.3f} s to change ways"
    )
    known = (missed[0] - fault.apart_s, missed[1] + fault.apart_s + fault.heard_s, why)
    return _expected(track, way, ends, fault, when, known if heard else _unheard(fault))


def _unheard(fault: Fault) -> tuple[float, float, str]:
    why = "no switch before it has another way, or sees anything wrong: its packets are lost as long as it lasts"
    return fault.least_s, fault.most_s + fault.heard_s, why


def _expected(
    track: Track, way: Way, ends: tuple[End, End], fault: Fault, when: str, interval: tuple[float, float, str]
) -> Within:  # fmt: skip
    if not any(end in way for end in ends):
        why = (
            "its computed way does not lead there; the thread that forwards in user space looks at ports too, and with "
            f"this machine's waits it may be away for {fault.heard_s:.3f} s"
        )
        return Within(
            f"probes lost of {track.flow}{when}", 0, 0, int(fault.heard_s / fault.every_s), track.lost, "1", why
        )  # fmt: skip
    (least_s, most_s, why), blur_s = interval, track.outage.blur_s
    return Within(
        f"interruption of {track.flow}{when}", (least_s + most_s) / 2, least_s - blur_s, most_s + blur_s,
        track.outage.middle_s, "s", f"{why}; the probes tell the ends to {blur_s:.3f} s",
    )  # fmt: skip
