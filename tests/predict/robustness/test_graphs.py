"""Random graphs, against what their models say of every pair, every set of edges and every degree."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from scipy import stats

from easterly._kernel import random, robust
from easterly.base.seeds import stream
from easterly.predict.robustness import (
    barabasi_albert,
    configuration,
    erdos_renyi,
    from_edges,
    geometric,
    lattice,
    power_law,
    power_law_degrees,
    random_regular,
    uniform,
)


def edge_set(graph):
    return frozenset(tuple(sorted(edge)) for edge in zip(graph.a.tolist(), graph.b.tolist(), strict=True))


def is_simple(graph):
    return len(edge_set(graph)) == len(graph) and not (graph.a == graph.b).any()


def likely(counts, cells):
    """Pearson's test of equal chances, refused once in ten thousand by chance."""
    table = [counts.get(cell, 0) for cell in cells]
    assert sum(table) == sum(counts.values())
    return stats.chisquare(table).pvalue > 1e-4


def test_gnp_skips_as_the_paper_says():
    """Batagelj & Brandes 2005, figure 1, in Python, on the same draws."""
    n, p, name = 40, 0.1, 123
    draws = iter(random.uniform(np.array([name], dtype=np.uint64), 500)[0])
    v, w, edges = 1, -1, []
    while v < n:
        w += 1 + math.floor(math.log(1 - next(draws)) / math.log(1 - p))
        while w >= v and v < n:
            w, v = w - v, v + 1
        if v < n:
            edges.append((w, v))
    a, b = robust.gnp(n, p, name)
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == edges


def test_every_pair_of_gnp_is_as_likely():
    pairs = list(itertools.combinations(range(6), 2))
    counts = Counter(edge for seed in range(4000) for edge in edge_set(erdos_renyi(6, 1.5, seed=seed)))
    assert likely(counts, pairs)
    trials, p = 4000 * len(pairs), 1.5 / 5
    assert stats.binomtest(sum(counts.values()), trials, p).pvalue > 1e-4


def test_gnp_at_its_ends():
    assert len(erdos_renyi(30, 0)) == 0
    assert edge_set(erdos_renyi(30, 29)) == set(itertools.combinations(range(30), 2))
    assert len(erdos_renyi(1, 0)) == len(erdos_renyi(0, 0)) == 0
    rare = [len(erdos_renyi(100_000, 1e-7, seed=s)) for s in range(400)]  # 0.005 edges in the mean
    assert stats.poisson.sf(sum(rare) - 1, 2) > 1e-4


@pytest.mark.parametrize("edges", [2, 4])  # by what is in, and by what is left out
def test_every_set_of_edges_is_as_likely(edges):
    pairs = list(itertools.combinations(range(4), 2))
    counts = Counter(edge_set(uniform(4, edges, seed=seed)) for seed in range(6000))
    assert likely(counts, [frozenset(c) for c in itertools.combinations(pairs, edges)])


def test_degrees_of_preferential_attachment():
    """P(k) = 2 m (m + 1) / (k (k + 1) (k + 2)) (Dorogovtsev, Mendes & Samukhin 2000), on 100,000 nodes."""
    n, m = 100_000, 3
    made = barabasi_albert(n, m, seed=5)
    assert is_simple(made) and made.degree.min() == m and len(made) == m * (m + 1) // 2 + m * (n - m - 1)
    counts = np.bincount(made.degree)
    for k in range(m, 20):
        share = 2 * m * (m + 1) / (k * (k + 1) * (k + 2))
        spread = math.sqrt(n * share)
        assert abs(counts[k] - n * share) < 4 * spread + 30, k  # the first nodes are older than the limit knows
    assert made.degree.max() > 10 * made.mean_degree


def test_every_matching_of_stubs_is_as_likely():
    counts = Counter(edge_set(configuration([1, 1, 1, 1, 1, 1], seed=seed)) for seed in range(3000))
    assert len(counts) == 15 and stats.chisquare(list(counts.values())).pvalue > 1e-4
    loops = sum(len(configuration([2, 2], seed=seed)) == 0 for seed in range(3000))  # 1 of 3 matchings
    assert stats.binomtest(loops, 3000, 1 / 3).pvalue > 1e-4


def test_configuration_keeps_degrees_until_it_is_erased():
    degrees = np.arange(1, 41)
    whole = configuration(degrees, seed=3, erased=False)
    assert whole.degree.tolist() == degrees.tolist()
    erased = configuration(degrees, seed=3)
    assert is_simple(erased) and edge_set(erased) == {e for e in edge_set(whole) if e[0] != e[1]}
    assert configuration([1, 1, 1], seed=3, erased=False).degree.sum() == 4


