"""Distances against networkx."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from tests.kernel.graphs import Case, cases, fat_tree, hosts_of


@given(cases(zero_cost=True))
def test_distances_equal_those_of_networkx(case: Case) -> None:
    found = case.distances(range(case.n))
    for source in range(case.n):
        known = nx.single_source_dijkstra_path_length(case.between(source), source, weight="cost")
        want = [known.get(v, math.inf) for v in range(case.n)]
        np.testing.assert_allclose(found[source], want, rtol=1e-12)


@pytest.mark.parametrize("dear", [7.0, 1e6])
def test_buckets_and_heap_agree(dear: float) -> None:
    """A dear link between two strangers (a very dear one takes the heap) changes no other distance."""
    tree, hosts = fat_tree(4), hosts_of(4)
    links = [*zip(tree.src.tolist(), tree.dst.tolist(), tree.cost.tolist(), strict=True), (tree.n, tree.n + 1, dear)]
    unequal = Case.of(tree.n + 2, links, ends=tuple(np.flatnonzero(~tree.transit).tolist()))
    np.testing.assert_array_equal(unequal.distances(hosts)[:, : tree.n], tree.distances(hosts))


@pytest.mark.parametrize("k", [2, 4, 6])
def test_distances_of_a_fat_tree_by_closed_form(k: int) -> None:
    """Al-Fares et al. 2008: 2 hops under a leaf, 4 within a pod, 6 between pods."""
    hosts = hosts_of(k)
    found = fat_tree(k).distances(hosts)[:, hosts]
    leaf, pod = np.arange(len(hosts)) // (k // 2), np.arange(len(hosts)) // (k * k // 4)
    want = np.where(pod[:, None] != pod, 6.0, np.where(leaf[:, None] != leaf, 4.0, 2.0))
    np.fill_diagonal(want, 0.0)
    np.testing.assert_array_equal(found, want)


def test_an_end_is_reached_but_not_passed_through() -> None:
    line = [(0, 1, 1.0), (1, 2, 1.0)]
    assert Case.of(3, line, ends=(1,)).distances([0, 1]).tolist() == [[0, 1, math.inf], [math.inf, 0, 1]]


def test_a_failed_link_is_not_used() -> None:
    links = [(0, 1, 1.0), (0, 1, 5.0)]
    assert Case.of(2, links, down=(0,)).distances([0]).tolist() == [[0, 5]]


def test_no_sources_give_no_rows() -> None:
    assert Case.of(3, [(0, 1, 1.0)]).distances([]).shape == (0, 3)


@pytest.mark.parametrize("zeros", [0.0, 0.4])
def test_costs_of_any_range_give_the_distances_of_networkx(zeros: float) -> None:
    """Nine decades, and free links among them: lists that are long, and keys that are equal."""
    draw = np.random.default_rng(4)
    src, dst = draw.integers(0, 500, (2, 3000))
    cost = np.where(draw.random(3000) < zeros, 0.0, 10 ** draw.uniform(-3, 6, 3000))
    case = Case.of(500, list(zip(src.tolist(), dst.tolist(), cost.tolist(), strict=True)))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(500))
    graph.add_weighted_edges_from(zip(src.tolist(), dst.tolist(), cost.tolist(), strict=True))
    for source, row in zip(range(0, 500, 50), case.distances(range(0, 500, 50)), strict=True):
        known = nx.single_source_dijkstra_path_length(graph, source)
        assert row.tolist() == [known.get(v, math.inf) for v in range(500)]
