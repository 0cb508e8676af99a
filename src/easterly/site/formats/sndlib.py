"""SNDlib networks in XML (Orlowski et al. 2010, Networks 55:3): nodes, links, demands.

Units: that of ``meta/unit`` (``MBITPERSEC``), which the dynamic traffic matrices have; the planning instances
count in units of their own and need ``--unit``. A link is both directions, each with the pre-installed
capacity; where that is 0, with the largest module that can be added. Its cost is the routing cost, or 1 where
that is 0. Delays are not part of the format. The native text of the same library is read by `sndtext`.
"""

from __future__ import annotations

import math
import re

from easterly.site.formats.attributes import coordinate
from easterly.site.formats.demands import Demands
from easterly.site.formats.draft import Arc, Draft
from easterly.site.formats.found import Found
from easterly.site.formats.values import Units, Values, fit_name
from easterly.site.formats.xml import Element

_UNIT = re.compile(r"([KMGT]?)BITPERSEC")
_SCALE = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
Text = tuple[str | None, int]
"""A number as text, and its line."""


def read(root: Element, draft: Draft, demands: Demands, values: Values) -> None:
    """Read a network into a draft and its demands; what is wrong goes to the findings, with lines."""
    values.units = values.units.otherwise(rate_bps=unit_of(root.value("meta", "unit")).rate_bps)
    nodes, links = root.first("networkStructure", "nodes"), root.first("networkStructure", "links")
    if nodes is None:
        draft.found.error("E122", "the file has no <nodes> in its <networkStructure>", line=root.line)
        return
    on_earth = nodes.attributes.get("coordinatesType") == "geographical"
    for node in nodes.all("node"):
        _node(node, draft, on_earth)
    from_modules = [_link(link, draft, values) for link in links.all("link")] if links is not None else []
    tell_modules(from_modules, draft.found)
    listed = root.first("demands")
    rows = list(listed.all("demand")) if listed is not None else []
    for demand in rows:
        _demand(demand, draft, demands, values)
    limited = sum((demand.value("maxPathLength") or "UNLIMITED") != "UNLIMITED" for demand in rows)
    admitted = sum(demand.first("admissiblePaths") is not None for demand in rows)
    tell_paths(limited, admitted, len(rows), draft.found)


def unit_of(text: str | None) -> Units:
    """Unit of rates by its name in the library; none if it is another.

    Examples
    --------
    >>> unit_of("MBITPERSEC")
    Units(rate_bps=1000000.0, time_s=None)
    """
    match = _UNIT.fullmatch((text or "").upper())
    return Units(rate_bps=_SCALE[match[1]]) if match else Units()


def capacity(installed: Text, modules: list[Text], values: Values, at: str) -> tuple[float | None, bool]:
    """Pre-installed capacity; where there is none, that of the largest module, and whether it was so."""
    text, line = installed
    rate_bps = values.rate(text, code="E126", what="capacity", at=at, line=line) if text else 0.0
    if rate_bps != 0 or not modules:
        return rate_bps or None if not text else rate_bps, False
    offered = [values.rate(text, code="E126", what="capacity", at=at, line=line) for text, line in modules]
    return max((rate for rate in offered if rate is not None), default=None), True


def tell_modules(from_modules: list[bool], found: Found) -> None:
    """Note which links have a capacity that would have to be bought."""
    if any(from_modules):
        message = (
            f"{sum(from_modules):,} of {len(from_modules):,} links have no pre-installed capacity: the largest module "
            "that can be added counts, once"
        )
        found.note("E138", message, hint="write capacities into the file, if others are meant")


def tell_paths(limited: int, admitted: int, demands: int, found: Found) -> None:
    """Note what the file says about paths, which no noun carries."""
    for count, what in ((limited, "limits of path length"), (admitted, "lists of admissible paths")):
        if count:
            message = f"{what} of {count:,} of {demands:,} demands are left out"
            found.note("E138", message, hint="every path between the ends counts as allowed")


def add_demand(
    ends: tuple[str, str],
    each: float | None,
    rate_bps: float | None,
    draft: Draft,
    demands: Demands,
    at: str,
    line: int,
) -> None:
    """Add a demand, which counts in routing units, each of which takes so much capacity."""
    missing = [end for end in ends if end not in draft.places]
    if missing:
        draft.dangling(missing[0], "demand", at=at, line=line)
    elif rate_bps is not None:
        demand = rate_bps * (1.0 if each is None else each)
        if math.isfinite(demand):
            demands.add(*ends, demand, at=at, line=line)
        else:
            draft.found.error("E131", "the demand is too large", at=at, line=line)


def _node(node: Element, draft: Draft, on_earth: bool) -> None:
    key = node.attributes.get("id")
    place = draft.place(key, at=f"node/{key}", line=node.line)
    if place is None or not on_earth:
        return
    east, north = (
        coordinate({"z": node.value("coordinates", axis)}, "z", limit) for axis, limit in (("x", 180), ("y", 90))
    )
    if east is not None and north is not None:
        place.longitude, place.latitude = east, north


def _link(link: Element, draft: Draft, values: Values) -> bool:
    """Add a link; whether its capacity is that of a module."""
    at = f"link/{link.attributes.get('id')}"
    ends = _ends(link, draft, at)
    cost = _number(link, "routingCost", values, "E128", at)
    if ends is None:
        return False
    added = link.first("additionalModules")
    modules: list[Text] = [(m.value("capacity"), m.line) for m in added.all("addModule")] if added is not None else []
    rate_bps, from_module = capacity((link.value("preInstalledModule", "capacity"), link.line), modules, values, at)
    draft.arc(Arc(*ends, at, link.line, rate_bps, both=True, cost=cost or 1.0))
    return from_module


def _ends(element: Element, draft: Draft, at: str) -> tuple[str, str] | None:
    src, dst = fit_name(element.value("source")), fit_name(element.value("target"))
    if src is None or dst is None:
        draft.found.error("E122", f"a <{element.tag}> needs source and target", at=at, line=element.line)
        return None
    return src, dst


def _number(element: Element, tag: str, values: Values, code: str, at: str) -> float | None:
    text = element.value(tag)
    return values.plain(text, code=code, what=tag, at=at, line=element.line) if text else None


def _demand(demand: Element, draft: Draft, demands: Demands, values: Values) -> None:
    at = f"demand/{demand.attributes.get('id')}"
    ends = _ends(demand, draft, at)
    each = _number(demand, "routingUnit", values, "E131", at)
    rate_bps = values.rate(demand.value("demandValue"), code="E131", what="demand", at=at, line=demand.line)
    if ends is not None:
        add_demand(ends, each, rate_bps, draft, demands, at, demand.line)
