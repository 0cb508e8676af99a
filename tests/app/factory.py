"""Whole plans made by hand: rails or a fat-tree, rings over it, and every result that a report shows.

Paths are even splits over all switches one tier up, written down without the router: two hops between
interfaces of one leaf, four between leaves of one group.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from easterly import qos
from easterly.app.document import document
from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.base.findings import Finding, Severity
from easterly.model.address import AddressPlan, Interfaces, Prefixes, Vrfs
from easterly.model.demand import DemandSet, Figures, Flows, Phases, Work
from easterly.model.network import Hosts, LinkKind, Links, Network, NodeKind, Nodes
from easterly.model.outcome import Artifact, Bill, BillLine, DeviceConfigs, Method, Prediction, Ref, Status, Verdict
from easterly.model.plan import Plan
from easterly.model.routing import LinkLoads, Paths, Policy, Routing, Spread
from easterly.model.serving import Services
from easterly.model.spec.site import Site
from small import no_blocks
from small import rows as table

RATE = 400e9
CLASSES = ("bulk", "training")


@dataclass
class Wires:
    """Nodes and cables as they are strung."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    cables: list[tuple[str, str, int, int]] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)

    def node(self, name: str, role: str, tier: int, **labels: int) -> str:
        self.nodes[name] = {"role": role, "tier": tier, **labels}
        return name

    def cable(self, low: str, high: str) -> None:
        self.cables.append((low, high, self._port(low), self._port(high)))

    def _port(self, node: str) -> int:
        if ":nic" in node:
            return int(node.rpartition("nic")[2])
        self.used[node] = self.used.get(node, 0) + 1
        return self.used[node]


def _classes() -> Site:
    """A site that has nothing but the classes."""
    low, high = CLASSES
    return Site.model_validate({
        "version": 1, "site": {"name": "classes"}, "fabrics": {},
        "classes": {low: {"dscp": 10, "queue": 0, "share": "40%"},
                    high: {"dscp": 26, "share": "60%", "lossless": True}},
    })  # fmt: skip


