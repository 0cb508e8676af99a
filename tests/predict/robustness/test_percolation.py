"""Removals, against a search on every graph that is left, closed forms, and the thresholds that are known."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from easterly._kernel import robust
from easterly.predict.robustness import (
    barabasi_albert,
    betweenness,
    branching,
    configuration,
    erdos_renyi,
    from_edges,
    geometric,
    lattice,
    percolate,
    power_law,
    random_regular,
    random_removal,
    removal,
    targeted_power_law,
    targeted_removal,
    thresholds,
)
from easterly.predict.robustness.percolation import ORDERS


@st.composite
def graphs(draw):
    """Small, with repeated edges and loops."""
    n = draw(st.integers(1, 9))
    ends = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(ends, ends), max_size=14))
    return from_edges(n, [e[0] for e in edges], [e[1] for e in edges])


def of_networkx(graph, keep_nodes, keep_edges):
    made = nx.Graph()
    made.add_nodes_from(np.flatnonzero(keep_nodes).tolist())
    for a, b, keep in zip(graph.a.tolist(), graph.b.tolist(), keep_edges, strict=True):
        if keep and keep_nodes[a] and keep_nodes[b]:
            made.add_edge(a, b)
    return made


def searched(graph, of, order, gone, weight):
    """Largest, second and sum of squares of what is left, by a search."""
    nodes, edges = np.ones(graph.nodes, bool), np.ones(len(graph), bool)
    (nodes if of == "nodes" else edges)[order[:gone]] = False
    sizes = sorted(sum(weight[v] for v in c) for c in nx.connected_components(of_networkx(graph, nodes, edges)))[::-1]
    return *[*sizes, 0, 0][:2], sum(s * s for s in sizes)


@settings(max_examples=150, deadline=None)
@given(graphs(), st.sampled_from(["nodes", "edges"]), st.integers(0, 1000), st.data())
def test_what_is_left_is_what_a_search_finds(graph, of, seed, data):
    things = graph.nodes if of == "nodes" else len(graph)
    weight = data.draw(st.lists(st.integers(0, 3), min_size=graph.nodes, max_size=graph.nodes))
    order = np.random.default_rng(seed).permutation(things).astype(np.int32)
    at = np.arange(things + 1)
    made = robust.percolate(
        graph.nodes, graph.a, graph.b, np.array(weight, np.int32), of == "nodes", order[None], at.astype(np.int64)
    )
    wanted = [searched(graph, of, order, int(k), weight) for k in at]
    assert list(zip(*(column[0].tolist() for column in made[:3]), strict=True)) == wanted
    assert made[3][0] == sum(row[0] for row in wanted[1:])


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(["nodes", "edges"]), st.sampled_from(ORDERS), st.integers(0, 9))
def test_what_goes_next_has_the_highest_score_of_what_is_left(graph, of, order, seed):
    things = graph.nodes if of == "nodes" else len(graph)
    made = removal(graph, of=of, order=order, seed=seed).tolist()
    assert sorted(made) == list(range(things))
    if order == "random":
        return
    for i, gone in enumerate(made):
        earlier = made[:i] if order.endswith("again") else []
        score = scores(graph, of, order, earlier)
        assert score[gone] >= max(score[other] for other in made[i:]) - 1e-9


def scores(graph, of, order, gone):
    keep_nodes, keep_edges = np.ones(graph.nodes, bool), np.ones(len(graph), bool)
    (keep_nodes if of == "nodes" else keep_edges)[gone] = False
    keep_edges &= keep_nodes[graph.a] & keep_nodes[graph.b]
    if order.startswith("degree"):
        loops = of == "nodes" and order == "degree-again"  # a loop holds nothing together
        ends = keep_edges & (graph.a != graph.b) if loops else keep_edges
        degree = np.bincount(np.concatenate([graph.a[ends], graph.b[ends]]), minlength=graph.nodes)
        return degree if of == "nodes" else degree[graph.a] * degree[graph.b]
    return robust.betweenness(
        graph.nodes, graph.a, graph.b, keep_edges, np.arange(graph.nodes, dtype=np.int32)
    )[of == "edges"]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_betweenness_is_that_of_networkx(seed):
    graph = erdos_renyi(40, 3, seed=seed)
    theirs = of_networkx(graph, np.ones(40, bool), np.ones(len(graph), bool))
    node, edge = betweenness(graph)
    wanted = nx.betweenness_centrality(theirs, normalized=False)
    assert node == pytest.approx([wanted[v] for v in range(40)], rel=1e-12, abs=1e-12)
    along = {tuple(sorted(e)): v for e, v in nx.edge_betweenness_centrality(theirs, normalized=False).items()}
    assert edge == pytest.approx([along[tuple(sorted(e))] for e in zip(graph.a, graph.b, strict=True)], rel=1e-12)


@settings(max_examples=80, deadline=None)
@given(graphs(), st.integers(0, 2**14 - 1))
def test_components_are_those_of_a_search(graph, bits):
    alive = np.array([bool(bits >> e & 1) for e in range(len(graph))], dtype=bool)
    label = robust.components(graph.nodes, graph.a, graph.b, alive)
    found = nx.connected_components(of_networkx(graph, np.ones(graph.nodes, bool), alive))
    for i, part in enumerate(sorted(found, key=min)):
        assert {int(label[v]) for v in part} == {i}


def test_robustness_of_graphs_that_one_can_count():
    n = 50
    pairs = np.triu_indices(n, 1)
    complete = percolate(from_edges(n, *pairs), order="degree", runs=2)
    assert complete.robustness == pytest.approx((n - 1) / (2 * n)) and complete.robustness_half == 0
    star = percolate(from_edges(n, np.zeros(n - 1, int), np.arange(1, n)), order="degree", runs=2)
    assert star.robustness == pytest.approx((n - 1) / n**2)
    path = percolate(from_edges(3, [0, 1], [1, 2]), order="betweenness", runs=2, points=3)
    assert path.largest.tolist() == pytest.approx([1, 1 / 3, 1 / 3, 0])


def test_a_weight_of_leaves_counts_them_alone():
    star = from_edges(5, [0, 0, 0, 0], [1, 2, 3, 4])
    made = percolate(star, order="degree", points=5, runs=1, weight=[0, 1, 1, 1, 1])
    assert made.largest.tolist() == [1, 0.25, 0.25, 0.25, 0.25, 0] and math.isinf(made.largest_half[0])


@pytest.mark.parametrize("order", ["random", "degree"])
def test_runs_are_named_and_not_numbered_anew(order):
    graph = barabasi_albert(500, 2)
    one, two = percolate(graph, order=order, runs=1, points=10), percolate(graph, order=order, runs=2, points=10)
    again = percolate(graph, order=order, runs=2, points=10)
    assert two.largest.tolist() == again.largest.tolist()
    assert np.abs(two.largest - one.largest).max() <= two.largest_half.max()


def giant(mean):
    """Share of the giant component of G(n, p): S = 1 - e^(-c S)."""
    return optimize.brentq(lambda s: 1 - math.exp(-mean * s) - s, 1e-6, 1) if mean > 1.0001 else 0.0


def test_the_giant_component_of_a_random_graph_that_is_thinned():
    """100,000 nodes: away from the threshold, what is left fluctuates by 1 / sqrt(n) and has no bias above that."""
    n, mean = 100_000, 4.0
    made = percolate(erdos_renyi(n, mean, seed=3), runs=10, points=20)
    for removed, largest, half in zip(made.removed, made.largest, made.largest_half, strict=True):
        wanted = (1 - removed) * giant(mean * (1 - removed))
        if abs(removed - 0.75) > 0.06:
            assert abs(largest - wanted) < 2 * half + 6 / math.sqrt(n) * (wanted > 0) + 0.01 * (wanted == 0)


def located(make, sizes, *, of="nodes", runs=24):
    """Threshold and its standard error: where the susceptibility of each run peaks, at two sizes.

    A finite graph is off by an amount that is half as much at the larger size: with n^(-1/3) at eight times
    the nodes, on the plane with L^(-3/4) at 2^(4/3) times the side. What both have in common is the limit.
    """
    rows = [[percolate(make(size, r), of=of, runs=1, points=1000, seed=r).peak for r in range(runs)] for size in sizes]
    mean, error = np.mean(rows, axis=1), np.std(rows, axis=1, ddof=1) / math.sqrt(runs)
    return 2 * mean[1] - mean[0], math.hypot(2 * error[1], error[0])


SIDES, POINTS = (100, 252), (10_000, 63_500)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("make", "sizes", "of", "wanted"),
    [
        (lambda n, r: erdos_renyi(n, 4, seed=r), (10_000, 80_000), "nodes", 3 / 4),
        (lambda n, r: erdos_renyi(n, 4, seed=r), (10_000, 80_000), "edges", 3 / 4),
        (lambda n, r: random_regular(n, 5, seed=r), (10_000, 80_000), "nodes", random_removal([5])),
        (lambda n, r: random_regular(n, 5, seed=r), (10_000, 80_000), "edges", 3 / 4),
        (lambda n, r: configuration(np.tile([1, 5], n // 2), seed=r), (10_000, 80_000), "edges", 1 - 6 / 20),
        (lambda n, r: lattice(n), SIDES, "nodes", 1 - thresholds.SITE),
        (lambda n, r: lattice(n), SIDES, "edges", 1 - thresholds.BOND),
        (lambda n, r: geometric(n, 9, seed=r), POINTS, "nodes", 1 - 4.51235 / 9),
    ],
    ids=["gnp sites", "gnp bonds", "regular sites", "regular bonds", "ones and fives", "lattice sites",
         "lattice bonds", "points of the plane"],
)  # fmt: skip
def test_thresholds_are_where_they_are_known_to_be(make, sizes, of, wanted):
    """Within three standard errors, and none of them above 0.6 % of all that could go."""
    found, error = located(make, sizes, of=of)
    assert abs(found - wanted) < 3 * error
    assert error < 0.006


@pytest.mark.no_cover
@pytest.mark.parametrize("kept", [0.1, 0.2])
def test_the_component_of_a_random_node_below_the_threshold(kept):
    """1 / (1 - c) of G(n, p), 1 + d q / (1 - (d - 1) q) of a d-regular graph, of whose edges a share q is left."""
    n = 100_000
    random_graph = percolate(erdos_renyi(n, 4, seed=1), of="edges", runs=10, points=10)
    regular = percolate(random_regular(n, 4, seed=1), of="edges", runs=10, points=10)
    at = round(10 * (1 - kept))
    assert random_graph.susceptibility[at] == pytest.approx(1 / (1 - 4 * kept), rel=0.03)
    assert regular.susceptibility[at] == pytest.approx(1 + 4 * kept / (1 - 3 * kept), rel=0.02)


def test_the_constants_are_those_of_the_papers():
    assert pytest.approx(4.51235, abs=1e-5) == thresholds.GEOMETRIC_DEGREE
    assert pytest.approx(0.592746, abs=1e-6) == thresholds.SITE and thresholds.BOND == 0.5


@pytest.mark.no_cover
def test_half_ones_and_half_threes_by_hand():
    """<k> = 2, <k (k - 1)> = 3: branching 1.5, a third may go. Of the threes 2/3 must stay for 6 x share = 2 ..."""
    assert branching([1, 3]) == 1.5 and random_removal([1, 3]) == pytest.approx(1 / 3)
    assert targeted_removal([1, 3]) == pytest.approx(0.5 / 3)  # 3 - 6 x 1/2 x part = 2: a third of the threes
    rows = [[percolate(configuration(np.tile([1, 3], n // 2), seed=r), order="degree", runs=1, points=1000,
                       seed=r).peak for r in range(24)] for n in (10_000, 80_000)]  # fmt: skip
    mean, error = np.mean(rows, axis=1), np.std(rows, axis=1, ddof=1) / math.sqrt(24)
    assert abs(2 * mean[1] - mean[0] - 1 / 6) < 3 * math.hypot(2 * error[1], error[0]) < 0.03
    assert random_removal([1, 2]) == targeted_removal([1, 2]) == 0 and math.isnan(branching([0, 0]))


def test_scale_free_graphs_stand_failures_and_fall_to_attacks():
    """Degrees of the graph itself, so that the erased edges are none of the difference."""
    graph = power_law(200_000, 2.5, least=2, seed=1)
    at_random, aimed = random_removal(graph.degree), targeted_removal(graph.degree)
    assert at_random > 0.95 and aimed < 0.16
    found = percolate(graph, order="degree", runs=5, points=500)
    assert abs(found.peak - aimed) < 2 * 200_000 ** (-1 / 3)
    later = round(500 * aimed) + 15
    assert found.largest[later] < 0.02 and percolate(graph, runs=2, points=500).largest[later] > 0.7


def test_the_equation_of_cohen_at_the_exponent_at_which_it_is_quadratic():
    """At 5/2 from 1 on, with s^2 = K: 1/s + s = 3, so s is the square of the golden ratio, and s^-3 is removed."""
    golden = (1 + math.sqrt(5)) / 2
    assert targeted_power_law(2.5, 1) == pytest.approx(golden**-6, rel=1e-12)
    at = max(range(201, 400), key=lambda a: targeted_power_law(a / 100, 1))
    assert 2.2 < at / 100 < 2.4  # figure 2 of the paper: the highest threshold, of about 6 %
    assert targeted_power_law(3.0, 2) == pytest.approx(targeted_power_law(3.0 + 1e-9, 2), rel=1e-6)
    assert targeted_power_law(4.5, 1) == 0


@pytest.mark.parametrize("exponent", [2.3, 2.5, 3.0, 3.3])
def test_whole_degrees_of_a_zeta_law(exponent):
    """Below K: sum of (k - 1) k^(1 - a) up to K = zeta(a - 1) (Callaway et al. 2000), with all degrees up to 10^6."""
    k = np.arange(1, 10**6 + 1, dtype=float)
    weight = k**-exponent
    stays = np.cumsum(k * (k - 1) * weight)
    last = int(np.argmax(stays > (k * weight).sum()))
    made = targeted_removal(k, weight)
    assert weight[last + 1 :].sum() / weight.sum() <= made <= weight[last:].sum() / weight.sum()


def test_no_zeta_law_has_a_giant_component_above_3_4788():
    """Aiello, Chung & Lu 2000: zeta(a - 2) = 2 zeta(a - 1) at 3.47875..."""
    at = optimize.brentq(lambda a: special.zeta(a - 2) - 2 * special.zeta(a - 1), 3.1, 4)
    assert at == pytest.approx(3.47875, abs=1e-5)
    k = np.arange(1, 10**6 + 1, dtype=float)
    assert branching(k, k ** -(at + 0.01)) < 1 < branching(k, k ** -(at - 0.01))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: percolate(from_edges(0, [], [])), "has no nodes"),
        (lambda: percolate(from_edges(3, [], []), of="edges"), "has no edges"),
        (lambda: percolate(lattice(4), runs=0), "at least one"),
        (lambda: percolate(lattice(4), order="size"), "in one of random"),
        (lambda: percolate(lattice(100), order="betweenness-again"), "take the order 'betweenness'"),
        (lambda: percolate(lattice(4), weight=[1, 2]), "one per node"),
        (lambda: branching([-1]), "from 0 on"),
        (lambda: targeted_power_law(2.0), "above 2"),
    ],
)
def test_what_cannot_be_removed_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


ONE, TWO = np.array([0], np.int32), np.array([1], np.int32)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda o: robust.percolate(2, ONE, TWO, o, True, np.array([[0, 0]], np.int32), np.zeros(0, np.int64)),
            "twice",
        ),
        (lambda o: robust.percolate(2, ONE, TWO, o, False, np.array([[1]], np.int32), np.zeros(0, np.int64)), "range"),
        (lambda o: robust.percolate(2, ONE, TWO, o, True, np.array([[0]], np.int32), np.zeros(0, np.int64)), "one per"),
        (lambda o: robust.percolate(2, ONE, TWO, o, True, np.array([[0, 1]], np.int32), np.array([3])), "more than"),
        (lambda o: robust.percolate(2, ONE, TWO, o, True, np.array([[0, 1]], np.int32), np.array([1, 0])), "below"),
        (lambda o: robust.percolate(2, ONE, TWO, -o, True, np.array([[0, 1]], np.int32), np.array([1])), "weight"),
        (lambda o: robust.percolate(1, ONE, TWO, o, True, np.array([[0, 1]], np.int32), np.array([1])), "b\\[0\\]"),
        (lambda o: robust.components(2, ONE, TWO, np.ones(2, bool)), "one per edge"),
        (lambda o: robust.betweenness(2, ONE, TWO, np.ones(1, bool), np.array([2], np.int32)), "sources"),
        (lambda o: robust.by_degree(-1, ONE, TWO, 1), "number of nodes"),
    ],
)
def test_the_kernel_refuses_what_does_not_fit(call, said):
    with pytest.raises(ValueError, match=said):
        call(np.ones(2, np.int32))
