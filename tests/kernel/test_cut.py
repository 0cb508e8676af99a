"""Flows, cuts, weak points and reliability against brute force, networkx and scipy."""

from __future__ import annotations

import math
from itertools import combinations, product
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.kernel.graphs import Case, cases, f64, i32
from tests.kernel.simple_paths import pairs_on

from easterly._kernel import cut

CAPACITIES = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 2.5, 1 / 3])


def usable(case: Case, source: int, target: int) -> list[int]:
    """Links over which this pair may send."""
    return [
        link for link in np.flatnonzero(case.alive).tolist()
        if case.src[link] != case.dst[link] and case.dst[link] != source and case.src[link] != target
        and (case.src[link] == source or case.transit[case.src[link]])
        and (case.dst[link] == target or case.transit[case.dst[link]])
    ]  # fmt: skip


def rows(made: tuple[Any, ...], pair: int = 0) -> list[list[int]]:
    """Near nodes, near links, far nodes, far links, links with flow."""
    return [made[i + 1][made[i][pair] : made[i][pair + 1]].tolist() for i in range(1, 11, 2)]


@given(pairs_on(), st.data())
def test_max_flow_is_the_least_of_all_cuts_and_the_outermost_are_named(
    drawn: tuple[Case, int, int], data: st.DataObject
) -> None:
    case, source, target = drawn
    capacity = f64(data.draw(st.lists(CAPACITIES, min_size=case.links, max_size=case.links)))
    made = cut.max_flows(*case.arrays, capacity, i32([source]), i32([target]), True, True)
    if source == target:
        assert made[0][0] == math.inf
        return
    links = usable(case, source, target)
    inner = [v for v in range(case.n) if v not in (source, target) and case.transit[v]]
    cuts = {}
    for choice in product((False, True), repeat=len(inner)):
        side = frozenset({source, *(v for v, c in zip(inner, choice, strict=True) if c)})
        cuts[side] = sum(capacity[e] for e in links if case.src[e] in side and case.dst[e] not in side)
    least = min(cuts.values())
    np.testing.assert_allclose(made[0][0], least, rtol=1e-12, atol=1e-15)
    best = [side for side, value in cuts.items() if value <= least * (1 + 1e-12)]
    near, near_links, far, far_links, used = rows(made)
    mine = {*inner, source}
    assert mine & set(near) == frozenset.intersection(*best)
    assert mine & set(far) == frozenset.union(*best)
    for named in (near_links, far_links):
        np.testing.assert_allclose(capacity[named].sum(), least, rtol=1e-12, atol=1e-15)
        assert all(case.alive[named]) and named == sorted(named)
    flow = np.zeros(case.links)
    flow[used] = made[11]
    assert (
        (flow <= capacity * (1 + 1e-15)).all()
        and (flow[used] > 0).all()
        and set(used) <= set(links) | {e for e in used if case.src[e] == target or case.dst[e] == source}
    )
    net = np.bincount(case.src, flow, case.n) - np.bincount(case.dst, flow, case.n)
    want = np.zeros(case.n)
    want[source], want[target] = least, -least
    np.testing.assert_allclose(net, want, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_max_flow_of_larger_graphs_agrees_with_networkx(scale: float) -> None:
    """Enough augmentations that blocking flows take over; every pair is as if it were alone."""
    graph = nx.gnm_random_graph(80, 1500, seed=2, directed=True)
    draw = np.random.default_rng(2)
    capacity = draw.random(1500) ** 4 * scale
    nx.set_edge_attributes(graph, dict(zip(graph.edges, capacity.tolist(), strict=True)), "capacity")
    case = Case.of(80, [(a, b, 1.0) for a, b in graph.edges])
    src, dst = i32(np.arange(20)), i32(np.arange(20) + 40)
    value = cut.max_flows(*case.arrays, capacity, src, dst, False, False)[0]
    want = [nx.maximum_flow_value(graph, s, t) for s, t in zip(src.tolist(), dst.tolist(), strict=True)]
    np.testing.assert_allclose(value, want, rtol=1e-12)


def test_a_grid_of_many_paths_needs_blocking_flows() -> None:
    """Layers of full bipartite graphs with random capacities: thousands of augmentations, against scipy's programme."""
    draw = np.random.default_rng(7)
    width, layers = 12, 8
    links = [(0, 1 + i) for i in range(width)]
    links += [(1 + y * width + i, 1 + (y + 1) * width + j) for y in range(layers - 1)
              for i in range(width) for j in range(width)]  # fmt: skip
    end = 1 + layers * width
    links += [(end - width + i, end) for i in range(width)]
    capacity = np.concatenate([np.full(width, 50.0), draw.random(len(links) - 2 * width), np.full(width, 50.0)])
    case = Case.of(end + 1, [(a, b, 1.0) for a, b in links])
    value = cut.max_flows(*case.arrays, capacity, i32([0]), i32([end]), False, False)[0][0]
    balance = np.zeros((end + 1, len(links)))
    balance[case.src, range(len(links))] = 1
    balance[case.dst, range(len(links))] -= 1
    best = linprog(-balance[0], A_eq=balance[1:end], b_eq=np.zeros(end - 1), bounds=list(zip([0] * len(links), capacity,
                   strict=True)))  # fmt: skip
    np.testing.assert_allclose(value, -best.fun, rtol=1e-9)


def test_unlimited_links() -> None:
    case = Case.of(4, [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0)])
    made = cut.max_flows(*case.arrays, f64([math.inf, math.inf, 4]), i32([0, 0, 3]), i32([2, 3, 0]), True, False)
    assert made[0].tolist() == [math.inf, 4, 0]
    assert rows(made, 1)[1] == [2]


