"""SNDlib networks in XML (Orlowski et al. 2010, Networks 55:3): nodes, links, demands.

Units: that of ``meta/unit`` (``MBITPERSEC``), which the dynamic traffic matrices have; the planning instances
count in units of their own and need ``--unit``. A link is both directions, each with the pre-installed
capacity; where that is 0, with the largest module that can be added. Its cost is the routing cost, or 1 where
that is 0. Delays are not part of the format.
"""

from __future__ import annotations

import re

from easterly.site.formats.attributes import coordinate
from easterly.site.formats.demands import Demands
from easterly.site.formats.draft import Arc, Draft
from easterly.site.formats.values import Units, Values, fit_name
from easterly.site.formats.xml import Element

_UNIT = re.compile(r"([KMGT]?)BITPERSEC")
_SCALE = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def read(root: Element, draft: Draft, demands: Demands, values: Values) -> None:
    """Read a network into a draft and its demands; what is wrong goes to the findings, with lines."""
    values.units = values.units.otherwise(rate_bps=_unit(root).rate_bps)
    nodes, links = root.first("networkStructure", "nodes"), root.first("networkStructure", "links")
    if nodes is None:
        draft.found.error("E122", "the file has no <nodes> in its <networkStructure>", line=root.line)
        return
    on_earth = nodes.attributes.get("coordinatesType") == "geographical"
    for node in nodes.all("node"):
        _node(node, draft, on_earth)
    for link in links.all("link") if links is not None else ():
        _link(link, draft, values)
    listed = root.first("demands")
    for demand in listed.all("demand") if listed is not None else ():
        _demand(demand, draft, demands, values)


def _unit(root: Element) -> Units:
    match = _UNIT.fullmatch((root.value("meta", "unit") or "").upper())
    return Units(rate_bps=_SCALE[match[1]]) if match else Units()


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


def _link(link: Element, draft: Draft, values: Values) -> None:
    at = f"link/{link.attributes.get('id')}"
    ends = _ends(link, draft, at)
    cost = _number(link, "routingCost", values, "E128", at)
    if ends is not None:
        capacity_bps = _capacity(link, values, at)
        draft.arc(Arc(*ends, at, link.line, capacity_bps, both=True, cost=cost or 1.0))


def _ends(element: Element, draft: Draft, at: str) -> tuple[str, str] | None:
    src, dst = fit_name(element.value("source")), fit_name(element.value("target"))
    if src is None or dst is None:
        draft.found.error("E122", f"a <{element.tag}> needs source and target", at=at, line=element.line)
        return None
    return src, dst


def _capacity(link: Element, values: Values, at: str) -> float | None:
    """Pre-installed capacity; where there is none, that of the largest module."""
    installed = link.value("preInstalledModule", "capacity")
    rate_bps = values.rate(installed, code="E126", what="capacity", at=at, line=link.line) if installed else 0.0
    modules = link.first("additionalModules")
    if rate_bps != 0 or modules is None:
        return rate_bps or None if not installed else rate_bps
    offered = [
        values.rate(module.value("capacity"), code="E126", what="capacity", at=at, line=module.line)
        for module in modules.all("addModule")
    ]
    return max((rate for rate in offered if rate is not None), default=None)


def _number(element: Element, tag: str, values: Values, code: str, at: str) -> float | None:
    text = element.value(tag)
    return values.plain(text, code=code, what=tag, at=at, line=element.line) if text else None


def _demand(demand: Element, draft: Draft, demands: Demands, values: Values) -> None:
    """A demand counts in routing units, each of which takes so much capacity."""
    at = f"demand/{demand.attributes.get('id')}"
    ends = _ends(demand, draft, at)
    each = _number(demand, "routingUnit", values, "E131", at)
    rate_bps = values.rate(demand.value("demandValue"), code="E131", what="demand", at=at, line=demand.line)
    if ends is None or rate_bps is None:
        return
    missing = [end for end in ends if end not in draft.places]
    if missing:
        draft.dangling(missing[0], "demand", at=at, line=demand.line)
    else:
        demands.add(*ends, rate_bps * (1.0 if each is None else each), at=at, line=demand.line)
