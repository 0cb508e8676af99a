"""Rendered netplan text in a namespace: what networkd would do, done by ``ip``."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.linux.netplan import MAIN, Netplan, Route, Tunnel

OFFLOADS = "gso_max_segs 1"
"""A packet is a packet: none is cut or put together on its way (segmentation offload off)."""


def lines(plan: Netplan) -> Iterator[str]:
    """Commands for ``ip -batch`` in a namespace that has the interfaces already.

    Duplicate addresses are not looked for, since every one of them is the plan's.

    Parameters
    ----------
    plan : Netplan

    Yields
    ------
    str
        Bridges first, then interfaces, then what needs interfaces that are up. Tunnels are made where there are VRFs:
        elsewhere they are there already.

    Examples
    --------
    >>> from easterly.config.linux.netplan import read
    >>> for line in lines(read("network: {ethernets: {nic0: {addresses: [10.0.0.2/26]}}}")):
    ...     print(line)
    link set nic0 gso_max_segs 1 up
    address add 10.0.0.2/26 dev nic0
    """
    yield from (f"link add {name} type bridge stp_state 0" for name in plan.bridges)
    for vrf in plan.vrfs:
        yield f"link add {vrf.name} type vrf table {vrf.table}"
        yield f"link set {vrf.name} up"
    for tunnel in plan.tunnels if plan.vrfs else ():
        yield tunnelled(tunnel)
    for port in plan.ports:
        mtu = "" if port.mtu_B is None else f" mtu {port.mtu_B}"
        yield f"link set {port.name}{mtu} {OFFLOADS} up"
        yield from (f"address add {each} dev {port.name}{' nodad' if ':' in each else ''}" for each in port.addresses)
    for vrf in plan.vrfs:
        yield from (f"link set {port} master {vrf.name}" for port in vrf.ports)
    for name, ports in plan.bridges.items():
        yield from (f"link set {port} master {name}" for port in ports)
        yield f"link set {name} up"
    yield from (f"link set {tunnel.name} up" for tunnel in plan.tunnels)
    for port in plan.ports:
        for route in port.routes:
            yield f"route add {route.to} {_way(route)} dev {port.name}{_table(route)}"


def raised(plan: Netplan) -> Iterator[str]:
    """Commands for ``ip -batch`` that bring interfaces up as they are: a bridge's ports have no addresses."""
    for port in plan.ports:
        if port.name.startswith("swp"):
            mtu = "" if port.mtu_B is None else f" mtu {port.mtu_B}"
            yield f"link set {port.name}{mtu} {OFFLOADS} up"


def tunnelled(tunnel: Tunnel) -> str:
    """Command for ``ip -batch`` that makes a tunnel."""
    mtu = "" if tunnel.mtu_B is None else f"mtu {tunnel.mtu_B} "
    tos = "inherit" if tunnel.tos == 1 else f"{tunnel.tos:#x}"
    way = f"local {tunnel.local} dstport {tunnel.udp_port} nolearning tos {tos}"
    return f"link add {tunnel.name} {mtu}type vxlan id {tunnel.vni} {way}"


def rules(plan: Netplan, family: int) -> Iterator[str]:
    """Commands for ``ip -4 -batch`` or ``ip -6 -batch``: which table is for packets from where."""
    for port in plan.ports:
        for rule in port.rules:
            if (":" in rule.source) == (family == 6):
                yield f"rule add from {rule.source} table {rule.table} priority {rule.priority}"


def _way(route: Route) -> str:
    return f"via {route.via}" if route.via else "scope link" if "." in route.to else ""


def _table(route: Route) -> str:
    table = "" if route.table == MAIN else f" table {route.table}"
    return table if route.metric is None else f"{table} metric {route.metric}"
