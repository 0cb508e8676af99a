"""AS hops that links count for, against shortest paths of networkx: next hops are those of the costs, with all ties."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly import site as text
from easterly.model.network import LinkKind, Network
from easterly.model.spec.site import Site
from easterly.model.spec.underlay import Underlay
from easterly.route.as_hops import MOST, as_hops
from easterly.route.rendered import ground
from easterly.site import blueprints

HEAD = """version: 1
site: {name: s}
hardware:
  switches: {sw: {ports: 64, rate: 100Gb/s, buffer: 16MB}}
  hosts: {box: {gpus: 1, nics: 1, nic_rate: 100Gb/s}}
"""
TAIL = """
addressing: {pools: {fabric: 10.0.0.0/12, loopback: 10.16.0.0/20}}
classes: {default: {dscp: 0, share: 100%}}
"""


def site_of(fabrics: str, wan: str = "") -> tuple[Site, Network]:
    made = text.load_text(f"{HEAD}fabrics:\n{fabrics}\n{wan}{TAIL}").site
    return made, blueprints.build(made)


def graph(count: int, cables: list[tuple[int, int, str]]) -> tuple[Site, Network]:
    """Routers with a host each, and cables with costs; a ring at the top keeps every one on a level with others."""
    lines = ["  f:", "    blueprint: graph", "    nodes:"]
    lines += [f"      r{n}: {{type: sw, role: spine}}" for n in range(count)]
    lines += [f"      b{n}: {{type: box}}" for n in range(count)]
    lines += ["    links:", *(f"      h{n}: {{a: b{n}, b: r{n}}}" for n in range(count))]
    lines += [f"      u{i}: {{a: r{a}, b: r{b}, cost: {cost}}}" for i, (a, b, cost) in enumerate(cables)]
    return site_of("\n".join(lines))


def next_hops(network: Network, weight: Any) -> dict[tuple[int, int], set[int]]:
    """By router and destination the links of all cheapest ways, as networkx finds them."""
    links = network.links
    rows = np.flatnonzero(links.kind != LinkKind.HOST).tolist()
    net = nx.MultiDiGraph()
    net.add_nodes_from(np.flatnonzero(network.transit).tolist())
    net.add_edges_from((int(links.src[r]), int(links.dst[r]), r, {"w": float(weight[r])}) for r in rows)
    found = {}
    for target in net:
        far = nx.single_source_dijkstra_path_length(net.reverse(), target, weight="w")
        for router in net:
            if router != target and router in far:
                out = {
                    r: far[v] + each["w"] for _, v, r, each in net.out_edges(router, keys=True, data=True) if v in far
                }
                found[router, target] = {r for r, way in out.items() if abs(way - far[router]) < 1e-9 * way}
    return found


COSTS = st.sampled_from(["1", "2", "3", "4", "10", "20", "1.5", "2.5", "7", "200"])


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Site, Network]:
    count = draw(st.integers(3, 7))
    pairs = draw(st.lists(st.sampled_from(list(combinations(range(count), 2))), min_size=2, max_size=12))
    ring = [(n, n + 1) for n in range(count - 1)]
    return graph(count, [(a, b, draw(COSTS)) for a, b in ring + pairs])


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_fewest_hops_are_the_cheapest_ways_or_it_is_said_where_not(made: tuple[Site, Network]) -> None:
    found = as_hops(*made)
    network = made[1]
    by_cost, by_hops = next_hops(network, network.links.cost), next_hops(network, found.count)
    differ = {pair for pair in by_cost if by_cost[pair] != by_hops[pair]}
    assert 1 <= found.count.min() <= found.count.max() <= MOST
    if len(found.router):
        assert (found.count == 1).all()
        assert set(zip(found.router.tolist(), found.target.tolist(), strict=True)) <= differ
    else:
        assert differ == set()


@pytest.mark.parametrize(
    "costs, counts",
    [
        ((1, 1, 1, 1), (1, 1, 1, 1)), ((7, 7, 7, 7), (1, 1, 1, 1)), ((20, 10, 10, 10), (2, 1, 1, 1)),
        ((1.5, 1, 1, 1), (3, 2, 2, 2)), ((1000, 1, 1, 1), (4, 1, 1, 1)), ((1, 31, 30, 1), (1, 31, 30, 1)),
    ],
)  # fmt: skip
def test_counts_are_in_proportion_or_the_least_that_serve(costs: tuple[float, ...], counts: tuple[int, ...]) -> None:
    """A square: both ways from corner to corner are equal until a side costs more; 1000 is more than 3 around it."""
    site, network = graph(
        4, [(a, b, str(cost)) for (a, b), cost in zip([(0, 1), (0, 2), (1, 3), (2, 3)], costs, strict=True)]
    )
    found = as_hops(site, network)
    assert not len(found.router)
    assert tuple(found.count[network.cables[network.links.kind[network.cables] != LinkKind.HOST]]) == counts


def two_fabrics(east: str, *costs: float, wan: str = "bgp", west: str = "bgp") -> tuple[Site, Network]:
    """A fabric with two borders, a cable from each to the only border of the other."""
    tiers = "hosts: {type: box, count: 4}, leaf: {type: sw, down: 2, up: 2}, spine: {type: sw, count: 2}"
    ends = [("east", f"count: 2, type: sw}}, underlay: {{protocol: {east}"),
            ("west", f"count: 1, type: sw}}, underlay: {{protocol: {west}")]  # fmt: skip
    fabrics = [f"  {name}: {{blueprint: leaf-spine, {tiers}, border: {{{said}}}}}" for name, said in ends]
    links = [
        f"    w{i}: {{a: east, b: west, rate: 100Gb/s, delay: 1ms, cost: {cost:.1f}}}" for i, cost in enumerate(costs)
    ]
    return site_of("\n".join(fabrics), "\n".join(["wan:", f"  underlay: {{protocol: {wan}}}", "  links:", *links]))


def told(made: tuple[Site, Network]) -> set[tuple[str, str]]:
    """Pairs whose next hops are not the plan's."""
    found, names = as_hops(*made), made[1].nodes.name
    return set(zip(names[found.router].tolist(), names[found.target].tolist(), strict=True))