def rails(*, rail_count: int = 8, su_count: int = 4, su_hosts: int = 32, spines: int = 16, each: int = 2) -> Network:
    """Rail-optimised: interface r of a host of unit s goes to leaf r * su_count + s; `each` links to each spine."""
    w = Wires()
    hosts = [f"train-host-{h}" for h in range(su_count * su_hosts)]
    tops = [w.node(f"train-spine-{j}", "spine", 2) for j in range(spines)]
    leaves = {
        (r, s): w.node(f"train-rail{r}-leaf-{s}", "leaf", 1, rail_group=r, su=s)
        for r in range(rail_count)
        for s in range(su_count)
    }
    for h, host in enumerate(hosts):
        for r in range(rail_count):
            w.cable(w.node(f"{host}:nic{r}", "nic", 0, rail_group=r, su=h // su_hosts), leaves[r, h // su_hosts])
    for leaf in leaves.values():
        for top in tops:
            for _ in range(each):
                w.cable(leaf, top)
    return network(w, hosts, rail_count, "train")


def fat_tree(k: int) -> Network:
    """k pods of k/2 leaves and k/2 spines, (k/2)^2 cores, one interface per host."""
    w, half = Wires(), k // 2
    cores = [w.node(f"ft-core-{c}", "core", 3) for c in range(half * half)]
    hosts: list[str] = []
    for p in range(k):
        mids = [w.node(f"ft-pod{p}-spine-{j}", "spine", 2, pod=p) for j in range(half)]
        for i in range(half):
            leaf = w.node(f"ft-pod{p}-leaf-{i}", "leaf", 1, pod=p)
            for _ in range(half):
                hosts.append(f"ft-host-{len(hosts)}")
                w.cable(w.node(f"{hosts[-1]}:nic0", "nic", 0, pod=p), leaf)
            for mid in mids:
                w.cable(leaf, mid)
        for j, mid in enumerate(mids):
            for core in cores[j * half : (j + 1) * half]:
                w.cable(mid, core)
    return network(w, hosts, 1, "ft")


def network(w: Wires, hosts: list[str], nics: int, fabric: str) -> Network:
    """Columns of what was strung."""
    names = list(w.nodes)
    index = {name: i for i, name in enumerate(names)}
    low, high, low_port, high_port = (np.array(c) for c in zip(*w.cables, strict=True))
    a, b = np.array([index[n] for n in low.tolist()]), np.array([index[n] for n in high.tolist()])
    count = 2 * len(a)
    to_host = np.array([w.nodes[n]["tier"] == 0 for n in low.tolist()])
    links = Links(
        src=ints(_woven(a, b)),
        dst=ints(_woven(b, a)),
        src_port=ints(_woven(low_port, high_port)),
        dst_port=ints(_woven(high_port, low_port)),
        kind=ints(_woven(*[np.where(to_host, LinkKind.HOST, LinkKind.FABRIC)] * 2)),
        capacity_bps=floats(np.full(count, RATE)),
        delay_s=floats(np.full(count, 2e-8)),
        length_m=floats(_woven(*[np.where(to_host, 3.0, 40.0)] * 2)),
        cost=floats(np.ones(count)),
        reverse=ints(np.arange(count) ^ 1),
        srlg_ptr=indices(np.zeros(count + 1)),
        srlg_idx=ints([]),
    )
    rows = list(w.nodes.values())
    label = {key: ints([r.get(key, -1) for r in rows]) for key in ("pod", "su", "rail_group", "plane")}
    nic = np.array([r["role"] == "nic" for r in rows])
    nodes = Nodes(
        name=texts(names),
        device=texts([n.partition(":")[0] for n in names]),
        role=texts([r["role"] for r in rows]),
        kind=ints(np.where(nic, NodeKind.NIC, NodeKind.SWITCH)),
        tier=ints([r["tier"] for r in rows]),
        fabric=texts([fabric] * len(rows)),
        switch_type=texts(np.where(nic, "", "sw64")),
        ports=ints(np.where(nic, 0, 64)),
        delay_s=floats(np.zeros(len(rows))),
        **label,
    )
    n = len(hosts)
    made = Hosts(
        name=texts(hosts),
        fabric=texts([fabric] * n),
        host_type=texts(["dgx"] * n),
        gpus=ints([8] * n),
        scaleup_bps=floats([3.6e12] * n),
        nic_ptr=indices(np.arange(n + 1) * nics),
        nic_node=ints([index[f"{h}:nic{r}"] for h in hosts for r in range(nics)]),
    )
    return Network(fabric, nodes, links, made, (), {fabric: f"fabrics/{fabric}"})


def _woven(up: np.ndarray, down: np.ndarray) -> np.ndarray:
    return np.stack((up, down), axis=1).ravel()


def rings(net: Network, jobs: dict[str, range]) -> tuple[DemandSet, Paths]:
    """One ring per job and interface number over its hosts, jobs taking classes in turn; and its even paths."""
    names = list(jobs)
    pairs = [
        (p, int(s), int(d))
        for p, hosts in enumerate(jobs.values())
        for nic in range(len(net.hosts.nics(0)))
        for a, b in pairwise([*hosts, hosts[0]])
        for s, d in [(net.hosts.nics(a)[nic], net.hosts.nics(b)[nic])]
    ]
    phase, src, dst = (np.array(c) for c in zip(*pairs, strict=True))
    count, p = len(pairs), len(names)
    flows = Flows(
        src=ints(src),
        dst=ints(dst),
        size_B=floats(1e9 * (1 + phase)),
        rate_bps=floats(np.zeros(count)),
        connections=ints(np.full(count, 4)),
        phase=ints(phase),
    )
    ones = floats(np.ones(p))
    phases = table(
        Phases,
        p,
        owner=texts(names),
        axis=texts(["dp"] * p),
        collective=texts(["all-reduce"] * p),
        algorithm=texts(["ring"] * p),
        times=floats(np.full(p, 3.0)),
        traffic_class=ints(np.arange(p) % 2),
    )
    work = table(
        Work,
        p,
        name=texts(names),
        kind=texts(["job"] * p),
        tenant=texts([("acme", "beta")[i % 2] for i in range(p)]),
        fabric=texts([net.name] * p),
        gpus=ints([8 * len(r) for r in jobs.values()]),
        compute_s=ones,
        flop=ones,
        tokens=floats(np.full(p, 4e6)),
        host_ptr=indices(np.cumsum([0, *map(len, jobs.values())])),
        host_idx=ints([h for r in jobs.values() for h in r]),
    )
    return DemandSet(CLASSES, work, phases, flows), _paths(net, src.tolist(), dst.tolist())


def _paths(net: Network, src: list[int], dst: list[int]) -> Paths:
    out: dict[int, dict[int, list[int]]] = {}
    for row, (a, b) in enumerate(zip(net.links.src.tolist(), net.links.dst.tolist(), strict=True)):
        out.setdefault(a, {}).setdefault(b, []).append(row)
    tier = net.nodes.tier
    link, share, ptr = [], [], [0]
    for s, d in zip(src, dst, strict=True):
        ((leaf_s, first),), ((leaf_d, _),) = out[s].items(), out[d].items()
        hops = [(first[0], 1.0), (out[leaf_d][d][0], 1.0)]
        if leaf_s != leaf_d:
            through = [m for m in out[leaf_s] if tier[m] == 2 and leaf_d in out[m]]
            for m in through:
                for side in (out[leaf_s][m], out[m][leaf_d]):
                    hops += [(row, 1 / (len(through) * len(side))) for row in side]
        link += [row for row, _ in hops]
        share += [value for _, value in hops]
        ptr.append(len(link))
    return Paths(indices(ptr), ints(link), floats(share))


def plan(net: Network, jobs: dict[str, range], *, dead: tuple[int, ...] = (), **changes: Any) -> Plan:
    """Everything that a report shows, over a network and its rings."""
    demands, paths = rings(net, jobs)
    n, phases, count = len(jobs), len(jobs), len(net.links)
    low = floats(1.1 + 0.1 * np.arange(n))
    alive = np.ones(count, dtype=bool)
    alive[list(dead)] = False
    flow = np.repeat(np.arange(len(demands.flows)), np.diff(paths.ptr))
    rate = (demands.flows.size_B * 8 * 3 / low[demands.flows.phase])[flow] * paths.share
    cls = demands.phases.traffic_class[demands.flows.phase][flow]
    load = np.stack([np.bincount(paths.link[cls == c], rate[cls == c], count) for c in range(len(CLASSES))])
    zero, none = floats(np.zeros(phases)), texts([])
    busiest = int(np.argmax(load.sum(axis=0)))
    made = Plan(
        site=_site(net, jobs),
        network=net,
        bill=_bill(net),
        address=_address(),
        demands=demands,
        routing=Routing(
            Policy(
                net.links.cost,
                bools(net.transit),
                bools(alive),
                "mix64",
                ints(np.zeros(len(net.nodes))),
                floats(np.ones(count)),
            ),
            paths,
            Spread(
                floats(np.ones(n)),
                floats(np.full(n, 1.2)),
                floats(np.full(n, 1.5)),
                ints([busiest] * n),
                ints([busiest] * n),
                64,
            ),
            ints([]),
        ),
        loads=LinkLoads(net.links.capacity_bps, floats(load), floats(load.sum(axis=0) * 3)),
        qos=qos.plan(_classes()),
        services=table(Services, 0),
        figures=table(Figures, 0),
        prediction=Prediction(
            job=texts(list(jobs)),
            compute_s=floats(np.ones(n)),
            comm_low_s=low,
            comm_high_s=low,
            step_low_s=low,
            step_expected_s=floats(low + 0.3),
            step_high_s=floats(low + 0.6),
            bottleneck=tuple(Ref("link", str(net.link_ids[busiest])) for _ in jobs),
            phase_low_s=zero,
            phase_expected_s=zero,
            phase_exposed_s=zero,
            phase_high_s=zero,
        ),
        configs=_configs(),
        verdicts=_verdicts(str(net.link_ids[busiest])),
        findings=(
            Finding(
                "E504", "addressing/pools/fabric", "pool is nearly full", "widen it", Severity.WARNING, line=7, column=5
            ),
        ),
        provenance={"easterly": "0.1.0", "site_sha256": "ab" * 32, "seed": 1},
    )
    assert none.size == 0
    return replace(made, **changes)


def demo(**changes: Any) -> Plan:
    """1,024 GPUs on eight rails, two jobs."""
    return plan(rails(), {"pre": range(0, 96), "tune": range(96, 128)}, **changes)


def small(**changes: Any) -> Plan:
    """Two rails of two leaves, eight hosts, three jobs of which two share links."""
    net = rails(rail_count=2, su_count=2, su_hosts=4, spines=2, each=1)
    return plan(net, {"a": range(0, 6), "b": range(2, 8), "c": range(0, 2)}, **changes)


def pods(k: int) -> Plan:
    """A fat-tree with one job per pod."""
    size = k * k // 4
    return plan(fat_tree(k), {f"job-{p}": range(p * size, (p + 1) * size) for p in range(k)})


def _site(net: Network, jobs: dict[str, range]) -> Site:
    work = {
        name: {
            "tenant": ("acme", "beta")[i % 2],
            "fabric": net.name,
            "class": CLASSES[i % 2],
            "model": "llama3-70b",
            "parallel": {"tp": 8, "dp": len(hosts)},
            "batch": 64,
        }
        for i, (name, hosts) in enumerate(jobs.items())
    }
    switch = {"ports": 64, "rate": "400Gb/s"}
    fabric = {
        "blueprint": "leaf-spine",
        "hosts": {"type": "dgx", "count": len(net.hosts)},
        "leaf": {"type": "sw64", "down": 32, "up": 32},
        "spine": {"type": "sw64"},
    }
    return Site.model_validate(
        {
            "version": 1,
            "site": {"name": "east1"},
            "fabrics": {net.name: fabric},
            "hardware": {"switches": {"sw64": switch}, "hosts": {"dgx": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s"}}},
            "addressing": {"pools": {"fabric": "10.64.0.0/16", "v6": "fd00:64::/40"}},
            "tenants": {"acme": {}, "beta": {}},
            "classes": {
                "bulk": {"dscp": 10, "share": "40%"},
                "training": {"dscp": 26, "share": "60%", "lossless": True},
            },
            "jobs": work,
        }
    )


def _bill(net: Network) -> Bill:
    roles, counts = np.unique(net.nodes.role[net.nodes.kind == NodeKind.SWITCH], return_counts=True)
    to_host = int((net.links.kind == LinkKind.HOST).sum()) // 2
    fabric = len(net.cables) - to_host
    lines = (
        BillLine("switch", "sw64", "leaf", 32),
        BillLine("cable", "DAC", "3 m, 400 Gb/s", to_host),
        BillLine("optic", "400G-DR4", "40 m", 2 * fabric),
    )
    return Bill(
        lines,
        dict(zip(roles.tolist(), counts.tolist(), strict=True)),
        fabric,
        to_host,
        0,
        2 * fabric,
        {net.name: 1.0},
        {net.name: 1.0667},
        {net.name: "leaf"},
        texts([]),
    )


def _address() -> AddressPlan:
    none, no_numbers = texts([]), indices([])
    prefixes = Prefixes(
        texts(["10.64.0.0/24", "10.64.1.0/24"]),
        texts(["default"] * 2),
        texts(["hosts"] * 2),
        texts(["a", "b"]),
        texts(["a", "b"]),
    )
    interfaces = Interfaces(none, none, none, none, none, ints([]))
    return AddressPlan(prefixes, interfaces, none, no_numbers, Vrfs(none, none, ints([]), none), no_blocks())


def _configs() -> DeviceConfigs:
    leaves = [
        Artifact(f"configs/leaf-{i}/frr.conf", f"hostname leaf-{i}\n", f"leaf-{i}", "frr", "leaf") for i in range(30)
    ]
    return DeviceConfigs((Artifact("bill.csv", "item\n", "", "csv", "bill"), *leaves))


def _verdicts(link: str) -> tuple[Verdict, ...]:
    return (
        Verdict("fast", Status.PASS, 0.124, Ref("link", link), Method.BOUND, "step 1.7 s within 2 s"),
        Verdict("cool", Status.FAIL, -0.2, Ref("link", link), Method.MEAN, "busiest link at 96 % of 80 %"),
        Verdict("lossless", Status.UNPROVEN, None, None, None, "nothing decides loss yet"),
    )


def described(made: Plan) -> dict[str, Any]:
    """The document of a plan."""
    return document(made)


def failed(name: str, slowdown: float | None, *, broken: tuple[str, ...] = (), **jobs: float | None) -> dict[str, Any]:
    """A row of the failures of a document; a slowdown of None stands still."""
    each = {
        job: {"step_s": None if by is None else 2.0 * by, "slowdown": by, "pace": 0.5, "gpus": 8, "formed_anew": False}
        for job, by in {"pre": slowdown, **jobs}.items()
    }
    return {
        "kind": "spine", "name": name, "alike": 4.0, "cables_down": 8, "per_month": 0.002, "repair_s": 14400.0,
        "lost_gpu_h_per_month": 12.25, "jobs": each, "lost_gpus": 4.0, "restart_gpu_s": 0.0, "without_path": [],
        "broken": list(broken), "unproven": [],
    }  # fmt: skip


PLACED: dict[str, Any] = {
    "placement": [{"job": "pre", "current_s": 2.0, "best_s": 1.5, "least_s": 1.25,
                   "current_on": "a-leaf-0x2 a-leaf-1x6", "best_on": "a-leaf-1x8"}],
    "placement_value": {"objective": "slowdown", "current": 1.6, "best": 1.2, "bound": 1.125, "moved": ["pre"],
                        "because": None},
}  # fmt: skip
"""One job that could be elsewhere."""
