"""Blueprints against counts known in closed form, and against a slow reconstruction by plain loops."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter
from itertools import product

import numpy as np
import pytest

from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.spec.site import Site
from easterly.site.blueprints import build

SW64 = {"type": "sw64"}
HARDWARE = {
    "switches": {
        "sw64": {"ports": 64, "rate": "400Gb/s", "delay": "500ns"},
        "sw8": {"ports": 8, "rate": "100Gb/s"},
        "sw4": {"ports": 4, "rate": "100Gb/s"},
    },
    "hosts": {
        "dgx": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "450GB/s"},
        "one": {"gpus": 1, "nics": 1, "nic_rate": "400Gb/s"},
        "pair": {"gpus": 4, "nics": 2, "nic_rate": "200Gb/s"},
    },
}


def site(wan=None, **fabrics) -> Site:
    document = {"version": 1, "site": {"name": "s"}, "hardware": HARDWARE, "fabrics": fabrics, "wan": wan or {}}
    return Site.model_validate(document)


def one(blueprint: str, kind: str, count: int, **keys) -> Network:
    return build(site(f={"blueprint": blueprint, "hosts": {"type": kind, "count": count}, **keys}))


def leaf(down: int, up: int, model: str = "sw64") -> dict:
    return {"type": model, "down": down, "up": up}


def census(network: Network) -> tuple[int, int, int, Counter]:
    """Interfaces, switches, cables between switches, switches by role."""
    kinds = Counter(network.nodes.kind.tolist())
    fabric = int((network.links.kind[network.cables] == LinkKind.FABRIC).sum())
    roles = network.nodes.role[network.nodes.kind == NodeKind.SWITCH]
    return kinds[NodeKind.NIC], kinds[NodeKind.SWITCH], fabric, Counter(roles.tolist())


def pairs(network: Network) -> Counter:
    """Cables between named ends, with their multiplicity."""
    names, links = network.nodes.name, network.links
    return Counter((str(names[links.src[r]]), str(names[links.dst[r]])) for r in network.cables)


# Known sizes: radix 64, as everybody who builds with it knows them.


def test_two_tiers_of_radix_64():
    network = one("leaf-spine", "one", 2048, leaf=leaf(32, 32), spine=SW64)
    assert census(network)[:3] == (2048, 96, 2048)


@pytest.mark.parametrize("blueprint", ["clos", "fat-tree"])
def test_three_tiers_of_radix_64(blueprint):
    keys = {"k": 64, "switch": "sw64"} if blueprint == "fat-tree" else {
        "tiers": 3, "leaf": leaf(32, 32), "spine": SW64, "super_spine": SW64}  # fmt: skip
    network = one(blueprint, "one", 65536, **keys)
    assert census(network)[:3] == (65536, 5120, 131072)


def test_eight_planes_of_radix_64():
    network = one("multi-plane", "dgx", 2048, planes=8, leaf=leaf(32, 32), spine=SW64)
    assert census(network)[:3] == (16384, 768, 16384)
    degree = Counter(network.links.src[network.nodes.kind[network.links.src] == NodeKind.NIC].tolist())
    assert set(degree.values()) == {1}, "each interface is in one plane"
    plane = network.nodes.plane
    assert (plane[network.links.src] == plane[network.links.dst]).all(), "planes are not joined"


@pytest.mark.parametrize(("blueprint", "down", "up", "leaves", "spines", "links"), [
    ("rail-optimized", 32, 32, 32, 16, 1024), ("leaf-spine", 32, 32, 32, 16, 1024),
    ("rail-optimized", 32, 16, 32, 8, 512), ("leaf-spine", 32, 16, 32, 8, 512),
    ("leaf-spine", 48, 16, 22, 8, 352), ("rail-optimized", 48, 16, 24, 8, 384),
])  # fmt: skip
def test_a_thousand_gpus(blueprint, down, up, leaves, spines, links):
    network = one(blueprint, "dgx", 128, leaf=leaf(down, up), spine=SW64)
    assert census(network) == (1024, leaves + spines, links, Counter(leaf=leaves, spine=spines))


def test_fat_tree_of_32():
    network = one("fat-tree", "one", 8192, k=32, switch="sw64")
    assert len(network.hosts) == 8192
    assert len(network.cables) == 24576


@pytest.mark.parametrize("tiers", [2, 3, 4])
def test_full_clos_of_radix_4(tiers):
    """n tiers of k-port switches: 2 (k/2)^n end points and (2n - 1) (k/2)^(n-1) switches."""
    upper = ("spine", "super_spine", "core")[: tiers - 1]
    network = one(
        "clos", "one", 2 * 2**tiers, tiers=tiers, leaf=leaf(2, 2, "sw4"), **{key: {"type": "sw4"} for key in upper}
    )
    assert census(network)[:3] == (2 * 2**tiers, (2 * tiers - 1) * 2 ** (tiers - 1), (tiers - 1) * 2 * 2**tiers)
    assert set(Counter(network.links.src[network.transit[network.links.src]].tolist()).values()) == {4}, (
        "every port used"
    )


# Plain loops that wire the same fabrics from their definition.


def test_fat_tree_by_its_definition():
    """Al-Fares et al.: leaf and spine of a pod all joined; spine j of every pod to cores j k/2 .. (j + 1) k/2 - 1."""
    k, half = 4, 2
    expected = Counter()
    for pod, i, j in product(range(k), range(half), range(half)):
        expected[f"f-pod{pod}-leaf-{i}", f"f-pod{pod}-spine-{j}"] += 1
        expected[f"f-pod{pod}-spine-{i}", f"f-core-{i * half + j}"] += 1
        host = (pod * half + i) * half + j
        expected[f"f-host-{host}:nic0", f"f-pod{pod}-leaf-{i}"] += 1
    assert pairs(one("fat-tree", "one", 16, k=k, switch="sw4")) == expected


def test_leaf_spine_by_its_definition():
    expected = Counter()
    for host, r in product(range(10), range(2)):
        expected[f"f-host-{host}:nic{r}", f"f-leaf-{host // 3}"] += 1
    for i, j in product(range(4), range(2)):
        expected[f"f-leaf-{i}", f"f-spine-{j}"] += 2
    assert pairs(one("leaf-spine", "pair", 10, leaf=leaf(6, 4), spine={**SW64, "count": 2})) == expected


def test_rails_by_their_definition():
    expected = Counter()
    for host, r in product(range(10), range(2)):
        expected[f"f-host-{host}:nic{r}", f"f-rail{r}-leaf-{host // 4}"] += 1
    for unit, r, j in product(range(3), range(2), range(4)):
        expected[f"f-rail{r}-leaf-{unit}", f"f-spine-{j}"] += 1
    network = one("rail-optimized", "pair", 10, leaf=leaf(4, 4), spine={**SW64, "count": 4})
    assert pairs(network) == expected


def test_rail_only_joins_no_rails():
    network = one("rail-only", "dgx", 16, leaf={"type": "sw64", "down": 16})
    assert census(network) == (128, 8, 0, Counter(leaf=8))
    assert set(pairs(network)) == {(f"f-host-{h}:nic{r}", f"f-rail{r}-leaf-0") for h in range(16) for r in range(8)}


def test_planes_by_their_definition():
    expected = Counter()
    for host, r in product(range(6), range(8)):
        expected[f"f-host-{host}:nic{r}", f"f-plane{r % 4}-leaf-{host // 4}"] += 1
    for plane, i, j in product(range(4), range(2), range(2)):
        expected[f"f-plane{plane}-leaf-{i}", f"f-plane{plane}-spine-{j}"] += 2
    assert pairs(one("multi-plane", "dgx", 6, planes=4, leaf=leaf(8, 4), spine={**SW64, "count": 2})) == expected


def test_dual_tor_by_its_definition():
    """Interface r has two ports, at half the rate each, in planes 2j and 2j + 1 with j = r mod planes/2."""
    network = one("multi-plane", "dgx", 6, planes=4, dual_tor=True, leaf=leaf(8, 4), spine={**SW64, "count": 4})
    expected = Counter()
    for host, r, side in product(range(6), range(8), range(2)):
        expected[f"f-host-{host}:nic{r}", f"f-plane{2 * (r % 2) + side}-leaf-{host // 2}"] += 1
    hosts = network.links.kind == LinkKind.HOST
    assert Counter({k: v for k, v in pairs(network).items() if "host" in k[0]}) == expected
    assert set(network.links.capacity_bps[hosts].tolist()) == {200e9}
    first = network.links.src == network.index["f-host-0:nic3"]
    assert network.links.src_port[first].tolist() == [6, 7]


def test_pods_with_a_taper():
    """Seven to one between pods: 56 ports down and 8 up on every spine."""
    network = one(
        "clos",
        "dgx",
        168,
        tiers=3,
        taper=7,
        pod_leaves=14,
        leaf=leaf(32, 32),
        spine={**SW64, "down": 56},
        super_spine=SW64,
    )
    assert census(network)[3] == Counter({"leaf": 42, "spine": 24, "super-spine": 16})
    spine = network.index["f-pod2-spine-7"]
    tier = network.nodes.tier[network.links.dst[network.links.src == spine]]
    assert Counter(tier.tolist()) == {1: 56, 3: 8}


def test_zones_of_four_tiers():
    """Pods share super-spines within a zone; cores join the zones; every spine j meets its own group."""
    tiers = {key: {"type": "sw4"} for key in ("spine", "super_spine", "core")}
    network = one("clos", "one", 32, tiers=4, leaf=leaf(2, 2, "sw4"), **tiers)
    expected = Counter()
    for pod, i, j in product(range(8), range(2), range(2)):
        expected[f"f-pod{pod}-leaf-{i}", f"f-pod{pod}-spine-{j}"] += 1
        expected[f"f-pod{pod}-spine-{i}", f"f-super-{pod // 2 * 4 + i * 2 + j}"] += 1
    for zone, t, c in product(range(4), range(4), range(2)):
        expected[f"f-super-{zone * 4 + t}", f"f-core-{t * 2 + c}"] += 1
    assert Counter({k: v for k, v in pairs(network).items() if "host" not in k[0]}) == expected


# Labels, rates, delays.


def test_labels_of_rails():
    network = one("rail-optimized", "dgx", 40, leaf=leaf(32, 32), spine=SW64)
    nodes = network.nodes
    nic, rail = network.index["f-host-33:nic5"], network.index["f-rail5-leaf-1"]
    assert (nodes.rail_group[nic], nodes.su[nic], nodes.tier[nic], nodes.role[nic]) == (5, 1, 0, "nic")
    assert (nodes.device[nic], nodes.device[rail], nodes.switch_type[rail]) == ("f-host-33", "f-rail5-leaf-1", "sw64")
    assert (nodes.rail_group[rail], nodes.su[rail], nodes.tier[rail], nodes.ports[rail]) == (5, 1, 1, 64)
    assert set(nodes.pod.tolist()) == {-1}
    assert set(nodes.plane.tolist()) == {-1}


def test_labels_of_pods():
    network = one("fat-tree", "one", 16, k=4, switch="sw4")
    nodes = network.nodes
    for name, pod, tier, role in [
        ("f-host-5:nic0", 1, 0, "nic"), ("f-pod3-leaf-1", 3, 1, "leaf"), ("f-pod2-spine-0", 2, 2, "spine"),
        ("f-core-3", -1, 3, "core"),
    ]:  # fmt: skip
        node = network.index[name]
        assert (nodes.pod[node], nodes.tier[node], nodes.role[node]) == (pod, tier, role)


def test_rates_lengths_and_delays():
    cables = {"host": "2m", "leaf": "50m", "spine": "300m"}
    low, middle = {**leaf(4, 4), "up_rate": "200Gb/s"}, {**SW64, "down": 4, "up": 2}
    network = one("clos", "pair", 8, tiers=3, leaf=low, spine=middle, super_spine={"type": "sw8"}, cables=cables)
    tier = network.nodes.tier[network.links.src[network.cables]]
    rates = network.links.capacity_bps[network.cables]
    lengths, delays = network.links.length_m[network.cables], network.links.delay_s[network.cables]
    for level, rate, length in [(0, 200e9, 2.0), (1, 200e9, 50.0), (2, 100e9, 300.0)]:
        assert set(rates[tier == level].tolist()) == {rate}
        assert set(lengths[tier == level].tolist()) == {length}
        assert delays[tier == level] == pytest.approx(length / 2e8)
    assert set(network.links.cost.tolist()) == {1.0}
    assert network.nodes.delay_s[network.index["f-pod0-leaf-0"]] == 500e-9


def test_an_interface_runs_at_the_lower_of_both_rates():
    network = one("rail-only", "dgx", 8, leaf={"type": "sw8", "down": 8})
    assert set(network.links.capacity_bps.tolist()) == {100e9}


def test_scale_up_rate_from_the_host_or_the_catalog():
    assert set(one("rail-only", "dgx", 8, leaf={"type": "sw64", "down": 8}).hosts.scaleup_bps.tolist()) == {3.6e12}
    assert set(one("rail-only", "one", 8, leaf={"type": "sw64", "down": 8}).hosts.scaleup_bps.tolist()) == {3.6e12}


# Ports.


def test_ports_of_a_leaf_spine():
    """Down ports from 1 in the order of hosts, up ports after them; spine ports in the order of leaves."""
    network = one("leaf-spine", "pair", 10, leaf=leaf(6, 4), spine={**SW64, "count": 2})
    links = network.link_ids.tolist()
    assert "f-host-4:nic1>f-leaf-1:swp4" in links
    assert "f-leaf-2:swp9>f-spine-1:swp5" in links
    assert "f-spine-1:swp6>f-leaf-2:swp10" in links


# Size and speed.


def test_a_hundred_thousand_links_in_a_second_and_a_hundred_megabytes():
    def make():
        return one("rail-optimized", "dgx", 3200, leaf=leaf(40, 40, "sw640"), spine={"type": "sw640"})

    HARDWARE["switches"]["sw640"] = {"ports": 640, "rate": "400Gb/s"}
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        network = make()
        seconds.append(time.perf_counter() - start)
    assert len(network.links) >= 100_000
    assert min(seconds) < 1
    tracemalloc.start()
    try:
        held = make()
        assert tracemalloc.get_traced_memory()[1] < 100e6, "at the peak, not only at rest"
        assert len(held.links) == len(network.links)
    finally:
        tracemalloc.stop()


def test_columns_are_read_only_and_typed():
    network = one("leaf-spine", "pair", 10, leaf=leaf(6, 4), spine=SW64)
    for noun in (network.nodes, network.links, network.hosts):
        for name in noun.__dataclass_fields__:
            column = getattr(noun, name)
            assert not column.flags.writeable
            assert column.dtype.kind in "ifU"
            assert column.dtype in (np.int32, np.int64, np.float64) or column.dtype.kind == "U"


def test_a_site_without_fabrics_is_an_empty_network():
    network = build(site())
    assert (len(network.nodes), len(network.links), len(network.hosts)) == (0, 0, 0)
    assert network.hosts.nic_ptr.tolist() == [0]


@pytest.mark.parametrize(("blueprint", "hosts", "more"), [("rail-optimized", 96, 128), ("leaf-spine", 90, 128)])
def test_growth_moves_no_port(blueprint, hosts, more):
    """New scalable units and leaves take new ports of the spines; all that was plugged in stays."""
    small, large = (
        one(blueprint, "dgx", count, leaf=leaf(32, 32), spine={**SW64, "count": 16}) for count in (hosts, more)
    )
    assert set(small.link_ids.tolist()) < set(large.link_ids.tolist())
    assert set(small.nodes.name.tolist()) < set(large.nodes.name.tolist())


def test_new_pods_move_no_port_while_the_groups_above_are_as_wide():
    small, large = (
        one(
            "clos",
            "dgx",
            count,
            tiers=3,
            pod_leaves=8,
            leaf=leaf(32, 32),
            spine={**SW64, "down": 32, "up": 32},
            super_spine=SW64,
        )
        for count in (33, 64)
    )
    assert census(small)[3]["super-spine"] == census(large)[3]["super-spine"]
    assert set(small.link_ids.tolist()) < set(large.link_ids.tolist())
