"""Spread, against chains solved as linear equations, formulae of two nodes, and limits of many."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, linalg, stats

from easterly.predict.robustness import (
    branching,
    configuration,
    course,
    endemic,
    epidemic_threshold,
    erdos_renyi,
    final_size,
    final_size_groups,
    final_size_mixed,
    from_edges,
    lattice,
    outbreak_probability,
    power_law,
    random_regular,
    reproduction,
    segments,
    simulate,
    sis_course,
    sis_threshold,
    spectral_radius,
)

RUNS = 6_000
COMPLETE = from_edges(5, *np.triu_indices(5, 1))
KITE = from_edges(5, [0, 1, 2, 0, 3], [1, 2, 0, 3, 4])  # a triangle with a tail of two


def chain(graph, infect, recover, again):
    """All states, and the rates between them: (3 or 2)^n states, each node 0 susceptible, 1 infected, 2 recovered."""
    states = list(itertools.product(range(2 if again else 3), repeat=graph.nodes))
    number = {state: i for i, state in enumerate(states)}
    rates = np.zeros((len(states), len(states)))
    edges = [*zip(graph.a.tolist(), graph.b.tolist(), strict=True)]
    edges += [(b, a) for a, b in edges]
    for state, i in number.items():
        for v in range(graph.nodes):
            if state[v] == 1:
                rates[i, number[(*state[:v], 0 if again else 2, *state[v + 1 :])]] += recover
            if state[v] == 0:
                force = infect * sum(state[a] == 1 for a, b in edges if b == v)
                rates[i, number[(*state[:v], 1, *state[v + 1 :])]] += force
    return states, rates - np.diag(rates.sum(axis=1))


def final_law(graph, infect, recover):
    """Probability of each number of nodes ever infected, of those that are infected first."""
    states, rates = chain(graph, infect, recover, False)
    over = np.array([1 not in state for state in states])
    there = np.zeros((len(states), graph.nodes + 1))
    there[over, [sum(x == 2 for x in state) for state, done in zip(states, over, strict=True) if done]] = 1
    there[~over] = np.linalg.solve(-rates[np.ix_(~over, ~over)], rates[np.ix_(~over, over)] @ there[over])
    return lambda first: there[states.index(tuple(int(v in first) for v in range(graph.nodes)))]


def as_expected(shares, law):
    """Pearson's test of final sizes, refused once in ten thousand by chance; what is impossible never happens."""
    counts = np.bincount(np.rint(shares * (len(law) - 1)).astype(int), minlength=len(law))
    assert not counts[law < 1e-15].any()
    cells = law >= 1e-15
    return stats.chisquare(counts[cells], law[cells] * counts.sum()).pvalue > 1e-4


@pytest.mark.no_cover
@pytest.mark.parametrize("graph", [COMPLETE, KITE])
@pytest.mark.parametrize("infect", [0.4, 2.0])
def test_final_sizes_follow_the_chain(graph, infect):
    made = simulate(graph, infect=infect, recover=0.8, start=[4], runs=RUNS)
    assert as_expected(made.final, final_law(graph, infect, 0.8)({4}))


@pytest.mark.no_cover
def test_final_sizes_among_groups_follow_the_chain_of_the_same_graph():
    """Two of a, two of b, one of c: a and b meet among themselves and each other, c meets b alone."""
    reach = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    group = [0, 0, 1, 1, 2]
    pairs = [(i, j) for i, j in itertools.combinations(range(5), 2) if reach[group[i]][group[j]]]
    graph = from_edges(5, *zip(*pairs, strict=True))
    groups = segments(["a", "b", "c"], [2, 2, 1], reach)
    assert groups.meets.tolist() == [3, 4, 2] and groups.population == 5
    law = final_law(graph, 0.7, 1.0)
    for start, first in (([1, 0, 0], {0}), ([0, 0, 1], {4})):
        made = simulate(groups, infect=0.7, start=start, runs=RUNS)
        assert as_expected(made.final, law(first))
    drawn = simulate(groups, infect=0.7, runs=RUNS)
    assert as_expected(drawn.final, sum(law({v}) for v in range(5)) / 5)


