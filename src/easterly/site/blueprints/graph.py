"""graph: every node and every cable written out; only ports, tiers and roles may be left to us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.findings import Finding, did_you_mean
from easterly.model.network import LinkKind
from easterly.model.spec.fabric import Graph, GraphNode
from easterly.model.spec.hardware import HostType, SwitchType
from easterly.site.blueprints.assemble import FIBRE_M_PER_S
from easterly.site.blueprints.faults import refuse, refuse_any
from easterly.site.blueprints.graph_ports import Cable, Plug, plugged
from easterly.site.blueprints.parts import Cables, HostRows, Ints, Parts, Switches, count_up
from easterly.site.blueprints.stock import Stock

ROLES = ("switch", "leaf", "spine", "super-spine", "core")


@dataclass(frozen=True, slots=True)
class Sorts:
    """Nodes of a graph by what they are, each sort in the order of names."""

    switches: dict[str, SwitchType]
    hosts: dict[str, HostType]

    def ports(self) -> dict[str, range]:
        """Port numbers of every node: from 1 on switches, from 0 on hosts."""
        return {
            **{name: range(1, model.ports + 1) for name, model in self.switches.items()},
            **{name: range(model.nics) for name, model in self.hosts.items()},
        }

    def rates(self) -> dict[str, float]:
        """Rate of a port of every node [bit/s]."""
        return {
            **{name: model.rate for name, model in self.switches.items()},
            **{name: model.nic_rate for name, model in self.hosts.items()},
        }


def fabric(spec: Graph, stock: Stock) -> Parts:
    """Parts of an explicit graph.

    A link without a port takes the lowest free one of its node, in the order of link names. A tier that is
    not written is the distance from the hosts, a role that is not written follows from the tier.

    Raises
    ------
    FindingsError
        E211 unknown models and nodes, E412 not connected, E413 ports, E414 a link to itself, E415 no
        free port, E416 a rate above a port's, E420 a cable between two hosts.
    """
    sorts = _sorted(spec, stock)
    cables = plugged(spec, sorts.ports(), sorts.rates(), frozenset(sorts.hosts))
    neighbours = _neighbours(spec, cables)
    _check_connected(spec, neighbours)
    tiers = _tiers(spec, sorts, neighbours)
    return _parts(spec, stock, sorts, cables, tiers)


def _sorted(spec: Graph, stock: Stock) -> Sorts:
    """Nodes by what their type is; unknown types are findings."""
    types = stock.hardware
    known = {*types.switches, *types.hosts}
    refuse_any(
        Finding(
            "E211",
            f"{spec.origin}/nodes/{name}/type",
            f"there is no switch or host type {node.type}",
            did_you_mean(node.type, known),
        )
        for name, node in sorted(spec.nodes.items())
        if node.type not in known
    )
    if not spec.nodes:
        refuse(Finding("E412", f"{spec.origin}/nodes", "the graph has no nodes", "add at least one switch"))
    nodes = sorted(spec.nodes.items())
    return Sorts(
        {name: types.switches[node.type] for name, node in nodes if node.type in types.switches},
        {name: types.hosts[node.type] for name, node in nodes if node.type not in types.switches},
    )


def _neighbours(spec: Graph, cables: Sequence[Cable]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {name: [] for name in sorted(spec.nodes)}
    for cable in cables:
        near[cable.a.node].append(cable.b.node)
        near[cable.b.node].append(cable.a.node)
    return near


def _distances(near: dict[str, list[str]], starts: Sequence[str]) -> dict[str, int]:
    """Hops from the nearest of the starts, breadth first."""
    seen, front = dict.fromkeys(starts, 0), list(starts)
    while front:
        front = list(dict.fromkeys(other for node in front for other in near[node] if other not in seen))
        level = max(seen.values()) + 1
        seen.update(dict.fromkeys(front, level))
    return seen


def _check_connected(spec: Graph, near: dict[str, list[str]]) -> None:
    """Every node must be reachable; hosts join what their interfaces join, as in rail-only fabrics."""
    first = min(near)
    lost = sorted(set(near) - set(_distances(near, [first])))
    if lost:
        at, many = (
            f"{spec.origin}/nodes/{lost[0]}",
            f"{len(lost)} nodes, {lost[0]} among them, are" if len(lost) > 1 else f"{lost[0]} is",
        )
        refuse(
            Finding(
                "E412",
                at,
                f"{many} not connected to {first}",
                "add a link, or make it a fabric of its own",
                on_key=True,
            )
        )


def _tiers(spec: Graph, sorts: Sorts, near: dict[str, list[str]]) -> dict[str, int]:
    """Tier of every node: as written, else its distance from the hosts; 1 for switches where there are none."""
    hops = _distances(near, list(sorts.hosts)) if sorts.hosts else {}
    tiers: dict[str, int] = {}
    for name, node in spec.nodes.items():
        tiers[name] = 0 if name in sorts.hosts else node.tier if node.tier is not None else hops.get(name, 1)
    return tiers


def _role(node: GraphNode, tier: int) -> str:
    return node.role or ROLES[min(tier, len(ROLES) - 1)]


def _labels(nodes: Sequence[GraphNode]) -> Ints:
    return np.array([-1 if node.pod is None else node.pod for node in nodes], dtype=np.int64)


def _parts(spec: Graph, stock: Stock, sorts: Sorts, cables: Sequence[Cable], tiers: dict[str, int]) -> Parts:
    models = list(sorts.switches.values())
    tier = np.array([tiers[name] for name in sorts.switches], dtype=np.int64)
    switches = Switches(
        list(sorts.switches), [_role(spec.nodes[name], tiers[name]) for name in sorts.switches], tier,
        [model.name for model in models], np.array([model.ports for model in models], dtype=np.int64),
        np.array([model.delay for model in models]), pod=_labels([spec.nodes[name] for name in sorts.switches]),
    )  # fmt: skip
    top = np.flatnonzero(tier == tier.max()) if len(tier) else np.zeros(0, dtype=np.int64)
    return Parts((switches,), _hosts(spec, stock, sorts), _cables(sorts, cables, tiers), top=top)


def _hosts(spec: Graph, stock: Stock, sorts: Sorts) -> HostRows:
    models = list(sorts.hosts.values())
    count_up(sum(model.nics for model in models), "interfaces")
    gpus = np.array([model.gpus for model in models], dtype=np.int64)
    nics = np.array([model.nics for model in models], dtype=np.int64)
    scaleup_bps = np.array([stock.scaleup_bps(model) for model in models])
    return HostRows(
        list(sorts.hosts), [model.name for model in models], gpus, nics, scaleup_bps,
        pod=_labels([spec.nodes[name] for name in sorts.hosts]),
    )  # fmt: skip


def _cables(sorts: Sorts, cables: Sequence[Cable], tiers: dict[str, int]) -> tuple[Cables, ...]:
    """Cables to hosts, then those between switches, lower tier first."""
    place = {name: i for i, name in enumerate(sorts.switches)}
    starts = np.concatenate([[0], np.cumsum([model.nics for model in sorts.hosts.values()])])
    first_nic = dict(zip(sorts.hosts, starts.tolist(), strict=False))

    def index(plug: Plug) -> int:
        return first_nic[plug.node] + plug.port if plug.node in first_nic else place[plug.node]

    risen = [(c, *((c.a, c.b) if tiers[c.a.node] <= tiers[c.b.node] else (c.b, c.a))) for c in cables]
    blocks = []
    for kind in (LinkKind.HOST, LinkKind.FABRIC):
        rows = [row for row in risen if (row[1].node in sorts.hosts) == (kind == LinkKind.HOST)]
        ends = np.array([(index(a), index(b), a.port, b.port) for _, a, b in rows], dtype=np.int64).reshape(-1, 4)
        blocks.append(_block(kind, ends, [row[0] for row in rows]))
    return tuple(blocks)


def _block(kind: LinkKind, ends: Ints, cables: Sequence[Cable]) -> Cables:
    delay = [c.link.delay if c.link.delay is not None else c.link.length / FIBRE_M_PER_S for c in cables]
    return Cables(
        kind, ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3], np.array([c.rate_bps for c in cables]),
        np.array([c.link.length for c in cables]), np.array([c.link.cost for c in cables]), np.array(delay),
        tuple(c.link.srlg for c in cables),
    )  # fmt: skip
