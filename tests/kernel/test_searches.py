"""Trees, constrained, bounded and disjoint paths, against all simple paths."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.graphs import Case, cases, f64, fat_tree, hosts_of, i32
from tests.kernel.simple_paths import exact, listed, ordered, pairs_on, simple_paths

from easterly._kernel import graph, paths

NONE = np.zeros(1, dtype=np.uint32)


@given(cases(zero_cost=True), st.booleans(), st.sampled_from([0.0, 0.3, 2.0, math.inf]))
def test_trees_hold_the_links_of_cheapest_paths(case: Case, towards: bool, limit: float) -> None:
    roots = i32(range(case.n))
    distance, ptr, link = paths.trees(*case.arrays, roots, towards, limit)
    for root in range(case.n):
        for v in range(case.n):
            found = set(link[ptr[root * case.n + v] : ptr[root * case.n + v + 1]].tolist())
            every = ordered(case, *((v, root) if towards else (root, v)))
            least = exact(case, every[0]) if every else math.inf
            if least > limit * (1 + 1e-9):
                assert distance[root, v] == math.inf and not found
                continue
            np.testing.assert_allclose(distance[root, v], float(least), rtol=1e-12)
            best = [p for p in every if p and exact(case, p) == least]
            ends = {p[0] if towards else p[-1] for p in best}
            assert found <= ends
            assert bool(found) == bool(ends)
            if (case.cost > 0).all():  # over free links there are cheapest paths that are not the shortest
                assert found == ends


def test_a_limit_is_met_by_what_equals_it() -> None:
    distance, _, _ = paths.trees(*Case.of(3, [(0, 1, 0.1), (1, 2, 0.2)]).arrays, i32([0]), False, 0.3)
    np.testing.assert_allclose(distance, [[0.0, 0.1, 0.3]])


@given(cases())
def test_summary_counts_all_pairs(case: Case) -> None:
    ends = case.transit.copy()
    far, mean, reached, hops, counts, most, carried = paths.summary(*case.arrays, ends)
    src, dst = (i32(x) for x in np.array([(s, t) for s in np.flatnonzero(ends) for t in np.flatnonzero(ends)
                                          if s != t]).reshape(-1, 2).T)  # fmt: skip
    ones = np.ones(len(src))
    want = graph.ecmp_loads(*case.arrays, case.even, src, dst, ones, np.zeros(len(src), dtype=np.int32), 1)[0]
    np.testing.assert_allclose(carried, want, atol=1e-12)
    every = [(s, ordered(case, s, t)) for s, t in zip(src.tolist(), dst.tolist(), strict=True)]
    best = [(s, [p for p in known if exact(case, p) == exact(case, known[0])]) for s, known in every if known]
    assert hops.tolist() == np.bincount([len(p[0]) for _, p in best]).tolist()
    assert counts.tolist() == np.bincount([int(math.log2(len(p))) for _, p in best]).tolist()
    assert most == max((len(p) for _, p in best), default=0)
    for v in range(case.n):
        costs = [float(exact(case, p[0])) for s, p in best if s == v]
        assert reached[v] == len(costs)
        np.testing.assert_allclose(far[v], max(costs, default=0.0))
        np.testing.assert_allclose(mean[v], np.mean(costs) if costs else math.nan)


@given(pairs_on(), st.data())
def test_constrained_is_the_first_admissible_path(drawn: tuple[Case, int, int], data: st.DataObject) -> None:
    case, source, target = drawn
    mask = st.integers(0, 7)
    group = np.array(data.draw(st.lists(mask, min_size=case.links, max_size=case.links)), dtype=np.uint32)
    room = f64(data.draw(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=case.links, max_size=case.links)))
    exclude, any_, all_ = (data.draw(mask) for _ in range(3))
    rate = data.draw(st.sampled_from([0.0, 1.0, 1.5]))

    def admits(link: int) -> bool:
        """RFC 3209, section 4.7.4, in its own words."""
        attr = int(group[link])
        return (
            attr & exclude == 0 and (any_ == 0 or attr & any_ != 0)
            and (all_ == 0 or attr & all_ == all_) and room[link] >= rate
        )  # fmt: skip

    want = [p for p in ordered(case, source, target) if all(admits(link) for link in p)][:1]
    asks = (np.array([x], dtype=np.uint32) for x in (exclude, any_, all_))
    made = paths.constrained(*case.arrays, group, room, i32([source]), i32([target]), f64([rate]), *asks, True)
    assert listed(made) == [want]
    left = room.copy()
    left[list(want[0]) if want else []] -= rate
    assert made[4].tolist() == left.tolist()


def test_reserved_rates_push_later_pairs_aside() -> None:
    case = Case.of(3, [(0, 2, 1.0), (0, 1, 1.0), (1, 2, 1.0)])
    ends = np.zeros(3, dtype=np.int32), np.full(3, 2, dtype=np.int32)
    none = np.zeros(3, dtype=np.uint32)
    made = paths.constrained(*case.arrays, none, f64([10, 10, 10]), *ends, f64([6, 6, 6]), none, none, none, True)
    assert listed(made) == [[(0,)], [(1, 2)], []]
    assert made[4].tolist() == [4, 4, 4]


@given(pairs_on(), st.data())
def test_delay_bounded_is_the_cheapest_within_the_limit(drawn: tuple[Case, int, int], data: st.DataObject) -> None:
    case, source, target = drawn
    steps = st.sampled_from([0.0, 1.0, 2.0, 5.0])
    delay = f64(data.draw(st.lists(steps, min_size=case.links, max_size=case.links)))
    limit = data.draw(st.sampled_from([0.0, 1.0, 3.0, 6.0, math.inf]))
    within = [p for p in ordered(case, source, target) if delay[list(p)].sum() <= limit]
    labels = data.draw(st.sampled_from([1, 3, 1000]))
    made = paths.delay_bounded(*case.arrays, delay, i32([source]), i32([target]), f64([limit]), labels)
    [found], [bound], [status] = listed(made), made[5], made[6]
    if status == 0:
        assert not within and not found and bound == math.inf
        return
    [path] = found
    assert path in simple_paths(case, source, target)
    assert made[4][0] == delay[list(path)].sum() <= limit
    least = float(exact(case, within[0]))
    assert bound <= least * (1 + 1e-12)
    assert status in ((1,) if labels == 1000 else (1, 2))
    if status == 1:
        np.testing.assert_allclose([made[3][0], bound], least, rtol=1e-12)


def shared(case: Case, one: tuple[int, ...], two: tuple[int, ...]) -> tuple[int, int]:
    """Links and inner nodes that two paths have in common."""
    inner = [set(case.dst[list(p[:-1])].tolist()) for p in (one, two)]
    return len({*one} & {*two}), len(inner[0] & inner[1])


@given(pairs_on(), st.booleans())
def test_disjoint_pairs_share_the_least_and_then_cost_the_least(drawn: tuple[Case, int, int], nodes: bool) -> None:
    case, source, target = drawn
    every = simple_paths(case, source, target)[:60]
    if len(every) == 60:
        return
    made = paths.disjoint_pairs(*case.arrays, i32([source]), i32([target]), nodes)
    [found] = listed(made)
    assert bool(found) == bool(every)
    if not every:
        return

    def rank(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[float, ...]:
        links, inner = shared(case, one, two)
        return (inner if nodes else 0, links, exact(case, one) + exact(case, two), len(one) + len(two))

    assert rank(*found) == min(rank(a, b) for a, b in combinations_with_replacement(every, 2))
    assert (made[4][0], made[5][0]) == shared(case, *found)
    assert exact(case, found[0]) <= exact(case, found[1])


@given(pairs_on(), st.data())
def test_risk_disjoint_pairs_against_all_pairs(drawn: tuple[Case, int, int], data: st.DataObject) -> None:
    case, source, target = drawn
    every = simple_paths(case, source, target)[:60]
    if len(every) == 60 or source == target:
        return
    risks = [data.draw(st.sets(st.integers(0, 5), max_size=2)) for _ in range(case.links)]
    ptr = np.cumsum([0, *map(len, risks)])
    idx = i32([r for some in risks for r in sorted(some)])
    budget = data.draw(st.sampled_from([0, 2, 10_000]))
    made = paths.risk_disjoint_pairs(*case.arrays, ptr, idx, 6, i32([source]), i32([target]), budget)
    [found], [bound], [status] = listed(made), made[4], made[5]
    of = {p: set().union(*(risks[link] for link in p)) for p in every}
    good = [exact(case, a) + exact(case, b) for a, b in combinations_with_replacement(every, 2) if not of[a] & of[b]]
    if not good:
        assert status in ((0,) if budget == 10_000 else (0, 3)) and not found
        return
    assert status in ((1,) if budget == 10_000 else (1, 2, 3))
    assert bound <= float(min(good)) * (1 + 1e-12)
    if status == 3:
        assert not found
        return
    assert not of[found[0]] & of[found[1]]
    if status == 1:
        np.testing.assert_allclose([made[3].sum(), bound], float(min(good)), rtol=1e-12)


def test_a_link_without_risks_may_be_shared() -> None:
    """Two parallel links: the cheaper one twice, unless sharing it is a risk."""
    case, one, two = Case.of(2, [(0, 1, 0.0), (0, 1, 1.0)]), i32([0]), i32([1])
    free = paths.risk_disjoint_pairs(*case.arrays, np.array([0, 0, 0]), i32([]), 0, one, two, 10)
    own = paths.risk_disjoint_pairs(*case.arrays, np.array([0, 1, 2]), i32([0, 1]), 2, one, two, 10)
    assert (listed(free), listed(own)) == ([[(0,), (0,)]], [[(0,), (1,)]])


def test_suurballe_on_larger_graphs_costs_what_a_flow_of_two_costs() -> None:
    draw = np.random.default_rng(1)
    for seed in range(10):
        made = nx.gnm_random_graph(60, 260, seed=seed, directed=True)
        links = [(a, b, float(c)) for (a, b), c in zip(made.edges, draw.integers(0, 50, 260), strict=True)]
        flow = nx.DiGraph()
        for a, b, c in links:
            flow.add_edge(a, b, weight=int(c), capacity=1)
        flow.add_node(0, demand=-2)
        flow.add_node(59, demand=2)
        _, _, _, cost, shared_links, _ = paths.disjoint_pairs(*Case.of(60, links).arrays, i32([0]), i32([59]), False)
        try:
            want = nx.min_cost_flow_cost(flow)
        except nx.NetworkXUnfeasible:
            assert shared_links[0] > 0 or not len(cost)
            continue
        assert shared_links[0] == 0 and cost.sum() == want


def test_disjoint_paths_between_pods_of_a_fat_tree_share_the_ends_only() -> None:
    tree, hosts = fat_tree(4), hosts_of(4)
    made = paths.disjoint_pairs(*tree.arrays, hosts[:1], hosts[-1:], True)
    assert made[3].tolist() == [6, 6]
    assert (made[4][0], made[5][0]) == (2, 2)  # the cables of both hosts, and the leaves that they hang on
