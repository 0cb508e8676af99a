"""Rings, tori and dragonflies: counts in closed form, ports, and what is refused."""

from __future__ import annotations

from collections import Counter
from math import prod

import networkx as nx
import numpy as np
import pytest
from tests.site.test_blueprints import one, site

from easterly.base.findings import FindingsError
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.site.blueprints import build

KEYS = {"switch": "sw64", "down": 2}


def census(network: Network) -> tuple[int, int, int]:
    """Interfaces, switches, cables between switches."""
    kinds = Counter(network.nodes.kind.tolist())
    return kinds[NodeKind.NIC], kinds[NodeKind.SWITCH], fabric_graph(network).number_of_edges()


def torus(count: int, **keys) -> Network:
    return one("torus", "one", count, **{**KEYS, **keys})


def dragonfly(count: int, **keys) -> Network:
    return one("dragonfly", "one", count, **{**KEYS, **keys})


def fabric_graph(network: Network) -> nx.MultiGraph:
    """Switches and the cables between them."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(np.flatnonzero(network.nodes.kind == NodeKind.SWITCH).tolist())
    rows = [row for row in network.cables.tolist() if network.links.kind[row] == LinkKind.FABRIC]
    graph.add_edges_from((int(network.links.src[row]), int(network.links.dst[row])) for row in rows)
    return graph


def plugs(network: Network) -> Counter:
    """How often each port of each device is used."""
    ends = zip(network.links.src.tolist(), network.links.src_port.tolist(), strict=True)
    return Counter((network.nodes.device[node], port) for node, port in ends)


@pytest.mark.parametrize("switches, links", [(3, 1), (6, 1), (7, 3)])
def test_a_ring_is_a_cycle_with_parallel_links(switches, links):
    network = one("ring", "pair", 5, switch="sw64", down=4, switches=switches, links=links)
    assert census(network) == (10, switches, switches * links)
    cycle = nx.MultiGraph([(i, (i + 1) % switches) for i in range(switches) for _ in range(links)])
    assert sorted(map(sorted, fabric_graph(network).edges())) == sorted(map(sorted, cycle.edges()))
    assert set(plugs(network).values()) == {1}


@pytest.mark.parametrize("dims, wrap", [((4, 5), True), ((2, 3), True), ((4, 4, 4), True), ((3, 4), (False, True))])
def test_a_torus_is_a_product_of_cycles_and_paths(dims, wrap):
    network = torus(3, dims=list(dims), wrap=list(wrap) if isinstance(wrap, tuple) else wrap)
    around = (wrap,) * len(dims) if isinstance(wrap, bool) else wrap
    lines = [nx.cycle_graph(k) if w and k > 2 else nx.path_graph(k) for k, w in zip(dims, around, strict=True)]
    product = lines[0]
    for line in lines[1:]:
        product = nx.cartesian_product(product, line)
    assert census(network)[1] == prod(dims)
    assert nx.is_isomorphic(nx.Graph(fabric_graph(network)), product)
    assert set(plugs(network).values()) == {1}


def test_switches_of_a_torus_are_named_by_their_coordinates():
    network = torus(1, dims=[2, 3, 2])
    assert network.nodes.name[1 + 2 * (2 + 3 * 1)] == "f-switch-1-2-1"


@pytest.mark.parametrize("arrangement", ["palmtree", "consecutive"])
@pytest.mark.parametrize("a, h, g, links", [(4, 2, 9, 1), (4, 2, 4, 2), (6, 1, 7, 1), (3, 2, 2, 1), (1, 3, 4, 1)])
def test_groups_of_a_dragonfly_are_joined_all_to_all_and_alike(arrangement, a, h, g, links):
    network = dragonfly(4, routers=a, global_links=h, groups=g, links=links, arrangement=arrangement)
    graph, each = fabric_graph(network), a * h // (g - 1)
    inside = Counter(tuple(sorted(e)) for e in graph.edges() if e[0] // a == e[1] // a)
    outside = Counter(tuple(sorted((x // a, y // a))) for x, y in graph.edges() if x // a != y // a)
    assert set(inside.values()) <= {links}
    assert len(inside) == g * a * (a - 1) // 2
    assert outside == {(x, y): each for x in range(g) for y in range(x + 1, g)}
    globals_of = Counter(n for x, y in graph.edges() if x // a != y // a for n in (x, y))
    assert max(globals_of.values()) <= h
    assert set(plugs(network).values()) == {1}


def test_a_dragonfly_without_a_number_of_groups_has_the_most():
    assert census(dragonfly(4, routers=4, global_links=2))[1] == 4 * 9


def test_hosts_fill_switch_by_switch_and_share_its_label():
    network = dragonfly(7, routers=4, global_links=2)
    nodes = network.nodes
    nics = network.hosts.nic_node
    assert nodes.su[nics].tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert nodes.pod[nics].tolist() == [0] * 7
    rows = network.links.src >= nics[0]
    assert network.links.dst[rows][:7].tolist() == [0, 0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize(
    "blueprint, keys, code, at",
    [
        ("ring", {"switches": 3, "links": 40}, "E401", "fabrics/f"),
        ("ring", {"switches": 3, "switch": "nix"}, "E211", "fabrics/f/switch"),
        ("ring", {"switches": 3, "rate": "800Gb/s"}, "E416", "fabrics/f/rate"),
        ("torus", {"dims": [2, 2]}, "E403", "fabrics/f/hosts/count"),
        ("torus", {"dims": [4, 4], "wrap": [True]}, "E436", "fabrics/f/wrap"),
        ("torus", {"dims": [4000, 4000]}, "E423", "fabrics/f"),
        ("dragonfly", {"routers": 4, "global_links": 2, "groups": 10}, "E435", "fabrics/f/groups"),
        ("dragonfly", {"routers": 60, "global_links": 4}, "E401", "fabrics/f"),
        ("dragonfly", {"routers": 10**6, "global_links": 10**6}, "E423", "fabrics/f"),
    ],
)
def test_what_cannot_be_built_is_refused_with_its_place(blueprint, keys, code, at):
    with pytest.raises(FindingsError) as refused:
        one(blueprint, "one", 10, **{**KEYS, **keys})
    assert [(finding.code, finding.at) for finding in refused.value.findings] == [(code, at)]


def test_a_host_must_fit_on_a_switch():
    with pytest.raises(FindingsError) as refused:
        one("ring", "dgx", 1, switch="sw64", switches=3, down=4)
    assert refused.value.findings[0].code == "E404"


def test_border_routers_make_no_way_between_others_shorter():
    """They are joined to two neighbours, so that distances between switches are those without them."""
    links = {"a": {"a": "f", "b": "far", "rate": "100Gb/s", "delay": "1ms"}}
    wan = {"sites": {"far": {}}, "links": links}
    base = {"blueprint": "torus", "hosts": {"type": "one", "count": 4}, "dims": [4, 4], **KEYS}
    plain, gated = build(site(f=base)), build(site(wan, f={**base, "border": {"count": 2}}))
    before = dict(nx.all_pairs_shortest_path_length(fabric_graph(plain)))
    after = dict(nx.all_pairs_shortest_path_length(fabric_graph(gated)))
    assert all(after[x][y] == before[x][y] for x in before for y in before)
    with pytest.raises(FindingsError) as refused:
        build(site(wan, f={**base, "down": 60, "switch": "sw64"}))
    assert refused.value.findings[0].code == "E410"
