"""FRR configuration of every router."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from easterly.config.frr.interior import on_interface, processes, to_bgp
from easterly.config.industry import MOST_AT_ONCE, WORD, entries, entries_of
from easterly.config.templates import template
from easterly.model.outcome import Artifact
from easterly.model.router import Exchange, Group, Router

if TYPE_CHECKING:
    from jinja2 import Template


def render(routers: Iterable[Router]) -> list[Artifact]:
    """One ``frr/<device>.conf`` for each router.

    Parameters
    ----------
    routers : iterable of Router

    Returns
    -------
    list of Artifact
    """
    page = template("frr/router.conf.j2")
    return [
        Artifact(f"frr/{router.name}.conf", _text(page, router), router.name, "frr", shape(router))
        for router in routers
    ]


def _text(page: Template, router: Router) -> str:
    carried: dict[int, list[tuple[Group, Exchange]]] = {}
    for group, exchange in router.exchanges:
        carried.setdefault(exchange.version, []).append((group, exchange))
    overlays = [group.name for group, _ in carried.pop(0, ())]
    return page.render(
        r=router, words=WORD, unicast=carried, overlays=overlays, entries=entries, interior=on_interface,
        processes=processes, redistributed=to_bgp, prepends=entries_of,
    )  # fmt: skip


def shape(router: Router) -> str:
    """What decides which lines of the template are used; routers of one shape differ in numbers only."""
    families = [exchange.family for _, exchange in router.exchanges]
    words = ["frr", "leaf" if router.edge else "transit", *(f for f in families if f != "evpn")]
    igp, groups, links = router.igp, router.groups, router.igp_links
    told = {
        "alone": not any(group.peers for group in groups) and not links,
        "hosts": any(interface.role == "gateway" for interface in router.interfaces),
        "evpn": "evpn" in families,
        "vrf": bool(router.tables),
        "leak": any(len(table.imports) > 1 for table in router.tables),
        igp.protocol if igp else "": igp is not None,
        "unnumbered": router.unnumbered,
        "profile": bool(router.bfd),
        "silent": not all([*(group.bfd or group.source for group in groups), *(link.bfd for link in links)]),
        "timers": any(group.timers for group in groups) or any(link.hellos for link in links),
        "given": bool(router.handovers),
        "far": bool(router.far),
        "further": any(far.longer > MOST_AT_ONCE for far in router.far),
    }  # fmt: skip
    return " ".join([*words, *(word for word, there in told.items() if there)])
