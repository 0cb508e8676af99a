"""leaf-spine: every host on one leaf, every leaf on every spine."""

from __future__ import annotations

import numpy as np

from easterly.model.spec.fabric import LeafSpine
from easterly.site.blueprints.parts import Parts, count_up, folded, host_rows, numbered, switch_block
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.two_tier import Room, check_leaf, hosts_per_leaf, leaves_for, spread, uplink_rate
from easterly.site.blueprints.wiring import host_cables, mesh


def fabric(spec: LeafSpine, stock: Stock) -> Parts:
    """Parts of a two-tier fabric.

    Leaf i holds hosts ``i * (down // nics)`` onwards; interface r of its n-th host is on port
    ``n * nics + r + 1``. Uplink l to spine j leaves at port ``down + j * links + l + 1`` and arrives at
    ``i * links + l + 1``.

    Raises
    ------
    FindingsError
        E211 unknown model, E401 to E404 counts that do not fit, E416 rates.
    """
    at, host = spec.origin, stock.host(spec.hosts, spec.origin)
    low, high = stock.switch(spec.leaf.type, f"{at}/leaf/type"), stock.switch(spec.spine.type, f"{at}/spine/type")
    check_leaf(at, spec.leaf, low)
    per_leaf = hosts_per_leaf(f"{at}/leaf/down", spec.leaf.down, host.nics, host)
    leaves = leaves_for(spec.hosts.count, per_leaf)
    fan = spread(at, leaves, spec.leaf.up, Room(high.ports, stock.borders), spec.spine.count, per_leaf)
    hosts = host_rows(
        spec.name, spec.hosts.count, host, stock.scaleup_bps(host), su=count_up(spec.hosts.count, "hosts") // per_leaf
    )
    nic = count_up(spec.hosts.count * host.nics, "interfaces")
    rack, port = nic // (per_leaf * host.nics), nic % (per_leaf * host.nics) + 1
    down = host_cables(rack, port, nic % host.nics, min(host.nic_rate, low.rate), spec.cables.host)
    leaf = count_up(leaves, "leaves")
    up = mesh(
        leaf, np.full(leaves, leaves), leaf, uppers=fan.spines, links=fan.links, first_port=spec.leaf.down + 1,
        rate_bps=uplink_rate(at, spec.leaf, low, high), length_m=spec.cables.leaf,
    )  # fmt: skip
    switches = (
        switch_block(numbered(f"{spec.name}-leaf", leaves), "leaf", 1, low, su=leaf),
        switch_block(numbered(f"{spec.name}-spine", fan.spines), "spine", 2, high),
    )
    scheme = folded(leaves, (fan.spines, fan.links))
    return Parts(switches, hosts, (down, up), top=leaves + np.arange(fan.spines), scheme=scheme)
