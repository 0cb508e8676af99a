"""Routers of small sites as machines of some maker, for tests."""

from __future__ import annotations

from functools import cache

from tests.address.sites import made
from tests.config.rendered import everything
from tests.config.underlays import grand

from easterly import address
from easterly.config import routers
from easterly.config.complete import running
from easterly.config.sheet import Sheet
from easterly.config.switches.machine import Machine, Naming, machines
from easterly.model.as_hops import AsHops
from easterly.model.spec.site import Site


def machines_of(spec: Site, naming: Naming, system: str, hops: AsHops | None = None) -> list[Machine]:
    network, work = made(spec)
    plan = address.plan(spec, network, work)
    sheet = Sheet(plan, address.isolation(spec, plan))
    alike = running(spec, system)
    drafted = routers.draft(spec, network, sheet, hops)
    return machines(alike, network, sheet, drafted, naming, system, alone=alike is not spec)


@cache
def of_grand(variant: str, naming: Naming, system: str) -> list[Machine]:
    """The same under a routing protocol, with an anycast service; the WAN runs BGP."""
    return machines_of(grand(variant), naming, system)


@cache
def of_everything(naming: Naming, system: str) -> list[Machine]:
    """Leaves, spines, a border and a WAN router, with two tenants' tables, both families."""
    return machines_of(everything(), naming, system)
