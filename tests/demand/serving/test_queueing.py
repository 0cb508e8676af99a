"""Queues against closed forms, brute force and a simulation of events."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from easterly.demand.serving.lengths import lengths
from easterly.demand.serving.queueing import erlang_c, poisson_quantile, population, quantile_s, seen, waiting

ONE = np.array([1.0])


@given(st.integers(1, 60), st.floats(0.05, 0.95))
def test_erlang_c_is_erlangs_sum(servers, share):
    """C = (a^c / c!) c/(c-a) / (sum_k a^k / k! + the same)."""
    load = servers * share
    top = math.exp(servers * math.log(load) - math.lgamma(servers + 1)) * servers / (servers - load)
    rest = sum(math.exp(k * math.log(load) - math.lgamma(k + 1)) for k in range(servers))
    assert erlang_c(servers, load) == pytest.approx(top / (rest + top), rel=1e-9)


def test_erlang_c_of_a_full_system_is_one():
    assert erlang_c(3, 3.0) == erlang_c(3, 4.0) == 1.0


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.99, 0.999])
def test_wait_in_mm1_has_its_closed_form(load, quantile):
    """P(W > t) = rho exp(-(mu - lambda) t)."""
    exact = max(0.0, math.log(load / (1 - quantile)) / (1 - load))
    assert quantile_s(waiting(1, load, 1.0, 1.0), np.zeros(1), ONE, quantile) == pytest.approx(exact, abs=1e-6)


@given(st.integers(1, 40), st.floats(0.1, 0.95), st.floats(0.5, 0.999))
def test_wait_in_mmc_has_its_closed_form(servers, share, quantile):
    """P(W > t) = C exp(-(c mu - lambda) t)."""
    load = servers * share
    exact = max(0.0, math.log(erlang_c(servers, load) / (1 - quantile)) / (servers - load))
    got = quantile_s(waiting(servers, load, 1.0, 1.0), np.zeros(1), ONE, quantile)
    assert got == pytest.approx(exact, rel=1e-6, abs=1e-6)


@given(st.floats(0.05, 0.98), st.floats(0, 9))
def test_mean_wait_in_mg1_is_pollaczek_and_khinchines(load, scv):
    assert waiting(1, load, 1.0, scv).mean_s == pytest.approx(load * (1 + scv) / 2 / (1 - load))


def test_time_in_mm1_is_exponential():
    """Wait and exponential service together: P(T > t) = exp(-(mu - lambda) t)."""
    service_s, weight = lengths(1.0, 1.0)
    got = [quantile_s(waiting(1, 0.7, 1.0, 1.0), service_s, weight, q) for q in (0.5, 0.9, 0.99)]
    assert got == pytest.approx([-math.log(1 - q) / 0.3 for q in (0.5, 0.9, 0.99)], rel=0.01)


def md1_wait_above(load, time):
    """Erlang's formula of 1909 for M/D/1 with services of 1, in exact rational arithmetic's stead: many digits."""
    from fractions import Fraction

    rho, t = Fraction(load).limit_denominator(1000), Fraction(time).limit_denominator(1000)
    total = Fraction(0)
    for k in range(math.floor(t) + 1):
        x = -rho * (t - k)
        total += x**k / math.factorial(k) * _exp(-x)
    return 1 - float((1 - rho) * total)


def _exp(x):
    from fractions import Fraction

    term, total = Fraction(1), Fraction(1)
    for k in range(1, 160):
        term = term * x / k
        total += term
    return total


@pytest.mark.no_cover
@pytest.mark.parametrize("load", [0.5, 0.7, 0.8, 0.9])
def test_wait_of_equal_prompts_is_on_the_safe_side_of_md1(load):
    """The exponential tail is above the exact one from P95 on, and within a third of the quantile."""
    for quantile in (0.95, 0.99):
        got = quantile_s(waiting(1, load, 1.0, 0.0), np.zeros(1), ONE, quantile)
        low, high = 0.0, got + 5
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if md1_wait_above(load, middle) > 1 - quantile else (low, middle)
        assert high <= got <= 1.34 * high


def test_more_than_the_servers_can_do_waits_for_ever():
    wait = waiting(2, 2.0, 1.0, 1.0)
    assert wait.mean_s == math.inf and quantile_s(wait, ONE, ONE, 0.5) == math.inf
    assert waiting(2, 0.0, 1.0, 1.0).mean_s == 0 and quantile_s(waiting(2, 0.0, 1.0, 1.0), ONE, ONE, 0.9) == (
        pytest.approx(1.0)
    )


def simulated(servers, rate, service_s, seed=1):
    """Times in a system with one queue before equal servers, after a start-up."""
    random = np.random.default_rng(seed)
    arrivals = np.cumsum(random.exponential(1 / rate, len(service_s)))
    free = [0.0] * servers
    times = []
    for at, needs in zip(arrivals.tolist(), service_s.tolist(), strict=True):
        start = max(at, heapq.heappop(free))
        heapq.heappush(free, start + needs)
        times.append(start + needs - at)
    return np.array(times[len(times) // 10 :])


@pytest.mark.parametrize("servers, load", [(1, 0.7), (4, 0.6), (4, 0.85), (16, 0.8)])
@pytest.mark.parametrize("variation", [0.0, 0.5, 1.0, 1.5])
def test_quantiles_are_those_of_a_simulation(servers, load, variation):
    count, random = 200_000, np.random.default_rng(7)
    shape = 1 / variation**2 if variation else None
    needs = random.gamma(shape, 1 / shape, count) if shape else np.ones(count)
    times = simulated(servers, servers * load, needs)
    points, weight = lengths(1.0, variation)
    wait = waiting(servers, servers * load, 1.0, variation**2)
    assert wait.mean_s + 1 == pytest.approx(times.mean(), rel=0.06)
    for quantile in (0.5, 0.9, 0.99):
        assert quantile_s(wait, points, weight, quantile) == pytest.approx(np.quantile(times, quantile), rel=0.17)


@pytest.mark.parametrize("variation", [0.1, 0.5, 1.0, 2.0, 4.0])
def test_lengths_are_gamma(variation):
    points, weight = lengths(1000.0, variation)
    mean = float((points * weight).sum())
    assert mean == pytest.approx(1000) and weight.sum() == pytest.approx(1)
    assert math.sqrt((points**2 * weight).sum() - mean**2) / mean == pytest.approx(variation, rel=1e-3)
    scale = 1000 * variation**2
    middles = np.cumsum(weight) - weight / 2
    exact = stats.gamma(1 / variation**2, scale=scale).cdf(points)
    assert np.abs(middles - exact).max() < 0.01


@given(st.floats(0.1, 40), st.floats(0.001, 2))
def test_sequences_at_a_constant_pace_are_poisson_littles_law(offered, pace):
    """Every sequence at its own pace is M/G/infinity: Poisson, of mean rate x length x time."""
    found = population(offered, np.arange(1, 801) / pace)
    assert found.mean == pytest.approx(offered * pace)
    assert found.share[:20] == pytest.approx(stats.poisson(offered * pace).pmf(np.arange(20)), abs=1e-9)


@given(st.integers(1, 30), st.floats(0.05, 0.95))
def test_sequences_on_servers_of_their_own_are_mmc(servers, share):
    """At the limit the rest waits: the number in M/M/c, and Erlang's probability of waiting."""
    load = servers * share
    found = population(load, np.arange(1.0, servers + 1))
    assert found.share[-1] + found.tail == pytest.approx(erlang_c(servers, load))
    assert found.mean == pytest.approx(load + erlang_c(servers, load) * share / (1 - share))


