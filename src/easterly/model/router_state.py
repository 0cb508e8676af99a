"""What a router's text says of its protocols, read back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class GroupState:
    """A peer group of BGP."""

    peers: Annotated[tuple[str, ...], Doc("Addresses and interfaces of its members.")] = ()
    bfd: Annotated[bool, Doc("Sessions are watched by BFD.")] = False
    profile: Annotated[str, Doc("Timers of BFD; empty for the router's own.")] = ""
    hellos: Annotated[tuple[int, int] | None, Unit("s"), Doc("Keepalive and hold time, if stated.")] = None
    source: Annotated[str, Doc("Interface that sessions start from, if stated.")] = ""
    hops: Annotated[int, Unit("1"), Doc("Routers that a session may cross.")] = 1
    lists: Annotated[
        dict[str, tuple[str, str]], Doc("Prefix-lists in and out by family; empty ones where none are.")
    ] = field(default_factory=dict)
    maps: Annotated[dict[str, tuple[str, str]], Doc("Route-maps in and out by family.")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IgpPort:
    """An interface that an interior protocol runs on."""

    area: Annotated[str, Doc("Area; empty for IS-IS.")] = ""
    passive: Annotated[bool, Doc("Nobody is behind it.")] = False
    cost: Annotated[int | None, Unit("1"), Doc("Cost, if stated.")] = None
    hello_s: Annotated[int | None, Unit("s"), Doc("Interval of hellos, if stated.")] = None
    dead_s: Annotated[int | None, Unit("s"), Doc("Silence after which the neighbour is gone, if stated.")] = None
    bfd: Annotated[bool, Doc("The neighbour is watched by BFD.")] = False
    profile: Annotated[str, Doc("Timers of BFD; empty for the router's own.")] = ""


@dataclass(frozen=True, slots=True)
class IgpState:
    """An interior protocol: OSPF, OSPFv3 or IS-IS."""

    router_id: Annotated[str, Doc("Router id, or network entity title.")] = ""
    ports: Annotated[dict[str, IgpPort], Doc("Interfaces that it runs on.")] = field(default_factory=dict)
