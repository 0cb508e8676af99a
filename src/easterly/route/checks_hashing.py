"""Rules of hashing: connections enough for the links, and tiers that do not choose alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn, floats, ints
from easterly.base.findings import Finding, Severity, rule
from easterly.model.demand import DemandSet, Flows
from easterly.model.network import LinkKind, Network
from easterly.model.routing import Paths, rows_of
from easterly.model.spec.site import Site
from easterly.route.bins import used_links
from easterly.route.entropy import Choices, admitted_bps, choices, growth
from easterly.route.seeds import DISTINCT

ENOUGH = 0.8
"""Share of the links needed that shall be in use, in expectation; one connection per link reaches 63 to 66 %."""
WANTED = 0.95
LEADING = 0.1
"""A phase counts if it moves that share of what its owner sends."""
MOST_QPS = 128
"""Largest NCCL_IB_QPS_PER_CONNECTION."""


@rule("E706", "too few connections for the links that they may use")
def connections_fill_links(site: Site, network: Network, demands: DemandSet, paths: Paths) -> Iterator[Finding]:
    """Hashing f connections to w links uses w (1 - (1 - 1/w)^f) of them, on average."""
    rows, pod = _kept(network, demands)
    if not len(rows):
        return
    flows = _some(demands.flows, rows)
    told_apart = _told_apart(site, network, flows)
    found = choices(
        network, flows, rows_of(paths, rows), told_apart, floats(admitted_bps(network, demands.flows)[rows])
    )
    few = (found.needed >= 2) & (found.used < ENOUGH * found.needed)
    few &= (pod[found.phase] < 0) | (pod[found.phase] == network.nodes.pod[found.node])
    owner = demands.phases.owner[found.phase]
    for name in sorted(set(owner[few].tolist())):
        mine = np.flatnonzero(few & (owner == name))
        worst = int(mine[np.argmin(found.used[mine] / found.needed[mine])])
        mine = flows.phase == found.phase[worst]
        each, seen = int(flows.connections[mine].max()), int(told_apart[mine].max())
        yield _few(network, demands, found, worst, _place(site, name), (each, seen))


def _few(
    network: Network, demands: DemandSet, found: Choices, row: int, at: str, connections: tuple[int, int]
) -> Finding:
    """`connections` of a pair of interfaces: those that there are, and those that the hash tells apart."""
    phase, links, used = int(found.phase[row]), float(found.links[row]), float(found.used[row])
    axis, collective = demands.phases.axis[phase], demands.phases.collective[phase]
    message = (
        f"{found.connections[row]:.4g} connections of its {axis} {collective} are hashed to {links:.0f} links of "
        f"{network.nodes.name[found.node[row]]}: on average {_used(used, links, found.connections[row])} are in use, "
        f"and their senders could fill {found.needed[row]:.4g}"
    )
    if connections[1] < connections[0]:
        hint = "add dest-qp or src-port to the fabric's hash fields: the connections of a pair are hashed alike"
    else:
        hint = _more(connections[0] * growth(used, links, WANTED * float(found.needed[row])))
    return Finding("E706", at, message, hint, Severity.WARNING, on_key=True)


def _used(used: float, links: float, connections: float) -> str:
    """Links in use, with the arithmetic where it is that of one node alone."""
    if math.isclose(used, used_links(round(connections), round(links)), rel_tol=1e-9):
        return f"{links:.0f} x (1 - (1 - 1/{links:.0f})^{connections:.4g}) = {used:.3g}"
    return f"{used:.3g}"


def _more(connections: float) -> str:
    wanted = math.ceil(connections - 1e-9)
    if wanted > MOST_QPS:
        return "let the switches spread packets or flowlets instead of connections"
    return (
        f"connections: {wanted} (NCCL_IB_QPS_PER_CONNECTION, with a hash over the destination QP) reach "
        f"{WANTED:.0%} of them; spreading packets reaches all"
    )


def _told_apart(site: Site, network: Network, flows: Flows) -> IntColumn:
    """Connections of each flow that the hash of its fabric tells apart: all, or one per pair of interfaces."""
    fabrics = sorted(site.fabrics.items())
    blind = [name for name, fabric in fabrics if fabric.hash and not DISTINCT & {*fabric.hash.fields}]
    return ints(np.where(np.isin(network.nodes.fabric[flows.src], blind), 1, flows.connections))


def _kept(network: Network, demands: DemandSet) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Flows that are looked at, and by phase the pod that they come from; -1 where there are no pods.

    Paths through a fabric of pods are very many, and its pods much alike: of each phase the pod from which most
    flows leave stands for all.
    """
    flows, nodes = demands.flows, network.nodes
    rows = np.flatnonzero(_leading(demands)[flows.phase])
    src, dst, phase = flows.src[rows], flows.dst[rows], flows.phase[rows]
    _, fabric = np.unique(nodes.fabric, return_inverse=True)
    pods = int(nodes.pod.max(initial=0)) + 1
    home = np.where(nodes.pod >= 0, fabric * pods + nodes.pod, -1)
    kept = np.full(len(demands.phases), -1, dtype=np.int64)
    leaves = (home[src] >= 0) & (home[src] != home[dst])
    place, count = np.unique(np.column_stack([phase[leaves], home[src[leaves]]]), axis=0, return_counts=True)
    order = np.argsort(-count, kind="stable")[::-1]
    kept[place[order, 0]] = place[order, 1]
    rows = rows[(kept[phase] < 0) | (kept[phase] == home[src])]
    return rows, np.where(kept >= 0, kept % pods, -1)


