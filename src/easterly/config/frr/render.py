"""FRR configuration of every router."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from easterly.config.templates import template
from easterly.model.outcome import Artifact
from easterly.model.router import Exchange, Group, Permit, Router

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
    exchanges = list(_exchanges(router))
    return page.render(
        r=router, words=LIST_WORD, entry=entry, unicast=[e for e in exchanges if e[1].family != "evpn"],
        overlays=[group.name for group, exchange in exchanges if exchange.family == "evpn"],
        numbers={"ipv4": 4, "ipv6": 6},
    )  # fmt: skip


def _exchanges(router: Router) -> Iterator[tuple[Group, Exchange]]:
    return ((group, exchange) for group in router.groups for exchange in group.exchanges)


def entry(permit: Permit) -> str:
    """A line of a prefix-list after ``permit``.

    >>> entry(Permit("10.0.0.0/8", high=32))
    '10.0.0.0/8 le 32'
    """
    low = "" if permit.low is None else f" ge {permit.low}"
    return permit.prefix + low + ("" if permit.high is None else f" le {permit.high}")


def shape(router: Router) -> str:
    """What decides which lines of the template are used; routers of one shape differ in numbers only."""
    families = [exchange.family for _, exchange in _exchanges(router)]
    words = ["frr", "leaf" if router.edge else "transit", *(f for f in families if f != "evpn")]
    told = {
        "alone": not any(group.peers for group in router.groups),
        "hosts": any(interface.role == "gateway" for interface in router.interfaces),
        "evpn": "evpn" in families,
        "vrf": bool(router.tables),
        "leak": any(len(table.imports) > 1 for table in router.tables),
    }
    return " ".join([*words, *(word for word, there in told.items() if there)])
