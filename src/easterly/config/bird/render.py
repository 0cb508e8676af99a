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
    interfaces have them; services of hosts are, by way of them. Links without addresses have link-local ones, which
    comments tell: BIRD sends no advertisements to find a neighbour by. BIRD 2 has neither IS-IS nor EVPN: a router that
    needs IS-IS has no file; tables of tenants, and sessions for them alone, are left out.

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
        r=router, families=words.families(), own=words.own, groups=words.groups(), session=session, areas=words.areas(),
        ospf=router.igp.families if router.igp else (), heard=words.heard, given=words.given, told=words.told,
        detection=words.detection, addresses=words.addresses, link_locals=words.link_locals,
    )  # fmt: skip


def shape(router: Router) -> str:
    """What decides which lines of the template are used."""
    words = Words(router)
    groups, links = words.groups(), router.igp_links
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
        "served": any(" via " in route for family in words.families() for route in words.own(family)),
        "far": bool(router.far),
    }
    families = [f"IPv{family}" for family in words.families()]
    return " ".join(["bird", *families, *(word for word, has in told.items() if has)])
