"""Folded Clos of two to four tiers: pods of leaves and spines, groups of switches above them.

Spine j of every pod is joined to group j of super-spines, and super-spine t of every zone to group t of
cores, as in a fat-tree (Al-Fares, Loukissas, Vahdat 2008, SIGCOMM): each group sees each pod once, so
that there is exactly one way down from a top switch to a leaf per parallel link.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.model.spec.hardware import HostType, SwitchType
from easterly.site.blueprints.parts import (
    Cables,
    HostRows,
    Ints,
    Parts,
    Switches,
    count_up,
    folded,
    host_rows,
    in_groups,
    numbered,
    switch_block,
)
from easterly.site.blueprints.wiring import ceil_div, host_cables, mesh


@dataclass(frozen=True, slots=True)
class Floor:
    """One tier of switches above the leaves.

    Attributes
    ----------
    role, word : str
        Role, and the word for it in names.
    model : SwitchType
    width : int
        Switches per pod (tier 2) or per group (above) that each switch below is joined to.
    links : int
        Parallel cables to each of them.
    rate_bps : float [bit/s]
    down, up : int
        Ports used towards the tier below, and towards the tier above.
    """

    role: str
    word: str
    model: SwitchType
    width: int
    links: int
    rate_bps: float
    down: int
    up: int = 0


@dataclass(frozen=True, slots=True)
class Stack:
    """All numbers of a folded Clos; `zone_pods` pods share one set of tier-3 switches."""

    fabric: str
    host: HostType
    hosts: int
    scaleup_bps: float
    leaf: SwitchType
    leaf_down: int
    per_leaf: int
    leaves: int
    pod_leaves: int
    zone_pods: int
    floors: tuple[Floor, ...]
    lengths_m: tuple[float, float, float]

    @property
    def pods(self) -> int:
        """Pods that the leaves fill."""
        return ceil_div(self.leaves, self.pod_leaves)

    @property
    def zones(self) -> int:
        """Sets of pods that share tier-3 switches."""
        return ceil_div(self.pods, self.zone_pods)


def build(stack: Stack) -> Parts:
    """Parts of a folded Clos: tier by tier, each switch joined to its group above."""
    leaf = count_up(stack.leaves, "leaves")
    switches, cables = [_leaves(stack, leaf)], [_hosts(stack)]
    lower, ports, start = leaf, stack.leaf_down, stack.leaves
    for tier, floor in enumerate(stack.floors, 2):
        group, rank = _groups(stack, tier, lower)
        lengths = stack.lengths_m[1] if tier == 2 else stack.lengths_m[2]
        first = 0 if tier == 2 else start - len(switches[-1])
        cables.append(
            mesh(lower + first, start + group * floor.width, rank, uppers=floor.width, links=floor.links,
                 first_port=ports + 1, rate_bps=floor.rate_bps, length_m=lengths)
        )  # fmt: skip
        switches.append(_floor(stack, tier, floor))
        lower, ports, start = count_up(len(switches[-1]), "switches"), floor.down, start + len(switches[-1])
    fans = [(floor.width, floor.links) for floor in stack.floors]
    scheme = folded(stack.leaves, *fans, pod_leaves=stack.pod_leaves, zone_pods=stack.zone_pods)
    return Parts(tuple(switches), _host_rows(stack), tuple(cables), top=lower + start - len(lower), scheme=scheme)


def _groups(stack: Stack, tier: int, lower: Ints) -> tuple[Ints, Ints]:
    """For each switch below `tier`: the group above that it is joined to, and its rank in that group.

    Tier 2: group is the pod. Tier 3: (zone, index of the spine), ranked by pod. Tier 4: index of the
    super-spine in its zone, ranked by zone.
    """
    if tier == 2:
        return lower // stack.pod_leaves, lower % stack.pod_leaves
    spines = stack.floors[0].width
    if tier == 3:
        pod, index = lower // spines, lower % spines
        return pod // stack.zone_pods * spines + index, pod % stack.zone_pods
    per_zone = spines * stack.floors[1].width
    return lower % per_zone, lower // per_zone


def _floor(stack: Stack, tier: int, floor: Floor) -> Switches:
    """Switches of a tier: per pod in tier 2, per group above."""
    widths = [f.width for f in stack.floors]
    if tier == 2 and len(stack.floors) == 1:
        return switch_block(numbered(f"{stack.fabric}-{floor.word}", floor.width), floor.role, tier, floor.model)
    if tier == 2:
        names = in_groups(stack.fabric, "pod", floor.word, stack.pods, floor.width)
        return switch_block(names, floor.role, tier, floor.model, pod=np.arange(len(names)) // floor.width)
    count = widths[0] * widths[1] * (stack.zones if tier == 3 else widths[-1])
    return switch_block(numbered(f"{stack.fabric}-{floor.word}", count), floor.role, tier, floor.model)


def _leaves(stack: Stack, leaf: Ints) -> Switches:
    if len(stack.floors) == 1:
        return switch_block(numbered(f"{stack.fabric}-leaf", stack.leaves), "leaf", 1, stack.leaf, su=leaf)
    names = in_groups(stack.fabric, "pod", "leaf", stack.pods, stack.pod_leaves)[: stack.leaves]
    return switch_block(names, "leaf", 1, stack.leaf, su=leaf, pod=leaf // stack.pod_leaves)


def _host_rows(stack: Stack) -> HostRows:
    leaf = count_up(stack.hosts, "hosts") // stack.per_leaf
    pod = leaf // stack.pod_leaves if len(stack.floors) > 1 else -1
    return host_rows(stack.fabric, stack.hosts, stack.host, stack.scaleup_bps, su=leaf, pod=pod)


def _hosts(stack: Stack) -> Cables:
    nics = stack.host.nics
    nic = count_up(stack.hosts * nics, "interfaces")
    each = stack.per_leaf * nics
    rate_bps = min(stack.host.nic_rate, stack.leaf.rate)
    return host_cables(nic // each, nic % each + 1, nic % nics, rate_bps, stack.lengths_m[0])
