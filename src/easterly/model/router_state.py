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


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A device's configuration as read back from text or from the device: BGP sessions and routes."""

    device: Annotated[str, Doc("Device.")]
    asn: Annotated[int, Doc("AS number.")]
    router_id: Annotated[str, Doc("Router id.")]
    interfaces: Annotated[dict[str, tuple[str, ...]], Doc("Addresses by interface.")]
    neighbors: Annotated[dict[str, int], Doc("Remote AS by neighbour address.")]
    networks: Annotated[tuple[str, ...], Doc("Announced prefixes.")]
    vrfs: Annotated[tuple[str, ...], Doc("VRFs.")]
    prefix_lists: Annotated[dict[str, tuple[str, ...]], Doc("Entries by family and name, ``ip SITE4``.")] = field(
        default_factory=dict
    )
    uses: Annotated[tuple[str, ...], Doc("Prefix-lists that neighbours go through.")] = ()
    route_targets: Annotated[dict[str, tuple[str, ...]], Doc("``import`` and ``export`` targets by VRF.")] = field(
        default_factory=dict
    )
    vnis: Annotated[dict[str, int], Doc("Layer-3 VNI by VRF.")] = field(default_factory=dict)
    vrf_networks: Annotated[dict[str, tuple[str, ...]], Doc("Announced prefixes by VRF.")] = field(default_factory=dict)
    vrf_ports: Annotated[dict[str, tuple[str, ...]], Doc("Interfaces by VRF.")] = field(default_factory=dict)
    groups: Annotated[dict[str, GroupState], Doc("Peer groups of BGP.")] = field(default_factory=dict)
    igps: Annotated[dict[str, IgpState], Doc("Interior protocols: ospf, ospf6, isis.")] = field(default_factory=dict)
    profiles: Annotated[dict[str, tuple[int, int, int]], Doc("BFD: sending and receiving [ms], multiplier.")] = field(
        default_factory=dict
    )
    route_maps: Annotated[dict[str, tuple[str, ...]], Doc("Lines by name.")] = field(default_factory=dict)
    given: Annotated[tuple[str, ...], Doc("Routes that protocols give each other, ``ospf: kernel CHECKS4``.")] = ()
    descriptions: Annotated[dict[str, str], Doc("What interfaces say is behind them.")] = field(default_factory=dict)
    longer: Annotated[
        dict[str, int], Unit("1"), Doc("AS numbers put before what neighbours tell, by their address or interface.")
    ] = field(default_factory=dict)
