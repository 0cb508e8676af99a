"""What the causes of a slow job would come to on this site: worked out, not guessed, where it can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from easterly import predict, route
from easterly._kernel import flow as kernel
from easterly._kernel import random
from easterly.base.columns import FloatColumn, IndexColumn, bools, floats, indices, ints
from easterly.model.demand import DemandSet
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.routing import Policy, Spread
from easterly.predict.overlap import in_steps
from easterly.route.hashing import Hops, queue_pairs, walk
from easterly.study import traffic
from easterly.study.nouns import Nouns

DRAWS, CONNECTIONS, INTERFACES = 16, 40_000, 4096
"""Permutations that are tried, about how many connections of them all together, and of how many interfaces at most."""
MORE = 4
"""Connections of a pair, beside one."""
LOST = ("leaf", "spine", "super-spine")


@dataclass(frozen=True, slots=True)
class Hashing:
    """What connections reach where every switch hashes them, of what an even split would give.

    Attributes
    ----------
    share : float [1]
        In the mean.
    low : float [1]
        At the 95th percentile of bad luck.
    imbalance : float [1]
        Highest over mean load of parallel links.
    """

    share: float
    low: float
    imbalance: float


@dataclass(frozen=True, slots=True)
class Lost:
    """One part less: which, the bandwidth that is left, and the step over the normal one."""

    what: str
    share: float
    slowdown: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One job on its site.

    Attributes
    ----------
    job : str
        Empty where no job was named.
    step_s : float [s]
        Expected step; 0 without a job.
    waits : float [1]
        Part of it that waits for the network.
    lossless : bool
        The class of the job is not to lose anything.
    hashed, alike : Hashing
        As planned, and with all switches of one seed.
    permutation, several : Hashing
        From each interface to one at another leaf, over one connection and over four, at max-min fair rates: of what
        an even split gives.
    used : float [1]
        Links among which a switch chooses that one connection from each interface uses.
    lost : tuple of Lost
        One switch of each role.
    beside : float [1]
        Step beside all others over the step alone.
    others : tuple of str
        Who shares links with it.
    oversubscription : float [1]
        Worst of the fabric.
    reach : float [1]
        Part of the line rate that messages of its sizes reach.
    fan_in : int
        Most senders to one interface at once.
    rtt_s : float [s]
        There and back over the longest path, without queues.
    rate_bps : float [bit/s]
        Of an interface.
    checkpoint_every_s : float [s]
        0 where none is written.
    """

    job: str
    step_s: float
    waits: float
    lossless: bool
    hashed: Hashing
    alike: Hashing
    permutation: Hashing
    several: Hashing
    used: float
    lost: tuple[Lost, ...]
    beside: float
    others: tuple[str, ...]
    oversubscription: float
    reach: float
    fan_in: int
    rtt_s: float
    rate_bps: float
    checkpoint_every_s: float

    def slowdown(self, share: float) -> float:
        """Step over the normal one where what waits for the network takes ``1 / share`` times as long."""
        return 1 + self.waits * (1 / max(share, 1e-3) - 1)


EVEN = Hashing(1.0, 1.0, 1.0)


def figures_of(nouns: Nouns, job: str) -> Figures:
    """Figures of a job, or of its fabric alone where the name is empty.

    Raises
    ------
    FindingsError
        What the nouns find.
    """
    network, policy = nouns.network.value, nouns.policy.value
    one = _permutation(network, policy, nouns.site.seed, 1)
    several = _permutation(network, policy, nouns.site.seed, MORE)
    ratio = max(nouns.bill.value.oversubscription.values(), default=1.0)
    rate_bps = float(np.median(network.links.capacity_bps[network.links.kind == LinkKind.HOST]))
    fabric = Figures(
        "", 0.0, 1.0, False, EVEN, EVEN, one.hashing, several.hashing, one.used, (), 1.0, (), max(ratio, 1.0), 1.0, 1,
        2 * one.way_s, rate_bps, 0.0,
    )  # fmt: skip
    return fabric if not job else _of_job(nouns, job, fabric)


def _of_job(nouns: Nouns, job: str, fabric: Figures) -> Figures:
    network, demands, prediction = nouns.network.value, nouns.demands.value, nouns.prediction.value
    own = np.flatnonzero(demands.phases.owner == job)
    row = int(np.flatnonzero(prediction.job == job)[0])
    work = int(np.flatnonzero(demands.work.name == job)[0])
    step_s = float(prediction.step_expected_s[row])
    busy = own[in_steps(demands)[own]]
    sends = np.isin(demands.flows.phase, busy)
    return replace(
        fabric, job=job, step_s=step_s, waits=float(prediction.phase_exposed_s[own].sum()) / step_s if step_s else 1.0,
        lossless=nouns.site.classes[nouns.site.jobs[job].traffic_class].lossless,
        hashed=_hashing(demands, nouns.routing.value.spread, busy),
        alike=_hashing(demands, _alike(nouns, network, demands), busy),
        lost=_lost(nouns, job, step_s, busy), reach=_mean(demands, demands.phases.network_reach, busy),
        fan_in=_fan_in(demands, np.flatnonzero(sends)), checkpoint_every_s=float(demands.work.checkpoint_every_s[work]),
        **_beside(nouns, job, step_s),
    )  # fmt: skip


