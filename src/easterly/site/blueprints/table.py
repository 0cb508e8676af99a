"""The network of a site: every fabric by its blueprint, then the WAN between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from easterly.base.findings import Finding, FindingsError
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.site.blueprints import fat_tree, leaf_spine, rails
from easterly.site.blueprints.assemble import Assembly
from easterly.site.blueprints.parts import Parts, TooLarge
from easterly.site.blueprints.stock import Stock

BLUEPRINTS: dict[str, Callable[[Any, Stock], Parts]] = {
    "leaf-spine": leaf_spine.fabric,
    "rail-optimized": rails.optimized,
    "rail-only": rails.only,
    "fat-tree": fat_tree.fabric,
}


def build(site: Site) -> Network:
    """Network of all fabrics of a site and of the WAN between them.

    Rows 2i and 2i + 1 of the links are the two directions of cable i, upwards first. Names and ports do
    not change when hosts are added, and the order of maps in the file does not matter. The delay of a
    cable is its length at 2e8 m/s, the speed of light in fibre; WAN links state their own.

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
    """
    assembly, found = Assembly(), []
    for name in sorted(site.fabrics):
        try:
            assembly.add_fabric(name, _parts(site.fabrics[name], Stock(site.hardware)))
        except FindingsError as error:
            found.extend(error.findings)
    if found:
        raise FindingsError(found)
    return assembly.network(site.name, {name: fabric.origin for name, fabric in sorted(site.fabrics.items())})


def _parts(spec: Any, stock: Stock) -> Parts:
    try:
        return BLUEPRINTS[spec.blueprint](spec, stock)
    except TooLarge as error:
        text = f"fabric {spec.name} would have {error}, more than can be planned"
        raise FindingsError([Finding("E423", spec.origin, text, "look for a number with a digit too many")]) from None
