"""How routers of a fabric or of the WAN learn of each other, and how fast they notice that a neighbour is gone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Frozen, Time


class Detection(Frozen):
    """Timers of bidirectional forwarding detection (RFC 5880), the same at both ends of every link."""

    interval: Annotated[Time, Doc("Interval of sending and of receiving; whole milliseconds from 10 ms on.")] = 0.05
    multiplier: Annotated[
        int, Field(ge=2, le=255), Unit("1"), Doc("Packets that must be missed before a neighbour is gone.")
    ] = 3


class Underlay(Frozen):
    """Protocol by which routers learn of each other's loopbacks and hosts."""

    protocol: Annotated[
        Literal["bgp", "ospf", "isis"],
        Doc(
            "External BGP on every link (RFC 7938); OSPF, version 2 for IPv4 and 3 for IPv6; or IS-IS level 2 for "
            "both. Tenants' tables are carried by BGP in any case."
        ),
    ] = "bgp"
    unnumbered: Annotated[
        bool,
        Doc(
            "Links have no addresses of their own: BGP finds its neighbours by IPv6 link-local addresses and gives "
            "IPv4 next hops through them (RFC 8950); OSPF and IS-IS lend links the address of the loopback (RFC 5309)."
        ),
    ] = False
    bfd: Annotated[
        Detection | bool,
        Doc("Detection of failures by BFD, with timers of its own; with those of the router's make if ``true``."),
    ] = True
    hello: Annotated[
        Time | None,
        Doc("Interval of hellos (keepalives of BGP), in whole seconds; the router's own if absent."),
    ] = None
    dead: Annotated[
        Time | None,
        Doc("Silence after which a neighbour is gone, in whole seconds; the router's own if absent."),
    ] = None
    area: Annotated[
        int, Field(ge=0, le=4294967295), Unit("1"), Doc("Area of OSPF; IS-IS has one level and needs none.")
    ] = 0