def _mean(demands: DemandSet, values: FloatColumn, rows: IndexColumn) -> float:
    """Mean over the phases of a step, by the time that they take on the network."""
    weight = demands.phases.times[rows] * _bytes(demands)[rows]
    return float((weight * values[rows]).sum() / weight.sum()) if weight.sum() > 0 else 1.0


def _bytes(demands: DemandSet) -> FloatColumn:
    flows = demands.flows
    return floats(np.bincount(flows.phase, flows.size_B, len(demands.phases)))


def _hashing(demands: DemandSet, spread: Spread, rows: IndexColumn) -> Hashing:
    """Times of all phases of a step, split evenly over hashed."""
    if not len(rows) or not len(spread.even_s):
        return EVEN
    times = demands.phases.times[rows]
    even, mean, p95 = (float((times * column[rows]).sum()) for column in (spread.even_s, spread.mean_s, spread.p95_s))
    if even <= 0:
        return EVEN
    share, low = min(even / max(mean, even), 1.0), min(even / max(p95, even), 1.0)
    return Hashing(share, min(low, share), 1 / share)


def _alike(nouns: Nouns, network: Network, demands: DemandSet) -> Spread:
    """Hashing by switches that all have one seed."""
    policy = nouns.policy.value
    same = replace(policy, seed=ints(np.zeros(len(policy.seed), dtype=np.int32)))
    return route.spreads_of(network, demands, same, seed=nouns.site.seed)[0]


@dataclass(frozen=True, slots=True)
class _Permuted:
    """Permutations between leaves: what they reach, the share of links that they use, their longest way."""

    hashing: Hashing = EVEN
    used: float = 1.0
    way_s: float = 0.0


