"""A network written out by hand: two leaves, two spines, two hosts of two interfaces on each leaf."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from easterly.base.columns import bools, column, floats, indices, ints, texts
from easterly.model.address import AddressPlan, Blocks, Interfaces, Prefixes, Vrfs
from easterly.model.demand import Work
from easterly.model.network import Hosts, LinkKind, Links, Network, NodeKind, Nodes
from easterly.model.outcome import Method, Prediction, Ref
from easterly.model.routing import LinkLoads

G = 1e9
T = TypeVar("T")
SWITCHES = ("f-leaf-0", "f-leaf-1", "f-spine-0", "f-spine-1")
HOSTS = ("f-host-0", "f-host-1", "f-host-2", "f-host-3")


def network(up_bps: float = 400 * G) -> Network:
    """Leaf i holds hosts 2i and 2i+1; every leaf has one link to every spine."""
    nics = [f"{host}:nic{r}" for host in HOSTS for r in range(2)]
    names = [*SWITCHES, *nics]
    index = {name: i for i, name in enumerate(names)}
    cables = [(f"{h}:nic{r}", f"f-leaf-{i // 2}", r, 1 + 2 * (i % 2) + r, LinkKind.HOST, 400 * G)
              for i, h in enumerate(HOSTS) for r in range(2)]  # fmt: skip
    cables += [
        (f"f-leaf-{i}", f"f-spine-{j}", 5 + j, 1 + i, LinkKind.FABRIC, up_bps) for i in range(2) for j in range(2)
    ]
    rows = [row for a, b, p, q, kind, rate in cables
            for row in ((index[a], index[b], p, q, kind, rate), (index[b], index[a], q, p, kind, rate))]  # fmt: skip
    src, dst, src_port, dst_port, kind, rate = (list(c) for c in zip(*rows, strict=True))
    count, n = len(rows), len(names)
    links = Links(
        src=ints(src), dst=ints(dst), src_port=ints(src_port), dst_port=ints(dst_port), kind=ints(kind),
        capacity_bps=floats(rate), delay_s=floats(np.full(count, 2e-8)), length_m=floats(np.full(count, 4.0)),
        cost=floats(np.ones(count)), reverse=ints(np.arange(count) ^ 1),
        srlg_ptr=indices(np.zeros(count + 1)), srlg_idx=ints([]),
    )  # fmt: skip
    is_nic = np.array([":" in name for name in names])
    role = ["nic" if ":" in name else name.split("-")[1] for name in names]
    minus = ints(np.full(n, -1))
    nodes = Nodes(
        name=texts(names), device=texts([name.split(":")[0] for name in names]),
        kind=ints(np.where(is_nic, NodeKind.NIC, NodeKind.SWITCH)), role=texts(role),
        tier=ints([{"nic": 0, "leaf": 1, "spine": 2}[r] for r in role]), fabric=texts(["f"] * n),
        switch_type=texts(["sw" if not nic else "" for nic in is_nic]), ports=ints(np.where(is_nic, 0, 8)),
        pod=minus, su=minus, rail_group=minus, plane=minus, delay_s=floats(np.zeros(n)),
    )  # fmt: skip
    hosts = Hosts(
        name=texts(HOSTS), fabric=texts(["f"] * 4), host_type=texts(["h"] * 4), gpus=ints([2] * 4),
        scaleup_bps=floats([3600 * G] * 4), nic_ptr=indices(np.arange(5) * 2), nic_node=ints(np.arange(8) + 4),
    )  # fmt: skip
    return Network("small", nodes, links, hosts, (), {})


def rows(noun: type[T], count: int, **given: Any) -> T:
    """A table of `count` rows: columns as given, and zero or empty where nothing is given."""
    empty = {"TextColumn": np.str_, "FloatColumn": np.float64, "IndexColumn": np.int64, "IntColumn": np.int32}
    kinds = {f.name: next(kind for word, kind in empty.items() if word in str(f.type)) for f in fields(noun)}
    return noun(**{name: given.get(name, column(np.zeros(count, kind), kind)) for name, kind in kinds.items()})


def work(*owners: tuple[str, str, tuple[int, ...]]) -> Work:
    """Rows of (name, tenant, hosts)."""
    n = len(owners)
    return rows(
        Work, n, name=texts([o[0] for o in owners]), kind=texts(["job"] * n), tenant=texts([o[1] for o in owners]),
        fabric=texts(["f"] * n), gpus=ints([2 * len(o[2]) for o in owners]),
        host_ptr=indices(np.cumsum([0, *(len(o[2]) for o in owners)])),
        host_idx=ints([h for o in owners for h in o[2]]),
    )  # fmt: skip


def prediction(job: str = "j", low: float = 1.0, high: float = 2.0) -> Prediction:
    """One job between two step times."""
    one, none = floats([0.5]), floats([])
    return Prediction(
        job=texts([job]), compute_s=one, comm_low_s=one, comm_high_s=one, step_low_s=floats([low]),
        step_expected_s=floats([(low + high) / 2]), step_high_s=floats([high]),
        bottleneck=(Ref("link", "f-leaf-0:swp5>f-spine-0:swp1"),), phase_low_s=none, phase_expected_s=none,
        phase_exposed_s=none, phase_high_s=none, method=Method.MEAN,
    )  # fmt: skip


def loads(net: Network, load_bps: dict[int, float]) -> LinkLoads:
    """One class; load by link row."""
    load = np.zeros((1, len(net.links)))
    for row, value in load_bps.items():
        load[0, row] = value
    return LinkLoads(net.links.capacity_bps, floats(load), floats(load[0]))


def no_blocks() -> Blocks:
    """Blocks of a site that states none."""
    words, numbers = texts([]), ints([])
    return Blocks(*[words] * 8, numbers, numbers, numbers)


def address(vrf_of: dict[str, str], tenants: dict[str, str]) -> AddressPlan:
    """Host interfaces by host and the VRF of each; VRFs by tenant."""
    hosts = list(vrf_of)
    none = texts([])
    return AddressPlan(
        blocks=no_blocks(),
        prefixes=Prefixes(none, none, none, none, none),
        interfaces=Interfaces(
            device=texts(hosts), port=texts(["nic0"] * len(hosts)),
            address=texts([f"10.0.0.{i + 1}/24" for i in range(len(hosts))]), vrf=texts(list(vrf_of.values())),
            role=texts(["host"] * len(hosts)), link=ints(np.zeros(len(hosts))),
        ),
        asn_device=none, asn=indices([]),
        vrfs=Vrfs(
            texts(list(tenants.values())), texts(list(tenants)), ints(range(len(tenants))),
            texts(["1:1"] * len(tenants)),
        ),
    )  # fmt: skip


def all_up(net: Network) -> np.ndarray:
    """Every link is up."""
    return bools(np.ones(len(net.links), dtype=bool))
