"""Rules of fences: they stand around something, and what they let through has a way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from easterly.address.pools import wants_v4
from easterly.base.findings import Finding, Severity, did_you_mean, rule
from easterly.model.spec.site import Site


def _known(site: Site) -> set[str]:
    return {*site.tenants, *_zones(site)}


def _zones(site: Site) -> set[str]:
    return {block.zone for block in site.addressing.blocks.values() if block.zone is not None}


@rule("E522", "isolation names neither a tenant nor a zone")
def fences_stand_around_something(site: Site) -> Iterator[Finding]:
    """Fences, and what they let through, are tenants or security zones of blocks."""
    known = _known(site)
    for name, fence in sorted(site.isolation.items()):
        if name not in known:
            text = f"there is no tenant or zone {name}"
            yield Finding("E522", fence.origin, text, did_you_mean(name, known), on_key=True)
        for row, to in enumerate(fence.reaches):
            if to not in known:
                text = f"{name} reaches {to}, and there is no such tenant or zone"
                yield Finding("E522", f"{fence.origin}/reaches/{row}", text, did_you_mean(to, known))


@rule("E523", "a VLAN is stated twice")
def vlans_apart(site: Site) -> Iterator[Finding]:
    """Two tenants on one VLAN hear each other's broadcasts; a block may share the VLAN of its tenant."""
    holders: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for name, block in sorted(site.addressing.blocks.items()):
        if block.vlan is not None and block.tenant is not None:
            holders[block.vlan].append((block.tenant, f"block {name}"))
    for name, fence in sorted(site.isolation.items()):
        if fence.vlan is None:
            continue
        others = [said for tenant, said in holders[fence.vlan] if tenant != name]
        if others:
            text = f"VLAN {fence.vlan} is that of {others[0]} too"
            yield Finding("E523", f"{fence.origin}/vlan", text, "state another one, or none")
        holders[fence.vlan].append((name, f"tenant {name}"))


@rule("E524", "a permission that no route can serve")
def permissions_have_routes(site: Site) -> Iterator[Finding]:
    """Tables exchange routes by route targets, and the default table has none."""
    own = {name for name, tenant in site.tenants.items() if tenant.vrf}
    for name, fence in sorted(site.isolation.items()):
        for row, to in enumerate(fence.reaches):
            if {name, to} <= _known(site) and (name in own) != (to in own):
                inner, outer = (name, to) if name in own else (to, name)
                text = f"{name} cannot reach {to}: {inner} has a table of its own, and {outer} is in the default one"
                hint = (
                    f"give {outer} `vrf: true`" if outer in site.tenants else f"give the blocks of {outer} to a tenant"
                )
                yield Finding("E524", f"{fence.origin}/reaches/{row}", text, hint)


@rule("E528", "tunnels between tenants' tables have no IPv4 ends")
def tunnels_have_ends(site: Site) -> Iterator[Finding]:
    """Tables of tenants on several switches are joined by VXLAN between loopbacks."""
    tables = sorted(name for name, tenant in site.tenants.items() if tenant.vrf)
    if tables and not wants_v4(site):
        text = f"loopbacks are IPv6 alone, where FRR before 10.6 ends no tunnel: hosts of {tables[0]} do not reach " \
               "those at other switches"  # fmt: skip
        hint = "give IPv4 too: pools `fabric` and `loopback`"
        yield Finding("E528", f"{site.tenants[tables[0]].origin}/vrf", text, hint, Severity.WARNING)


@rule("E529", "a fence around a tenant without addresses of its own")
def fences_know_their_addresses(site: Site) -> Iterator[Finding]:
    """Access lists know whom they judge by a table, or by addresses."""
    placed = {block.tenant for block in site.addressing.blocks.values()}
    for name, fence in sorted(site.isolation.items()):
        tenant = site.tenants.get(name)
        if tenant is not None and not tenant.vrf and tenant.pool is None and name not in placed:
            text = f"hosts of {name} have their leaf's addresses, as anybody's: no access list tells them from others"
            hint = f"give {name} `vrf: true`, or a `pool` of its own"
            yield Finding("E529", fence.origin, text, hint, Severity.WARNING, on_key=True)
