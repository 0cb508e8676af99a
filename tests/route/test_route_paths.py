"""Verbs on networks: names and indices, masks, nouns and what they say."""

from __future__ import annotations

import math
import signal
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.route.wans import cabled, network

from easterly import route
from easterly.model.network import Network
from easterly.model.paths import PathSet
from easterly.route.paths import Mask, admissible

SQUARE = [(0, 1, 10.0), (1, 3, 5.0), (0, 2, 4.0), (2, 3, 8.0), (0, 3, 1.0)]


def square() -> Network:
    """r0 to r3 over r1, over r2, or directly at a cost of 3; one duct holds both cables at r3's upper side."""
    return cabled(4, SQUARE, cost=[1, 1, 1, 1, 1, 1, 1, 1, 3, 3], groups={"duct": [2, 3, 6, 7]})


def test_names_and_indices_are_the_same() -> None:
    by_name, by_index = route.k_shortest(square(), "r0", "r3", 5), route.k_shortest(square(), 0, 3, 5)
    assert by_name.of(0) == by_index.of(0) == [[0, 2], [4, 6], [8]]
    assert by_name.cost.tolist() == [2, 2, 3]
    assert by_name.explain(square()).splitlines()[0] == "2: r0 > r1 > r3"


def test_one_source_meets_all_destinations() -> None:
    found = route.shortest(square(), "r0", ["r0", "r1", "r3"])
    assert [found.of(p) for p in range(3)] == [[[]], [[0]], [[0, 2]]]
    with pytest.raises(ValueError, match="2 sources and 3 destinations"):
        route.shortest(square(), [0, 1], [0, 1, 2])


@pytest.mark.parametrize(("end", "says"), [("r9", "no node named 'r9'"), (4, r"node 4 is not within 0..3"), (-1, "-1")])
def test_unknown_nodes_are_refused(end: str | int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        route.shortest(square(), "r0", end)


@given(st.lists(st.integers(0, 7), min_size=10, max_size=10), *(st.integers(0, 7) for _ in range(3)),
       st.floats(0, 12))  # fmt: skip
def test_a_mask_admits_what_rfc_3209_admits(group: list[int], out: int, some: int, every: int, rate: float) -> None:
    net = square()
    mask = Mask(group=group, exclude_any=out, include_any=some, include_all=every, rate_bps=rate)
    for link, ok in enumerate(admissible(net, mask).tolist()):
        attr = group[link]
        want = not attr & out and (some == 0 or attr & some) and attr & every == every
        assert ok == bool(want and net.links.capacity_bps[link] >= rate)


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"group has shape \(1,\), not one entry per link"):
        admissible(square(), Mask(group=[1]))


def test_a_mask_moves_the_path() -> None:
    found = route.shortest(
        square(), "r0", "r3", mask=Mask(rate_bps=3.0, free_bps=np.array([9.0, 9, 2, 9, 9, 9, 9, 9, 9, 9]))
    )
    assert found.of(0) == [[4, 6]]


def test_tunnels_set_up_one_by_one_reserve_what_they_take() -> None:
    made = route.constrained(square(), ["r0"] * 3, ["r3"] * 3, 4.0, reserve=True)
    assert [made.paths.of(p) for p in range(3)] == [[[0, 2]], [[4, 6]], []]
    assert made.free_bps[[0, 2, 4, 6]].tolist() == [6, 1, 0, 4]


def test_delay_bounds_pay_for_speed() -> None:
    """Every link takes 1 ms: two hops for cost 2, or one for cost 3."""
    slow, fast, never = (route.delay_bounded(square(), "r0", "r3", limit) for limit in (2e-3, 1e-3, 0.0))
    assert (slow.paths.of(0), fast.paths.of(0), never.paths.of(0)) == ([[0, 2]], [[8]], [])
    assert (slow.status, fast.status, never.status) == (("optimal",), ("optimal",), ("infeasible",))
    assert fast.delay_s.tolist() == [1e-3] and fast.bound.tolist() == [3]


