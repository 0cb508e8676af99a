"""Stations without memory, against exact fractions and against chains solved as linear equations."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.predict.queueing import markov
from predict.queueing.chains import birth_death


def loss_by_fractions(servers: int, load: Fraction) -> Fraction:
    """The sum of the textbook, exactly."""
    terms = [load**k / math.factorial(k) for k in range(servers + 1)]
    return terms[-1] / sum(terms)


@pytest.mark.parametrize("servers", [0, 1, 2, 7, 40, 150])
@pytest.mark.parametrize("load", ["1/1000", "1/2", "3", "39/2", "140", "1000"])
def test_erlang_b_is_the_sum_of_the_textbook(servers, load):
    exact = loss_by_fractions(servers, Fraction(load))
    assert float(markov.erlang_b(servers, float(Fraction(load)))) == pytest.approx(float(exact), rel=5e-14)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 120), st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=64))
def test_erlang_c_is_the_sum_of_the_textbook(servers, rho):
    loss = loss_by_fractions(servers, servers * rho)
    exact = loss / (1 - rho * (1 - loss))
    assert float(markov.erlang_c(servers, float(servers * rho))) == pytest.approx(float(exact), rel=1e-12)


def test_known_answers():
    assert float(markov.erlang_c(2, 1.5)) == pytest.approx(0.642857, abs=5e-7)
    assert float(markov.erlang_c(20, 16)) == pytest.approx(0.256078, abs=5e-7)
    at = markov.mmc(10, 1 / 4, 3)
    assert float(at.Wq) == pytest.approx(0.3511236, abs=5e-8)


@pytest.mark.parametrize("load", [1e4, 1e6, 1e8])
@pytest.mark.parametrize("offset", [-3.0, -1.0, 0.0, 1.0, 3.0])
def test_many_servers_follow_the_normal_law(load, offset):
    """1 / B tends to sqrt(a) Phi(x) / phi(x) at c = a + x sqrt(a) (Jagerman 1974), with an error of order a^-1/2."""
    servers = round(load + offset * math.sqrt(load))
    x = (servers - load) / math.sqrt(load)
    hazard = math.exp(-x * x / 2) / math.sqrt(2 * math.pi) / (0.5 * math.erfc(-x / math.sqrt(2)))
    assert float(markov.erlang_b(servers, load)) * math.sqrt(load) == pytest.approx(hazard, rel=8 / math.sqrt(load))


def test_the_short_cut_for_many_servers_agrees_with_the_whole_recursion():
    for servers, load in ((9_000, 10_000.0), (10_000, 10_000.0), (10_400, 10_000.0), (30_000, 40_000.0)):
        states = 1.0
        for k in range(1, servers + 1):
            states = 1.0 + states * k / load
        assert float(markov.erlang_b(servers, load)) == pytest.approx(1 / states, rel=1e-12)


@settings(max_examples=80, deadline=None)
@given(st.floats(0.01, 50), st.floats(0.05, 5), st.integers(1, 8), st.integers(0, 15))
def test_a_bounded_room_is_its_chain(arrival, service, servers, more):
    places = servers + more
    p = birth_death([arrival] * places, [min(k + 1, servers) / service for k in range(places)])
    at, n = markov.mmck(arrival, service, servers, places), np.arange(places + 1)
    assert float(at.P_loss) == pytest.approx(p[-1], rel=1e-7, abs=1e-13)
    assert float(at.L) == pytest.approx(n @ p, rel=1e-9)
    assert float(at.Lq) == pytest.approx(np.maximum(n - servers, 0) @ p, rel=1e-7, abs=1e-13)
    assert float(at.P_wait) == pytest.approx(p[servers:-1].sum() / p[:-1].sum(), rel=1e-7, abs=1e-13)
    assert float(at.entering) == pytest.approx(arrival * (1 - p[-1]), rel=1e-7)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 20), st.floats(0.1, 3), st.integers(1, 6), st.floats(0.2, 20))
def test_impatience_is_its_chain(arrival, service, servers, patience):
    top = servers + int(arrival * max(service, patience) * 2) + 120
    deaths = [min(k + 1, servers) / service + max(k + 1 - servers, 0) / patience for k in range(top)]
    weights = np.cumprod(np.concatenate(([1.0], arrival / np.array(deaths))))  # detailed balance
    p, n = weights / weights.sum(), np.arange(top + 1)
    at = markov.erlang_a(arrival, service, servers, patience)
    queue = np.maximum(n - servers, 0) @ p
    assert float(at.Lq) == pytest.approx(queue, rel=1e-9, abs=1e-14)
    assert float(at.L) == pytest.approx(n @ p, rel=1e-9)
    assert float(at.P_wait) == pytest.approx(p[servers:].sum(), rel=1e-9)
    assert float(at.P_loss) == pytest.approx(queue / patience / arrival, rel=1e-9, abs=1e-14)
    # What arrives is served or gives up.
    assert float(at.rho) * servers / service + float(at.P_loss) * arrival == pytest.approx(arrival, rel=1e-9)


def test_patience_without_end_is_patience_of_everyone():
    for servers, load in ((1, 0.5), (10, 9.0), (50, 45.0)):
        calm, plain = markov.erlang_a(load, 1, servers, 1e9), markov.mmc(load, 1, servers)
        assert float(calm.Lq) == pytest.approx(float(plain.Lq), rel=1e-5)
    crowd = markov.erlang_a(200, 1, 100, 1e5)  # a fluid: half of them leaves
    assert float(crowd.P_loss) == pytest.approx(0.5, rel=1e-6)
    assert float(crowd.Lq) == pytest.approx(100 * 1e5, rel=1e-3)


@pytest.mark.parametrize("servers", [1, 3, 20])
@pytest.mark.parametrize("rho", [0.05, 0.5, 0.9, 0.995])
def test_quantiles_turn_tails_round(servers, rho):
    """The wait of those who wait is exponential; the time in the system is its convolution with service."""
    arrival = rho * servers
    at = markov.mmc(arrival, 1, servers, levels=(0.3, 0.9, 0.999))
    spare = servers - arrival
    for i, level in enumerate(at.levels):
        wait, time = float(at.Wq_at[i]), float(at.W_at[i])
        beyond = float(at.P_wait) * math.exp(-spare * wait)
        assert beyond == pytest.approx(1 - level, rel=1e-9) if wait > 0 else beyond <= 1 - level
        grid = np.linspace(0, time, 20_001)
        density = spare * np.exp(-spare * grid) * np.exp(-(time - grid))
        joint = np.exp(-time) + at.P_wait * (np.trapezoid(density, grid) + np.exp(-spare * time) - np.exp(-time))
        assert float(joint) == pytest.approx(1 - level, rel=1e-5)


def test_overload_is_infinite_with_the_reason_and_shapes_broadcast():
    at = markov.mmc(np.array([[0.5], [2.5]]), 1.0, [1, 2, 3])
    assert at.L.shape == (2, 3)
    assert np.isinf(at.W[1, :2]).all() and np.isfinite(at.W[0]).all() and np.isfinite(at.W[1, 2])
    assert "without end" in at.reasons[0]
    assert markov.mmc(0, 1, 1).W == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: markov.mmc(-1, 1, 1), "arrival"),
        (lambda: markov.mmc(math.nan, 1, 1), "arrival"),
        (lambda: markov.mmc(1, 0, 1), "service is 0"),
        (lambda: markov.mmc(1, 1, 1.5), "whole number"),
        (lambda: markov.mmc(1, 1, 0), "servers is 0"),
        (lambda: markov.mmck(1, 1, 3, 2), "fewer than servers"),
        (lambda: markov.erlang_a(1, 1, 1, 0), "patience is 0"),
        (lambda: markov.erlang_a(1, 1, 1, 1e15), "patience"),
        (lambda: markov.mmc(1, 1, 2, levels=(1.0,)), "quantile"),
        (lambda: markov.mmc([1, 2], 1, [1, 2, 3]), "shape mismatch"),
    ],
)
def test_nonsense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
