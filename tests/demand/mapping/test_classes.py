"""Classes of flows against the paths that routing takes, and parts of graphs against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.mapping.made import flows_of, paths_of
from tests.demand.mapping.sites import SMALL, clos_site, site, two_fabrics
from tests.strategies import networks

from easterly.base.columns import bools
from easterly.base.joined import joined
from easterly.demand.mapping import LINK_CLASSES, link_class
from easterly.model.network import NodeKind
from easterly.site.blueprints import build


def class_by_paths(network, flows, paths, row):
    """What the nodes on the paths say: the highest tier, or the WAN."""
    links = paths.link[paths.ptr[row] : paths.ptr[row + 1]]
    nodes = set(network.links.dst[links].tolist()) - {int(flows.dst[row])}
    a, b = (str(network.nodes.fabric[end[row]]) for end in (flows.src, flows.dst))
    if a != b or not nodes or any(network.nodes.kind[n] == NodeKind.WAN for n in nodes):
        return "wan"
    top = max(int(network.nodes.tier[n]) for n in nodes)
    roles = {
        str(network.nodes.role[n])
        for n in range(len(network.nodes))
        if network.nodes.tier[n] == 3 and network.nodes.fabric[n] == a
    }
    if top == 3 and roles == {"core"}:
        return "core"
    return {1: "leaf", 2: "spine", 3: "super-spine"}.get(top, "core")


@pytest.mark.parametrize(
    "blueprint", ["leaf-spine", "rail-optimized", "rail-only", "multi-plane", "clos", "fat-tree", "graph"]
)
@settings(max_examples=20)
@given(st.data())
def test_the_class_is_the_highest_tier_on_the_shortest_paths(blueprint, data):
    network = data.draw(networks(10, (blueprint,)))
    nics = network.hosts.nic_node.tolist()
    pairs = data.draw(
        st.lists(st.tuples(st.sampled_from(nics), st.sampled_from(nics)).filter(lambda p: p[0] != p[1]), max_size=40)
        if len(nics) > 1
        else st.just([])
    )
    flows = flows_of(pairs)
    paths = paths_of(network, flows)
    wanted = [class_by_paths(network, flows, paths, row) for row in range(len(pairs))]
    assert [LINK_CLASSES[c] for c in link_class(network, flows)] == wanted


@st.composite
def odd_graphs(draw):
    """Switches on tiers as they come, joined in any way at unequal costs, and hosts on some of them."""
    count = draw(st.integers(3, 8))
    nodes = {f"s{i}": {"type": "sw", "tier": draw(st.integers(1, 4))} for i in range(count)}
    links = {f"t{i}": {"a": f"s{i}", "b": f"s{draw(st.integers(0, i - 1))}"} for i in range(1, count)}
    for i in range(draw(st.integers(0, 8))):
        a, b = draw(st.permutations(range(count)))[:2]
        links[f"x{i}"] = {"a": f"s{a}", "b": f"s{b}", "cost": draw(st.sampled_from([1, 1, 2, 3]))}
    for h in range(draw(st.integers(2, 5))):
        nodes[f"n{h}"] = {"type": "h"}
        for r in (0, 1):
            links[f"h{h}r{r}"] = {"a": f"n{h}:{r}", "b": f"s{draw(st.integers(0, count - 1))}"}
    return build(site({"f": {"blueprint": "graph", "nodes": nodes, "links": links}}, SMALL))


def agree(network):
    """Every pair of interfaces has the class that its paths have."""
    nics = network.hosts.nic_node.tolist()
    flows = flows_of([(a, b) for a in nics for b in nics if a != b])
    paths = paths_of(network, flows)
    wanted = [class_by_paths(network, flows, paths, row) for row in range(len(flows))]
    assert [LINK_CLASSES[c] for c in link_class(network, flows)] == wanted
    return set(wanted)


@settings(max_examples=20)
@given(odd_graphs())
def test_graphs_of_any_kind_are_searched(network):
    agree(network)


def graph(tiers, ends):
    """Switches of these tiers, joined at these costs, and a host on every switch of tier 1."""
    nodes = {name: {"type": "sw", "tier": tier} for name, tier in tiers.items()}
    ends = [*ends]
    for leaf in [name for name, tier in tiers.items() if tier == 1]:
        nodes[f"n{leaf}"] = {"type": "h"}
        ends += [(f"n{leaf}:0", leaf, 1), (f"n{leaf}:1", leaf, 1)]
    links = {f"k{i}": {"a": a, "b": b, "cost": cost} for i, (a, b, cost) in enumerate(ends)}
    return build(site({"f": {"blueprint": "graph", "nodes": nodes, "links": links}}, SMALL))


def test_leaves_that_meet_only_over_a_third_leaf():
    """Down to leaf y and up again is as short as over the top: with a top, that is the highest."""
    tiers, ends = {"x": 1, "y": 1, "z": 1, "a": 2, "b": 2}, [("x", "a", 1), ("y", "a", 1), ("y", "b", 1), ("z", "b", 1)]
    assert agree(graph(tiers, ends)) == {"leaf", "spine"}
    assert agree(graph({**tiers, "t": 3}, [*ends, ("a", "t", 1), ("b", "t", 1)])) == {"leaf", "spine", "super-spine"}


def test_leaves_in_a_row_below_one_spine():
    """From one end to the other the way over the middle leaf is as short as the one over the spine."""
    ends = [(leaf, "a", 1) for leaf in "xyz"] + [("x", "y", 1), ("y", "z", 1)]
    assert agree(graph({"x": 1, "y": 1, "z": 1, "a": 2}, ends)) == {"leaf", "spine"}


def test_a_cheap_way_over_the_top():
    """Spine b joins both leaves, at a high cost or not; a and c have one each, and the top joins these."""
    tiers = {"x": 1, "y": 1, "a": 2, "b": 2, "c": 2, "t": 3}
    for cost, meets in ((100, "super-spine"), (1, "spine")):
        ends = [("x", "a", 1), ("y", "c", 1), ("x", "b", cost), ("y", "b", cost), ("a", "t", 1), ("c", "t", 1)]
        assert agree(graph(tiers, ends)) == {"leaf", meets}


def test_all_classes_occur_somewhere():
    """The test above is no proof if networks so small never climb."""

    network = build(clos_site(tiers=4, count=64))
    nics = network.hosts.nic_node
    flows = flows_of([(int(nics[0]), int(n)) for n in nics[1:]])
    assert {LINK_CLASSES[c] for c in link_class(network, flows)} >= {"leaf", "spine", "super-spine", "core"}


def test_storage_and_the_wan_come_before_tiers():

    network = build(two_fabrics())
    east, west = (
        network.hosts.nic_node[network.hosts.nic_ptr[np.flatnonzero(network.hosts.fabric == f)]]
        for f in ("east", "west")
    )
    router = int(np.flatnonzero(network.nodes.kind == NodeKind.WAN)[0])
    flows = flows_of([(int(east[0]), int(west[0])), (int(east[0]), router), (int(east[0]), int(east[1]))])
    assert [LINK_CLASSES[c] for c in link_class(network, flows)] == ["wan", "wan", "leaf"]
    store = np.zeros(len(network.nodes), dtype=bool)
    store[west[0]] = True
    store[east[1]] = True
    made = link_class(network, flows, bools(store))
    assert [LINK_CLASSES[c] for c in made] == ["storage", "wan", "storage"]


@given(st.integers(1, 30), st.data())
def test_parts_of_a_graph_are_those_of_networkx(count, data):
    node = st.integers(0, count - 1)
    edges = data.draw(st.lists(st.tuples(node, node), max_size=40))
    graph = nx.empty_graph(count)
    graph.add_edges_from(edges)
    wanted = np.arange(count)
    for part in nx.connected_components(graph):
        wanted[list(part)] = min(part)
    a, b = (np.array([edge[end] for edge in edges], dtype=np.int64) for end in (0, 1))
    assert joined(count, a, b).tolist() == wanted.tolist()
