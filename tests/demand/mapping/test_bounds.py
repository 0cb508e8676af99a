"""Nothing that is mapped beats the bound, and no cut of a network is tighter than the one that it names."""

from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.clusters import NIC_BPS, SCALEUP_BPS
from tests.demand.clusters import network as one_switch
from tests.demand.mapping.made import demands_of, group_of, paths_of, placed
from tests.demand.mapping.sites import clos_site, rails

from easterly.base.columns import bools, ints
from easterly.demand.mapping import ALGORITHMS, bound, line_rate_s, run
from easterly.model.network import LinkKind
from easterly.model.spec.job import Library
from easterly.predict.transfers import transfers
from easterly.site.blueprints import build

REGULAR = ("leaf-spine", "rail-optimized", "rail-only", "multi-plane", "clos", "fat-tree")
COLLECTIVES = ("all-reduce", "reduce-scatter", "all-gather", "all-to-all", "broadcast", "reduce")
SIZE_B = 1e9


@st.composite
def groups(draw, blueprints=(*REGULAR, "graph")):
    """All GPUs of some hosts as one group, or the equal GPUs of all hosts as a group each."""
    network, hosts = draw(placed(6, blueprints))
    group = group_of(network, hosts)
    if draw(st.booleans()):
        ranks = np.arange(group.ranks).reshape(len(hosts), -1).T
        group = group_of(network, hosts, ranks)
    return network, hosts, group


def fluid_s(network, phase):
    """Time of a phase when its flows share the links of their paths fairly."""
    demands = demands_of(phase.traffic)
    moved = transfers(demands, paths_of(network, demands.flows), network.links.capacity_bps)
    return phase.latency_s + phase.scaleup_s + float(moved.time_s[0])


@settings(max_examples=20)
@given(groups(), st.sampled_from(COLLECTIVES), st.data())
def test_no_algorithm_beats_the_bound(case, collective, data):
    network, hosts, group = case
    able = [name for name, known in ALGORITHMS.items() if collective in known.collectives]
    name, nvls = data.draw(st.sampled_from(able)), data.draw(st.booleans())
    phase = run(group, collective, SIZE_B, name, Library(nvls=nvls))
    in_switches = nvls or phase.algorithm == "in-network"
    least, cut = bound(network, group, ints(hosts), collective, SIZE_B, in_network=in_switches)
    assert cut and least > 0
    assert fluid_s(network, phase) >= least * (1 - 1e-9)
    at_hosts, _ = bound(roomy(network), group, ints(hosts), collective, SIZE_B, in_network=in_switches)
    assert line_rate_s(phase) >= at_hosts * (1 - 1e-9)


def roomy(network):
    """The network with links between switches that never bind, so that only hosts do."""
    inner = network.links.kind != LinkKind.HOST
    return replace(
        network, links=replace(network.links, capacity_bps=network.links.capacity_bps * np.where(inner, 1e6, 1.0))
    )


def narrowest_s(network, hosts):
    """Longest time that any set of hosts needs to send 1 GB to the others, by maximum flows."""
    graph = nx.DiGraph()
    for a, b, rate in zip(
        network.links.src.tolist(), network.links.dst.tolist(), network.links.capacity_bps.tolist(), strict=True
    ):
        more = graph.get_edge_data(a, b, {"capacity": 0.0})["capacity"]
        graph.add_edge(a, b, capacity=more + rate)
    for host in hosts:
        for nic in network.hosts.nics(host).tolist():
            graph.add_edge(f"h{host}", nic, capacity=1e15)
            graph.add_edge(nic, f"h{host}", capacity=1e15)
    worst = 0.0
    for count in range(1, len(hosts)):
        for some in combinations(hosts, count):
            for host in hosts:
                ends = ("from", f"h{host}") if host in some else (f"h{host}", "to")
                graph.add_edge(*ends, capacity=1e15)
            flow = nx.maximum_flow_value(graph, "from", "to")
            worst = max(worst, SIZE_B * 8 / flow)
            graph.remove_nodes_from(["from", "to"])
    return worst


@settings(max_examples=20)
@given(groups(REGULAR))
def test_no_cut_of_a_blueprint_is_narrower(case):
    """Over all sets of hosts, by networkx; the scale-up domain is left out."""
    network, hosts, group = case
    free = replace(group, layout=replace(group.layout, scaleup_bps=0.0))
    if len(group.members) > 1:
        free = replace(free, runs=group_of(network, hosts).runs, ranks=group.ranks * len(group.members))
    least, _ = bound(network, free, ints(hosts), "all-reduce", SIZE_B, in_network=True)
    assert least == pytest.approx(narrowest_s(network, hosts))


@settings(max_examples=20)
@given(groups(("graph",)))
def test_no_cut_that_is_named_is_narrower_than_the_narrowest_of_a_graph(case):
    network, hosts, group = case
    free = replace(group, layout=replace(group.layout, scaleup_bps=0.0))
    least, _ = bound(network, free, ints(hosts), "all-reduce", SIZE_B / len(group.members), in_network=True)
    assert least <= narrowest_s(network, hosts) * (1 + 1e-9)


