"""OSPF and IS-IS in the words of NX-OS."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.industry import WORD as IP
from easterly.model.router import Igp, IgpLink, Interface, Router

NAME = "FABRIC"
MOST_PATHS = 64
"""Highest ``maximum-paths``."""
PROCESS = {4: "ospf", 6: "ospfv3"}
START = {4: "ip router ospf", 6: "ipv6 router ospfv3"}
WORD = {4: "ip ospf", 6: "ospfv3"}


def features(router: Router) -> tuple[str, ...]:
    """What has to be switched on for the interior protocol."""
    igp = router.igp
    if igp is None:
        return ()
    return ("isis",) if igp.protocol == "isis" else tuple(PROCESS[family] for family in igp.families)


def interface_lines(router: Router, interface: Interface) -> Iterator[str]:
    """What an interface says of the interior protocol; nothing where it takes no part."""
    igp = router.igp
    if igp is None:
        return
    for link in igp.on(interface.name):
        if igp.protocol == "isis":
            yield from _isis(igp, link)
            continue
        for family in igp.families:
            yield from _ospf(igp, link, family)


def _ospf(igp: Igp, link: IgpLink | None, family: int) -> Iterator[str]:
    word = WORD[family]
    yield f"{START[family]} {NAME} area {igp.area if link is None else link.area}"
    if link is None:
        yield f"{word} passive-interface"
        return
    yield from (f"{word} network point-to-point", f"{word} cost {link.cost}")
    if link.hellos is not None:
        yield from (f"{word} hello-interval {link.hellos.hello_s}", f"{word} dead-interval {link.hellos.dead_s}")
    if link.bfd:
        yield f"{word} bfd"


def _isis(igp: Igp, link: IgpLink | None) -> Iterator[str]:
    yield from (f"{IP[family]} router isis {NAME}" for family in igp.families)
    if link is None:
        yield "isis passive-interface level-2"
        return
    yield from ("isis network point-to-point", f"isis metric {link.cost} level-2")
    if link.hellos is not None:
        yield f"isis hello-interval {link.hellos.hello_s} level-2"
        yield f"isis hello-multiplier {link.hellos.dead_s // link.hellos.hello_s} level-2"
    if link.bfd:
        yield "isis bfd"


def process(router: Router) -> Iterator[str]:
    """The interior protocol itself."""
    igp = router.igp
    if igp is None:
        return
    paths = f"maximum-paths {min(MOST_PATHS, router.paths)}"
    if igp.protocol == "isis":
        yield from ("!", f"router isis {NAME}", f"  net {igp.net}", "  is-type level-2")
        for family in igp.families:
            yield from (f"  address-family ipv{family} unicast", f"    {paths}")
            yield from (f"    {line}" for line in _given(router, family))
        return
    for family in igp.families:
        yield from ("!", f"router {PROCESS[family]} {NAME}", f"  router-id {router.router_id}")
        margin = "  "
        if family == 6:
            yield "  address-family ipv6 unicast"
            margin = "    "
        yield from (f"{margin}{line}" for line in _given(router, family))
        yield f"{margin}{paths}"


def _given(router: Router, family: int) -> Iterator[str]:
    """What others give to the interior protocol."""
    for give in router.handed(family):
        source = "static" if give.source == "checks" else f"bgp {router.asn}"
        yield f"redistribute {source} route-map {give.accept}"


def to_bgp(router: Router, family: int) -> Iterator[str]:
    """What BGP tells of the interior protocol, and of what is on the router itself."""
    for give in router.handed(family, to_bgp=True):
        source = "isis" if give.source == "isis" else PROCESS[family]
        yield from (f"redistribute {word} route-map {give.accept}" for word in ("direct", f"{source} {NAME}"))