@pytest.mark.parametrize("east", ["bgp", "ospf", "isis"])
def test_where_protocols_meet_equal_costs_outside_agree(east: str) -> None:
    made = two_fabrics(east, 10, 10)
    assert told(made) == set()
    assert (as_hops(*made).count == 1).all()


def test_a_wan_of_unequal_costs_is_counted() -> None:
    """In proportion to the fabrics too: the border of the dear cable goes by a spine and the other border, at 12."""
    made = two_fabrics("bgp", 10, 20)
    found, links = as_hops(*made), made[1].links
    assert told(made) == set()
    assert found.count[links.kind == LinkKind.WAN].tolist() == [10, 10, 20, 20]
    assert (found.count[links.kind != LinkKind.WAN] == 1).all()


@pytest.mark.parametrize("east", ["ospf", "isis"])
def test_spines_behind_an_interior_protocol_do_not_see_costs_outside(east: str) -> None:
    """Those of OSPF on FRR 8.4: spines use both borders for a way that is cheaper over one."""
    assert told(two_fabrics(east, 10, 20)) == {("west-border-0", "east-leaf-0"), ("east-spine-0", "west-leaf-0")}


def test_an_interior_protocol_everywhere_adds_up_costs_itself() -> None:
    assert told(two_fabrics("ospf", 10, 20, wan="ospf", west="ospf")) == set()
    assert told(two_fabrics("ospf", 10, 10000, wan="ospf", west="ospf")) == set()


def test_costs_that_an_interior_protocol_rounds_are_told() -> None:
    def ring(protocol: str) -> tuple[Site, Network]:
        made, network = graph(4, [(0, 1, "1.2"), (0, 2, "1"), (1, 3, "1"), (2, 3, "1")])
        fabric = made.fabrics["f"]
        under = Underlay.model_validate({"protocol": protocol})
        return made.model_copy(update={"fabrics": {"f": fabric.model_copy(update={"underlay": under})}}), network

    assert told(ring("ospf")) != set()
    assert told(ring("bgp")) == set()


@pytest.mark.parametrize("costs", [(0, 0), (0, 10), (1e300, 1), (1e6, 1e6)])
def test_links_that_cost_nothing_or_very_much_are_counted(costs: tuple[float, float]) -> None:
    made = two_fabrics("bgp", *costs)
    found = as_hops(*made)
    assert 1 <= found.count.min() <= found.count.max() <= MOST
    assert told(made) == set()


def test_alike_leaves_are_asked_for_once() -> None:
    site, network = two_fabrics("bgp", 10, 20)
    assert [str(network.nodes.name[node]) for node in ends(site, network)] == ["east-leaf-0", "west-leaf-0"]


def ends(site: Site, network: Network) -> list[int]:
    here = ground(site, network)
    return [int(here.router[end]) for end in here.ends]
