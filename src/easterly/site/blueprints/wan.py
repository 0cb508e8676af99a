"""The WAN: border routers on top of fabrics, WAN routers of other places, and the links between them.

Ports are taken from both ends of a radix, so that neither kind moves when the other grows: a border router
has the fabric on its first ports and the WAN on its last, a top-tier switch has the border on its last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from easterly.base.findings import Finding, did_you_mean
from easterly.base.units import RATE, format_exact
from easterly.model.network import LinkKind
from easterly.model.spec.fabric import WanLink
from easterly.model.spec.hardware import SwitchType
from easterly.model.spec.site import Site
from easterly.site.blueprints.assemble import FIBRE_M_PER_S, Assembly
from easterly.site.blueprints.faults import refuse, refuse_any
from easterly.site.blueprints.parts import Cables, Ints, Parts, count_up, numbered, switch_block
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.wiring import ceil_div


def border_count(site: Site, fabric: str) -> int:
    """Border routers of a fabric: as written, else one where a WAN link names it."""
    border = site.fabrics[fabric].border
    if border is not None:
        return border.count
    return 1 if attached(site, fabric) else 0


def attached(site: Site, place: str) -> list[str]:
    """Names of the WAN links of a fabric or WAN site, sorted."""
    return sorted(name for name, link in site.wan.links.items() if place in (link.a, link.b))


@dataclass(frozen=True, slots=True)
class Gate:
    """Border routers of a fabric, or the router of a WAN site: where WAN links are plugged in."""

    first: int
    count: int
    ports: int
    rate_bps: float

    def plug(self, rank: int) -> tuple[int, int]:
        """Node and port of the WAN link of this rank: routers in turn, ports downwards from the last."""
        return self.first + rank % self.count, self.ports - rank // self.count


def with_border(spec: Any, parts: Parts, stock: Stock, wan_links: int) -> tuple[Parts, Gate | None]:
    """Add the border routers of a fabric: one link from each to every switch of the top tier.

    Raises
    ------
    FindingsError
        E211 unknown model, E410 the top tier or the border lacks ports.
    """
    count = stock.borders
    if not count:
        return parts, None
    model = _model(spec, parts, stock)
    start, top = sum(len(block) for block in parts.switches), parts.top
    count_up(len(top) * count, "cables to border routers")
    ports, role = _top_ports(parts)
    refuse_any(_lacking(spec, parts, model, count, wan_links))
    lower, border = np.repeat(top, count), np.tile(np.arange(count), len(top))
    cables = Cables(
        LinkKind.FABRIC, lower, start + border, ports[lower] - border, np.repeat(np.arange(len(top)), count) + 1,
        np.minimum(_rates(parts, stock)[lower], model.rate), spec.cables.spine,
    )  # fmt: skip
    routers = switch_block(numbered(f"{spec.name}-border", count), "border", role + 1, model)
    grown = replace(parts, switches=(*parts.switches, routers), cables=(*parts.cables, cables))
    return grown, Gate(start, count, model.ports, model.rate)


def _model(spec: Any, parts: Parts, stock: Stock) -> SwitchType:
    """Model of the border routers: as written, else that of the top tier."""
    if spec.border is not None and spec.border.type is not None:
        return stock.switch(spec.border.type, f"{spec.origin}/border/type")
    if not len(parts.top):
        refuse(
            Finding(
                "E410",
                spec.origin,
                f"fabric {spec.name} has no switch to attach a border router to",
                "add a switch",
                on_key=True,
            )
        )
    return stock.hardware.switches[_types(parts)[int(parts.top[0])]]


def _types(parts: Parts) -> list[str]:
    """Model of every switch."""
    return [name for block in parts.switches for name in _each(block.type, len(block))]


def _each(value: Any, count: int) -> list[str]:
    return [value] * count if isinstance(value, str) else list(value)


def _rates(parts: Parts, stock: Stock) -> Any:
    """Port rate of every switch [bit/s]."""
    return np.array([stock.hardware.switches[name].rate for name in _types(parts)])


def _top_ports(parts: Parts) -> tuple[Ints, int]:
    """Radix of every switch, and the number of the top tier."""
    ports = np.concatenate([np.broadcast_to(np.asarray(block.ports), (len(block),)) for block in parts.switches])
    tiers = np.concatenate([np.broadcast_to(np.asarray(block.tier), (len(block),)) for block in parts.switches])
    return ports, int(tiers.max())


def _highest_used(parts: Parts, switches: int) -> Ints:
    """Highest port in use on every switch."""
    used = np.zeros(switches, dtype=np.int64)
    for block in parts.cables:
        np.maximum.at(used, block.upper, block.upper_port)
        if block.kind != LinkKind.HOST:
            np.maximum.at(used, block.lower, block.lower_port)
    return used


def _lacking(spec: Any, parts: Parts, model: SwitchType, count: int, wan_links: int) -> Iterator[Finding]:
    """Ports that the top tier, or the border, does not have."""
    at = f"{spec.origin}/border" if spec.border is not None else spec.origin
    ports, _ = _top_ports(parts)
    used = _highest_used(parts, len(ports))[parts.top]
    short = used + count - ports[parts.top]
    if short.max() > 0:
        text = (
            f"{count} border routers need a port each on every top switch, and only {count - int(short.max())} are free"
        )
        yield Finding(
            "E410", at, text, "leave ports free on the top tier: more switches there, or a larger type", on_key=True
        )
    need = len(parts.top) + ceil_div(wan_links, count)
    if need > model.ports:
        uses = f"{len(parts.top)} ports for the top tier and {need - len(parts.top)} for the WAN"
        text = f"a border router needs {uses}; {model.name} has {model.ports}"
        yield Finding("E410", at, text, f"set border.type to a switch with {need} ports or more", on_key=True)


def add_wan(site: Site, assembly: Assembly, gates: dict[str, Gate]) -> None:
    """Add the WAN sites and links to the assembly; each link goes from `a` to `b`.

    The links of a fabric go to its border routers in turn, in the order of their names.

    Raises
    ------
    FindingsError
        E211 unknown ends, E414 a link from a place to itself, E416 a link faster than a border port.
    """
    links = sorted(site.wan.links.items())
    refuse_any(fault for _, link in links for fault in _wrong_link(site, gates, link))
    names = sorted(site.wan.sites)
    degrees = [len(attached(site, name)) for name in names]
    first = assembly.add_wan_nodes(names, degrees)
    for i, (name, degree) in enumerate(zip(names, degrees, strict=True)):
        gates[name] = Gate(first + i, 1, degree, float("inf"))
    if links:
        assembly.add_cables(_cables([link for _, link in links], gates))


def _cables(links: list[WanLink], gates: dict[str, Gate]) -> Cables:
    ranks = dict.fromkeys(gates, 0)
    ends = []
    for link in links:
        plugs = []
        for place in (link.a, link.b):
            plugs.append(gates[place].plug(ranks[place]))
            ranks[place] += 1
        ends.append((plugs[0][0], plugs[1][0], plugs[0][1], plugs[1][1]))
    columns = np.array(ends, dtype=np.int64)
    delay_s, rate_bps = np.array([link.delay for link in links]), np.array([link.rate for link in links])
    return Cables(
        LinkKind.WAN, columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3], rate_bps,
        delay_s * FIBRE_M_PER_S, np.array([link.cost for link in links]), delay_s, tuple(link.srlg for link in links),
    )  # fmt: skip


def _wrong_link(site: Site, gates: dict[str, Gate], link: WanLink) -> Iterator[Finding]:
    places = {*site.fabrics, *site.wan.sites}
    for key, place in (("a", link.a), ("b", link.b)):
        if place not in places:
            yield Finding(
                "E211", f"{link.origin}/{key}", f"there is no fabric or WAN site {place}", did_you_mean(place, places)
            )
        elif place in gates and link.rate > gates[place].rate_bps:
            limit = format_exact(gates[place].rate_bps, RATE)
            rate = format_exact(link.rate, RATE)
            text = f"WAN link {link.name} of {rate} is faster than the {limit} ports of the border of {place}"
            hint = f"split it into links of at most {limit}, or set border.type to a faster switch"
            yield Finding("E416", f"{link.origin}/rate", text, hint)
    if link.a == link.b:
        yield Finding(
            "E414",
            f"{link.origin}/b",
            f"WAN link {link.name} joins {link.a} to itself",
            "name another place, or remove the link",
        )