def test_degrees_of_a_power_law():
    made, (k, share) = power_law(100_000, 2.5, least=2, seed=1), power_law_degrees(2.5, 2, 447)
    assert share.sum() == pytest.approx(1) and share[0] / share[2] == pytest.approx(2**2.5)
    assert made.degree.max() <= 447
    counts = np.bincount(made.degree, minlength=448)
    for degree, part in zip(k[1:12].tolist(), share[1:12].tolist(), strict=True):
        assert abs(counts[degree] - 100_000 * part) < 5 * math.sqrt(100_000 * part) + 0.02 * 100_000 * part


@pytest.mark.parametrize(("n", "d"), [(10, 3), (7, 6), (50, 10), (1000, 5), (6, 0), (9, 8), (40, 37)])
def test_regular_graphs_are_regular_and_simple(n, d):
    made = random_regular(n, d, seed=2)
    assert is_simple(made) and set(made.degree.tolist()) == {d}


def test_cubic_graphs_on_six_nodes_all_appear():
    counts = Counter(edge_set(random_regular(6, 3, seed=seed)) for seed in range(3000))
    assert len(counts) == 70  # 60 prisms and 10 utility graphs


@pytest.mark.parametrize("torus", [True, False])
@pytest.mark.parametrize("mean", [0.5, 4, 30, 120])
def test_points_are_joined_where_they_are_near(torus, mean):
    n = 300
    made = geometric(n, mean, torus=torus, seed=4)
    gap = np.abs(made.x[:, None] - made.x), np.abs(made.y[:, None] - made.y)
    if torus:
        gap = tuple(np.minimum(g, 1 - g) for g in gap)
    near = np.triu(gap[0] ** 2 + gap[1] ** 2 <= mean / ((n - 1) * math.pi), 1)
    assert edge_set(made) == {tuple(map(int, pair)) for pair in np.argwhere(near)} and is_simple(made)


def test_mean_degree_of_points_on_a_torus():
    degrees = [geometric(2000, 6, seed=s).mean_degree for s in range(40)]
    assert abs(np.mean(degrees) - 6) < 4 * np.std(degrees, ddof=1) / math.sqrt(40)


@pytest.mark.parametrize("torus", [True, False])
def test_lattices_are_those_of_networkx(torus):
    theirs = nx.grid_2d_graph(5, 5, periodic=torus)
    assert edge_set(lattice(5, torus=torus)) == {
        tuple(sorted((5 * a[0] + a[1], 5 * b[0] + b[1]))) for a, b in theirs.edges
    }


def test_the_same_seed_gives_the_same_graph_and_another_another():
    for make in (
        lambda s: erdos_renyi(100, 4, seed=s), lambda s: uniform(100, 200, seed=s),
        lambda s: barabasi_albert(100, 2, seed=s), lambda s: random_regular(100, 4, seed=s),
        lambda s: geometric(100, 5, seed=s), lambda s: power_law(100, 2.5, seed=s),
    ):  # fmt: skip
        assert edge_set(make(1)) == edge_set(make(1)) != edge_set(make(2))


def test_draws_are_those_of_the_stream():
    """The shuffle of the stubs, in Python, on the bits of the stream."""
    name = stream(9, "configuration")
    mixed = random.mix64(np.array([[name, i] for i in range(8)], dtype=np.uint64))
    stubs = [0, 0, 1, 1, 2, 2]
    for draw, i in enumerate(range(len(stubs), 1, -1)):
        j = int(mixed[draw]) * i >> 64
        stubs[i - 1], stubs[j] = stubs[j], stubs[i - 1]
    made = configuration([2, 2, 2], seed=9, erased=False)
    assert [made.a.tolist(), made.b.tolist()] == [stubs[::2], stubs[1::2]]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: erdos_renyi(10, 10), "from 0 to 9"),
        (lambda: erdos_renyi(10, float("nan")), "from 0 to 9"),
        (lambda: erdos_renyi(10**9, 10**8), "more than 50000000"),
        (lambda: uniform(4, 7), "not a number of edges"),
        (lambda: barabasi_albert(3, 3), "not within 1..2"),
        (lambda: random_regular(5, 3), "no graph has 5 nodes of degree 3"),
        (lambda: random_regular(3, 3), "no graph has"),
        (lambda: configuration([-1, 1]), "below 0"),
        (lambda: power_law(100, 1.0), "exponent 1"),
        (lambda: power_law(100, 2.5, least=5, most=4), "must rise"),
        (lambda: geometric(10, -1), "from 0 to"),
        (lambda: lattice(2), "from 3"),
        (lambda: from_edges(2, [0], [2]), "outside 0 to 1"),
        (lambda: from_edges(2, [0], [1, 1]), "one length"),
    ],
)
def test_what_is_no_graph_is_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()
