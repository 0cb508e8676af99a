"""How long flows are interrupted when a port of a bridge goes down, and when a cable falls silent: told, and probed.

A bridge sees the carrier of its ports, and nothing else: bridges tell each other nothing. What would leave by a port
without carrier takes another bucket as soon as the kernel has told the switch. A switch that has no other way, and both
of a cable that is silent but has its carrier, send packets there as long as that lasts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab.bridges import ways
from easterly.app.lab.bridges.trial import Case
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
QUIET_S, DOWN_S, SILENT_S = 0.2, 1.2, 0.4
"""Probes before a fault and after it; how long faults last."""
TOLD_S = 1.0
"""Linux tells of lost carriers once a second at most (net/core/link_watch.c), and of ports that somebody takes down at
once."""
HEARD_S = 0.02
"""From when a switch has heard of a port until its datapath has: two threads, woken by events and by no timer, look at
all ports and flows, of which labs have few."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that lasts for a while."""

    least_s: Annotated[float, Unit("s"), Doc("How long at least.")]
    most_s: Annotated[float, Unit("s"), Doc("How long at most.")]
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
    made = _probed(lab, flows, lambda: pulled(cable), DOWN_S)
    around = ways.fabric(lab, bridges, flows, ends)
    when = f" while {end[0]} {end[1]} is down"
    compared = [
        _expected(track, way, ends, made[1], when, heard=_leads_on(around, track.flow))
        for track, way in zip(made[0].tracks, before, strict=True)
    ]
    made = _probed(lab, flows, lambda: _silent(lab, ends), SILENT_S)
    when = f" while the cable of {end[0]} {end[1]} is silent"
    return compared + [
        _expected(track, way, ends, made[1], when, heard=False)
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
    with probing(lab.spaces, flows, every_s=spacing_s(flows, lab.slowest_bps)) as probed:
        time.sleep(QUIET_S)
        with waiting() as waits:
            asked_s = time.monotonic()
            with fault():
                begun_s = time.monotonic()
                time.sleep(lasting_s)
                over_s = time.monotonic()
            ended_s = time.monotonic()
            time.sleep(QUIET_S)
            return probed(), Fault(over_s - begun_s, ended_s - asked_s, waits())


def _leads_on(around: choice.Fabric, flow: Flow) -> bool:
    """Whether a flow gets there when both ends of a cable know that it is gone."""
    try:
        choice.ways(around, [flow])
    except ValueError:  # a switch without another way, or one that sends back
        return False
    return True


def _expected(
    track: Track, way: Way, ends: tuple[End, End], fault: Fault, when: str, *, heard: bool
) -> Within:  # fmt: skip
    if not any(end in way for end in ends):
        return Within.exactly(
            f"probes lost of {track.flow}{when}", 0, track.lost, "its computed way does not lead there"
        )  # fmt: skip
    found, told_s = track.outage, TOLD_S if ends[1] in way else 0.0
    if heard:
        least_s, most_s = 0.0, told_s + fault.heard_s
        why = f"the kernel tells the switch within {told_s:g} s, which takes up to {fault.heard_s:.3f} s to change ways"
    else:
        least_s, most_s = fault.least_s, fault.most_s + fault.heard_s
        why = "no switch before it has another way, or sees anything wrong: its packets are lost as long as it lasts"
    blur_s = found.blur_s
    return Within(
        f"interruption of {track.flow}{when}", (least_s + most_s) / 2, least_s - blur_s, most_s + blur_s,
        found.middle_s, "s", f"{why}; the probes tell the ends to {blur_s:.3f} s",
    )  # fmt: skip