def test_disjoint_by_link_node_and_risk() -> None:
    net = square()
    assert route.disjoint_pair(net, "r0", "r3").paths.of(0) == [[0, 2], [4, 6]]
    assert route.disjoint_pair(net, "r0", "r3", by="node").shared_nodes.tolist() == [0]
    apart = route.disjoint_pair(net, "r0", "r3", by="srlg")
    assert apart.paths.of(0) == [[0, 2], [8]]
    assert (apart.status, apart.bound.tolist()) == (("optimal",), [5])
    with pytest.raises(ValueError, match="not link, node or srlg"):
        route.disjoint_pair(net, 0, 3, by="colour")  # type: ignore[arg-type]


def test_what_cannot_but_be_shared_is_counted() -> None:
    """Two triangles that hang together by one cable."""
    net = cabled(6, [(0, 1, 1), (1, 2, 1), (0, 2, 1), (2, 3, 1), (3, 4, 1), (4, 5, 1), (3, 5, 1)])
    made = route.disjoint_pair(net, "r0", "r5", by="node")
    assert (made.shared_links.tolist(), made.shared_nodes.tolist()) == ([1], [2])
    assert route.disjoint_pair(net, "r0", "r5", by="srlg").status == ("infeasible",)
    weak = route.weak_points(net)
    assert weak.explain(net).splitlines()[1] == "nodes that hold others together: r2, r3"
    assert weak.bridge.tolist() == [6] and weak.component.tolist() == [0, 0, 0, 1, 1, 1]
    assert route.edge_connectivity(net) == 1 and route.edge_connectivity(net, ends=["r0", "r1", "r2"]) == 2


def test_a_maximum_flow_names_its_cut() -> None:
    made = route.max_flow(square(), "r0", "r3", flows=True)
    assert made.value_bps.tolist() == [10]
    assert made.near_link.tolist() == [2, 4, 8] and made.near_node.tolist() == [0, 1]
    assert made.explain(square()).startswith("r0 to r3: 10 bit/s\n  cut nearest the source: r1:swp2>r3:swp2, ")
    assert dict(zip(made.flow_link.tolist(), made.flow_bps.tolist(), strict=True)) == {0: 5, 2: 5, 4: 4, 6: 4, 8: 1}


def test_least_cost_flows() -> None:
    net = square()
    full = route.min_cost_max_flow(net, "r0", "r3")
    assert (full.status, full.cost, full.shipped_bps) == ("optimal", 2 * 9 + 3, 10)
    too_much = route.min_cost_flow(net, [12, 0, 0, -12])
    assert (too_much.status, too_much.shipped_bps, too_much.unmet_bps) == ("infeasible", 10, 2)
    with pytest.raises(ValueError, match="supplies sum to 1"):
        route.min_cost_flow(net, [1, 0, 0, 0])
    with pytest.raises(ValueError, match="one pair of different nodes"):
        route.min_cost_max_flow(net, 0, 0)


def test_equal_cost_trees_and_the_summary() -> None:
    net = square()
    trees = route.equal_cost(net, "r3")
    assert trees.distance.tolist() == [[2, 1, 1, 0]]
    assert trees.link[trees.ptr[0] : trees.ptr[1]].tolist() == [0, 4]
    over = route.summary(net)
    assert (over.diameter, over.pairs, over.most_paths) == (2, 12, 2)
    assert over.hops.tolist() == [0, 8, 4] and over.path_counts.tolist() == [8, 4]
    np.testing.assert_allclose(over.betweenness[0], 1 + 0.5 + 0.5)  # r0 to r1, half of r0 to r3 and of r2 to r1
    assert route.summary(net, ends=["r0", "r3"]).pairs == 2


def by_all_states(net: Network, terminals: list[int], link_up: float, node_up: float, srlg_up: float) -> float:
    """Every state of cables, nodes and ducts."""
    cables, total = net.cables.tolist(), 0.0
    sizes = len(cables), len(net.nodes), len(net.srlgs)
    chance = [p for p, size in zip((link_up, node_up, srlg_up), sizes, strict=True) for _ in range(size)]
    for state in product((True, False), repeat=sum(sizes)):
        up, nodes, ducts = state[: sizes[0]], state[sizes[0] : sizes[0] + sizes[1]], state[sizes[0] + sizes[1] :]
        alive = np.zeros(len(net.links), dtype=bool)
        for cable, works in zip(cables, up, strict=True):
            groups = net.links.srlg_idx[net.links.srlg_ptr[cable] : net.links.srlg_ptr[cable + 1]]
            ends = net.links.src[cable], net.links.dst[cable]
            works = works and all(ducts[g] for g in groups) and all(nodes[v] for v in ends)
            alive[[cable, net.links.reverse[cable]]] = works
        first = np.isfinite(route.equal_cost(net, terminals[0], towards=False, mask=Mask(alive=alive)).distance[0])
        if all(first[t] and nodes[t] for t in terminals):
            total += math.prod(p if s else 1 - p for p, s in zip(chance, state, strict=True))
    return total


