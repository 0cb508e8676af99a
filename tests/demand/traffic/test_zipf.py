"""Sums over very many keys: against sums one by one, and against zeta functions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.demand.traffic import zipf


@pytest.mark.parametrize("exponent", [0.0, 0.6, 0.99, 1.0, 1.2, 2.5])
@pytest.mark.parametrize("count", [1, 7, 65_536, 65_537, 300_000, 2_000_000])
def test_harmonic_numbers_are_sums(count, exponent):
    one_by_one = math.fsum((np.arange(1, count + 1, dtype=np.float64) ** -exponent).tolist())
    assert zipf.harmonic(count, exponent) == pytest.approx(one_by_one, rel=1e-11)


def test_harmonic_number_of_a_billion():
    """H(n) = ln n + 0.5772156649... + 1/2n - 1/12n^2 (Euler)."""
    n = 10**9
    assert zipf.harmonic(n, 1.0) == pytest.approx(math.log(n) + 0.5772156649015329 + 0.5 / n, rel=1e-13)
    assert zipf.harmonic(n, 2.0) == pytest.approx(math.pi**2 / 6 - 1 / n, rel=1e-12)


@given(st.integers(0, 5000), st.integers(1, 5000), st.floats(0, 3))
def test_hit_rate_is_the_share_of_the_first_keys(kept, count, exponent):
    weight = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    wanted = math.fsum(weight[:kept].tolist()) / math.fsum(weight.tolist())
    assert zipf.hit_rate(kept, count, exponent) == pytest.approx(wanted, rel=1e-9)


def test_total_of_a_saturating_function_over_many():
    """Distinct keys: the sum of 1 - exp(-c/i) has both a full and a thin part."""

    def f(i):
        return zipf.one_minus_exp(1e5 / i)

    count = 3_000_000
    one_by_one = math.fsum((-np.expm1(-1e5 / np.arange(1, count + 1))).tolist())
    assert zipf.total(f, 0, count) == pytest.approx(one_by_one, rel=1e-9)
    assert zipf.total(f, 10, 10) == 0.0
    behind = math.fsum((-np.expm1(-1e5 / np.arange(100_001, count + 1))).tolist())
    assert zipf.total(f, 100_000, count) == pytest.approx(behind, rel=1e-9)


@given(st.floats(1e-18, 50))
def test_one_minus_exp_keeps_small_numbers(y):
    assert zipf.one_minus_exp(np.array([y]))[0] == pytest.approx(-math.expm1(-y), rel=1e-12)


@given(st.floats(1e-15, 1.0), st.integers(1, 10_000))
def test_at_least_once_keeps_small_numbers(p, tries):
    wanted = 1.0 if p == 1 else -math.expm1(tries * math.log1p(-p))
    assert zipf.at_least_once(np.array([p]), tries)[0] == pytest.approx(wanted, rel=1e-11)
