"""Formulas turned round, and approximations beside exact answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.predict.queueing import approximate, general, invert, markov
from easterly.predict.queueing.headroom import curve
from easterly.predict.queueing.invert import Aim
from easterly.predict.queueing.replicas import replicas

TARGETS = {
    Aim.WAIT: st.floats(1e-6, 10),
    Aim.WAIT_BEYOND: st.floats(1e-9, 0.9),
    Aim.WAITING: st.floats(1e-9, 0.9),
    Aim.LOSS: st.floats(1e-9, 0.9),
    Aim.TIME: st.floats(1.0001, 20),
    Aim.TIME_BEYOND: st.floats(0.14, 0.9),
}


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(list(Aim)), st.floats(0.01, 300), st.floats(0.01, 2))
def test_one_server_less_would_miss_the_target(data, aim, load, at):
    target = data.draw(TARGETS[aim])
    if aim is Aim.TIME_BEYOND:
        at = 2.0  # service alone is longer than that in 13.5 % of cases
    servers = int(invert.fewest_servers(aim, load, 1, target, at))
    assert servers >= 1
    assert invert.measured(aim, load, 1, servers, at) <= target
    if servers > 1:
        assert invert.measured(aim, load, 1, servers - 1, at) > target


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(list(Aim)), st.integers(1, 80), st.floats(0.01, 2))
def test_a_little_more_load_would_miss_the_target(data, aim, servers, at):
    target = data.draw(TARGETS[aim])
    if aim is Aim.TIME_BEYOND:
        at = 2.0
    load = float(invert.most_load(aim, 1, servers, target, at))
    assert invert.measured(aim, load, 1, servers, at) <= target
    assert invert.measured(aim, load * (1 + 1e-9) + 1e-12, 1, servers, at) > target


def test_targets_out_of_reach_are_told():
    assert int(invert.fewest_servers(Aim.TIME, 5, 1, 0.99)) == 0
    assert int(invert.fewest_servers(Aim.TIME_BEYOND, 5, 1, 0.1, 2.0)) == 0
    assert float(invert.most_load(Aim.TIME, 1, 4, 0.99)) == 0
    assert int(invert.fewest_servers(Aim.TIME, 5, 1, 1.0)) > 5  # in doubles, nobody waits any more


@pytest.mark.parametrize("aim", [Aim.WAITING, Aim.WAIT_BEYOND, Aim.TIME_BEYOND, Aim.LOSS])
def test_all_customers_are_no_target(aim):
    for call in (lambda: invert.fewest_servers(aim, 5, 1, 1.0), lambda: invert.most_load(aim, 1, 4, 2.0)):
        with pytest.raises(ValueError, match="not a share of customers below 1"):
            call()


def test_more_servers_than_a_search_can_count_are_refused():
    with pytest.raises(ValueError, match="more than 1e12"):
        invert.most_load(Aim.WAIT, 1, 10**13, 1.0)


def test_measures_are_those_of_the_station():
    at = markov.mmc(16, 0.5, 10, levels=(0.99,))
    assert float(invert.measured(Aim.WAIT, 16, 0.5, 10)) == pytest.approx(float(at.Wq))
    assert float(invert.measured(Aim.TIME, 16, 0.5, 10)) == pytest.approx(float(at.W))
    assert float(invert.measured(Aim.WAITING, 16, 0.5, 10)) == pytest.approx(float(at.P_wait))
    assert float(invert.measured(Aim.LOSS, 16, 0.5, 10)) == pytest.approx(float(markov.erlang_b(10, 8)))
    for aim, column in ((Aim.WAIT_BEYOND, at.Wq_at), (Aim.TIME_BEYOND, at.W_at)):
        assert float(invert.measured(aim, 16, 0.5, 10, column[0])) == pytest.approx(0.01, rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 50), st.floats(0, 9), st.floats(0.01, 20))
def test_the_slowest_service_just_keeps_the_time(arrival, scv, time):
    each = invert.slowest_service(arrival, scv, time)
    assert float(general.mg1(arrival, each, scv).W) == pytest.approx(time, rel=1e-7)


@pytest.mark.parametrize("scv", [0.0, 0.5, 1.0, 3.0])
def test_the_slowest_service_just_keeps_a_percentile(scv):
    each = invert.slowest_service_beyond([0.5, 2.0], scv, 3.0, 0.99)
    assert general.mg1([0.5, 2.0], each, scv, levels=(0.99,)).Wq_at[0] == pytest.approx(3.0, rel=1e-6)


def test_headroom_ends_where_the_target_is_missed():
    made = curve(Aim.WAIT, 16.0, 1.0, 20, 0.1, growth=(0.5, 1.0, 1.2))
    assert float(markov.mmc(made.most, 1, 20).Wq) == pytest.approx(0.1, rel=1e-9)
    assert made.factor == pytest.approx(made.most / 16)
    assert list(made.servers[:2]) == [int(invert.fewest_servers(Aim.WAIT, a, 1, 0.1)) for a in (8, 16)]


def test_replicas_keep_both_targets():
    made = replicas(20, 0.2, 1.0, 0.99, 300, 0.01, 0.0005, 0.03)
    assert float(markov.mmc(20, 0.2, made.prefill, levels=(0.99,)).W_at[0]) <= 1.0
    assert float(markov.mmc(20, 0.2, made.prefill - 1, levels=(0.99,)).W_at[0]) > 1.0
    assert 0.01 + 0.0005 * made.batch <= 0.03 < 0.01 + 0.0005 * (made.batch + 1)
    busy = 20 * 300 * 0.03
    assert made.decode * made.batch >= busy + 2.3 * math.sqrt(busy) > (made.decode - 1) * made.batch
    with pytest.raises(ValueError, match="compute prompts faster"):
        replicas(20, 0.2, 0.5, 0.99, 300, 0.01, 0.0005, 0.03)
    with pytest.raises(ValueError, match="too short"):
        replicas(20, 0.2, 1.0, 0.99, 300, 0.01, 0.0005, 0.01)


def gim1(rho: float, transform) -> float:
    """Exact mean wait of a GI/M/1 of service 1: sigma = A*(1 - sigma), Wq = sigma / (1 - sigma) (Kendall 1953)."""
    low, high = 0.0, 1 - 1e-9
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if transform(1 - middle) > middle else (low, middle)
    return low / (1 - low)


def erlang_gaps(k: int, rho: float):
    return lambda s: (k * rho / (k * rho + s)) ** k


def mixed_gaps(scv: float, rho: float):
    p = (1 + math.sqrt((scv - 1) / (scv + 1))) / 2
    return lambda s: p * 2 * p * rho / (2 * p * rho + s) + (1 - p) * 2 * (1 - p) * rho / (2 * (1 - p) * rho + s)


@pytest.mark.parametrize("rho", [0.2, 0.6, 0.95])
def test_fixed_intervals_are_exact(rho):
    assert float(approximate.dm1(rho, 1).Wq) == pytest.approx(gim1(rho, lambda s: math.exp(-s / rho)), rel=1e-9)


@pytest.mark.parametrize("scv", [0.25, 0.5, 2.0, 4.0])
@pytest.mark.parametrize("rho", [0.3, 0.6, 0.8, 0.95, 0.99])
def test_approximations_beside_exact_waits(scv, rho):
    """The bound is above the truth; from a load of 0.6 on, heavy-traffic formulas close in on it as the load grows."""
    exact = gim1(rho, erlang_gaps(round(1 / scv), rho) if scv < 1 else mixed_gaps(scv, rho))
    assert float(approximate.kingman_bound(rho, 1, scv, 1).Wq) >= exact
    if rho >= 0.6:
        heavy = float(approximate.kingman(rho, 1, scv, 1).Wq)
        assert heavy == pytest.approx(exact, rel=1.2 * abs(scv - 1) * (1 - rho))
        for solve in (approximate.klb, lambda *of: approximate.whitt(of[0], of[1], 1, of[2], of[3])):
            assert float(solve(rho, 1, scv, 1).Wq) == pytest.approx(exact, rel=0.3 * (1 - rho) * max(scv, 1) + 1e-3)


@pytest.mark.parametrize("rho", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("scv", [0.0, 0.5, 1.0, 4.0])
def test_what_is_exact_for_poisson_arrivals_is(rho, scv):
    exact = float(general.mg1(rho, 1, scv).Wq)
    for solve in (approximate.kingman, approximate.marchal, approximate.klb):
        assert float(solve(rho, 1, 1, scv).Wq) == pytest.approx(exact, rel=1e-12)
    assert float(approximate.allen_cunneen(rho, 1, 1, 1, scv).Wq) == pytest.approx(exact, rel=1e-12)
    if scv <= 1:
        assert float(approximate.kimura(rho, 1, 1, 1, scv).Wq) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("servers", [1, 3, 20])
def test_what_is_exact_without_memory_is(servers):
    exact = float(markov.mmc(0.8 * servers, 1, servers).Wq)
    for solve in (approximate.allen_cunneen, approximate.whitt, approximate.kimura):
        assert float(solve(0.8 * servers, 1, servers, 1, 1).Wq) == pytest.approx(exact, rel=1e-12)
        assert solve(0.8 * servers, 1, servers, 1, 1).error.value != "exact"


def several(servers: int, gaps: np.ndarray, services: np.ndarray) -> np.ndarray:
    """Waits by Kiefer and Wolfowitz: the sorted times at which servers become free."""
    free, waits = [0.0] * servers, np.empty(gaps.size)
    for k, (gap, each) in enumerate(zip(gaps.tolist(), services.tolist(), strict=True)):
        free = [max(f - gap, 0.0) for f in free]
        waits[k] = least = min(free)
        free[free.index(least)] = least + each
    return waits


@pytest.mark.slow
def test_several_servers_with_bursts_are_within_what_two_moments_promise():
    """Two exponential intervals (2), Erlang services (0.5), 20 servers at 0.8: 0.1096 by long simulation."""
    rng, n, p = np.random.default_rng(5), 1_000_000, (1 + math.sqrt(1 / 3)) / 2
    first = rng.random(n) < p
    gaps = rng.exponential(np.where(first, 1 / (2 * p), 1 / (2 * (1 - p)))) / 16
    mean = several(20, gaps, rng.gamma(2, 0.5, n))[20_000:].mean()
    assert mean == pytest.approx(0.1096, abs=0.006)
    assert float(approximate.whitt(16, 1, 20, 2, 0.5).Wq) == pytest.approx(mean, rel=0.25)


def test_several_servers_with_fixed_services_are_near_their_simulation():
    rng, n = np.random.default_rng(5), 150_000
    mean = several(5, rng.exponential(1 / 4.25, n), np.ones(n))[2_000:].mean()
    for solve in (approximate.whitt, approximate.kimura):
        assert float(solve(4.25, 1, 5, 1, 0).Wq) == pytest.approx(mean, rel=0.06)


def test_kimura_is_not_stretched_beyond_its_range():
    with pytest.raises(ValueError, match="up to 1"):
        approximate.kimura(1, 1, 2, 1.5, 1)
    assert np.isinf(approximate.klb(2, 1, 1, 1).Wq) and np.isinf(approximate.whitt([3.0], 1, 2, 1, 1).Wq).all()


def test_numbers_beyond_what_products_stand_are_refused_and_tiny_ones_answered():
    for call in (
        lambda: markov.mmc(1, 1e-300, 1),
        lambda: general.mg1(1e300, 1, 1),
        lambda: markov.mmck(1, 1e200, 1, 3),
    ):
        with pytest.raises(ValueError, match="must be a number"):
            call()
    heavy = general.mg1(1e-100, 1e-100, np.inf)
    assert np.isinf([heavy.Wq, heavy.Lq, heavy.L, heavy.W]).all()
    light = general.mg1(1e-75, 1e-100, 1e100)
    assert float(light.Lq) == pytest.approx(5e-251, rel=1e-9, abs=0)
    for made in (markov.mmck(1e-12, 1, 24, 24), markov.erlang_a(1e-12, 1, 24, 1e-5)):  # all busy: once in 1e312 times
        assert float(made.L) == 1e-12 and float(made.Wq) == 0 and float(made.P_loss) == 0
    at = approximate.kimura(1e-12, 1e-12, 3, 1, 1)
    assert float(at.Wq) >= 0 and float(markov.mmc(1e-90, 1e-9, 3).L) > 0
