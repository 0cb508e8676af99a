"""Lines of OSPF and IS-IS, and of what protocols hand to each other."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.industry import WORD
from easterly.model.router import Igp, IgpLink, Interface, Router

TAG = "FABRIC"
"""Name of the IS-IS process."""
OSPF = {4: "ip ospf", 6: "ipv6 ospf6"}
PROCESS = {4: "ospf", 6: "ospf6"}


def on_interface(router: Router, port: Interface) -> Iterator[str]:
    """What an interface says of the interior protocol; nothing where none runs on it."""
    igp = router.igp
    if igp is None:
        return
    for link in igp.on(port.name):
        if igp.protocol == "ospf":
            for family in igp.families:
                yield from _ospf(OSPF[family], igp, link)
        else:
            yield from (f"{WORD[family]} router isis {TAG}" for family in igp.families)
            yield from _isis(link)


def _ospf(word: str, igp: Igp, link: IgpLink | None) -> Iterator[str]:
    if link is None:
        yield f"{word} area {igp.area}"
        yield f"{word} passive"
        return
    yield f"{word} area {link.area}"
    yield f"{word} network point-to-point"
    yield f"{word} cost {link.cost}"
    if link.hellos is not None:
        yield f"{word} hello-interval {link.hellos.hello_s}"
        yield f"{word} dead-interval {link.hellos.dead_s}"
        # A description of the database that is lost is sent again after this: 5 s by default, and no route before.
        yield f"{word} retransmit-interval {link.hellos.hello_s}"
    yield from _bfd(word, link)


def _isis(link: IgpLink | None) -> Iterator[str]:
    yield "isis circuit-type level-2-only"
    if link is None:
        yield "isis passive"
        return
    yield "isis network point-to-point"
    yield f"isis metric {link.cost}"
    if link.hellos is not None:
        yield f"isis hello-interval {link.hellos.hello_s}"
        yield f"isis hello-multiplier {link.hellos.dead_s // link.hellos.hello_s}"
    yield from _bfd("isis", link)


def _bfd(word: str, link: IgpLink) -> Iterator[str]:
    if link.bfd:
        yield f"{word} bfd"
        if link.profile:
            yield f"{word} bfd profile {link.profile}"


def processes(router: Router) -> Iterator[str]:
    """The blocks of the interior protocol."""
    igp = router.igp
    if igp is None:
        return
    if igp.protocol == "isis":
        yield from (f"router isis {TAG}", f" net {igp.net}", " is-type level-2-only", " metric-style wide")
        # A second change is not held back for longer than this: FRR waits 30 s and 1 s.
        yield from (" lsp-gen-interval 1", " spf-interval 1")
        yield from _given(router, None)
        yield from ("exit", "!")
        return
    for family in igp.families:
        yield from (f"router {PROCESS[family]}", f" {PROCESS[family]} router-id {router.router_id}")
        yield f" maximum-paths {min(router.paths, 64)}"
        yield from _given(router, family)
        yield from ("exit", "!")


def _given(router: Router, family: int | None) -> Iterator[str]:
    """What others give to the interior protocol; of all families if none is named, as IS-IS has it."""
    for give in router.handed(family):
        word = "kernel" if give.source == "checks" else give.source
        what = f"ipv{give.family} {word} level-2" if family is None else word
        yield f" redistribute {what} route-map {give.accept}"


def to_bgp(router: Router, family: int) -> Iterator[str]:
    """What BGP tells of the interior protocol; what is on the router itself is in no protocol's routes."""
    for give in router.handed(family, to_bgp=True):
        source = PROCESS[family] if give.source == "ospf" else give.source
        yield from (f"redistribute {word} route-map {give.accept}" for word in ("connected", source))