@pytest.mark.no_cover
@pytest.mark.parametrize("model", ["sir", "sis"])
@pytest.mark.parametrize("graph", [COMPLETE, KITE, segments(["all"], [5], [[True]])])
def test_the_share_infected_over_time_is_that_of_the_chain(graph, model):
    again = model == "sis"
    plain = KITE if graph is KITE else COMPLETE
    states, rates = chain(plain, 0.5, 1.0, again)
    ill = np.array([sum(x == 1 for x in state) for state in states]) / 5
    start = [1] if hasattr(graph, "reach") else [0]
    made = simulate(graph, infect=0.5, model=model, start=start, runs=RUNS, until=4.0, points=4)
    law, later = np.eye(len(states))[states.index((1, 0, 0, 0, 0))], linalg.expm(rates)
    for share, half in zip(made.infected, made.infected_half, strict=True):
        assert abs(share - law @ ill) <= 2 * half + 1e-12  # four standard errors
        law = law @ later


@pytest.mark.no_cover
@pytest.mark.parametrize("graph", [COMPLETE, KITE, segments(["all"], [5], [[True]])])
def test_the_mean_time_to_extinction_is_that_of_the_chain(graph):
    plain = KITE if graph is KITE else COMPLETE
    states, rates = chain(plain, 0.6, 1.0, True)
    alive = np.array([1 in state for state in states])
    mean = np.zeros(len(states))
    mean[alive] = np.linalg.solve(-rates[np.ix_(alive, alive)], np.ones(alive.sum()))
    start = [1] if hasattr(graph, "reach") else [0]
    made = simulate(graph, infect=0.6, model="sis", start=start, runs=RUNS, until=1e6)
    wanted = mean[states.index((1, 0, 0, 0, 0))]
    assert abs(made.end.mean() - wanted) < 4 * made.end.std() / math.sqrt(RUNS)


def test_two_nodes():
    """SIS: E1 = 1 / r + b / (2 r^2); each ever infected counts once."""
    two, b, r = from_edges(2, [0], [1]), 1.5, 0.7
    made = simulate(two, infect=b, recover=r, model="sis", start=[0], runs=RUNS, until=1e5)
    wanted = 1 / r + b / (2 * r * r)
    assert abs(made.end.mean() - wanted) < 4 * made.end.std() / math.sqrt(RUNS)
    reached = int((made.final == 1).sum())
    assert stats.binomtest(reached, RUNS, b / (b + r)).pvalue > 1e-4
    twice = simulate(from_edges(2, [0, 0, 1], [1, 1, 1]), infect=b, recover=r, start=[0], runs=RUNS)
    assert stats.binomtest(int((twice.final == 1).sum()), RUNS, 2 * b / (2 * b + r)).pvalue > 1e-4


def test_without_recovery_everybody_who_is_connected_is_infected():
    made = simulate(from_edges(5, [0, 1, 3], [1, 2, 4]), infect=2.0, recover=0.0, start=[0], runs=50)
    assert set(made.final) == {0.6} and np.isinf(made.end).all() and made.ever[-1] == pytest.approx(0.6)


def test_many_start_at_distinct_nodes():
    for count in (3, 40, 100):
        made = simulate(lattice(10), infect=0.0, start=count, runs=20)
        assert set(made.final) == {count / 100}
    first = simulate(lattice(10), infect=0.0, start=1, runs=4000, points=1)
    assert len(set(first.end)) > 3900  # each of its own draws


@pytest.mark.no_cover
def test_outbreaks_on_a_large_graph_of_given_degrees():
    """20,000 nodes of degree 1 and 5: outbreaks are as frequent and as large as the limit says."""
    degrees, infect = [1, 5], 0.8
    graph = configuration(np.tile(degrees, 10_000), seed=2)
    made = simulate(graph, infect=infect, runs=400, points=1)
    large = made.outbreaks()
    assert np.sort(made.final[made.final < 0.05]).max() < 0.01  # nothing in between
    size, chance = final_size(degrees, infect=infect), outbreak_probability(degrees, infect=infect)
    assert stats.binomtest(len(large), 400, chance).pvalue > 1e-3
    assert abs(large.mean() - size) < 0.005 and large.std() < 0.02