def _permutation(network: Network, policy: Policy, seed: int, connections: int) -> _Permuted:
    """Permutations of interfaces, so many connections to a pair, each hashed at every switch."""
    ends = np.sort(network.hosts.nic_node).astype(np.int64)[:INTERFACES]
    leaf, line = _leaf_of(network, ends), network.links.capacity_bps
    found = []
    for draw in range(max(1, min(DRAWS, CONNECTIONS // (connections * len(ends) or 1)))):
        far, to, hops = _sent(network, policy, ends, leaf, seed, draw, connections)
        if not len(far):
            return _Permuted()
        link = hops.link[np.argsort(hops.connection, kind="stable")]
        ptr = indices(np.concatenate([[0], np.cumsum(np.bincount(hops.connection, minlength=len(to)))]))
        got, _ = kernel.max_min_rates(ptr, ints(link), floats(np.ones(len(link))), line, floats(np.ones(len(to))))
        way_s = np.add.reduceat(network.links.delay_s[link], ptr[:-1]).max()
        load = floats(np.bincount(link, minlength=len(line)))
        rate = float(got.sum() / line[link[ptr[:-1:connections]]].sum())
        found.append((rate, *_parallel(network, load), float(way_s)))
    rate, imbalance, used, way_s = np.array(found).T
    even = 1.0 / max(_ratio(network), 1.0)
    share = min(float(rate.mean()) / even, 1.0)
    low = min(share, float(rate.mean() - 2 * rate.std()) / even)
    return _Permuted(Hashing(share, max(low, 0.01), float(imbalance.mean())), float(used.mean()), float(way_s.max()))


def _sent(
    network: Network, policy: Policy, ends: IndexColumn, leaf: IndexColumn, seed: int, draw: int, connections: int
) -> tuple[IndexColumn, IndexColumn, Hops]:
    """Senders, receivers by connection, and their ways: between all leaves, or where not all meet, in planes and rails.

    No senders where there is no way between leaves.
    """
    nodes = network.nodes
    apart = nodes.plane[leaf].astype(np.int64) * (1 + int(nodes.rail_group.max())) + nodes.rail_group[leaf]
    for group in (np.zeros(len(ends), dtype=np.int64), apart):
        to = _elsewhere(indices(group), seed, draw)
        far = np.flatnonzero(leaf != leaf[to])
        src, dst = np.repeat(ends[far], connections), np.repeat(ends[to[far]], connections)
        hops = walk(network, policy, queue_pairs(src, dst, seed=draw), src, dst)
        if not len(hops.stuck):
            return indices(far), indices(dst), hops
    return indices([]), indices([]), hops


def _ratio(network: Network) -> float:
    """Capacity below over above of the leaves together."""
    links, tier = network.links, network.nodes.tier
    up = (links.kind == LinkKind.FABRIC) & (tier[links.src] == 1) & (tier[links.dst] > 1)
    above, below = links.capacity_bps[up].sum(), links.capacity_bps[links.kind == LinkKind.HOST].sum() / 2
    return float(below / above) if above > 0 else 1.0


def _leaf_of(network: Network, ends: IndexColumn) -> IndexColumn:
    """First switch of each interface; -1 where it has several."""
    out = np.full(len(network.nodes), -1, dtype=np.int64)
    rows = np.flatnonzero(network.links.kind == LinkKind.HOST)
    up = rows[network.nodes.kind[network.links.src[rows]] != NodeKind.SWITCH]
    out[network.links.src[up]] = network.links.dst[up]
    return indices(out[ends])


def _elsewhere(group: IndexColumn, seed: int, draw: int) -> IndexColumn:
    """A permutation within each group, most of which are then at another leaf: shuffled, then turned by half."""
    key = random.mix64(np.column_stack([
        np.full(len(group), seed & (2**64 - 1)), np.full(len(group), draw), np.arange(len(group)),
    ]).astype(np.uint64))  # fmt: skip
    order = np.lexsort((key, group))
    to = np.empty(len(group), dtype=np.int64)
    for own in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        to[own] = np.roll(own, len(own) // 2)
    return indices(to)


def _parallel(network: Network, load: FloatColumn) -> tuple[float, float]:
    """Highest over mean load of the uplinks of each switch, in the mean, and the share of them that carry anything."""
    links = network.links
    up = np.flatnonzero(
        (links.kind == LinkKind.FABRIC) & (network.nodes.tier[links.dst] > network.nodes.tier[links.src])
    )
    node, row = np.unique(links.src[up], return_inverse=True)
    count = np.bincount(row, minlength=len(node))
    mean = np.bincount(row, load[up], len(node)) / count
    most = np.zeros(len(node))
    np.maximum.at(most, row, load[up])
    busy = (mean > 0) & (count > 1)
    if not busy.any():
        return 1.0, 1.0
    full = np.bincount(row, load[up] > 0, len(node)) / count
    return float((most[busy] / mean[busy]).mean()), float(full[busy].mean())


def _lost(nouns: Nouns, job: str, step_s: float, rows: IndexColumn) -> tuple[Lost, ...]:
    """The job with one switch of each role less; roles whose loss leaves it without a path are left out."""
    network, spread = nouns.network.value, nouns.routing.value.spread
    made = []
    for role in LOST:
        nodes = np.flatnonzero(network.nodes.role == role)
        if not len(nodes):
            continue
        alive = bools((network.links.src != nodes[0]) & (network.links.dst != nodes[0]))
        demands = nouns.after(alive)
        routing = traffic.route_one(network, demands, nouns.site.seed, alive)
        found = predict.predict(network, demands, routing)
        at = float(found.step_expected_s[found.job == job][0])
        if not np.isfinite(at) or len(demands.phases) != len(nouns.demands.value.phases):
            continue
        times = demands.phases.times[rows]
        before, after = (float((times * column[rows]).sum()) for column in (spread.even_s, routing.spread.even_s))
        share = min(before / after, 1.0) if after > 0 else 1.0
        made.append(Lost(f"one {role} of {len(nodes):,}", share, max(at / step_s, 1.0) if step_s else 1.0))
    return tuple(made)


def _beside(nouns: Nouns, job: str, step_s: float) -> dict[str, Any]:
    """How much slower a job is beside the others, and which of them are on its links."""
    network, demands, paths = nouns.network.value, nouns.demands.value, nouns.routing.value.paths
    flow = np.repeat(np.arange(len(demands.flows)), np.diff(paths.ptr))
    owner = demands.phases.owner[demands.flows.phase[flow]]
    mine = np.zeros(len(network.links), dtype=np.bool_)
    mine[paths.link[owner == job]] = True
    others = tuple(sorted(set(owner[mine[paths.link] & (owner != job)].tolist())))
    if not others:
        return {"beside": 1.0, "others": ()}
    quiet = np.where(demands.phases.owner[demands.flows.phase] == job, 1.0, 0.0)
    flows = replace(
        demands.flows, size_B=floats(demands.flows.size_B * quiet), rate_bps=floats(demands.flows.rate_bps * quiet)
    )
    alone = predict.predict(network, replace(demands, flows=flows), nouns.routing.value)
    alone_s = float(alone.step_expected_s[alone.job == job][0])
    return {"beside": max(step_s / alone_s, 1.0) if alone_s else 1.0, "others": others}


def _fan_in(demands: DemandSet, rows: IndexColumn) -> int:
    """Most senders of one phase to one interface."""
    flows = demands.flows
    key = flows.phase[rows].astype(np.int64) * (1 + int(flows.dst.max(initial=0))) + flows.dst[rows]
    return int(np.unique(key, return_counts=True)[1].max(initial=1))
