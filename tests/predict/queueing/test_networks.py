"""Classes and networks: against chains solved as linear equations, each other, and conservation laws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.predict.queueing import bcmp, convolution, fork_join, jackson, markov, mva, priority, qna
from predict.queueing.chains import generator, stationary

ONWARD = [[0, 0.5, 0.3, 0.2, 0], [0, 0, 0.4, 0, 0.6], [0.1, 0, 0, 0.5, 0.4], [0, 0.2, 0, 0, 0.3], [0.1, 0, 0, 0, 0]]


def test_three_classes_that_are_known():
    made = priority.non_preemptive([0.2, 0.3, 0.1], [1, 0.8, 2])
    assert made.Wq == pytest.approx([0.99, 1.767857, 3.928571], abs=5e-7)


RATES = st.lists(st.floats(0.01, 1), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(st.data(), RATES, st.floats(0.05, 0.97))
def test_work_is_conserved_whoever_is_first(data, rates, rho):
    """sum rho_k Wq_k = rho W0 / (1 - rho), whatever the order (Kleinrock 1965)."""
    n = len(rates)
    mean = np.array(data.draw(st.lists(st.floats(0.1, 5), min_size=n, max_size=n)))
    scv = np.array(data.draw(st.lists(st.floats(0, 9), min_size=n, max_size=n)))
    arrival = np.array(rates)
    arrival *= rho / (arrival @ mean)
    first = (arrival * mean**2 * (1 + scv)).sum() / 2
    for order in (np.arange(n), np.arange(n)[::-1]):
        made = priority.non_preemptive(arrival[order], mean[order], scv[order])
        assert (arrival * mean)[order] @ made.Wq == pytest.approx(rho * first / (1 - rho), rel=1e-9)
        assert (np.diff(made.Wq) >= -1e-9).all()


@settings(max_examples=40, deadline=None)
@given(RATES, st.floats(0.05, 0.97))
def test_interruption_conserves_numbers_of_equal_exponential_classes(rates, rho):
    arrival = np.array(rates) * rho / sum(rates)
    made = priority.preemptive_resume(arrival, np.ones(len(rates)))
    assert made.L.sum() == pytest.approx(rho / (1 - rho), rel=1e-9)
    servers = priority.preemptive_servers(arrival, 1.0, 1)
    assert pytest.approx(made.W, rel=1e-6) == servers.W


def two_classes(high: float, low: float, servers: int, preemptive: bool, top: int = 60) -> tuple[float, float]:
    """Numbers waiting by class at an M/M/c of rate 1 with two classes, from the truncated chain."""
    states = [(0, 0, 0)]
    index: dict[tuple[int, int, int], int] = {}
    if preemptive:
        states = [(0, i, j) for i in range(top) for j in range(top)]
    else:  # busy servers, then queues that exist only when all are busy
        states = [(b, 0, 0) for b in range(servers)] + [(servers, i, j) for i in range(top) for j in range(top)]
    index = {state: k for k, state in enumerate(states)}
    rates: dict[tuple[int, int], float] = {}

    def go(a: tuple[int, int, int], b: tuple[int, int, int], rate: float) -> None:
        if rate > 0 and b in index:
            rates[index[a], index[b]] = rates.get((index[a], index[b]), 0.0) + rate

    for state in states:
        busy, i, j = state
        if preemptive:
            go(state, (0, i + 1, j), high)
            go(state, (0, i, j + 1), low)
            go(state, (0, i - 1, j), min(i, servers))
            go(state, (0, i, j - 1), min(j, servers - min(i, servers)))
        elif busy < servers:
            go(state, (busy + 1, 0, 0), high + low)
            go(state, (busy - 1, 0, 0), busy)
        else:
            go(state, (busy, i + 1, j), high)
            go(state, (busy, i, j + 1), low)
            go(state, (busy, i - 1, j) if i else (busy, 0, j - 1) if j else (busy - 1, 0, 0), servers)
    p = sparse(rates, len(states))
    return tuple(float(sum(p[k] * state[n] for k, state in enumerate(states))) for n in (1, 2))


def sparse(rates: dict[tuple[int, int], float], size: int) -> np.ndarray:
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import spsolve

    where, value = np.array(list(rates)), np.array(list(rates.values()))
    made = coo_matrix((value, (where[:, 1], where[:, 0])), shape=(size, size)).tolil()
    made.setdiag(made.diagonal() - np.bincount(where[:, 0], value, size))
    made[0, :] = 1.0
    right = np.zeros(size)
    right[0] = 1.0
    return spsolve(made.tocsc(), right)


@pytest.mark.parametrize(("high", "low", "servers"), [(0.3, 0.3, 1), (0.8, 0.5, 2), (1.5, 0.6, 3)])
def test_several_servers_by_priority_are_their_chain(high, low, servers):
    made = priority.non_preemptive_servers([high, low], 1.0, servers)
    assert made.Lq == pytest.approx(two_classes(high, low, servers, False), rel=2e-5)
    made = priority.preemptive_servers([high, low], 1.0, servers)
    assert pytest.approx(two_classes(high, low, servers, True), rel=2e-5) == made.L


def test_an_overloaded_class_leaves_those_above_it_their_waits():
    made = priority.non_preemptive([0.3, 5.0, 1.0], [1, 1, 1])
    assert np.isfinite(made.Wq[0]) and np.isinf(made.Wq[1:]).all()
    # The server never idles: a newcomer meets a residual service of mean 1 and then only its own class.
    assert made.Wq[0] == pytest.approx(1 / (1 - 0.3))
    assert "without end" in made.reasons[0]
    assert np.isfinite(priority.preemptive_resume([0.3, 5.0], [1, 1]).W[0])


def test_the_known_network():
    made = jackson.jackson([1.0, 0.2, 0, 0, 0], 1 / np.array([2, 1.5, 1.2, 1.4, 2.2]), ONWARD)
    assert pytest.approx([1.414937, 1.517210, 1.465013, 0.730441, 0.841040], abs=5e-7) == made.L
    whole = jackson.total(made, [1.0, 0.2, 0, 0, 0])
    assert (float(whole.L), float(whole.W)) == (pytest.approx(5.968641, abs=5e-7), pytest.approx(4.973868, abs=5e-7))


def test_a_small_open_network_is_its_chain():
    """Two stations, the first with two servers and feedback."""
    top, outside, routing = 45, (0.7, 0.2), [[0.1, 0.6], [0.3, 0.0]]
    rates: dict[tuple[int, int], float] = {}
    for i, j in product(range(top), repeat=2):
        here, speeds = i * top + j, (min(i, 2) / 1.2, min(j, 1) / 0.7)
        for k in range(2):
            if (i, j)[k] + 1 < top:
                rates[here, here + (top, 1)[k]] = outside[k]
        moves = ((0, 1, (i - 1) * top + j + 1), (1, 0, (i + 1) * top + j - 1))
        for a, b, there in moves:
            if (i, j)[a] and (i, j)[b] + 1 < top:
                rates[here, there] = speeds[a] * routing[a][b]
        for a, there in ((0, here - top), (1, here - 1)):
            if (i, j)[a]:
                rates[here, there] = rates.get((here, there), 0.0) + speeds[a] * (1 - sum(routing[a]))
    p = sparse(rates, top * top).reshape(top, top)
    made = jackson.jackson(outside, [1.2, 0.7], routing, [2, 1])
    assert pytest.approx([p.sum(axis=1) @ np.arange(top), p.sum(axis=0) @ np.arange(top)], rel=1e-3) == made.L
    assert made.Lq[0] == pytest.approx(p.sum(axis=1) @ np.maximum(np.arange(top) - 2, 0), rel=3e-3)


def closed_chain(demand: np.ndarray, population: int, servers: np.ndarray, think: float) -> tuple[float, np.ndarray]:
    """Throughput and numbers of a cycle of stations, from its chain; the think time is one more station."""
    speeds = [*(1 / demand), *([1 / think] if think else [])]
    many = [*servers, *([population] if think else [])]
    stations = len(speeds)
    states = [s for s in product(range(population + 1), repeat=stations) if sum(s) == population]
    index, rates = {s: k for k, s in enumerate(states)}, {}
    for s in states:
        for i in range(stations):
            if s[i]:
                t = list(s)
                t[i] -= 1
                t[(i + 1) % stations] += 1
                rates[index[s], index[tuple(t)]] = min(s[i], many[i]) * speeds[i]
    p = stationary(generator(rates, len(states)))
    table = np.array(states)
    return float(p @ np.minimum(table[:, 0], many[0]) * speeds[0]), p @ table[:, : len(demand)]


@pytest.mark.parametrize("think", [0.0, 2.5])
@pytest.mark.parametrize(("demand", "servers"), [([1.0, 2.0, 0.5], [1, 1, 1]), ([1.0, 2.0, 0.7], [1, 3, 2])])
def test_closed_networks_are_their_chain(demand, servers, think):
    rate, number = closed_chain(np.array(demand), 5, np.array(servers), think)
    made = convolution.buzen(demand, 5, servers, think)
    assert made.entering == pytest.approx(np.full(3, rate), rel=1e-9)
    assert pytest.approx(number, rel=1e-9) == made.L
    if max(servers) == 1:
        exact = mva.exact([demand], [5], [think])
        assert exact.entering[0] == pytest.approx(np.full(3, rate), rel=1e-9)
        assert exact.L[0] == pytest.approx(number, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=6), st.integers(1, 60), st.floats(0, 20))
def test_mean_values_and_normalising_constants_agree(demand, population, think):
    one, other = mva.exact([demand], [population], [think]), convolution.buzen(demand, population, 1, think)
    assert one.entering[0] == pytest.approx(other.entering, rel=1e-9)
    assert one.L[0] == pytest.approx(other.L, rel=1e-7, abs=1e-12)


def test_no_population_overflows():
    one, other = mva.exact([[1.0, 0.999, 0.2]], [600], [900.0]), convolution.buzen([1.0, 0.999, 0.2], 600, 1, 900.0)
    assert one.L[0] == pytest.approx(other.L, rel=1e-8)
    made = convolution.buzen([1.0, 0.999, 0.2], 5_000, [1, 1, 4], think=50.0)
    assert made.entering[0] == pytest.approx(1.0, rel=1e-3) and made.entering[0] <= 1 + 1e-12
    assert made.L.sum() + made.entering[0] * 50 == pytest.approx(5_000, rel=1e-9)


def two_class_chain(demand: np.ndarray, population: tuple[int, int], think: tuple[float, float]) -> np.ndarray:
    """Throughputs of two classes at shared (PS) stations with thinking, from the chain."""
    stations = demand.shape[1]
    per_class = [[s for s in product(range(n + 1), repeat=stations) if sum(s) <= n] for n in population]
    states = list(product(*per_class))
    index, rates = {s: k for k, s in enumerate(states)}, {}
    for s in states:
        total = np.array(s).sum(axis=0)
        for r in range(2):
            place = list(s[r])
            home = population[r] - sum(place)
            moves = [(None, 0, home / think[r])]
            moves += [(i, i + 1, place[i] / total[i] / demand[r, i]) for i in range(stations) if place[i]]
            for a, b, rate in moves:
                after = place.copy()
                if a is not None:
                    after[a] -= 1
                if b < stations:
                    after[b] += 1
                t = (tuple(after), s[1]) if r == 0 else (s[0], tuple(after))
                if rate and t in index:
                    rates[index[s], index[t]] = rate
    p = stationary(generator(rates, len(states)))
    home = np.array([[population[r] - sum(s[r]) for r in range(2)] for s in states])
    return p @ home / np.array(think)


def test_classes_go_round_as_in_their_chain():
    demand, population, think = np.array([[1.0, 0.5], [0.4, 2.0]]), (2, 3), (1.5, 4.0)
    rate = two_class_chain(demand, population, think)
    assert mva.exact(demand, population, think).entering[:, 0] == pytest.approx(rate, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.data(), st.integers(1, 3), st.integers(1, 4))
def test_approximations_lose_nobody(data, classes, stations):
    """Customers are somewhere, whatever an iteration makes of where; how near it comes to the exact is told below."""
    drawn = st.lists(st.floats(0.1, 4), min_size=classes * stations, max_size=classes * stations)
    demand = np.array(data.draw(drawn)).reshape(classes, stations)
    population = data.draw(st.lists(st.integers(1, 6), min_size=classes, max_size=classes))
    think = data.draw(st.lists(st.floats(0, 5), min_size=classes, max_size=classes))
    for solve in (mva.schweitzer, mva.linearizer):
        made = solve(demand, population, think)
        assert (made.L.sum(axis=1) + made.entering[:, 0] * think) == pytest.approx(population, rel=1e-6)
        assert (made.entering > 0).all() and (made.L >= 0).all()


@pytest.mark.no_cover
def test_approximations_stay_near_in_nearly_all_networks():
    """No theorem bounds them: of 150 networks drawn once, 95 % are as near as their users count on."""
    rng, errors = np.random.default_rng(7), {mva.schweitzer: [], mva.linearizer: []}
    for _ in range(150):
        classes, stations = int(rng.integers(1, 4)), int(rng.integers(1, 5))
        demand, population = rng.uniform(0.1, 4, (classes, stations)), rng.integers(1, 7, classes).tolist()
        think = rng.uniform(0, 5, classes).tolist()
        best = mva.exact(demand, population, think).entering
        for solve, found in errors.items():
            made = solve(demand, population, think)
            found.append(np.abs(made.entering / best - 1).max())
            assert made.rho.max() <= 1 + found[-1] + 1e-9  # nothing is busier than what it errs by
    assert np.quantile(errors[mva.schweitzer], 0.95) < 0.1
    assert np.quantile(errors[mva.linearizer], 0.95) < 0.01


@pytest.mark.no_cover
def test_the_linearizer_is_nearer_than_the_fixed_point_it_refines():
    rng, worse = np.random.default_rng(1), []
    for _ in range(40):
        demand, population = rng.uniform(0.1, 3, (2, 3)), rng.integers(2, 8, 2)
        best = mva.exact(demand, population).entering
        errors = [
            np.abs(solve(demand, population).entering / best - 1).max() for solve in (mva.schweitzer, mva.linearizer)
        ]
        worse.append(errors)
    schweitzer, linearizer = np.array(worse).mean(axis=0)
    assert linearizer < schweitzer / 5


def test_open_and_closed_classes_together():
    """An open class takes part of the server: the limit of a closed class whose customers nearly never come back."""
    demand, closed = [[0.5, 0.2]], [[1.0, 2.0]]
    made = bcmp.mixed([0.8], demand, closed, [3], [1.0])
    crowd = mva.exact([[0.5, 0.2], [1.0, 2.0]], [4_000, 3], [4_000 / 0.8, 1.0])
    assert made.entering[1, 0] == pytest.approx(crowd.entering[1, 0], rel=2e-3)
    assert made.L[0] == pytest.approx(crowd.L[0], rel=5e-3)
    alone = bcmp.open_classes([0.3, 0.2], [[1.0, 0.5], [1.5, 1.0]])
    together = markov.mm1([0.6, 0.35], 1.0)
    assert alone.L.sum(axis=0) == pytest.approx(together.L)


def test_visits_follow_routing():
    made = bcmp.visits([1.0, 0.2, 0, 0, 0], ONWARD)
    assert made * 1.2 == pytest.approx(jackson.jackson([1.0, 0.2, 0, 0, 0], 0.1, ONWARD).entering)


def test_decomposition_is_jackson_where_arrivals_and_service_are_exponential():
    outside, each = [1.0, 0.2, 0, 0, 0], 1 / np.array([2, 1.5, 1.2, 1.4, 2.2])
    made = qna.decompose(outside, 1, each, 1, ONWARD)
    assert made.arrival_scv == pytest.approx(np.ones(5))
    assert pytest.approx(jackson.jackson(outside, each, ONWARD).L, rel=1e-9) == made.stations.L


def test_decomposition_of_a_tandem_is_near_its_simulation():
    """Erlang-4 arrivals and service at two stations; errors of a few percent are what decomposition promises."""
    rng, n = np.random.default_rng(8), 400_000
    arrivals = rng.gamma(4, 0.25 / 0.8, n).cumsum()
    waits = []
    for _ in range(2):
        services = rng.gamma(4, 0.25, n)
        walk = np.cumsum(np.concatenate(([0.0], services[:-1] - np.diff(arrivals))))
        wait = walk - np.minimum.accumulate(walk)
        waits.append(wait.mean())
        arrivals = arrivals + wait + services
    made = qna.decompose([0.8, 0], 0.25, 1.0, 0.25, [[0, 1], [0, 0]])
    assert made.stations.Wq == pytest.approx(waits, rel=0.15)


def test_a_barrier_waits_for_the_last():
    assert fork_join.harmonic(1000) == pytest.approx(np.log(1000) + 0.5772156649 + 1 / 2000, abs=1e-6)
    rng = np.random.default_rng(2)
    for draw, scv in ((lambda shape: rng.exponential(1, shape), 1.0), (lambda shape: rng.uniform(0, 2, shape), 1 / 3)):
        for parts in (2, 8, 64):
            longest = draw((20_000, parts)).max(axis=1).mean()
            assert longest <= float(fork_join.longest_bound(parts, 1.0, scv)) * 1.01


@pytest.mark.parametrize(("parts", "rho", "most"), [(1, 0.6, 0.02), (2, 0.6, 0.02), (8, 0.5, 0.06), (16, 0.8, 0.08)])
def test_fork_join_is_near_its_simulation(parts, rho, most):
    rng, n = np.random.default_rng(parts), 200_000
    gaps = rng.exponential(1 / rho, n)
    last = np.zeros(n)
    for _ in range(parts):
        services = rng.exponential(1, n)
        walk = np.cumsum(np.concatenate(([0.0], services[:-1] - gaps[1:])))
        last = np.maximum(last, walk - np.minimum.accumulate(walk) + services)
    assert float(fork_join.fork_join(rho, 1, parts).W) == pytest.approx(last.mean(), rel=most)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: jackson.jackson([1], [0.1], lambda state: 0), "not Jackson's"),
        (lambda: jackson.jackson([1, 1], [0.1, 0.1], "jsq"), "simulate it"),
        (lambda: jackson.jackson([1, 1], 0.1, [[0, 1], [1, 0]]), "never leaves"),
        (lambda: jackson.jackson([1, 1], 0.1, [[0, 0.7], [0.7, 0.7]]), "row 2 of routing adds up to 1.4"),
        (lambda: jackson.jackson([1, 1], 0.1, [[0, 0.7]]), "2 rows of 2"),
        (lambda: jackson.jackson([1, 1], 0.1, [[0, -0.7], [0, 0]]), "no probabilities"),
        (lambda: mva.exact([[1.0]], [1.5]), "whole"),
        (lambda: mva.exact([[1.0]], [1, 2]), "one number a class"),
        (lambda: mva.exact(np.ones((4, 3)), [100] * 4), "linearizer"),
        (lambda: mva.exact([[0.0]], [1]), "infinitely fast"),
        (lambda: convolution.buzen([1.0], 10**6), "5,000"),
        (lambda: convolution.buzen([0.0], 3), "infinitely fast"),
        (lambda: qna.decompose([2.0], 1, 1, 1, [[0.0]]), "station 1 has a load of 2"),
        (lambda: bcmp.mixed([2.0], [[1.0]], [[1.0]], [1]), "never be served"),
        (lambda: priority.non_preemptive(1.0, 1.0), "need classes"),
        (lambda: fork_join.harmonic(10**8), "at most"),
    ],
)
def test_what_has_no_answer_is_refused_with_the_reason(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_stations_that_nobody_reaches_are_empty():
    made = jackson.jackson([0.5, 0, 0], 1.0, [[0, 0.5, 0], [0, 0, 0], [0, 1, 0]])
    assert made.L[2] == 0 and made.entering[2] == 0 and np.isfinite(made.W).all()