def test_the_course_of_an_outbreak_is_that_of_the_edge_based_equations():
    graph = power_law(50_000, 2.8, least=2, seed=1)
    made = simulate(graph, infect=0.5, start=500, runs=10, until=12.0, points=12)
    wanted = course(graph.degree, infect=0.5, start=0.01, until=12.0, points=12)
    assert np.abs(made.infected - wanted.infected).max() < 0.006
    assert np.abs(made.ever - wanted.ever).max() < 0.006


@pytest.mark.no_cover
def test_the_course_ends_at_the_final_size_and_begins_at_its_rate():
    degrees, share = [1, 2, 4, 9], [0.3, 0.3, 0.3, 0.1]
    long = course(degrees, share, infect=0.6, start=1e-9, until=200, points=50)
    assert long.final[0] == pytest.approx(final_size(degrees, share, infect=0.6), abs=1e-6)
    early = course(degrees, share, infect=0.6, start=1e-9, until=10, points=10).infected
    growth = 0.6 * (branching(degrees, share) - 1) - 1  # the rate of the linear equations
    assert math.log(early[9] / early[8]) == pytest.approx(growth, rel=1e-3)


def test_the_final_size_of_a_poisson_law_and_of_one_mixed_population():
    """Poisson degrees: g'(x) / g'(1) = g(x), so the spared s = e^(-c T (1 - s)), as among all who meet, at R = c T."""
    k = np.arange(60)
    share = stats.poisson.pmf(k, 5)
    assert final_size(k, share, infect=0.5, recover=1.0) == pytest.approx(final_size_mixed(5 / 3), abs=1e-10)
    s = final_size_mixed(1.7)
    assert s == pytest.approx(1 - math.exp(-1.7 * s), abs=1e-14) and final_size_mixed(1.0) == 0
    assert final_size_mixed(1 + 1e-6) == pytest.approx(2e-6, rel=1e-3)  # 2 (R - 1) near the threshold


def test_the_outbreak_probability_by_quadrature():
    """h solves h = E[g1(V + (1 - V) h)] over exponential times of infection."""
    degrees, share, infect = np.array([1, 3, 6]), np.array([0.5, 0.3, 0.2]), 0.9
    mean = float(degrees @ share)

    def over_times(what):
        return integrate.quad(lambda d: math.exp(-d) * what(math.exp(-infect * d)), 0, np.inf, epsabs=1e-13)[0]

    h = 0.0
    for _ in range(300):
        h = over_times(lambda v, h=h: float((share * degrees / mean) @ (v + (1 - v) * h) ** (degrees - 1)))
    wanted = 1 - over_times(lambda v: float(share @ (v + (1 - v) * h) ** degrees))
    assert outbreak_probability(degrees, share, infect=infect) == pytest.approx(wanted, abs=1e-9)
    assert wanted < final_size(degrees, share, infect=infect)


def test_thresholds_of_what_spreads():
    assert epidemic_threshold([4]) == pytest.approx(1 / 3) and epidemic_threshold([1, 1]) == math.inf
    at = 1 / 3 / (1 - 1 / 3)  # T = 1/3
    assert final_size([4], infect=at * 0.999) == outbreak_probability([4], infect=at * 0.999) == 0
    assert 0 < final_size([4], infect=at * 1.01) < 0.1 and 0 < outbreak_probability([4], infect=at * 1.01) < 0.1


@pytest.mark.parametrize("graph", [erdos_renyi(200, 4, seed=1), power_law(200, 2.3, seed=2), KITE, lattice(7)])
def test_the_largest_eigenvalue_is_that_of_a_dense_solver(graph):
    dense = np.zeros((graph.nodes, graph.nodes))
    np.add.at(dense, (graph.a, graph.b), 1)
    wanted = np.linalg.eigvalsh(dense + dense.T)[-1]
    assert spectral_radius(graph) == pytest.approx(wanted, rel=1e-9)
    assert sis_threshold(graph) == pytest.approx(1 / wanted, rel=1e-9)


def test_below_its_threshold_sis_falls_exponentially():
    """E[I(t)] <= n e^((infect lambda - recover) t) from everybody on, whatever the graph."""
    graph = erdos_renyi(300, 4, seed=3)
    infect = 0.8 * sis_threshold(graph)
    made = simulate(graph, infect=infect, model="sis", start=300, runs=400, until=12.0, points=12)
    assert (made.infected - made.infected_half <= np.exp(-0.2 * made.time) + 1e-12).all()


