"""What no algorithm can beat: bytes that must cross a cut of the network, over what the cut can carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, IntColumn
from easterly.base.joined import joined
from easterly.demand.mapping.group import Group
from easterly.model.network import LinkKind, Network, NodeKind

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]
LEVELS = ("host", "leaf", "pod", "zone")


@dataclass(frozen=True, slots=True)
class Cut:
    """The ranks of a work cut into parts, and what each part can send and receive.

    Attributes
    ----------
    level : str
        gpu, host, leaf, pod, zone or fabric.
    part : (ranks,) int
        Part of each rank.
    out_bps, in_bps : (P,) float [bit/s]
        Capacity of all links out of the part, and into it.
    """

    level: str
    part: Rows
    out_bps: Numbers
    in_bps: Numbers


def bound(
    network: Network, group: Group, hosts: IntColumn, collective: str, size_B: float, *,
    alive: BoolColumn | None = None, in_network: bool = False,
) -> tuple[float, str]:  # fmt: skip
    """Time that no algorithm can beat on this network, and the cut that says so.

    Every part of the network (a GPU, a host, the hosts of a leaf, of a pod, of a fabric) holds some ranks of a group,
    and others not. In an all-reduce it must send its sum and receive that of the others, S each; in a reduce-scatter
    what the others keep, in an all-gather what it has, in an all-to-all what is meant for others. Groups run at the
    same time, so that their bytes add up. Where only ranks can add and copy, K parts send 2 (K-1) S in an all-reduce
    together, (K-1) S in the others (Patarasuk & Yuan 2009, J. Parallel Distrib. Comput. 69:2), over the capacity of
    all parts.

    Parameters
    ----------
    network : Network
    group : Group
    hosts : (H,) int
        Host rows of the layout of the group, in rank order.
    collective : str
        As for `run`.
    size_B : float [B]
        The whole array, as nccl-tests counts it; the root of a broadcast or reduce is the lowest rank.
    alive : (L,) bool, optional
        Links that are up; all if absent.
    in_network : bool
        Switches may add and copy.

    Returns
    -------
    bound_s : float [s]
        0 for a group of one rank.
    cut : str
        Such as ``host east-host-3``; empty where nothing binds.
    """
    best = (0.0, "")
    up_bps = network.links.capacity_bps if alive is None else network.links.capacity_bps * alive
    for cut in cuts(network, group, hosts, up_bps):
        need = _Need.of(group, cut, collective, size_B)
        for time_s, name in need.times(cut, in_network):
            if time_s > best[0]:
                best = time_s, _name(network, hosts, group, cut, name)
    return best


def cuts(network: Network, group: Group, hosts: IntColumn, up_bps: Numbers) -> Iterator[Cut]:
    """Cuts into GPUs, hosts, and the parts that a network falls into without its upper tiers, at last its fabrics."""
    layout = group.layout
    rank = np.arange(int(group.runs.members.max()) + 1)
    if layout.scaleup_bps > 0:
        own_bps = layout.nic_bps[layout.nic_node[layout.host(rank)[:, None], layout.own(rank)]].sum(axis=1)
        yield Cut("gpu", rank, own_bps + layout.scaleup_bps, own_bps + layout.scaleup_bps)
    row = np.asarray(hosts, dtype=np.int64)[layout.host(rank)]
    tiers = int(network.nodes.tier[network.nodes.kind == NodeKind.SWITCH].max(initial=0))
    for tier in range(tiers + 1):
        part = _parts(network, tier)
        nic = network.hosts.nic_node[network.hosts.nic_ptr[row]]
        level = "fabric" if tier == tiers else LEVELS[min(tier, len(LEVELS) - 1)]
        yield Cut(level, part[nic], *_capacities(network, part, up_bps))


def _parts(network: Network, tier: int) -> Rows:
    """(N,) part of each node without the switches above a tier and the WAN; a host holds its interfaces together."""
    links, nodes, table = network.links, network.nodes, network.hosts
    left = (nodes.kind != NodeKind.WAN) & (nodes.tier <= tier)
    use = left[links.src] & left[links.dst] & (links.kind != LinkKind.WAN)
    first = np.repeat(table.nic_node[table.nic_ptr[:-1]], np.diff(table.nic_ptr))
    a, b = np.append(links.src[use], table.nic_node), np.append(links.dst[use], first)
    return joined(len(nodes), a, b)


def _capacities(network: Network, part: Rows, up_bps: Numbers) -> tuple[Numbers, Numbers]:
    """(N,) capacity of the links out of each part, and into it."""
    src, dst = part[network.links.src], part[network.links.dst]
    crosses = src != dst
    return _sums(src[crosses], up_bps[crosses], len(part)), _sums(dst[crosses], up_bps[crosses], len(part))


def _sums(place: Rows, values: Numbers, count: int) -> Numbers:
    return np.bincount(place, values, count).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Need:
    """Bytes that must leave and enter each part, and what all parts send together at least where ranks do all."""

    out_B: Numbers
    in_B: Numbers
    together_B: float

    @staticmethod
    def of(group: Group, cut: Cut, collective: str, size_B: float) -> _Need:
        parts, count = len(cut.out_bps), group.ranks
        members = group.members
        key = np.arange(len(members))[:, None] * parts + cut.part[members]
        cell, inside = np.unique(key, return_counts=True)
        root = group.runs.members.reshape(-1, count).min(axis=1)
        rooted = np.isin(cell, np.arange(len(members)) * parts + cut.part[root])
        out, into = _shares(collective, inside, count, rooted)
        crosses = inside < count
        part, groups = cell[crosses] % parts, np.bincount(cell // parts, minlength=len(members))
        factor = {"all-reduce": 2.0, "all-to-all": 0.0}.get(collective, 1.0)
        return _Need(
            _sums(part, out[crosses] * size_B, parts), _sums(part, into[crosses] * size_B, parts),
            factor * size_B * float((groups - 1).sum()),
        )  # fmt: skip

    def times(self, cut: Cut, in_network: bool) -> Iterator[tuple[float, int]]:
        """Least times, each with the part that needs it; -1 for all together."""
        with np.errstate(divide="ignore", invalid="ignore"):
            for need_B, rate_bps in ((self.out_B, cut.out_bps), (self.in_B, cut.in_bps)):
                time = np.where(need_B > 0, need_B * 8 / rate_bps, 0.0)
                yield float(time.max()), int(time.argmax())
        used = self.out_B + self.in_B > 0
        if not in_network and used.any():
            yield self.together_B * 8 / float(cut.out_bps[used].sum()), -1


def _shares(collective: str, inside: Rows, count: int, rooted: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Bytes out of and into a part that holds some ranks of a group, over the size of the array."""
    own, others = inside / count, 1 - inside / count
    one = np.ones(len(inside))
    return {
        "all-reduce": (one, one),
        "reduce-scatter": (others, own),
        "all-gather": (own, others),
        "all-to-all": (inside * others, inside * others),
        "broadcast": (one * rooted, one * ~rooted),
        "reduce": (one * ~rooted, one * rooted),
    }[collective]


def _name(network: Network, hosts: IntColumn, group: Group, cut: Cut, part: int) -> str:
    if part < 0:
        return f"all {cut.level}s together"
    rank = int(np.flatnonzero(cut.part == part)[0])
    row = int(hosts[group.layout.host(np.array([rank]))[0]])
    host = str(network.hosts.name[row])
    if cut.level == "fabric":
        return f"fabric {network.hosts.fabric[row]}"
    return {"gpu": f"GPU {rank % group.layout.gpus} of {host}", "host": f"host {host}"}.get(
        cut.level, f"{cut.level} of {host}"
    )
