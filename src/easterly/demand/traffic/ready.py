"""Which traffic of a site has all that it needs."""

from __future__ import annotations

from typing import TypeVar

from easterly.demand.ends import Ends
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Traffic

T = TypeVar("T", bound=Traffic)


def of_kind(site: Site, kind: type[T]) -> list[T]:
    """Traffic of one kind, by name."""
    return [work for _, work in sorted(site.traffic.items()) if isinstance(work, kind)]


def ready(site: Site, ends: Ends, kind: type[T]) -> list[T]:
    """Traffic of one kind whose ends all have interfaces."""
    return [work for work in of_kind(site, kind) if _complete(ends, work)]


def _complete(ends: Ends, work: Traffic) -> bool:
    """Whether it has its own hosts, and every end that it names has interfaces."""
    has_hosts = not work.own_hosts or work.name in ends.hosts
    return has_hosts and all(len(ends.nodes(name)) for name in work.ends.values())