def _some(flows: Flows, rows: NDArray[np.intp]) -> Flows:
    return Flows(**{field.name: getattr(flows, field.name)[rows] for field in fields(flows)})


def _leading(demands: DemandSet) -> NDArray[np.bool_]:
    """(P,) phases that move a good part of what their owner sends."""
    flows, phases = demands.flows, demands.phases
    amount = np.bincount(flows.phase, flows.size_B * 8 + flows.rate_bps, len(phases)) * phases.times
    _, owner = np.unique(phases.owner, return_inverse=True)
    return np.asarray(amount > LEADING * np.bincount(owner, amount)[owner])


def _place(site: Site, name: str) -> str:
    """Where the number of connections stands, or would."""
    if name in site.jobs:
        return f"jobs/{name}/library/qps" if site.jobs[name].library.qps is not None else f"jobs/{name}/connections"
    return f"{'services' if name in site.services else 'traffic'}/{name}/connections"


@rule("E707", "two tiers hash alike")
def tiers_hash_differently(site: Site, network: Network) -> Iterator[Finding]:
    """A switch sees only connections whose hash the tier below has chosen; with the same hash it chooses alike."""
    for name, fabric in sorted(site.fabrics.items()):
        if fabric.hash is None or fabric.hash.seed != "same":
            continue
        ups = _uplinks(network, name)
        for tier in sorted(ups):
            below, above = ups[tier], ups.get(tier + 1, 1)
            common = math.gcd(below, above)
            if common > 1:
                yield _polarised(network, name, f"{fabric.origin}/hash/seed", tier, below, above, common)
                break


def _uplinks(network: Network, fabric: str) -> dict[int, int]:
    """Links upwards of a switch, by tier: of the switch that has most."""
    nodes, links = network.nodes, network.links
    up = (links.kind == LinkKind.FABRIC) & (nodes.tier[links.dst] > nodes.tier[links.src])
    up &= (nodes.fabric[links.src] == fabric) & (nodes.role[links.dst] != "border")
    count = np.bincount(links.src[up], minlength=len(nodes))
    return {int(tier): int(count[nodes.tier == tier].max()) for tier in np.unique(nodes.tier[links.src[up]])}


def _polarised(network: Network, fabric: str, at: str, tier: int, below: int, above: int, common: int) -> Finding:
    nodes = network.nodes
    roles = [str(nodes.role[(nodes.fabric == fabric) & (nodes.tier == t)][0]) for t in (tier, tier + 1)]
    return Finding(
        code="E707",
        at=at,
        message=f"{roles[0]} and {roles[1]} switches hash alike: what reaches a {roles[1]} has one hash modulo "
        f"{below}, so that it uses {above // common} of its {above} uplinks ({1 / common:.3g} of the capacity; "
        f"{below} and {above} have the factor {common} in common)",
        hint="write seed: per-switch, or per-tier; the plan counts with this fault",
        severity=Severity.WARNING,
    )
