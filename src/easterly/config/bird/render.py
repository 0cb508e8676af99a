"""BIRD 2 configuration of every router."""

from __future__ import annotations

from collections.abc import Iterable

from easterly.config.bird.words import Words, session, span
from easterly.config.templates import template
from easterly.model.outcome import Artifact
from easterly.model.router import Router


def render(routers: Iterable[Router]) -> list[Artifact]:
    """One ``bird/<device>.conf`` for each router.

    The same sessions and filters as FRR's, from the same description: external BGP on every link or OSPF, all equal
    paths merged into one route of the kernel. Own prefixes are told to others and not written to the kernel, whose
    interfaces have them. BIRD 2 has neither IS-IS nor EVPN: a router that needs IS-IS has no file, and tables of
    tenants are left out.

    Parameters
    ----------
    routers : iterable of Router

    Returns
    -------
    list of Artifact
    """
    return [
        Artifact(f"bird/{router.name}.conf", text(router), router.name, "bird", shape(router))
        for router in routers if router.igp is None or router.igp.protocol != "isis"
    ]  # fmt: skip


def text(router: Router) -> str:
    """The file of one router."""
    page, words = template("bird/router.conf.j2"), Words(router)
    page.environment.filters.setdefault("span", span)
    return page.render(
        r=router, families=sorted(router.networks), ospf=router.igp.families if router.igp else (), session=session,
        areas=words.areas(), passing=words.passing, given=words.given, told=words.told, detection=words.detection,
    )  # fmt: skip


def shape(router: Router) -> str:
    """What decides which lines of the template are used."""
    groups, links = router.groups, router.igp_links
    told = {
        "leaf": router.edge,
        "alone": not any(group.peers for group in groups),
        "ospf": router.igp is not None,
        "unnumbered": any(not peer.address for group in groups for peer in group.peers),
        "profile": bool(router.bfd),
        "timers": any(group.timers for group in groups) or any(link.hellos for link in links),
        "multihop": any(group.hops > 1 for group in groups),
        "given": bool(router.handovers),
        "refuses": any(f.refuses for f in router.filters),
        "vrf": bool(router.tables),
    }
    families = [f"IPv{family}" for family in sorted(router.networks)]
    return " ".join(["bird", *families, *(word for word, has in told.items() if has)])
