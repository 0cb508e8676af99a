"""The network of a site: every fabric by its blueprint, then the WAN between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from easterly.base.findings import Finding, FindingsError
from easterly.model.network import Network, NodeKind
from easterly.model.spec.site import Site, refuse_others
from easterly.site.blueprints import clos, dragonfly, fat_tree, graph, leaf_spine, planes, rails, ring, torus
from easterly.site.blueprints.assemble import Assembly
from easterly.site.blueprints.faults import refuse_any
from easterly.site.blueprints.parts import Parts, TooLarge
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.wan import Gate, add_wan, attached, border_count, with_border

BLUEPRINTS: dict[str, Callable[[Any, Stock], Parts]] = {
    "leaf-spine": leaf_spine.fabric,
    "rail-optimized": rails.optimized,
    "rail-only": rails.only,
    "multi-plane": planes.fabric,
    "clos": clos.fabric,
    "fat-tree": fat_tree.fabric,
    "ring": ring.fabric,
    "torus": torus.fabric,
    "dragonfly": dragonfly.fabric,
    "graph": graph.fabric,
}


def build(site: Site) -> Network:
    """Network of all fabrics of a site and of the WAN between them.

    Rows 2i and 2i + 1 of the links are the two directions of cable i, upwards first. Names and ports do
    not change when hosts are added, and the order of maps in the file does not matter. The delay of a
    cable is its length at 2e8 m/s, the speed of light in fibre; WAN links state their own, and their length
    follows from it.

    Parameters
    ----------
    site : Site

    Returns
    -------
    Network

    Raises
    ------
    FindingsError
        E4xx: what cannot be built, of all fabrics at once, each with its place and its repair.
    TypeError
        What is given is no site.
    """
    refuse_others(site)
    assembly, gates = Assembly(), {}
    found: list[Finding] = []
    for name in sorted(site.fabrics):
        try:
            parts, gate = _fabric(site, name)
        except FindingsError as error:
            found.extend(error.findings)
            continue
        first = assembly.add_fabric(name, parts)
        if gate is not None:
            gates[name] = Gate(first + gate.first, gate.count, gate.ports, gate.rate_bps)
    refuse_any(found)
    add_wan(site, assembly, gates)
    network = assembly.network(site.name, {name: fabric.origin for name, fabric in sorted(site.fabrics.items())})
    refuse_any(_shared_names(network))
    return network


def _fabric(site: Site, name: str) -> tuple[Parts, Gate | None]:
    """Parts of one fabric with its border."""
    spec, stock = site.fabrics[name], Stock(site.hardware, border_count(site, name))
    try:
        return with_border(spec, BLUEPRINTS[spec.blueprint](spec, stock), stock, len(attached(site, name)))
    except TooLarge as error:
        text = f"fabric {name} would have {error}, more than can be planned"
        hint = "look for a number with a digit too many"
        raise FindingsError([Finding("E423", spec.origin, text, hint, on_key=True)]) from None


def _shared_names(network: Network) -> Iterator[Finding]:
    """Devices of one name: two fabrics whose names and roles run together, or nodes of two graphs."""
    nodes = network.nodes
    names = [*nodes.name[nodes.kind != NodeKind.NIC].tolist(), *network.hosts.name.tolist()]
    homes = [*nodes.fabric[nodes.kind != NodeKind.NIC].tolist(), *network.hosts.fabric.tolist()]
    if len(set(names)) == len(names):
        return
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    for name in twice[:8]:
        where = sorted({home for other, home in zip(names, homes, strict=True) if other == name})
        at = network.origins.get(where[-1], "")
        text = f"device {name} exists more than once, in {' and '.join(home or 'the WAN' for home in where)}"
        yield Finding("E417", at, text, "rename a node or a fabric", on_key=True)
