"""Tenants' routing tables on a kernel without VRF devices: a namespace for each, which FRR takes for a VRF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from easterly.app.lab.cables import End
from easterly.app.lab.netplan import tunnelled
from easterly.app.lab.spaces import FOLDER, Space
from easterly.config.linux.netplan import Netplan

ENTRY = """#!/bin/sh
# Runs a daemon of FRR where {spaces} holds the router's own tables alone, each under the name of its VRF.
set -e
mount -t tmpfs -o mode=755 none {folder}
{mounted}
mount --rbind {folder} {spaces}
exec "$@"
"""
"""`ip netns exec` has given it mounts of its own, so that nobody else sees these."""


def key(node: str, vrf: str) -> str:
    """What the namespace of a table is called among those of a lab; no node has such a name."""
    return f"{node}/{vrf}"


def homes(node: str, plan: Netplan) -> dict[End, str]:
    """Ports of a switch that are not in its own namespace but in that of a table.

    Parameters
    ----------
    node : str
    plan : Netplan

    Returns
    -------
    dict of (str, str) to str
        By node and port, what the namespace is called.
    """
    return {(node, port): key(node, vrf.name) for vrf in plan.vrfs for port in _members(plan, vrf.ports)}


def _members(plan: Netplan, bridges: tuple[str, ...]) -> tuple[str, ...]:
    """Bridges and what is in them."""
    return (*bridges, *(port for bridge in bridges for port in plan.bridges.get(bridge, ())))


def own(plan: Netplan) -> Netplan:
    """What stays in the switch's own namespace."""
    gone = {port for vrf in plan.vrfs for port in _members(plan, vrf.ports)}
    return Netplan(
        tuple(port for port in plan.ports if port.name not in gone),
        {name: ports for name, ports in plan.bridges.items() if name not in gone}, (), (),
    )  # fmt: skip


def part(plan: Netplan, vrf: str) -> Netplan:
    """What is in the namespace of a table; its tunnels have been brought there."""
    [wanted] = [each for each in plan.vrfs if each.name == vrf]
    inside = set(_members(plan, wanted.ports))
    bridges = {name: ports for name, ports in plan.bridges.items() if name in inside}
    return replace(
        plan, ports=tuple(port for port in plan.ports if port.name in inside), bridges=bridges,
        tunnels=tuple(tunnel for tunnel in plan.tunnels if tunnel.name in inside), vrfs=(),
    )  # fmt: skip


def brought(plan: Netplan, node: str, spaces: Mapping[str, Space]) -> Iterator[str]:
    """Commands for ``ip -batch`` that make tunnels, whose packets are the switch's own, and give them to the tables."""
    place = {port: spaces[home].name for (_, port), home in homes(node, plan).items()}
    for tunnel in plan.tunnels:
        yield tunnelled(tunnel)
        yield f"link set {tunnel.name} netns {place[tunnel.name]}"


def entry(folder: Path, tables: Mapping[str, Space]) -> str:
    """A script that runs a daemon which sees the namespaces of its router's tables, under the names of the VRFs."""
    mounted = [
        f"touch {folder}/{vrf}; mount --bind {FOLDER}/{space.name} {folder}/{vrf}"
        for vrf, space in sorted(tables.items())
    ]
    return ENTRY.format(folder=folder, mounted="\n".join(mounted), spaces=FOLDER)
