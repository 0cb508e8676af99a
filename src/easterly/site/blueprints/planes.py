"""multi-plane: n equal two-tier planes; interfaces are dealt to the planes like cards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from easterly.base.findings import Finding
from easterly.model.spec.fabric import MultiPlane
from easterly.model.spec.hardware import HostType, SwitchType
from easterly.site.blueprints.faults import refuse_any
from easterly.site.blueprints.parts import Cables, Parts, count_up, folded, host_rows, in_groups, switch_block
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.two_tier import Room, check_leaf, hosts_per_leaf, leaves_for, spread, uplink_rate
from easterly.site.blueprints.wiring import divisors, host_cables, mesh


@dataclass(frozen=True, slots=True)
class Deal:
    """How interfaces are dealt: interface r goes to deck ``r % decks``, by `sides` ports to as many planes."""

    nics: int
    decks: int
    sides: int
    per_leaf: int

    @property
    def each(self) -> int:
        """Interfaces that a host has in one plane."""
        return self.nics // self.decks


def fabric(spec: MultiPlane, stock: Stock) -> Parts:
    """Parts of a multi-plane fabric.

    Interface r is in plane ``r mod planes``; with dual ToR it has ports 2r and 2r + 1, at half the rate each, in
    planes 2j and 2j + 1 with ``j = r mod planes/2``, and is labelled with the first. Planes are not joined.

    Raises
    ------
    FindingsError
        E211, E401 to E404, E406 interfaces and planes do not divide, E416.
    """
    at, host = spec.origin, stock.host(spec.hosts, spec.origin)
    low, high = stock.switch(spec.leaf.type, f"{at}/leaf/type"), stock.switch(spec.spine.type, f"{at}/spine/type")
    refuse_any(_indivisible(spec, host))
    check_leaf(at, spec.leaf, low)
    decks = spec.planes // 2 if spec.dual_tor else spec.planes
    per_leaf = hosts_per_leaf(f"{at}/leaf/down", spec.leaf.down, host.nics // decks, host)
    deal = Deal(host.nics, decks, 2 if spec.dual_tor else 1, per_leaf)
    leaves = leaves_for(spec.hosts.count, per_leaf)
    fan = spread(
        at, leaves, spec.leaf.up, Room(high.ports, stock.borders), spec.spine.count, per_leaf, " of each plane"
    )
    leaf = count_up(spec.planes * leaves, "leaves")
    plane, rank = leaf // leaves, leaf % leaves
    up = mesh(
        leaf, len(leaf) + plane * fan.spines, rank, uppers=fan.spines, links=fan.links, first_port=spec.leaf.down + 1,
        rate_bps=uplink_rate(at, spec.leaf, low, high), length_m=spec.cables.leaf,
    )  # fmt: skip
    spine = count_up(spec.planes * fan.spines, "spines")
    switches = (
        switch_block(in_groups(spec.name, "plane", "leaf", spec.planes, leaves), "leaf", 1, low, su=rank, plane=plane),
        switch_block(
            in_groups(spec.name, "plane", "spine", spec.planes, fan.spines), "spine", 2, high, plane=spine // fan.spines
        ),
    )
    cables = (_hosts(spec, host, low, deal, leaves), up)
    nic = count_up(spec.hosts.count * host.nics, "interfaces") % host.nics
    su, scaleup_bps = count_up(spec.hosts.count, "hosts") // per_leaf, stock.scaleup_bps(host)
    hosts = host_rows(
        spec.name, spec.hosts.count, host, scaleup_bps, su=su, nic_plane=nic % decks * deal.sides, nic_ports=deal.sides
    )
    scheme = folded(leaves, (fan.spines, fan.links), planes=spec.planes)
    return Parts(switches, hosts, cables, top=len(leaf) + spine, scheme=scheme)


def _hosts(spec: MultiPlane, host: HostType, low: SwitchType, deal: Deal, leaves: int) -> Cables:
    """Cables of all ports of all interfaces, in the order of interfaces."""
    port = count_up(spec.hosts.count * deal.nics * deal.sides, "cables")
    nic, side = port // deal.sides, port % deal.sides
    at, r = nic // deal.nics, nic % deal.nics
    plane = r % deal.decks * deal.sides + side
    leaf_port = at % deal.per_leaf * deal.each + r // deal.decks + 1
    rate_bps = min(host.nic_rate / deal.sides, low.rate)
    nic_port = port % (deal.nics * deal.sides)
    return host_cables(
        plane * leaves + at // deal.per_leaf, leaf_port, nic_port, rate_bps, spec.cables.host, deal.sides
    )


def _indivisible(spec: MultiPlane, host: HostType) -> Iterator[Finding]:
    """Interfaces must fall into the planes in equal numbers."""
    at, nics = f"{spec.origin}/planes", host.nics
    if spec.dual_tor and spec.planes % 2:
        text = f"dual ToR joins each interface to a pair of planes; {spec.planes} planes are no pairs"
        yield Finding("E406", at, text, f"set planes to {spec.planes + 1}, or dual_tor to false")
    elif nics % (spec.planes // 2 if spec.dual_tor else spec.planes):
        pairs = f"{spec.planes // 2} pairs of planes" if spec.dual_tor else f"{spec.planes} planes"
        factor = 2 if spec.dual_tor else 1
        fits = max(d for d in divisors(nics) if d * factor <= max(spec.planes, factor))
        text = f"the {nics} interfaces of host type {host.name} cannot be dealt evenly to {pairs}"
        yield Finding("E406", at, text, f"set planes to {fits * factor}, or use hosts with a multiple of their number")