@pytest.mark.parametrize("terminals", [[0, 3], [0, 1, 3], [2]])
def test_reliability_is_the_sum_over_all_states(terminals: list[int]) -> None:
    net = square()
    exact = route.reliability(net, terminals, link_up=0.9, node_up=0.95, srlg_up=0.8)
    np.testing.assert_allclose(exact.value, by_all_states(net, terminals, 0.9, 0.95, 0.8), rtol=1e-12)
    assert exact.status == "exact" and exact.low == exact.high


def test_reliability_of_a_ring_by_closed_form() -> None:
    """Two ways round: 1 - (1 - p^a)(1 - p^b); series reduction alone solves it, however long the ring."""
    ring = cabled(200, [(i, (i + 1) % 200, 1.0) for i in range(200)])
    made = route.reliability(ring, ["r0", "r50"], link_up=0.999)
    np.testing.assert_allclose(made.value, 1 - (1 - 0.999**50) * (1 - 0.999**150), rtol=1e-12)
    assert made.states < 10


def test_sampling_encloses_the_truth_and_bounds_shrink_it() -> None:
    grid = cabled(9, [(3 * y + x, z, 1.0) for y in range(3) for x in range(3)
                      for z in ([3 * y + x + 1] if x < 2 else []) + ([3 * y + x + 3] if y < 2 else [])])  # fmt: skip
    exact = route.reliability(grid, [0, 8], link_up=0.8)
    assert exact.status == "exact"
    crude = route.reliability(grid, [0, 8], link_up=0.8, states=0, samples=20_000, seed=3, confidence=0.999)
    sharp = route.reliability(grid, [0, 8], link_up=0.8, states=20, samples=20_000, seed=3, confidence=0.999)
    for made in (crude, sharp):
        assert made.status == "estimated" and made.low <= exact.value <= made.high
        assert made.interval[0] <= exact.value <= made.interval[1]
    assert np.diff(sharp.interval) < np.diff(crude.interval)


def test_wrong_probabilities_are_refused() -> None:
    for wrong in ({"link_up": 1.1}, {"node_up": [0.5]}, {"srlg_up": math.nan}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} is not a probability"):
            route.reliability(square(), [0, 3], **wrong)  # type: ignore[arg-type]


def test_networks_without_links_or_pairs() -> None:
    empty = network(3, [])
    assert len(route.k_shortest(empty, [], [], 3)) == 0
    assert route.shortest(empty, 0, 1).of(0) == [] and route.shortest(empty, 0, 1).explain(empty) == "r0 to r1: no path"
    assert route.max_flow(empty, 0, 1).value_bps.tolist() == [0]
    assert route.summary(empty).pairs == 0 and route.edge_connectivity(empty) == 0
    assert route.reliability(empty, [0, 1]).value == 0 and route.reliability(empty, [0]).value == 1
    assert isinstance(route.disjoint_pair(empty, 0, 1, by="srlg").paths, PathSet)
    assert route.min_cost_flow(empty, [0, 0, 0]).status == "optimal"


def test_a_long_call_can_be_interrupted() -> None:
    """What comes as a signal ends the call within a moment: 250,000 pairs of hundreds of paths would take minutes."""
    draw = np.random.default_rng(1)
    mesh = cabled(300, [(int(a), int(b), 1.0) for a, b in draw.integers(0, 300, (900, 2)) if a != b])
    src, dst = (x.ravel() for x in np.meshgrid(np.arange(300), np.arange(300)))
    before = signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            route.k_shortest(mesh, src, dst, 500)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
