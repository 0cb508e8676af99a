"""A netplan file as nouns: what networkd would be told to set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from easterly.base.schema import Doc, Unit

MAIN = 254
"""The kernel's main routing table (rt_tables)."""


@dataclass(frozen=True, slots=True)
class Route:
    """A static route of an interface; `via` is empty where it is on the link itself."""

    to: Annotated[str, Doc("Prefix.")]
    via: Annotated[str, Doc("Gateway.")]
    table: Annotated[int, Doc("Number of the routing table.")] = MAIN
    metric: Annotated[int | None, Doc("Metric; the kernel's own if None.")] = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Packets from an address are routed by a table."""

    source: Annotated[str, Doc("Address.")]
    table: Annotated[int, Doc("Number of the routing table.")]
    priority: Annotated[int, Doc("Position among the rules.")]


@dataclass(frozen=True, slots=True)
class Port:
    """An interface."""

    name: Annotated[str, Doc("Name.")]
    mtu_B: Annotated[int | None, Unit("B"), Doc("Largest packet; the kernel's own if None.")] = None
    addresses: Annotated[tuple[str, ...], Doc("Addresses with prefix length.")] = ()
    routes: Annotated[tuple[Route, ...], Doc("Static routes.")] = ()
    rules: Annotated[tuple[Rule, ...], Doc("Rules by source.")] = ()


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A VXLAN interface (RFC 7348)."""

    name: Annotated[str, Doc("Name.")]
    vni: Annotated[int, Doc("VXLAN network identifier.")]
    local: Annotated[str, Doc("Address that its packets come from.")]
    udp_port: Annotated[int, Doc("UDP port of both ends.")]
    mtu_B: Annotated[int | None, Unit("B"), Doc("Largest packet; the kernel's own if None.")] = None
    tos: Annotated[int, Doc("Type of service of its packets; 1 is that of the packet inside.")] = 0


@dataclass(frozen=True, slots=True)
class Vrf:
    """A routing table with interfaces of its own."""

    name: Annotated[str, Doc("Name of its device.")]
    table: Annotated[int, Doc("Number of the routing table.")]
    ports: Annotated[tuple[str, ...], Doc("Interfaces in it.")]


@dataclass(frozen=True, slots=True)
class Netplan:
    """Everything that one file asks for."""

    ports: Annotated[tuple[Port, ...], Doc("Ethernet interfaces.")]
    bridges: Annotated[Mapping[str, tuple[str, ...]], Doc("Interfaces by bridge.")]
    tunnels: Annotated[tuple[Tunnel, ...], Doc("Tunnels.")]
    vrfs: Annotated[tuple[Vrf, ...], Doc("Routing tables with devices.")]


def read(text: str) -> Netplan:
    """Read a netplan file, as `linux.render` writes them for hosts and switches.

    Parameters
    ----------
    text : str

    Returns
    -------
    Netplan

    Raises
    ------
    ValueError
        The text is not YAML, or not of netplan's shape.

    Examples
    --------
    >>> made = read("network: {version: 2, ethernets: {nic0: {mtu: 9000, addresses: [10.0.0.2/26]}}}")
    >>> made.ports[0].mtu_B, made.ports[0].addresses
    (9000, ('10.0.0.2/26',))
    """
    import yaml

    from easterly.model import yamls

    try:
        network: Any = yamls.load(text)["network"]
        ports = tuple(_port(name, given) for name, given in network["ethernets"].items())
        bridges = {name: tuple(given["interfaces"]) for name, given in network.get("bridges", {}).items()}
        tunnels = tuple(
            Tunnel(
                name, int(given["id"]), given["local"], int(given.get("port", 4789)), given.get("mtu"),
                int(given.get("type-of-service", 0)),
            )
            for name, given in network.get("tunnels", {}).items()
        )  # fmt: skip
        vrfs = tuple(
            Vrf(name, int(given["table"]), tuple(given["interfaces"]))
            for name, given in network.get("vrfs", {}).items()
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a netplan file of a host or a switch: {error}") from None
    return Netplan(ports, bridges, tunnels, vrfs)


def _port(name: str, given: Mapping[str, Any]) -> Port:
    routes = tuple(
        Route(row["to"], row.get("via", ""), row.get("table", MAIN), row.get("metric"))
        for row in given.get("routes", ())
    )
    rules = tuple(Rule(row["from"], row["table"], row["priority"]) for row in given.get("routing-policy", ()))
    return Port(name, given.get("mtu"), tuple(given.get("addresses", ())), routes, rules)
