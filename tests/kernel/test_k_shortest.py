"""k shortest paths against all simple paths, sorted."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.graphs import Case, fat_tree, hosts_of, i32
from tests.kernel.simple_paths import exact, listed, ordered, pairs_on

from easterly._kernel import paths


@given(pairs_on(), st.integers(1, 12))
def test_the_first_k_of_all_simple_paths_in_order(drawn: tuple[Case, int, int], k: int) -> None:
    case, source, target = drawn
    made = paths.k_shortest(*case.arrays, i32([source]), i32([target]), k)
    want = ordered(case, source, target)[:k]
    assert listed(made) == [want]
    np.testing.assert_allclose(made[3], [float(exact(case, p)) for p in want], rtol=1e-12)


def test_many_pairs_give_what_each_gives() -> None:
    tree, hosts = fat_tree(4), hosts_of(4)
    one, two = np.meshgrid(hosts, hosts)
    src, dst = i32(one.ravel()), i32(two.ravel())
    together = listed(paths.k_shortest(*tree.arrays, src, dst, 5))
    for p in (0, 1, 7, 100, 255):
        assert listed(paths.k_shortest(*tree.arrays, src[p : p + 1], dst[p : p + 1], 5)) == [together[p]]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_random_costs_agree_with_networkx_at_any_scale(scale: float) -> None:
    """Costs that are no short decimals take the wide grid."""
    draw = np.random.default_rng(3)
    graph = nx.gnm_random_graph(40, 160, seed=5, directed=True)
    links = [(a, b, float(c)) for (a, b), c in zip(graph.edges, draw.random(160) ** 8 * scale, strict=True)]
    case = Case.of(40, links)
    graph.add_weighted_edges_from(links, weight="cost")
    pair_ptr, _, _, cost = paths.k_shortest(*case.arrays, i32([0, 1, 2]), i32([30, 31, 32]), 15)
    for p in range(3):
        walk = nx.shortest_simple_paths(graph, p, 30 + p, weight="cost")
        want = [nx.path_weight(graph, next(walk), "cost") for _ in range(15)]
        np.testing.assert_allclose(cost[pair_ptr[p] : pair_ptr[p + 1]], want, rtol=1e-9)


def test_a_ladder_of_equal_paths_is_walked_in_the_order_of_its_links() -> None:
    links = [(i, i + 1, 0.1) for i in range(12) for _ in range(2)]
    [found] = listed(paths.k_shortest(*Case.of(13, links).arrays, i32([0]), i32([12]), 4))
    assert found[0] == tuple(range(0, 24, 2))
    assert found[1] == (*range(0, 22, 2), 23)
    assert found == sorted(found)


def test_k_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="k is 0"):
        paths.k_shortest(*Case.of(2, []).arrays, i32([0]), i32([1]), 0)
