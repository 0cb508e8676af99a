"""OSPF and IS-IS in the words of Junos."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.switches.machine import Machine
from easterly.model.router import Bfd, Igp, Router

POLICY = "set policy-options policy-statement"
BFD_MS, BFD_MISSED = 300, 3
"""Junos wants an interval: where none is stated, what FRR takes then."""
PROCESS = {4: "ospf", 6: "ospf3"}


def detection(bfd: Bfd | None) -> Iterator[str]:
    """Timers of BFD."""
    interval_ms, missed = (BFD_MS, BFD_MISSED) if bfd is None else (bfd.interval_ms, bfd.multiplier)
    yield f"bfd-liveness-detection minimum-interval {interval_ms}"
    yield f"bfd-liveness-detection multiplier {missed}"


def interior(machine: Machine) -> Iterator[str]:
    """The interior protocol, whole."""
    router, igp = machine.router, machine.router.igp
    if igp is None:
        return
    if igp.protocol == "isis":
        yield from _isis(machine, igp)
    else:
        for family in igp.families:
            yield from _ospf(machine, igp, family)
    yield from _given(router, igp)


def _logical(machine: Machine, name: str) -> str:
    """A logical interface by its name in the plan."""
    own = machine.names[name]
    return own if "." in own else f"{own}.0"


def _ospf(machine: Machine, igp: Igp, family: int) -> Iterator[str]:
    own = f"set protocols {PROCESS[family]}"
    for link in igp.links:
        at = f"{own} area {link.area} interface {_logical(machine, link.interface)}"
        yield from (f"{at} interface-type p2p", f"{at} metric {link.cost}")
        if link.hellos is not None:
            yield from (f"{at} hello-interval {link.hellos.hello_s}", f"{at} dead-interval {link.hellos.dead_s}")
        if link.bfd:
            yield from (f"{at} {line}" for line in detection(machine.router.profile(link.profile)))
    yield from (f"{own} area {igp.area} interface {_logical(machine, name)} passive" for name in igp.passive)


def _isis(machine: Machine, igp: Igp) -> Iterator[str]:
    yield f"set interfaces lo0 unit 0 family iso address {igp.net}"
    yield from ("set protocols isis level 1 disable", "set protocols isis level 2 wide-metrics-only")
    for link in igp.links:
        name = _logical(machine, link.interface)
        at = f"set protocols isis interface {name}"
        yield f"set interfaces {machine.names[link.interface]} unit 0 family iso"
        yield from (f"{at} point-to-point", f"{at} level 2 metric {link.cost}")
        if link.hellos is not None:
            yield f"{at} level 2 hello-interval {link.hellos.hello_s}"
            yield f"{at} level 2 hold-time {link.hellos.dead_s}"
        for family in igp.families if link.bfd else ():
            word = "inet" if family == 4 else "inet6"
            yield from (f"{at} family {word} {line}" for line in detection(machine.router.profile(link.profile)))
    yield from (f"set protocols isis interface {_logical(machine, name)} passive" for name in igp.passive)


def _given(router: Router, igp: Igp) -> Iterator[str]:
    """What others give to the interior protocol: policies of export."""
    for give in router.handed():
        process = "isis" if igp.protocol == "isis" else PROCESS[give.family]
        own, source = f"{POLICY} TO-{process}", "static" if give.source == "checks" else give.source
        term = f"{own} term {give.accept}"
        yield from (f"{term} from protocol {source}", f"{term} from policy {give.accept}", f"{term} then accept")
        yield f"set protocols {process} export TO-{process}"