def test_four_hosts_on_one_switch():
    """4 GiB, 8 x 50 GB/s per host: S / 400 GB/s with switches that add, 2 (K-1)/K of it without."""
    network, size_B = one_switch(4, scaleup_bps=1e14), 4 * 2**30
    group = group_of(network, range(4))
    host_s = size_B * 8 / (8 * NIC_BPS)
    least, cut = bound(network, group, ints(range(4)), "all-reduce", size_B, in_network=True)
    assert least == pytest.approx(host_s) and cut == "host f-host-0"
    least, cut = bound(network, group, ints(range(4)), "all-reduce", size_B)
    assert least == pytest.approx(2 * 3 / 4 * host_s) and cut == "all hosts together"


def test_a_host_alone_is_bound_by_its_scale_up_domain():
    network = one_switch(1)
    least, cut = bound(network, group_of(network, [0]), ints([0]), "all-reduce", SIZE_B, in_network=True)
    assert least == pytest.approx(SIZE_B * 8 / (SCALEUP_BPS + NIC_BPS)) and cut == "GPU 0 of f-host-0"
    least, cut = bound(network, group_of(network, [0]), ints([0]), "all-gather", SIZE_B)
    assert least == pytest.approx(7 / 8 * SIZE_B * 8 / (SCALEUP_BPS + NIC_BPS))


def test_a_thin_leaf_binds():
    """8 hosts below 2 units of leaves with 1 uplink per rail: 8 x 50 GB/s between the units."""
    network = build(rails(8, down=4, up=1))
    least, cut = bound(network, group_of(network, range(8)), ints(range(8)), "all-to-all", SIZE_B)
    assert cut == "leaf of f-host-0"
    assert least == pytest.approx(32 * 32 / 64 * SIZE_B * 8 / (8 * 400e9))


def test_pods_bind_where_they_are_the_narrowest():
    network = build(clos_site(tiers=3, count=8))
    up = np.array(network.links.capacity_bps)
    tier = network.nodes.tier
    up[(tier[network.links.src] == 2) & (tier[network.links.dst] == 3)] /= 100
    thin = replace(network, links=replace(network.links, capacity_bps=up))
    _, cut = bound(thin, group_of(thin, range(8)), ints(range(8)), "all-reduce", SIZE_B)
    assert cut == "pod of f-host-0"


def test_what_is_down_carries_nothing():
    network = one_switch(2, gpus=2, nics=2)
    alive = np.ones(len(network.links), dtype=bool)
    alive[[0, 1]] = False
    group = group_of(network, range(2), alive=alive)
    whole, _ = bound(network, group, ints(range(2)), "all-reduce", SIZE_B, in_network=True)
    half, cut = bound(network, group, ints(range(2)), "all-reduce", SIZE_B, alive=bools(alive), in_network=True)
    assert half == 2 * whole and cut == "host f-host-0"


@pytest.mark.parametrize(
    "collective, up, down",
    [
        ("all-reduce", 1, 1),
        ("reduce-scatter", 1 / 4, 3 / 4),
        ("all-gather", 3 / 4, 1 / 4),
        ("all-to-all", 3 / 4, 3 / 4),
        ("broadcast", 1, 0),
        ("reduce", 0, 1),
    ],
)
def test_what_must_leave_and_enter_a_host(collective, up, down):
    """Host 0 has three ranks of four; its links of 400 Gb/s one way are all but closed, then the other way."""
    network = one_switch(2, 3, 1, scaleup_bps=1e18)
    group = group_of(network, range(2), [[0, 1, 2, 3]])
    for row, share in ((0, up), (1, down)):
        rates = np.array(network.links.capacity_bps)
        rates[row] /= 1e6
        slow = replace(network, links=replace(network.links, capacity_bps=rates))
        least, _ = bound(slow, group, ints(range(2)), collective, SIZE_B, in_network=True)
        assert least == pytest.approx(max(share * 1e6, 1) * SIZE_B * 8 / NIC_BPS, rel=1e-5)


def test_groups_side_by_side_add_up():
    network = one_switch(2, scaleup_bps=1e14)
    one = bound(network, group_of(network, range(2)), ints(range(2)), "all-reduce", SIZE_B)[0]
    pairs = np.arange(16).reshape(2, 8).T
    eight = bound(network, group_of(network, range(2), pairs), ints(range(2)), "all-reduce", SIZE_B)[0]
    assert eight == pytest.approx(8 * one)


def test_one_rank_needs_nothing():
    network = one_switch(1)
    assert bound(network, group_of(network, [0], [[0], [1]]), ints([0]), "all-reduce", SIZE_B) == (0.0, "")


@pytest.mark.parametrize("name, in_switches", [("hierarchical", False), ("in-network", True)])
def test_the_best_algorithms_meet_the_bound(name, in_switches):
    network = one_switch(4, scaleup_bps=1e18)
    group = group_of(network, range(4))
    phase = run(group, "all-reduce", SIZE_B, name)
    least, _ = bound(network, group, ints(range(4)), "all-reduce", SIZE_B, in_network=in_switches)
    assert phase.traffic.busiest_s == pytest.approx(least)
