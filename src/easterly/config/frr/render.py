"""FRR configuration of every router."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from easterly.config.frr.interior import on_interface, processes, to_bgp
from easterly.config.templates import template
from easterly.model.outcome import Artifact
from easterly.model.router import Exchange, Filter, Group, Permit, Router

if TYPE_CHECKING:
    from jinja2 import Template

LIST_WORD = {4: "ip", 6: "ipv6"}


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
    unicast: dict[str, list[tuple[Group, Exchange]]] = {}
    for group, exchange in _exchanges(router):
        if exchange.family != "evpn":
            unicast.setdefault(exchange.family, []).append((group, exchange))
    overlays = [group.name for group, exchange in _exchanges(router) if exchange.family == "evpn"]
    return page.render(
        r=router, words=LIST_WORD, numbers={"ipv4": 4, "ipv6": 6}, unicast=unicast, overlays=overlays,
        entries=entries, interior=on_interface, processes=processes, redistributed=to_bgp, ms=_milliseconds,
        handovers={give.accept: give for give in router.handovers}.values(),
    )  # fmt: skip


def _exchanges(router: Router) -> Iterator[tuple[Group, Exchange]]:
    return ((group, exchange) for group in router.groups for exchange in group.exchanges)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1e3)


def entries(filter_: Filter) -> Iterator[str]:
    """Lines of a prefix-list after their numbers.

    >>> list(entries(Filter("F", 4, (Permit("10.0.0.0/8", high=32),), (Permit("10.1.0.0/16"),))))
    ['deny 10.1.0.0/16', 'permit 10.0.0.0/8 le 32']
    """
    yield from (f"deny {_range(permit)}" for permit in filter_.refuses)
    yield from (f"permit {_range(permit)}" for permit in filter_.permits)


def _range(permit: Permit) -> str:
    low = "" if permit.low is None else f" ge {permit.low}"
    return permit.prefix + low + ("" if permit.high is None else f" le {permit.high}")


def shape(router: Router) -> str:
    """What decides which lines of the template are used; routers of one shape differ in numbers only."""
    families = [exchange.family for _, exchange in _exchanges(router)]
    words = ["frr", "leaf" if router.edge else "transit", *(f for f in families if f != "evpn")]
    igp, groups = router.igp, router.groups
    told = {
        "alone": not any(group.peers for group in groups) and not (igp and igp.links),
        "hosts": any(interface.role == "gateway" for interface in router.interfaces),
        "evpn": "evpn" in families,
        "vrf": bool(router.tables),
        "leak": any(len(table.imports) > 1 for table in router.tables),
        igp.protocol if igp else "": igp is not None,
        "unnumbered": router.unnumbered,
        "profile": bool(router.bfd),
        "silent": not all([*(group.bfd or group.source for group in groups), *(link.bfd for link in igp.links)])
        if igp else not all(group.bfd for group in groups),
        "timers": any(group.timers for group in groups) or any(link.hellos for link in (igp.links if igp else ())),
        "given": bool(router.handovers),
    }  # fmt: skip
    return " ".join([*words, *(word for word, there in told.items() if there)])