def test_sequences_that_share_one_speed_are_mm1():
    found = population(0.75, np.full(50, 1.0))
    assert found.mean == pytest.approx(3.0) and found.stable
    assert not population(1.0, np.full(50, 1.0)).stable


@pytest.mark.parametrize("variation", [0.0, 1.0, 2.0])
def test_sequences_do_not_depend_on_how_long_answers_are_only_on_their_mean(variation):
    """A simulation of a replica that decodes n sequences with steps of a + b n, for three distributions of length."""
    a, b, rate, tokens = 0.02, 0.0005, 20.0, 50.0
    found = population(rate * tokens, np.arange(1, 2001) / (a + b * np.arange(1, 2001)))
    random = np.random.default_rng(5)
    shape = 1 / variation**2 if variation else None
    clock, next_at, left, area, until = 0.0, 0.0, [], 0.0, 1500.0
    while clock < until:
        pace = 1 / (a + b * len(left)) if left else 0.0
        done_in = min(left) / pace if left else math.inf
        wait = min(done_in, next_at - clock)
        clock, area = clock + wait, area + len(left) * wait
        left = [x - wait * pace for x in left]
        if wait == done_in:
            left.remove(min(left))
        else:
            left.append(random.gamma(shape, tokens / shape) if shape else tokens)
            next_at = clock + random.exponential(1 / rate)
    assert area / clock == pytest.approx(found.mean, rel=0.05)


@given(st.floats(0.5, 30), st.floats(0.1, 0.999))
def test_tokens_see_one_sequence_more_than_there_is_time_for(mean, quantile):
    """Weighted by tokens the number is one more than Poisson: an arrival sees time averages, and adds itself."""
    found = population(mean, np.arange(1.0, 400))
    assert abs(seen(found, quantile) - (stats.poisson(mean).ppf(quantile) + 1)) <= 1


@given(st.floats(0, 50), st.floats(0.01, 0.999))
def test_poisson_quantiles_are_scipys(mean, quantile):
    assert abs(poisson_quantile(mean, quantile) - stats.poisson(mean).ppf(quantile)) <= 1e-9 or mean == 0