@pytest.mark.parametrize("graph", [erdos_renyi(300, 6, seed=3), random_regular(300, 4, seed=1)])
def test_the_mean_field_is_above_the_truth_and_near_it(graph):
    infect = 3 * sis_threshold(graph)
    made = simulate(graph, infect=infect, model="sis", start=300, runs=100, until=8.0, points=16)
    field = sis_course(graph, infect=infect, until=8.0, points=16)
    assert (made.infected - made.infected_half <= field.infected).all()
    assert endemic(graph, infect=infect).mean() == pytest.approx(
        sis_course(graph, infect=infect, until=60, points=2).infected[-1], abs=1e-6
    )
    assert 0.7 * field.infected[-1] < made.infected[-1] < field.infected[-1]


def test_the_mean_field_of_regular_graphs_and_of_a_star():
    assert endemic(random_regular(50, 4, seed=1), infect=0.4) == pytest.approx(np.full(50, 1 - 1 / 1.6))
    leaves, ratio = 9, 0.8
    made = endemic(from_edges(leaves + 1, [0] * leaves, range(1, leaves + 1)), infect=ratio)
    hub = (leaves * ratio**2 - 1) / (ratio * (1 + leaves * ratio))
    leaf = (leaves * ratio**2 - 1) / (leaves * ratio * (1 + ratio))  # Van Mieghem et al. 2009, on the star
    assert made[0] == pytest.approx(hub) and made[1:] == pytest.approx(np.full(leaves, leaf))
    assert not endemic(lattice(5), infect=0.25).any()


def test_groups_in_the_limit():
    apart = segments(["a", "b"], [500, 1500], np.eye(2))
    assert reproduction(apart, infect=0.001, recover=1.0) == pytest.approx(1.499)
    assert final_size_groups(apart, infect=0.001, recover=1.0) == pytest.approx([0, final_size_mixed(1.5)], abs=1e-6)
    mixed = segments(["a", "b"], [500, 1500], np.ones((2, 2)))
    assert final_size_groups(mixed, infect=0.001, recover=1.0) == pytest.approx([final_size_mixed(2.0)] * 2)
    reach = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 0]])
    sizes = np.array([30, 20, 60])
    wanted = np.linalg.eigvals(reach * sizes - np.diag(np.diagonal(reach))).real.max()
    three = segments(["a", "b", "c"], sizes, reach)
    assert reproduction(three, infect=0.02, recover=0.5) == pytest.approx(0.04 * wanted, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: simulate(KITE, infect=1, model="seir"), "sir or sis"),
        (lambda: simulate(KITE, infect=1, runs=0), "at least one run"),
        (lambda: simulate(KITE, infect=-1), "infect is"),
        (lambda: simulate(KITE, infect=float("nan")), "infect is"),
        (lambda: simulate(KITE, infect=1, start=6), "no more"),
        (lambda: simulate(KITE, infect=1, start=[5]), "not within 0..4"),
        (lambda: simulate(KITE, infect=1, start=[]), "nobody is infected"),
        (lambda: simulate(KITE, infect=1, until=0.0), "above 0"),
        (lambda: simulate(KITE, infect=1, recover=0, model="sis"), "say when to stop"),
        (lambda: simulate(segments(["a"], [2], [[1]]), infect=1, start=[3]), "not within 0..2"),
        (lambda: segments(["a"], [-1], [[1]]), "from 0 on"),
        (lambda: segments(["a"], [1], [[1, 0]]), "a table of 1 rows"),
        (lambda: final_size([4], infect=0, recover=0), "one of them above"),
        (lambda: final_size([], infect=1), "degrees must be"),
        (lambda: course([4], infect=1, start=0), "between 0 and 1"),
        (lambda: endemic(KITE, infect=1, recover=0), "nobody ever recovers"),
        (lambda: reproduction(segments(["a"], [2], [[1]]), infect=1, recover=0), "nobody ever recovers"),
        (lambda: final_size_mixed(-1), "from 0 on"),
        (lambda: sis_course(KITE, infect=1, start=2), "from 0 to 1"),
    ],
)
def test_what_cannot_spread_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
