"""OSPF and IS-IS on the links of a router."""

from __future__ import annotations

from easterly.config.routers.bgp import Seen
from easterly.config.routers.links import Line, profile
from easterly.model.router import DEFAULT, Igp, IgpLink, Interface
from easterly.model.underlays import timers

AREA = "49.0001"
LAST_RESORT = 65535
"""Cost of the way out of a leaf: to all others it is a stub (RFC 6987), and its own routes only grow by a constant.

FRR 8.4 has words for that too, and they do not serve: with ``stub-router`` of OSPFv3 it finds no route for the router
itself, and with the overload bit of IS-IS it takes half a minute to find the first.
"""


def interior(seen: Seen, interfaces: tuple[Interface, ...], router_id: str) -> Igp | None:
    """The interior protocol of a router; None where BGP does it all."""
    own = seen.own
    if own.protocol == "bgp":
        return None
    ospf = own.protocol == "ospf"
    links = tuple(_link(seen, line, ospf) for line in seen.lines if line.underlay.protocol == own.protocol)
    passive = tuple(i.name for i in interfaces if i.role != "link" and i.vrf == DEFAULT)
    return Igp(
        own.protocol, seen.sheet.families, links, passive, _dotted(own.area) if ospf else "",
        "" if ospf else f"{AREA}.{_system(router_id)}.00",
    )  # fmt: skip


def _link(seen: Seen, line: Line, ospf: bool) -> IgpLink:
    underlay, cost = line.underlay, LAST_RESORT if seen.edge else line.cost
    area, hellos = _dotted(underlay.area) if ospf else "", timers(underlay)
    return IgpLink(line.name, area, cost, hellos, underlay.bfd is not False, profile(underlay))


def _dotted(area: int) -> str:
    """An area as an address is written.

    >>> _dotted(256)
    '0.0.1.0'
    """
    return ".".join(str(area >> shift & 255) for shift in (24, 16, 8, 0))


def _system(router_id: str) -> str:
    """System identifier out of a router id: its twelve decimal digits.

    >>> _system("10.65.0.1")
    '0100.6500.0001'
    """
    digits = "".join(part.zfill(3) for part in router_id.split("."))
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"
