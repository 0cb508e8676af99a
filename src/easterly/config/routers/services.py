"""Service addresses by the router that announces them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from easterly.config.sheet import Port, Sheet
from easterly.model.network import Network
from easterly.model.router import DEFAULT, Anycast, Check
from easterly.model.spec.anycast import HealthCheck
from easterly.model.spec.site import Site


def services(site: Site, network: Network, sheet: Sheet) -> dict[str, tuple[Anycast, ...]]:
    """What each router announces: a switch its own services, a leaf those of the hosts beside it.

    A host that has several interfaces in the default table is announced by the leaf of each of them.
    """
    found: dict[str, list[Anycast]] = defaultdict(list)
    for name, service in sorted(site.anycast.items()):
        for place in service.at:
            for router, next_hop in _routers(network, sheet, place):
                for address in sheet.anycast.get(name, ()):
                    hop = next_hop.get(_family(address), "")
                    if hop or not next_hop:
                        found[router].append(Anycast(
                            name, address, hop, place, _check(service.check), place in service.drain,
                        ))  # fmt: skip
    return {router: tuple(rows) for router, rows in found.items()}


def _routers(network: Network, sheet: Sheet, place: str) -> Iterator[tuple[str, dict[int, str]]]:
    """Routers that announce what a place serves, with the place's address by family; none for a router itself."""
    if place in sheet.asn:
        yield place, {}
        return
    by_router: dict[str, dict[int, str]] = defaultdict(dict)
    for port in sheet.ports.get(place, []):
        if port.role == "host" and port.vrf == DEFAULT:
            by_router[_leaf(network, port)].setdefault(port.family, port.bare)
    yield from by_router.items()


def _leaf(network: Network, port: Port) -> str:
    return str(network.nodes.name[network.links.dst[port.link]])


def _family(address: str) -> int:
    return 6 if ":" in address else 4


def _check(spec: HealthCheck | None) -> Check | None:
    if spec is None:
        return None
    timeout_s = spec.interval / 2 if spec.timeout is None else spec.timeout
    path = spec.path if spec.kind == "http" else ""
    return Check(spec.kind, spec.port, path, spec.interval, timeout_s, spec.fall, spec.rise)


def places(network: Network) -> set[str]:
    """Names that a service can be at: hosts, switches and WAN routers."""
    return {*network.hosts.name.tolist(), *network.nodes.name[np.asarray(network.transit)].tolist()}
