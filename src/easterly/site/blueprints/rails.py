"""rail-optimized and rail-only: interface r of every host on a leaf of rail r."""

from __future__ import annotations

import numpy as np

from easterly.base.findings import Finding
from easterly.model.spec.fabric import RailOnly, RailOptimized
from easterly.model.spec.hardware import HostType, SwitchType
from easterly.site.blueprints.faults import full, refuse
from easterly.site.blueprints.parts import (
    Cables,
    HostRows,
    Parts,
    Switches,
    count_up,
    folded,
    host_rows,
    numbered,
    switch_block,
)
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.two_tier import Room, check_leaf, leaves_for, spread, uplink_rate
from easterly.site.blueprints.wiring import host_cables, mesh


def optimized(spec: RailOptimized, stock: Stock) -> Parts:
    """Parts of a rail-optimized fabric: rails of leaves, joined by spines.

    A scalable unit is `down` hosts and one leaf per rail. Host h has its interface r on port
    ``h % down + 1`` of leaf ``h // down`` of rail r. Leaves are ranked unit by unit at the spines, so that a
    new unit takes new ports.

    Raises
    ------
    FindingsError
        E211, E401, E402, E403, E416.
    """
    at, host = spec.origin, stock.host(spec.hosts, spec.origin)
    low, high = stock.switch(spec.leaf.type, f"{at}/leaf/type"), stock.switch(spec.spine.type, f"{at}/spine/type")
    check_leaf(at, spec.leaf, low)
    units = leaves_for(spec.hosts.count, spec.leaf.down)
    leaves = units * host.nics
    fan = spread(
        at, leaves, spec.leaf.up, Room(high.ports, stock.borders), spec.spine.count, spec.leaf.down // host.nics
    )
    switches, hosts, down = _rails(spec, host, low, units, stock.scaleup_bps(host))
    leaf = count_up(leaves, "leaves")
    up = mesh(
        leaf, np.full(leaves, leaves), leaf, uppers=fan.spines, links=fan.links, first_port=spec.leaf.down + 1,
        rate_bps=uplink_rate(at, spec.leaf, low, high), length_m=spec.cables.leaf,
    )  # fmt: skip
    spines = switch_block(numbered(f"{spec.name}-spine", fan.spines), "spine", 2, high)
    scheme = folded(leaves, (fan.spines, fan.links))
    return Parts((switches, spines), hosts, (down, up), top=leaves + np.arange(fan.spines), scheme=scheme)


def only(spec: RailOnly, stock: Stock) -> Parts:
    """Parts of a rail-only fabric: one leaf per rail, and nothing above.

    Raises
    ------
    FindingsError
        E211, E401, E403 more hosts than a leaf has ports, E405 uplinks.
    """
    at, host = spec.origin, stock.host(spec.hosts, spec.origin)
    low = stock.switch(spec.leaf.type, f"{at}/leaf/type")
    if spec.leaf.up:
        text = f"rail-only has no spine for the {spec.leaf.up} uplinks of a leaf"
        refuse(Finding("E405", f"{at}/leaf/up", text, "remove up, or use the blueprint rail-optimized"))
    check_leaf(at, spec.leaf, low)
    room = min(spec.leaf.down, low.ports - stock.borders)
    if spec.hosts.count > room:
        text = f"{spec.hosts.count} hosts need a port each on the one leaf of every rail, which has {room}"
        refuse(
            full(f"{at}/hosts/count", text, f"keep to {room} hosts, or join leaves with the blueprint rail-optimized")
        )
    switches, hosts, down = _rails(spec, host, low, 1, stock.scaleup_bps(host))
    return Parts((switches,), hosts, (down,), top=np.arange(host.nics), scheme=folded(host.nics))


def _rails(
    spec: RailOptimized | RailOnly, host: HostType, low: SwitchType, units: int, scaleup_bps: float
) -> tuple[Switches, HostRows, Cables]:
    """Leaves, unit by unit and rail by rail, their hosts, and the cables between them."""
    rails, leaf = host.nics, count_up(units * host.nics, "leaves")
    nic = count_up(spec.hosts.count * rails, "interfaces")
    at, rail = nic // rails, nic % rails
    names = [f"{spec.name}-rail{r}-leaf-{u}" for u in range(units) for r in range(rails)]
    leaves = switch_block(names, "leaf", 1, low, su=leaf // rails, rail=leaf % rails)
    unit = count_up(spec.hosts.count, "hosts") // spec.leaf.down
    hosts = host_rows(spec.name, spec.hosts.count, host, scaleup_bps, su=unit, nic_rail=rail)
    rate_bps = min(host.nic_rate, low.rate)
    cables = host_cables(at // spec.leaf.down * rails + rail, at % spec.leaf.down + 1, rail, rate_bps, spec.cables.host)
    return leaves, hosts, cables
