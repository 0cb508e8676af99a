"""The tree above hosts, as schedulers know it: named parts with children, every host below one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.base.schema import Doc
from easterly.model.blocks import Blocks


@dataclass(frozen=True, slots=True)
class Branch:
    """One part of the tree above hosts: a block of hosts, or what joins several parts."""

    name: Annotated[str, Doc("Unique name.")]
    level: Annotated[str, Doc("leaf, pod, ..., fabric.")]
    fabric: Annotated[str, Doc("Fabric.")]
    parent: Annotated[str, Doc("Name of the part above; empty at the top.")]
    hosts: Annotated[tuple[str, ...], Doc("Hosts of a block; none of what joins other parts.")]


def branches_of(blocks: Blocks, hosts: list[str]) -> tuple[Branch, ...]:
    """Parts of the tree above the hosts of every fabric, from the top downwards; what joins nothing is left out.

    Parameters
    ----------
    blocks : Blocks
    hosts : list of str
        Names of the hosts, by row.

    Returns
    -------
    tuple of Branch
        Parents before their children, fabric by fabric.

    Examples
    --------
    >>> from easterly.site import blueprints, load_text
    >>> from easterly.model.blocks import blocks_of
    >>> network = blueprints.build(load_text('''
    ... version: 1
    ... site: {name: s}
    ... hardware:
    ...   switches: {w: {ports: 8, rate: 100Gb/s}}
    ...   hosts: {h: {gpus: 1, nics: 1, nic_rate: 100Gb/s}}
    ... fabrics: {f: {blueprint: leaf-spine, hosts: {type: h, count: 4}, leaf: {type: w, down: 2, up: 1}, spine: {type: w}}}
    ... ''').site)
    >>> [(b.name, b.parent, b.hosts) for b in branches_of(blocks_of(network), network.hosts.name.tolist())]
    [('f', '', ()), ('f-leaf-0', 'f', ('f-host-0', 'f-host-1')), ('f-leaf-1', 'f', ('f-host-2', 'f-host-3'))]
    """
    made: list[Branch] = []
    for fabric in dict.fromkeys(blocks.fabric.tolist()):
        made += _of_fabric(blocks, hosts, np.flatnonzero(blocks.fabric == fabric).tolist(), str(fabric))
    return tuple(made)


def _of_fabric(blocks: Blocks, hosts: list[str], rows: list[int], fabric: str) -> list[Branch]:
    levels = _levels(blocks, rows)
    names = {level: blocks.unit_names(level) for level in levels}
    made: dict[str, Branch] = {}
    for row in rows:
        parent = ""
        for level in reversed(levels):
            name = names[level][int(blocks.unit[level, row])]
            own = tuple(hosts[h] for h in blocks.hosts(row).tolist()) if level == 0 else ()
            if level:
                name = name if name not in blocks.name else f"{name}-{blocks.level[level]}"
            made.setdefault(name, Branch(name, str(blocks.level[level]), fabric, parent, own))
            parent = name
    return list(made.values())


def _levels(blocks: Blocks, rows: list[int]) -> list[int]:
    """Levels at which parts of a fabric are joined, from the blocks upwards."""
    found = [0]
    for level in range(1, len(blocks.unit)):
        if len(np.unique(blocks.unit[level][rows])) < len(np.unique(blocks.unit[found[-1]][rows])):
            found.append(level)
    return found
