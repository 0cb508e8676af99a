"""Rules about fabrics that can be built: what an engineer should know before ordering."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import LENGTH, RATE, format_exact
from easterly.model.catalog.cables import MEDIA, NONE, medium
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.spec.fabric import Clos, Dragonfly, LeafSpine, MultiPlane, RailOnly, RailOptimized
from easterly.model.spec.hardware import HostType, SwitchType
from easterly.model.spec.site import Site
from easterly.site.blueprints.wiring import ceil_div

Leafy = LeafSpine | RailOptimized | RailOnly | MultiPlane | Clos


@rule("E430", "rails change the number of leaves")
def rails_change_leaves(site: Site) -> Iterator[Finding]:
    """Rails come in whole scalable units of one leaf per interface, which may be more leaves than hosts need."""
    for fabric, host, _ in _leafy(site):
        if not isinstance(fabric, RailOptimized) or fabric.leaf.down < host.nics:
            continue
        units = ceil_div(fabric.hosts.count, fabric.leaf.down)
        plain = ceil_div(fabric.hosts.count, fabric.leaf.down // host.nics)
        if units * host.nics > plain:
            rails = f"{units} scalable units x {host.nics} rails = {units * host.nics} leaves"
            text = f"{rails}; without rails {plain} would do"
            hint = f"a leaf.down that divides {fabric.hosts.count} hosts fills every unit"
            yield Finding("E430", f"{fabric.origin}/leaf/down", text, hint, Severity.NOTE)


@rule("E431", "ports of the leaves that no whole host fits on")
def left_over_ports(site: Site) -> Iterator[Finding]:
    """All interfaces of a host that a leaf serves are on that leaf, so the rest of a division stays empty."""
    for fabric, host, _ in _leafy(site):
        nics = _interfaces_per_leaf(fabric, host)
        rest = fabric.leaf.down % nics
        if rest and fabric.leaf.down > nics:
            whole = fabric.leaf.down // nics
            text = (
                f"{whole} hosts x {nics} interfaces leave {rest} of {fabric.leaf.down} ports down unused on every leaf"
            )
            hint = f"set down to {whole * nics}"
            yield Finding("E431", f"{fabric.origin}/leaf/down", text, hint, Severity.WARNING)


@rule("E432", "interfaces that are faster than the ports of the leaves")
def fast_interfaces(site: Site) -> Iterator[Finding]:
    """A cable runs at the lower rate of its two ends."""
    for fabric, host, leaf in _leafy(site):
        rate_bps = host.nic_rate / (2 if _dual(fabric) else 1)
        if rate_bps > leaf.rate:
            fast, slow = format_exact(rate_bps, RATE), format_exact(leaf.rate, RATE)
            text = f"interfaces of {host.name} send {fast} per port and a leaf takes {slow}"
            hint = f"use leaves with ports of {fast}; as it is, {slow} is planned"
            yield Finding("E432", f"{fabric.origin}/leaf/type", text, hint, Severity.WARNING)


@rule("E407", "dual ToR on leaves with faster ports than half an interface")
def dual_tor_rate(site: Site) -> Iterator[Finding]:
    """Dual ToR halves the rate of each port; a leaf port of the full rate is then half used."""
    for fabric, host, leaf in _leafy(site):
        if _dual(fabric) and host.nic_rate / 2 < leaf.rate:
            half, port = format_exact(host.nic_rate / 2, RATE), format_exact(leaf.rate, RATE)
            text = f"dual ToR runs ports of {port} at {half}"
            hint = f"use leaves with ports of {half}, and twice as many"
            yield Finding("E407", f"{fabric.origin}/leaf/type", text, hint, Severity.WARNING)


@rule("E437", "a dragonfly that is not balanced")
def unbalanced_dragonfly(site: Site) -> Iterator[Finding]:
    """Half of random traffic that a global link carries is on its way to it or from it inside a group (Kim et al.)."""
    for name in sorted(site.fabrics):
        fabric = site.fabrics[name]
        if not isinstance(fabric, Dragonfly) or fabric.routers == 2 * fabric.down == 2 * fabric.global_links:
            continue
        a, p, h = fabric.routers, fabric.down, fabric.global_links
        text = f"{a} routers in a group, {p} ports down and {h} global ones; a = 2 p = 2 h is balanced"
        hint = (
            f"with {a} routers, {a // 2} ports down and {a // 2} global links" if a % 2 == 0 else "have an even number"
        )
        yield Finding("E437", fabric.origin, text, hint, Severity.NOTE, on_key=True)


@rule("E422", "a cable that no medium of the catalog can be")
def reachable_lengths(site: Site, network: Network) -> Iterator[Finding]:
    """Every cable inside a fabric needs a medium of its rate and reach; links of the WAN are services."""
    links, rows = network.links, network.cables
    rows = rows[links.kind[rows] != LinkKind.WAN]
    kinds = np.stack([links.capacity_bps[rows], links.length_m[rows]], axis=1)
    pairs, first = np.unique(kinds, axis=0, return_index=True)
    for (rate, length), row in zip(pairs.tolist(), first.tolist(), strict=True):
        if medium(rate, length) is NONE:
            fabric = str(network.nodes.fabric[links.src[rows[row]]])
            rate_text = format_exact(rate, RATE)
            cable = network.link_ids[rows[row]]
            text = f"no medium carries {rate_text} over {format_exact(length, LENGTH)}, as cable {cable} wants"
            reach = max((m.reach_m for m in MEDIA if m.rate_bps >= rate), default=0.0)
            hint = f"shorten it to {format_exact(reach, LENGTH)} or less, or make it a WAN link"
            yield Finding("E422", site.fabrics[fabric].origin, text, hint, Severity.WARNING, on_key=True)


@rule("E434", "interfaces without a cable")
def unplugged_interfaces(network: Network) -> Iterator[Finding]:
    """In an explicit graph it is easy to forget one; traffic of its GPUs goes nowhere."""
    nodes, links = network.nodes, network.links
    plugged = np.zeros(len(nodes), dtype=np.bool_)
    plugged[links.src] = True
    for node in np.flatnonzero((nodes.kind == NodeKind.NIC) & ~plugged).tolist():
        at = f"{network.origins[str(nodes.fabric[node])]}/nodes/{nodes.device[node]}"
        text = f"interface {nodes.name[node]} has no cable"
        yield Finding(
            "E434",
            at,
            text,
            "add a link to it, or use a host type with fewer interfaces",
            Severity.WARNING,
            on_key=True,
        )


def _leafy(site: Site) -> Iterator[tuple[Leafy, HostType, SwitchType]]:
    """Fabrics with a leaf tier, their host model and their leaf model, where both are known."""
    for name in sorted(site.fabrics):
        fabric = site.fabrics[name]
        if isinstance(fabric, Leafy):
            host, leaf = site.hardware.hosts.get(fabric.hosts.type), site.hardware.switches.get(fabric.leaf.type)
            if host is not None and leaf is not None:
                yield fabric, host, leaf


def _dual(fabric: Leafy) -> bool:
    return isinstance(fabric, MultiPlane) and fabric.dual_tor


def _interfaces_per_leaf(fabric: Leafy, host: HostType) -> int:
    """Interfaces of one host that share a leaf."""
    if isinstance(fabric, RailOptimized | RailOnly):
        return 1
    if isinstance(fabric, MultiPlane):
        return max(host.nics // max(fabric.planes // (2 if fabric.dual_tor else 1), 1), 1)
    return host.nics
