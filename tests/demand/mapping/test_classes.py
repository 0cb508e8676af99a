"""Classes of flows against the paths that routing takes, and parts of graphs against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.mapping.made import flows_of, paths_of
from tests.strategies import networks

from easterly.base.columns import bools
from easterly.demand.layout.joined import joined
from easterly.demand.mapping import LINK_CLASSES, link_class
from easterly.model.network import NodeKind


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


def test_all_classes_occur_somewhere():
    """The test above is no proof if networks so small never climb."""
    from tests.demand.mapping.sites import clos_site

    from easterly.site.blueprints import build

    network = build(clos_site(tiers=4, count=64))
    nics = network.hosts.nic_node
    flows = flows_of([(int(nics[0]), int(n)) for n in nics[1:]])
    assert {LINK_CLASSES[c] for c in link_class(network, flows)} >= {"leaf", "spine", "super-spine", "core"}


def test_storage_and_the_wan_come_before_tiers():
    from tests.demand.mapping.sites import two_fabrics

    from easterly.site.blueprints import build

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
