"""Rules of the site file as a whole: every name that is used exists, and means one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from easterly.base.findings import Finding, Severity, did_you_mean, rule
from easterly.model.catalog import chips, gpus, models
from easterly.model.spec.fabric import Direct, FatTree, Graph, HostGroup
from easterly.model.spec.intent import Intent
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Traffic
from easterly.site import checks_protocols, checks_underlays

MORE = (checks_protocols, checks_underlays)
"""Modules whose rules register themselves when they are imported."""
_TIERS = ("leaf", "spine", "super_spine", "core", "border")


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that stands for something declared elsewhere.

    Attributes
    ----------
    at : str
        Where the name is used.
    kind : str
        What it should name (``tenant``, ``switch type``).
    name : str or None
        None where the key is absent.
    known : iterable of str
        Names that exist.
    """

    at: str
    kind: str
    name: str | None
    known: Iterable[str]

    @property
    def is_broken(self) -> bool:
        """The name is given and nothing bears it."""
        return self.name is not None and self.name not in self.known


@rule("E211", "a name is used that nothing bears")
def known_names(site: Site) -> Iterator[Finding]:
    """Every reference between objects of the file leads somewhere."""
    return (found for found, _ in dangling(site))


def dangling(site: Site) -> Iterator[tuple[Finding, str]]:
    """A finding for every name that nothing bears, and the name."""
    for one in references(site):
        if one.is_broken:
            name = str(one.name)
            yield Finding("E211", one.at, f"there is no {one.kind} {name}", did_you_mean(name, one.known)), name


@rule("E214", "a catalog name that the catalog does not have")
def catalog_names(site: Site) -> Iterator[Finding]:
    """Models of jobs and services, and GPUs of hosts whose own figures do not replace the catalog's."""
    for thing in (*_values(site.jobs), *_values(site.services)):
        if isinstance(thing.model, str) and thing.model not in models.names():
            hint = did_you_mean(thing.model, models.names())
            yield Finding("E214", f"{thing.origin}/model", f"the catalog has no model {thing.model}", hint)
    for host in _values(site.hardware.hosts):
        if host.gpu not in gpus.names() and None in (host.peak, host.memory, host.scaleup):
            hint = did_you_mean(host.gpu, gpus.names())
            yield Finding("E214", f"{host.origin}/gpu", f"the catalog has no GPU {host.gpu}", hint)


@rule("E212", "a tenant that nothing uses")
def used_names(site: Site) -> Iterator[Finding]:
    """Warn of tenants that no job, service, other traffic or intent names.

    A class may serve what the file does not describe, such as storage or congestion notices.
    """
    used = {(one.kind, one.name) for one in references(site)}
    for tenant in _values(site.tenants):
        if ("tenant", tenant.name) not in used:
            message = f"tenant {tenant.name} is not used by any job, service, traffic, block or intent"
            yield Finding("E212", tenant.origin, message, "use it, or remove it", Severity.WARNING, on_key=True)


@rule("E213", "two things of one name")
def shared_names(site: Site) -> Iterator[Finding]:
    """Jobs, services and traffic, fabrics and WAN sites, switch and host types each share one space of names.

    An end of traffic may be a work or a place, so that these may not share a name either.
    """
    places = {**site.wan.sites, **site.fabrics}
    pairs: tuple[tuple[str, Mapping[str, Any], str, Mapping[str, Any]], ...] = (
        ("service", site.services, "job", site.jobs),
        ("traffic", site.traffic, "job", site.jobs),
        ("traffic", site.traffic, "service", site.services),
        ("traffic", site.traffic, "fabric or WAN site", places),
        ("WAN site", site.wan.sites, "fabric", site.fabrics),
        ("host type", site.hardware.hosts, "switch type", site.hardware.switches),
    )
    for kind, things, other, others in pairs:
        for name in sorted(set(things) & set(others)):
            message = f"{kind} {name} has the name of a {other}"
            yield Finding("E213", things[name].origin, message, "rename one of them", on_key=True)


@rule("E215", "an intent without its subject")
def complete_intents(site: Site) -> Iterator[Finding]:
    """An intent says whom it is about: a step time a job, a latency a service, an isolation two tenants."""
    for intent in _values(site.intents):
        needs = _SUBJECTS.get(intent.kind)
        if needs is not None and getattr(intent, needs[0]) is None:
            message = f"intent {intent.name} limits {intent.kind} and does not say of what"
            yield Finding("E215", intent.origin, message, f"add `{needs[1]}:`", on_key=True)
        if intent.isolate is not None and len(set(intent.isolate)) < 2:
            message = f"intent {intent.name} isolates fewer than two tenants"
            yield Finding("E215", f"{intent.origin}/isolate", message, "name two or more different tenants")


_SUBJECTS = {
    "step_time": ("job", "job"), "latency": ("service", "service"),
    "loss": ("traffic_class", "class"), "queue_delay": ("traffic_class", "class"),
}  # fmt: skip


