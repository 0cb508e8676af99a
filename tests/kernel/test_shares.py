"""Equal-cost shares against every shortest path written out."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.graphs import Case, cases, f64, fat_tree, hosts_of, i32

from easterly._kernel import graph


def shares_by_hand(case: Case, weight: np.ndarray, source: int, target: int) -> dict[int, float]:
    """Follow every path, link by link, dividing by weight at each node: exponential, and obvious."""
    between = case.between(source, target)
    if source == target or not nx.has_path(between, source, target):
        return {}
    hops: dict[int, set[int]] = {}
    for path in nx.all_shortest_paths(between, source, target, weight="cost"):
        for a, b in pairwise(path):
            hops.setdefault(a, set()).add(b)
    result: dict[int, float] = {}

    def follow(node: int, share: float) -> None:
        if node == target:
            return
        cheapest = [
            link
            for link in np.flatnonzero(case.alive & (case.src == node)).tolist()
            if int(case.dst[link]) in hops[node] and case.cost[link] == between[node][int(case.dst[link])]["cost"]
        ]
        total = sum(weight[link] for link in cheapest)
        for link in cheapest:
            part = share * weight[link] / total
            result[link] = result.get(link, 0.0) + part
            follow(int(case.dst[link]), part)

    follow(source, 1.0)
    return result


def integral(case: Case) -> Case:
    """Costs 1, 2, 3 instead of tenths, whose sums networkx compares to the last bit."""
    return Case(
        case.n,
        case.src,
        case.dst,
        np.round(case.cost * (10 if 0 < case.cost.min(initial=1) < 1 else 1)),
        case.transit,
        case.alive,
    )


@given(cases(), st.data())
def test_shares_equal_those_of_all_shortest_paths(case: Case, data: st.DataObject) -> None:
    case = integral(case)
    weight = f64(data.draw(st.lists(st.sampled_from([1.0, 1.0, 2.0, 0.5]), min_size=case.links, max_size=case.links)))
    pairs = [(s, t) for s in range(case.n) for t in range(case.n)]
    found = case.shares([s for s, _ in pairs], [t for _, t in pairs], weight)
    for (source, target), row in zip(pairs, found, strict=True):
        want = shares_by_hand(case, weight, source, target)
        assert row.keys() == want.keys()
        assert [row[link] for link in want] == pytest.approx(list(want.values()), rel=1e-12)


@given(cases(zero_cost=True), st.data())
def test_what_enters_a_node_leaves_it(case: Case, data: st.DataObject) -> None:
    """Conservation, and a path wherever networkx finds one, links of cost 0 included."""
    node = st.integers(0, case.n - 1)
    source, target = data.draw(node), data.draw(node)
    [row] = case.shares([source], [target])
    reached = source != target and nx.has_path(case.between(source, target), source, target)
    balance = np.zeros(case.n)
    for link, share in row.items():
        assert case.alive[link]
        balance[case.src[link]] += share
        balance[case.dst[link]] -= share
    want = np.zeros(case.n)
    if reached:
        want[source], want[target] = 1.0, -1.0
    np.testing.assert_allclose(balance, want, atol=1e-12)
    assert bool(row) == reached


def test_tenths_that_sum_to_the_same_cost_share() -> None:
    """0.1 + 0.2 is not 0.3 in floating point; as a routing cost it is."""
    case = Case.of(3, [(0, 1, 0.1), (1, 2, 0.2), (0, 2, 0.3)])
    assert case.shares([0], [2]) == [{0: 0.5, 1: 0.5, 2: 0.5}]


def test_parallel_links_share_by_weight() -> None:
    case = Case.of(2, [(0, 1, 1.0), (0, 1, 1.0), (0, 1, 2.0)])
    assert case.shares([0], [1], [3.0, 1.0, 9.0]) == [{0: 0.75, 1: 0.25}]


def test_two_interfaces_joined_by_one_cable() -> None:
    case = Case.of(2, [(0, 1, 1.0), (1, 0, 1.0)], ends=(0, 1))
    assert case.shares([0, 1, 0], [1, 0, 0]) == [{0: 1.0}, {1: 1.0}, {}]


def test_an_interface_behind_an_interface_is_not_reached() -> None:
    case = Case.of(3, [(0, 1, 1.0), (1, 2, 1.0)], ends=(0, 1, 2))
    assert case.shares([0], [2]) == [{}]


def test_an_interface_with_two_leaves_splits_over_both() -> None:
    links = [(0, 1, 1.0), (0, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)]
    case = Case.of(4, links, ends=(0, 3))
    assert case.shares([0], [3]) == [{0: 0.5, 1: 0.5, 2: 0.5, 3: 0.5}]
    down = Case.of(4, links, ends=(0, 3), down=(2,))
    assert down.shares([0], [3]) == [{1: 1.0, 3: 1.0}]


@pytest.mark.parametrize(("other", "links", "least"), [(1, 2, 1.0), (2, 6, 1 / 2), (4, 14, 1 / 4)])
def test_paths_of_a_small_fat_tree(other: int, links: int, least: float) -> None:
    """k = 4: one way under a leaf, two in a pod, four (2 + 4 + 4 + 2 links, and the hosts') between pods."""
    hosts = hosts_of(4)
    [row] = fat_tree(4).shares(hosts[:1], hosts[other : other + 1])
    assert len(row) == links
    assert min(row.values()) == least


@given(st.permutations(range(16)), st.integers(0, 47))
def test_a_flow_takes_the_same_paths_whatever_else_is_asked(order: list[int], down: int) -> None:
    tree, hosts = fat_tree(4), hosts_of(4)
    tree.alive[[2 * down, 2 * down + 1]] = False
    src, dst = hosts, np.roll(hosts, 5)
    together = tree.shares(src, dst)
    assert tree.shares(src[order], dst[order]) == [together[f] for f in order]
    assert tree.shares(src[:1], dst[:1]) == together[:1]


@given(cases(), st.data())
def test_loads_are_the_sum_of_shares(case: Case, data: st.DataObject) -> None:
    node = st.integers(0, case.n - 1)
    flow = st.tuples(node, node, st.sampled_from([0.0, 1.0, 2.5, 1e9]), st.integers(0, 2))
    flows = data.draw(st.lists(flow, max_size=12))
    src, dst, amount, group = ([f[i] for f in flows] for i in range(4))
    want = np.zeros((3, case.links))
    for row, size, part in zip(case.shares(src, dst), amount, group, strict=True):
        for link, share in row.items():
            want[part, link] += size * share
    found = loads(case, src, dst, amount, group)
    np.testing.assert_allclose(found, want, rtol=1e-12)
    order = data.draw(st.permutations(range(len(flows))))
    again = loads(case, *([column[f] for f in order] for column in (src, dst, amount, group)))
    np.testing.assert_array_equal(again, found)


def loads(case: Case, src: list[int], dst: list[int], amount: list[float], group: list[int]) -> np.ndarray:
    return graph.ecmp_loads(*case.arrays, case.even, i32(src), i32(dst), f64(amount), i32(group), 3)
