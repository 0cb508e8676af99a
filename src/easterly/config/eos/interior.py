"""OSPF and IS-IS in the words of EOS."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.switches.machine import Machine
from easterly.model.router import Igp, IgpLink, Interface, Router

NAME = "FABRIC"


def interface_lines(router: Router, interface: Interface) -> Iterator[str]:
    """What an interface says of the interior protocol; nothing where it takes no part."""
    igp = router.igp
    if igp is None:
        return
    for link in igp.on(interface.name):
        made = _ospf(igp, link) if igp.protocol == "ospf" else _isis(link)
        yield from (f"   {line}" for line in made)


def _ospf(igp: Igp, link: IgpLink | None) -> Iterator[str]:
    four, six = 4 in igp.families, 6 in igp.families
    area = igp.area if link is None else link.area
    timers = None if link is None else link.hellos
    if four:
        if link is not None:
            yield from (f"ip ospf cost {link.cost}", "ip ospf network point-to-point")
        if timers is not None:
            yield from (f"ip ospf dead-interval {timers.dead_s}", f"ip ospf hello-interval {timers.hello_s}")
        yield f"ip ospf area {area}"
    if six:
        if link is not None:
            yield from ("ospfv3 network point-to-point", f"ospfv3 ipv6 cost {link.cost}")
        if timers is not None:
            yield from (f"ospfv3 hello-interval {timers.hello_s}", f"ospfv3 dead-interval {timers.dead_s}")
        if link is None:
            yield "ospfv3 passive-interface"
        yield f"ospfv3 ipv6 area {area}"


def _isis(link: IgpLink | None) -> Iterator[str]:
    yield f"isis enable {NAME}"
    if link is None:
        yield "isis passive"
        return
    yield f"isis metric {link.cost}"
    yield "isis network point-to-point"
    if link.hellos is not None:
        yield f"isis hello-interval {link.hellos.hello_s}"
        yield f"isis hello-multiplier {link.hellos.dead_s // link.hellos.hello_s}"


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
        if any(link.bfd for link in igp.links):
            yield "   bfd default"
        yield from (f"   passive-interface {machine.names[name]}" for name in igp.passive)
        yield from (f"   {line}" for line in _given(router, 4))
        yield f"   maximum-paths {router.paths}"
    if 6 in igp.families:
        yield from ("!", "router ospfv3", f"   router-id {router.router_id}")
        if any(link.bfd for link in igp.links):
            yield "   bfd default"
        yield from ("   !", "   address-family ipv6", f"      maximum-paths {router.paths}")
        yield from (f"      {line}" for line in _given(router, 6))


def _isis_process(router: Router, igp: Igp) -> Iterator[str]:
    yield from ("!", f"router isis {NAME}", f"   net {igp.net}", "   is-type level-2")
    for family in igp.families:
        yield from ("   !", f"   address-family ipv{family} unicast", f"      maximum-paths {router.paths}")
        if any(link.bfd for link in igp.links):
            yield "      bfd all-interfaces"
        yield from (f"      {line}" for line in _given(router, family))


def _given(router: Router, family: int) -> Iterator[str]:
    """What others give to the interior protocol."""
    for give in router.handed(family):
        yield f"redistribute {'static' if give.source == 'checks' else give.source} route-map {give.accept}"


def to_bgp(router: Router, family: int) -> Iterator[str]:
    """What BGP tells of the interior protocol, and of what is on the router itself."""
    for give in router.handed(family, to_bgp=True):
        source = "isis level-2" if give.source == "isis" else "ospfv3" if family == 6 else "ospf"
        yield from (f"redistribute {word} route-map {give.accept}" for word in ("connected", source))
