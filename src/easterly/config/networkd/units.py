"""Units of systemd-networkd: sections with their lines, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from easterly.config.linux.render import Host, Nic
from easterly.config.linux.switch import Switch

HOST_MTU_B = 9000
OPTIONAL = ("RequiredForOnline", "no")
"""Boot does not wait for it: a switch has ports that nothing is plugged into yet, and bridges of nothing else."""
KEPT = ("KeepConfiguration", "yes")
"""What FRR has set on it stays when networkd starts again: addresses, neighbours, next hops; "static" is of addresses
and routes alone."""
QUIET = (("LinkLocalAddressing", "no"), ("IPv6AcceptRA", "no"))
Lines = tuple[tuple[str, str], ...]
Sections = tuple[tuple[str, Lines], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One file below ``/etc/systemd/network``: its name, what it is for, its sections."""

    name: str
    note: str
    sections: Sections


def of_host(host: Host) -> Iterator[Unit]:
    """Interfaces of a host: addresses, and a routing table of its own for each (see `easterly.config.linux`)."""
    if host.served:
        addresses = tuple(("Address", address) for address in host.served)
        yield Unit("10-lo.network", f"{host.name}{host.note}", (("Match", (("Name", "lo"),)), ("Network", addresses)))
    for nic in host.nics:
        yield Unit(f"10-{nic.name}.network", f"{host.name}{host.note}", _nic(nic))


def _nic(nic: Nic) -> Sections:
    table = str(nic.table)
    made: list[tuple[str, Lines]] = [("Match", (("Name", nic.name),)), ("Link", (("MTUBytes", str(HOST_MTU_B)),))]
    addresses = tuple(("Address", address) for address in nic.addresses)
    made.append(("Network", (("LinkLocalAddressing", "ipv6"), *addresses, ("IPv6AcceptRA", "no"))))
    for to, via in nic.routes:
        made.append(("Route", (("Destination", to), ("Gateway", via), ("Metric", table))))
        made.append(("Route", (("Destination", to), ("Gateway", via), ("Table", table))))
    for to in nic.direct:  # IPv6 has no scopes of routes: without a gateway they are of the link
        scope = () if ":" in to else (("Scope", "link"),)
        made.append(("Route", (("Destination", to), *scope, ("Table", table))))
    rules = ((("From", source), ("Table", table), ("Priority", table)) for source in nic.sources)
    return (*made, *(("RoutingPolicyRule", rule) for rule in rules))


def of_switch(switch: Switch) -> Iterator[Unit]:
    """Ports, bridges, tunnels and tables of a switch; ports that are alike share a file."""
    note = f"{switch.name}: ports, bridges and tables; addresses and routes are FRR's"
    inside = {port for _, ports in switch.bridges for port in ports}
    links = [port for port in switch.ports if port not in inside]
    for bridge, ports in (("", tuple(links)), *switch.bridges):
        if ports:
            yield Unit(f"10-{bridge or 'links'}-ports.network", note, _ports(switch, ports, bridge))
    tables = {table.bridge: table.name for table in switch.tables}
    inner = {f"l3{table.vni}": table.name for table in switch.tables}
    for bridge in (*(name for name, _ in switch.bridges), *inner):
        yield Unit(f"10-{bridge}.netdev", note, (_device(bridge, "bridge"), ("Bridge", (("STP", "false"),))))
        yield Unit(f"10-{bridge}.network", note, _master(bridge, tables.get(bridge) or inner.get(bridge, "")))
    for table in switch.tables:
        vxlan = (
            ("VNI", str(table.vni)), ("Local", switch.vtep), ("MacLearning", "false"), ("DestinationPort", "4789"),
            ("TOS", str(switch.tunnel_tos)), ("Independent", "true"),
        )  # fmt: skip
        name = f"vx{table.vni}"
        device = ("NetDev", (("Name", name), ("Kind", "vxlan"), ("MTUBytes", str(switch.inner_mtu_B))))
        yield Unit(f"10-{name}.netdev", note, (device, ("VXLAN", vxlan)))
        tunnel = (("LinkLocalAddressing", "no"), ("ConfigureWithoutCarrier", "yes"), KEPT, ("Bridge", f"l3{table.vni}"))
        mtu = ("Link", (OPTIONAL, ("MTUBytes", str(switch.inner_mtu_B))))
        yield Unit(f"10-{name}.network", note, (("Match", (("Name", name),)), mtu, ("Network", tunnel)))
        vrf = ("VRF", (("Table", str(table.vni)),))
        yield Unit(f"10-{table.name}.netdev", note, (_device(table.name, "vrf"), vrf))
        own = ("Network", (("LinkLocalAddressing", "ipv6"), ("ConfigureWithoutCarrier", "yes"), KEPT))
        yield Unit(f"10-{table.name}.network", note, (*_matched(table.name), own))


def _ports(switch: Switch, ports: Sequence[str], bridge: str) -> Sections:
    alone = (("LinkLocalAddressing", "ipv6"), ("IPv6AcceptRA", "no"), KEPT)
    lines = (*QUIET, KEPT, ("Bridge", bridge)) if bridge else alone
    match = ("Match", (("Name", " ".join(ports)),))
    return match, ("Link", (OPTIONAL, ("MTUBytes", str(switch.mtu_B)))), ("Network", lines)


def _device(name: str, kind: str) -> tuple[str, Lines]:
    return "NetDev", (("Name", name), ("Kind", kind))


def _master(bridge: str, vrf: str) -> Sections:
    lines = (("LinkLocalAddressing", "ipv6"), ("IPv6AcceptRA", "no"), ("ConfigureWithoutCarrier", "yes"), KEPT)
    return *_matched(bridge), ("Network", (*lines, *([("VRF", vrf)] if vrf else [])))


def _matched(name: str) -> Sections:
    return ("Match", (("Name", name),)), ("Link", (OPTIONAL,))