def references(site: Site) -> Iterator[Reference]:
    """All names in the file that stand for something else in it, in the order of names."""
    yield from _of_fabrics(site)
    ends = {*site.fabrics, *site.wan.sites}
    for link in _values(site.wan.links):
        yield Reference(f"{link.origin}/a", "fabric or WAN site", link.a, ends)
        yield Reference(f"{link.origin}/b", "fabric or WAN site", link.b, ends)
    for tenant in _values(site.tenants):
        yield Reference(f"{tenant.origin}/pool", "address pool", tenant.pool, site.addressing.pools)
        for name in sorted(tenant.classes):
            yield Reference(f"{tenant.origin}/classes/{name}", "class", name, site.classes)
    for block in _values(site.addressing.blocks):
        yield Reference(f"{block.origin}/tenant", "tenant", block.tenant, site.tenants)
    for work in (*_values(site.jobs), *_values(site.services), *_values(site.traffic)):
        yield from _of_work(work, site)
    for intent in _values(site.intents):
        yield from _of_intent(intent, site)


def _of_work(work: Any, site: Site) -> Iterator[Reference]:
    """Names that jobs, services and other traffic have in common, and those of the ends of their traffic."""
    yield Reference(f"{work.origin}/tenant", "tenant", work.tenant, site.tenants)
    yield Reference(f"{work.origin}/fabric", "fabric", getattr(work, "fabric", None), site.fabrics)
    yield Reference(f"{work.origin}/class", "class", work.traffic_class, site.classes)
    yield Reference(f"{work.origin}/profile", "profile", getattr(work, "profile", None), site.profiles)
    ends = {*site.jobs, *site.services, *site.traffic, *site.fabrics, *site.wan.sites}
    for path, name in sorted(_ends(work).items()):
        yield Reference(f"{work.origin}/{path}", "work, fabric or WAN site", name, ends)
    for number, name in enumerate(work.geo.fabrics if isinstance(work, Job) and work.geo is not None else ()):
        yield Reference(f"{work.origin}/geo/fabrics/{number}", "fabric", name, site.fabrics)


def _ends(work: Job | Service | Traffic) -> dict[str, str]:
    """What a work sends to or reads from besides its own hosts, by the key that says so."""
    if isinstance(work, Traffic):
        return work.ends
    named = (
        {"checkpoint/to": work.checkpoint and work.checkpoint.to, "data/from": work.data and work.data.source}
        if isinstance(work, Job)
        else {f"{key}/from": part and part.source for key, part in _stores(work).items()}
    )
    return {path: name for path, name in named.items() if name}


def _stores(service: Service) -> dict[str, Any]:
    return {"users": service.users, "prefix": service.prefix, "weights": service.weights}


def _of_intent(intent: Intent, site: Site) -> Iterator[Reference]:
    yield Reference(f"{intent.origin}/job", "job", intent.job, site.jobs)
    yield Reference(f"{intent.origin}/service", "service", intent.service, site.services)
    yield Reference(f"{intent.origin}/fabric", "fabric", intent.fabric, site.fabrics)
    yield Reference(f"{intent.origin}/class", "class", intent.traffic_class, site.classes)
    for number, name in enumerate(intent.isolate or ()):
        yield Reference(f"{intent.origin}/isolate/{number}", "tenant", name, site.tenants)


def _of_fabrics(site: Site) -> Iterator[Reference]:
    switches, hosts = site.hardware.switches, site.hardware.hosts
    for switch in _values(switches):
        yield Reference(f"{switch.origin}/chip", "chip", switch.chip, chips.names(site.hardware))
    for fabric in _values(site.fabrics):
        group: HostGroup | None = getattr(fabric, "hosts", None)
        if group is not None:
            yield Reference(f"{fabric.origin}/hosts/type", "host type", group.type, hosts)
        if isinstance(fabric, FatTree | Direct):
            yield Reference(f"{fabric.origin}/switch", "switch type", fabric.switch, switches)
        for tier in _TIERS:
            name = getattr(getattr(fabric, tier, None), "type", None)
            yield Reference(f"{fabric.origin}/{tier}/type", "switch type", name, switches)
        if isinstance(fabric, Graph):
            yield from _of_graph(fabric, {*switches, *hosts})


def _of_graph(fabric: Graph, types: set[str]) -> Iterator[Reference]:
    for name, node in sorted(fabric.nodes.items()):
        yield Reference(f"{fabric.origin}/nodes/{name}/type", "switch or host type", node.type, types)
    for name, link in sorted(fabric.links.items()):
        for end in ("a", "b"):
            node_name = getattr(link, end).split(":")[0]
            yield Reference(f"{fabric.origin}/links/{name}/{end}", "node", node_name, fabric.nodes)


def _values(things: Mapping[str, Any]) -> list[Any]:
    """Objects of a map in the order of their names."""
    return [things[name] for name in sorted(things)]
