"""BIRD 2 configuration of every router."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from easterly.config.templates import template
from easterly.model.outcome import Artifact
from easterly.model.router import Group, Peer, Permit, Router

BITS = {4: 32, 6: 128}


def render(routers: Iterable[Router]) -> list[Artifact]:
    """One ``bird/<device>.conf`` for each router.

    The same sessions and filters as FRR's, from the same description: external BGP on every link, all equal paths
    merged into one route of the kernel. Own prefixes are told to others and not written to the kernel, whose interfaces
    have them. BIRD 2 has neither IS-IS nor EVPN: a router whose links need IS-IS has no file, and tables of tenants are
    left out.

    Parameters
    ----------
    routers : iterable of Router

    Returns
    -------
    list of Artifact
    """
    page = template("bird/router.conf.j2")
    page.environment.filters.setdefault("span", span)
    return [
        Artifact(
            f"bird/{r.name}.conf",
            page.render(
                r=r, families=sorted(r.networks), session=session, ms=milliseconds,
                passing=partial(passing, frozenset(f.name for f in r.filters if f.permits)),
                ospf=r.igp is not None and r.igp.protocol == "ospf",
            ),
            r.name, "bird", _shape(r),
        )
        for r in routers if r.igp is None or r.igp.protocol != "isis"
    ]  # fmt: skip


def span(permit: Permit) -> str:
    """A prefix with its lengths, as sets of prefixes have it.

    >>> span(Permit("10.0.0.0/8", high=24)), span(Permit("10.0.0.0/8", low=32)), span(Permit("fd00::/8"))
    ('10.0.0.0/8{8,24}', '10.0.0.0/8{32,32}', 'fd00::/8')
    """
    if permit.low is None and permit.high is None:
        return permit.prefix
    length = int(permit.prefix.rpartition("/")[2])
    most = BITS[6 if ":" in permit.prefix else 4]
    low, high = (given if given is not None else usual for given, usual in ((permit.low, length), (permit.high, most)))
    return f"{permit.prefix}{{{low},{high}}}"


def passing(lists: frozenset[str], name: str) -> str:
    """What a filter lets through; a list that permits nothing is not defined, since BIRD has no empty sets.

    >>> passing(frozenset({"A"}), "A"), passing(frozenset(), "A"), passing(frozenset(), "")
    ('where net ~ A', 'none', 'all')
    """
    return ("all" if not name else f"where net ~ {name}") if not name or name in lists else "none"


def session(group: Group, peer: Peer) -> str:
    """Name of a session, of letters, digits and ``_`` alone; ports make it unique."""
    family = next((e.family for e in group.exchanges if e.family != "evpn"), "bgp")
    return re.sub(r"\W", "_", f"{family}_{peer.end.device}_{peer.end.port}")


def milliseconds(time_s: float) -> int:
    """Whole milliseconds."""
    return round(time_s * 1000)


def _shape(router: Router) -> str:
    """What decides which lines of the template are used."""
    told = {
        "leaf": router.edge,
        "alone": not any(group.peers for group in router.groups),
        "ospf": router.igp is not None,
        "unnumbered": any(not peer.address for group in router.groups for peer in group.peers),
        "bfd": router.bfd is not None,
        "timers": router.bgp_timers is not None,
        "multihop": any(group.hops > 1 for group in router.groups),
        "vrf": bool(router.tables),
    }
    return " ".join(
        ["bird", *(f"IPv{f}" for f in sorted(router.networks)), *(word for word, has in told.items() if has)]
    )
