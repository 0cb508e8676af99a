"""OSPF and IS-IS in the words of EOS."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.switches.machine import Machine
from easterly.model.router import Igp, Interface, Router

NAME = "FABRIC"


def interface_lines(router: Router, interface: Interface) -> Iterator[str]:
    """What an interface says of the interior protocol; nothing where it takes no part."""
    igp = router.igp
    if igp is None or interface.name not in (*igp.links, *igp.passive):
        return
    made = _ospf(igp, interface) if igp.protocol == "ospf" else _isis(igp, interface)
    yield from (f"   {line}" for line in made)


def _ospf(igp: Igp, interface: Interface) -> Iterator[str]:
    between, four, six = interface.name in igp.links, 4 in igp.families, 6 in igp.families
    if four:
        if between:
            yield from (f"ip ospf cost {interface.cost}", "ip ospf network point-to-point")
            if igp.dead_s is not None:
                yield f"ip ospf dead-interval {igp.dead_s}"
            if igp.hello_s is not None:
                yield f"ip ospf hello-interval {igp.hello_s}"
        yield f"ip ospf area {igp.area}"
    if six:
        if between:
            yield from ("ospfv3 network point-to-point", f"ospfv3 ipv6 cost {interface.cost}")
            if igp.hello_s is not None:
                yield f"ospfv3 hello-interval {igp.hello_s}"
            if igp.dead_s is not None:
                yield f"ospfv3 dead-interval {igp.dead_s}"
        else:
            yield "ospfv3 passive-interface"
        yield f"ospfv3 ipv6 area {igp.area}"


def _isis(igp: Igp, interface: Interface) -> Iterator[str]:
    yield f"isis enable {NAME}"
    if interface.name in igp.passive:
        yield "isis passive"
        return
    yield f"isis metric {interface.cost}"
    yield "isis network point-to-point"
    if igp.hello_s is not None:
        yield f"isis hello-interval {igp.hello_s}"
        if igp.dead_s is not None:
            yield f"isis hello-multiplier {max(2, round(igp.dead_s / igp.hello_s))}"


def process(machine: Machine) -> Iterator[str]:
    """The interior protocol itself."""
    router, igp = machine.router, machine.router.igp
    if igp is None:
        return
    if igp.protocol == "isis":
        yield from _isis_process(router, igp)
        return
    if 4 in igp.families:
        yield from ("!", "router ospf 1", f"   router-id {router.router_id}")
        if igp.bfd:
            yield "   bfd default"
        yield from (f"   passive-interface {machine.names[name]}" for name in igp.passive)
        yield f"   maximum-paths {router.paths}"
    if 6 in igp.families:
        yield from ("!", "router ospfv3", f"   router-id {router.router_id}")
        if igp.bfd:
            yield "   bfd default"
        yield from ("   !", "   address-family ipv6", f"      maximum-paths {router.paths}")


def _isis_process(router: Router, igp: Igp) -> Iterator[str]:
    yield from ("!", f"router isis {NAME}", f"   net {igp.area}.{igp.system}.00", "   is-type level-2")
    for family in igp.families:
        yield from ("   !", f"   address-family ipv{family} unicast", f"      maximum-paths {router.paths}")
        if igp.bfd:
            yield "      bfd all-interfaces"