def programme(case: Case, capacity: np.ndarray, supply: np.ndarray) -> Any:
    """The same flow as a linear programme, with shortfalls at a price above every path."""
    can = case.alive & (case.src != case.dst) & (case.transit[case.src] | (supply[case.src] > 0)) & (
        case.transit[case.dst] | (supply[case.dst] < 0))  # fmt: skip
    links = np.flatnonzero(can)
    balance = np.zeros((case.n, len(links) + case.n))
    balance[case.src[links], range(len(links))] = 1
    balance[case.dst[links], range(len(links))] -= 1
    balance[range(case.n), len(links) + np.arange(case.n)] = np.sign(supply)
    price = np.concatenate([case.cost[links], np.where(supply > 0, 1e5, 0)])
    limits = [*((0, c) for c in capacity[links]), *((0, abs(s)) for s in supply)]
    return linprog(price, A_eq=balance, b_eq=supply, bounds=limits, method="highs")


@settings(max_examples=20)
@given(cases(zero_cost=True), st.data())
def test_min_cost_flow_agrees_with_the_linear_programme(case: Case, data: st.DataObject) -> None:
    capacity = f64(data.draw(st.lists(CAPACITIES, min_size=case.links, max_size=case.links)))
    drawn = data.draw(st.lists(st.integers(-3, 3), min_size=case.n, max_size=case.n))
    supply = f64(drawn)
    supply[0] -= supply.sum()
    cost, unmet, flow, potential = cut.min_cost_flow(*case.arrays, capacity, supply)
    best = programme(case, capacity, supply)
    short = round(best.fun // 1e5, 9) if best.fun >= 1 else 0.0
    want = best.x[best.x.size - case.n :][supply > 0].sum()
    np.testing.assert_allclose(unmet, want, atol=1e-7)
    np.testing.assert_allclose(cost, best.fun - 1e5 * want, atol=1e-4)
    assert short <= want + 1e-6
    assert ((flow >= 0) & (flow <= capacity)).all()
    net = np.bincount(case.src, flow, case.n) - np.bincount(case.dst, flow, case.n)
    assert (net * np.sign(supply) <= np.abs(supply) + 1e-12).all() and np.allclose(net[supply == 0], 0)
    reduced = case.cost + potential[case.src] - potential[case.dst]
    can = case.alive & case.transit[case.src] & case.transit[case.dst] & (case.src != case.dst)
    assert (reduced[can & (flow < capacity * (1 - 1e-12))] >= -1e-9).all()
    assert (reduced[can & (flow > 0)] <= 1e-9).all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_min_cost_flow_of_larger_graphs_agrees_with_networkx(scale: float) -> None:
    graph = nx.gnm_random_graph(150, 900, seed=3, directed=True)
    draw = np.random.default_rng(3)
    price, room, supply = draw.integers(0, 100, 900), draw.integers(5, 40, 900), draw.integers(-6, 7, 150)
    supply[:75] = -supply[75:]
    case = Case.of(150, [(a, b, float(c) * scale) for (a, b), c in zip(graph.edges, price, strict=True)])
    for edge, c, r in zip(graph.edges, price.tolist(), room.tolist(), strict=True):
        graph.edges[edge].update(weight=c, capacity=r)
    nx.set_node_attributes(graph, dict(enumerate((-supply).tolist())), "demand")
    want = nx.min_cost_flow_cost(graph)
    cost, unmet, _, _ = cut.min_cost_flow(*case.arrays, f64(room) * scale, f64(supply) * scale)
    assert unmet == 0
    np.testing.assert_allclose(cost, want * scale * scale, rtol=1e-12)


def connected(n: int, edges: list[tuple[int, int]], transit: np.ndarray, start: int) -> set[int]:
    """Nodes that one node reaches; others than itself are left only if they may be passed through."""
    seen, waiting = {start}, [start]
    while waiting:
        u = waiting.pop()
        for a, b in edges:
            for x, y in ((a, b), (b, a)):
                if x == u and y not in seen and (u == start or transit[u]):
                    seen.add(y)
                    waiting.append(y)
    return seen


@given(cases())
def test_weak_points_are_those_whose_loss_separates_others(case: Case) -> None:
    a, b = case.src, case.dst
    edges = list(zip(a.tolist(), b.tolist(), strict=True))
    bridge, articulation, component = cut.weak_points(case.n, a, b, case.transit)

    def pairs(kept: list[tuple[int, int]], without: int = -1) -> set[tuple[int, int]]:
        reach = {v: connected(case.n, kept, case.transit, v) for v in range(case.n) if v != without}
        return {(u, v) for u, to in reach.items() for v in to if u != v}

    whole = pairs(edges)
    assert bridge.tolist() == [e for e in range(len(edges)) if pairs(edges[:e] + edges[e + 1 :]) != whole]
    for v in range(case.n):
        left = pairs([e for e in edges if v not in e], v)
        assert (v in articulation) == (left != {p for p in whole if v not in p})
    core = [e for i, e in enumerate(edges) if case.transit[e[0]] and case.transit[e[1]] and i not in bridge]
    for u in range(case.n):
        assert {v for v in range(case.n) if component[v] == component[u]} == (
            connected(case.n, core, case.transit, u) if case.transit[u] else {u})  # fmt: skip


def by_all_states(n: int, edges: list[tuple[int, int, list[int]]], up: np.ndarray, transit: np.ndarray,
                  terminals: list[int]) -> float:  # fmt: skip
    """Sum over every state of the parts."""
    total = 0.0
    for state in product((0, 1), repeat=len(up)):
        seen, waiting = {terminals[0]}, [terminals[0]]
        while waiting:
            u = waiting.pop()
            for x, y, parts in edges:
                if x == u and y not in seen and all(state[c] for c in parts) and (u == terminals[0] or transit[u]):
                    seen.add(y)
                    waiting.append(y)
        if seen >= set(terminals):
            total += math.prod(p if s else 1 - p for s, p in zip(state, up.tolist(), strict=True))
    return total


@st.composite
def fallible(draw: st.DrawFn) -> tuple[Any, ...]:
    n, parts = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    node = st.integers(0, n - 1)
    some = st.sets(st.integers(0, parts - 1), max_size=3).map(sorted)
    edges = draw(st.lists(st.tuples(node, node, some), max_size=12))
    up = f64(draw(st.lists(st.sampled_from([0.0, 0.3, 0.9, 0.999, 1.0]), min_size=parts, max_size=parts)))
    transit = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    return n, edges, up, transit, draw(st.lists(node, min_size=1, max_size=3))


def arguments(drawn: tuple[Any, ...]) -> tuple[Any, ...]:
    n, edges, up, transit, terminals = drawn
    ptr = np.cumsum([0, *(len(p) for _, _, p in edges)])
    part = i32([c for _, _, p in edges for c in p])
    return n, i32([e[0] for e in edges]), i32([e[1] for e in edges]), ptr, part, up, transit, i32(terminals)


@given(fallible())
def test_reliability_is_the_sum_over_all_states(drawn: tuple[Any, ...]) -> None:
    want = by_all_states(*drawn)
    low, high, _, hits = cut.reliability(*arguments(drawn), 100_000, 100, 1)
    assert low == high and hits == 0
    np.testing.assert_allclose(low, want, atol=1e-12)
    for states in range(4):
        low, high, looked, _ = cut.reliability(*arguments(drawn), states, 0, 1)
        assert low - 1e-12 <= want <= high + 1e-12 and looked <= states


def bridge_network() -> tuple[Any, ...]:
    """The five-edge bridge: 2p^2 + 2p^3 - 5p^4 + 2p^5 (a textbook case; 0.97848 at p = 0.9)."""
    ends = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
    edges = [(x, y, [i]) for i, (a, b) in enumerate(ends) for x, y in ((a, b), (b, a))]
    return 4, edges, np.full(5, 0.9), np.ones(4, dtype=bool), [0, 3]


def test_the_bridge_network_by_closed_form() -> None:
    np.testing.assert_allclose(cut.reliability(*arguments(bridge_network()), 1000, 0, 1)[0], 0.97848, rtol=1e-12)


@pytest.mark.parametrize("states", [0, 3])
def test_samples_estimate_what_is_open(states: int) -> None:
    count = 20_000
    low, high, _, hits = cut.reliability(*arguments(bridge_network()), states, count, 5)
    assert high > low
    error = (high - low) * 4 * 0.5 / math.sqrt(count)
    assert abs(low + (high - low) * hits / count - 0.97848) < error
    assert hits == cut.reliability(*arguments(bridge_network()), states, count, 5)[3]
    assert hits != cut.reliability(*arguments(bridge_network()), states, count, 6)[3]


@given(cases(), st.data())
def test_reduction_keeps_the_reliability(case: Case, data: st.DataObject) -> None:
    if case.links > 9 or case.n > 6:
        return
    chance = st.sampled_from([0.2, 0.5, 0.9, 1.0])
    up = f64(data.draw(st.lists(chance, min_size=case.links, max_size=case.links)))
    node_up = f64(data.draw(st.lists(chance, min_size=case.n, max_size=case.n)))
    fixed = np.array(data.draw(st.lists(st.booleans(), min_size=case.links, max_size=case.links)), dtype=bool)
    terminals = sorted(data.draw(st.sets(st.integers(0, case.n - 1), min_size=1, max_size=3)))
    kept = np.isin(np.arange(case.n), terminals)
    a, b, origin, left = cut.reduce(case.n, case.src, case.dst, up, fixed, node_up, case.transit, kept)
    assert len(a) <= case.links and set(np.flatnonzero(fixed & (case.src != case.dst))) >= set(
        origin[np.isin(origin, np.flatnonzero(fixed))].tolist())  # fmt: skip

    def exactly(a: np.ndarray, b: np.ndarray, up: np.ndarray) -> float:
        edges = [(x, y, [u, v, case.n + e]) for e, (u, v) in enumerate(zip(a.tolist(), b.tolist(), strict=True))
                 for x, y in ((u, v), (v, u))]  # fmt: skip
        drawn = case.n, edges, np.concatenate([node_up, up]), case.transit, terminals
        return float(cut.reliability(*arguments(drawn), 10**6, 0, 1)[0])

    np.testing.assert_allclose(exactly(a, b, left), exactly(case.src, case.dst, up), atol=1e-12)


def test_a_ladder_reduces_to_one_edge() -> None:
    """Series and parallel edges alone: a closed form, and nothing left to search."""
    a = i32([i for i in range(9) for _ in range(2)])
    made = cut.reduce(10, a, a + 1, np.full(18, 0.9), np.zeros(18, dtype=bool), np.full(10, 0.99),
                      np.ones(10, dtype=bool), np.isin(np.arange(10), [0, 9]))  # fmt: skip
    assert made[0].tolist() == [0] and made[1].tolist() == [9]
    np.testing.assert_allclose(made[3], 0.99**9 * 0.99**8)


def test_every_pair_of_a_complete_graph_needs_every_link_cut() -> None:
    n = 6
    case = Case.of(n, [(a, b, 1.0) for a, b in product(range(n), repeat=2) if a != b])
    src, dst = (i32(x) for x in zip(*combinations(range(n), 2), strict=True))
    assert (cut.max_flows(*case.arrays, case.even, src, dst, False, False)[0] == n - 1).all()
