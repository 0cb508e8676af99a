"""dragonfly: groups of routers that are joined all to all, and global links between every two groups."""

from __future__ import annotations

import numpy as np

from easterly.base.findings import Finding
from easterly.model.spec.fabric import Dragonfly
from easterly.site.blueprints.direct import Plant, plant
from easterly.site.blueprints.faults import refuse
from easterly.site.blueprints.parts import MOST, Cables, Ints, Parts, Scheme, TooLarge, in_groups
from easterly.site.blueprints.stock import Stock

ARRANGEMENTS = ("palmtree", "consecutive")


def fabric(spec: Dragonfly, stock: Stock) -> Parts:
    """Parts of a dragonfly (Kim, Dally, Scott, Abts 2008, ISCA).

    Router i of a group has its peers on the first ``(a - 1) links`` ports behind those of the hosts, in their order
    and without itself, and global ports ``i h`` to ``i h + h - 1`` of the group after them. Of the ``a h`` ports of a
    group the first ``m (g - 1)`` are used, with ``m = a h // (g - 1)``: m links between every two groups.

    Raises
    ------
    FindingsError
        E211, E401, E403, E404, E410, E416; E435 more groups than global links can join.
    """
    ports = spec.routers * spec.global_links
    groups = ports + 1 if spec.groups is None else spec.groups
    if groups > ports + 1:
        text = f"{groups} groups need {groups - 1} global links each; {spec.routers} x {spec.global_links} are {ports}"
        hint = f"set groups to {ports + 1} or less, or raise global_links to {-(-(groups - 1) // spec.routers)}"
        refuse(Finding("E435", f"{spec.origin}/groups", text, hint))
    local = (spec.routers - 1) * spec.links
    words = f"in the group and {spec.global_links} to other groups"
    if groups * (spec.routers * local // 2 + ports // 2) > MOST:
        raise TooLarge(groups * (spec.routers * local // 2 + ports // 2), "cables")
    made = plant(spec, stock, groups * spec.routers, local + spec.global_links, words)
    numbers = (groups, spec.routers, spec.global_links, spec.links, ARRANGEMENTS.index(spec.arrangement))
    cables = (_local(made, spec, groups), _global(made, spec, groups))
    names = in_groups(spec.name, "group", "router", groups, spec.routers)
    return made.parts(names, cables, Scheme("dragonfly", numbers, spec.routing), pod_size=spec.routers)


def _local(made: Plant, spec: Dragonfly, groups: int) -> Cables:
    """Cables inside the groups: group by group, pair by pair."""
    low, high = np.triu_indices(spec.routers, 1)
    low, high = (np.repeat(end, spec.links) for end in (low, high))
    slot = np.tile(np.arange(spec.links), len(low) // spec.links)
    first = np.repeat(np.arange(groups, dtype=np.int64) * spec.routers, len(low))
    lower_port, upper_port = (high - 1) * spec.links + slot, low * spec.links + slot
    ends = (first + np.tile(low, groups), first + np.tile(high, groups))
    ports = (np.tile(lower_port, groups), np.tile(upper_port, groups))
    return made.between(*ends, *ports, spec.cables.leaf)


def _global(made: Plant, spec: Dragonfly, groups: int) -> Cables:
    """Cables between groups, from the lower group up: group by group, port by port."""
    others, each = groups - 1, spec.routers * spec.global_links // (groups - 1)
    group, port = np.divmod(np.arange(groups * others * each, dtype=np.int64), others * each)
    far = reached(spec.arrangement, groups, group, port % others)
    up = far > group
    group, port, far = group[up], port[up], far[up]
    far_port = port - port % others + led_to(spec.arrangement, groups, far, group)
    local = (spec.routers - 1) * spec.links
    h = spec.global_links
    ends = (group * spec.routers + port // h, far * spec.routers + far_port // h)
    return made.between(*ends, local + port % h, local + far_port % h, spec.cables.spine)


def reached(arrangement: str, groups: int, group: Ints, port: Ints) -> Ints:
    """Group that a global port leads to (Camarero, Vallejo, Beivide 2014, ACM TACO 11:4)."""
    if arrangement == "palmtree":
        return (group - port - 1) % groups
    return port + (port >= group)


def led_to(arrangement: str, groups: int, group: Ints, far: Ints) -> Ints:
    """Global port that leads to a group."""
    if arrangement == "palmtree":
        return (group - far - 1) % groups
    return far - (far > group)
