"""Rules of other traffic: what has no ends, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.columns import IntColumn
from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import RATE, format_short
from easterly.demand.build import partners
from easterly.demand.ends import Ends, known
from easterly.demand.traffic import matrices, pipeline, storage
from easterly.demand.traffic.ready import of_kind
from easterly.model.demand import Placement
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Gravity, Pipeline, Storage, Traffic


@rule("E641", "an end of traffic has no interfaces")
def ends_can_send(site: Site, network: Network, placement: Placement) -> Iterator[Finding]:
    """Everything that is named as an end has hosts or a router, and nothing sends to itself alone."""
    ends = Ends(site, network, placement.hosts)
    for work in of_kind(site, Traffic):
        for path, name in sorted(work.ends.items()):
            if name in known(site) and not len(_end(ends, work, name)):
                hint = "name the fabric or the work whose hosts are meant"
                yield Finding(
                    "E641", f"{work.origin}/{path}", f"{name} has no hosts, so nothing can start or end there", hint
                )
        if work.ends.get("from", "") == work.ends.get("to", " "):
            hint = "name two different ends"
            yield Finding("E641", f"{work.origin}/to", f"{work.name} goes from {work.ends['to']} to itself", hint)


def _end(ends: Ends, work: Traffic, name: str) -> IntColumn:
    return matrices.gate(ends, name) if isinstance(work, Gravity) else ends.nodes(name)


@rule("E643", "a store has too few servers for its copies")
def copies_have_servers(site: Site) -> Iterator[Finding]:
    """Each copy, or piece of a code, is on a server of its own."""
    for work in of_kind(site, Storage):
        need = storage.factors(work).servers
        if work.hosts < need:
            what = "copies" if work.erasure is None else f"pieces ({work.erasure.data} + {work.erasure.parity})"
            text = f"{need} {what} cannot be on {work.hosts} different servers"
            spare = "; one more lets it rebuild after a loss" if work.rebuild is not None else ""
            yield Finding("E643", f"{work.origin}/hosts", text, f"write hosts: {need} or more{spare}")


@rule("E644", "stages of a pipeline read each other in a circle")
def pipelines_end(site: Site) -> Iterator[Finding]:
    """Every stage reads what was made before it."""
    for work in of_kind(site, Pipeline):
        stuck = sorted(set(work.stages) - set(pipeline.order(work)))
        if stuck:
            text = f"{', '.join(stuck)} wait for each other"
            yield Finding(
                "E644", f"{work.origin}/stages", text, "let one of them read from outside the circle", on_key=True
            )


@rule("E649", "totals of a traffic matrix do not agree")
def totals_agree(site: Site) -> Iterator[Finding]:
    """What is sent in all is received in all, and every place can reach enough others."""
    for work in of_kind(site, Gravity):
        if work.sent is None or work.received is None:
            continue
        sent, received = sum(work.sent.values()), sum(work.received.values())
        at, mass = f"{work.origin}/received", matrices.masses(work, site)
        if abs(sent - received) > 1e-9 * max(sent, received):
            text = f"{format_short(sent, RATE)} are sent in all, and {format_short(received, RATE)} received"
            yield Finding("E649", at, text, "every bit that is sent is received: make both sums equal", on_key=True)
            continue
        for name in sorted({*work.sent, *work.received}):
            own = work.sent.get(name, 0.0) + work.received.get(name, 0.0)
            if own > sent * (1 + 1e-9) or (own and name not in mass):
                why = (
                    "has no mass"
                    if name not in mass
                    else f"sends and receives {format_short(own, RATE)} of {format_short(sent, RATE)}"
                )
                hint = (
                    "give it a mass above 0"
                    if name not in mass
                    else "the others together must send and receive as much as it does"
                )
                yield Finding("E649", at, f"{name} {why}: no matrix has these totals", hint, on_key=True)


@rule("E650", "gravity needs two places")
def places_attract(site: Site) -> Iterator[Finding]:
    """There are two places or more to share the rate."""
    for work in of_kind(site, Gravity):
        places = list(matrices.masses(work, site))
        if len(places) < 2:
            text = f"only {places[0]} has a mass" if places else "no place has a mass"
            hint = "name two or more under masses:, or add WAN links, whose rates are the masses"
            yield Finding("E650", work.origin, text, hint, on_key=True)


@rule("E651", "traffic joins tenants that cannot reach each other")
def tenants_can_meet(site: Site) -> Iterator[Finding]:
    """Works that send to each other are in one routing table: of one tenant with `vrf`, or of none."""
    for work in works_of(site):
        tables = {name: table for name in parties(site, work) if (table := table_of(site, name)) is not None}
        if len(set(tables.values())) < 2:
            continue
        told = ", ".join(f"{name} in that of {table or 'the fabric'}" for name, table in sorted(tables.items()))
        text = f"{work.name} joins works of several routing tables: {told}"
        hint = "put them into one tenant, or join them outside the fabric"
        yield Finding("E651", work.origin, text, hint, Severity.WARNING, on_key=True)


def works_of(site: Site) -> list[Job | Service | Traffic]:
    """Everything that sends, by name; of equal names the first (E213)."""
    found = {**site.traffic, **site.services, **site.jobs}
    return [found[name] for name in sorted(found)]


def parties(site: Site, work: Job | Service | Traffic) -> tuple[str, ...]:
    """Works whose hosts some traffic joins, itself among them if it has hosts."""
    own = () if isinstance(work, Traffic) and not work.own_hosts else (work.name,)
    return (*own, *partners(site, work.name))


def table_of(site: Site, name: str) -> str | None:
    """Routing table that the hosts of a work are in: that of its tenant, or the fabric's, empty; None for places."""
    works = (site.jobs, site.services, site.traffic)
    work = next((kind[name] for kind in works if name in kind), None)
    if work is None or (isinstance(work, Traffic) and not work.own_hosts):
        return None
    tenant = site.tenants.get(work.tenant or "")
    return tenant.name if tenant is not None and tenant.vrf else ""
