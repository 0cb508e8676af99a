"""Numbers of the room `traffic` of the kernel, against the standard library, numpy and scipy."""

from __future__ import annotations

import math
from statistics import NormalDist

import mpmath
import numpy as np
import pytest
from scipy import integrate, linalg, special, stats

from easterly._kernel import random, traffic
from easterly.base import seeds

Q = np.array([[-1, 0.7, 0.3], [2, -2.5, 0.5], [0.1, 0.4, -0.5]])
RATE = np.array([1.0, 5.0, 20.0])


def test_normals_are_the_quantiles_of_the_named_draws():
    stream = 77
    drawn = random.normal(np.array([stream], np.uint64), 2000)[0]
    for i in (0, 1, 5, 1999):
        u = ((seeds.mix(stream, i) >> 12) + 0.5) / 2**52
        assert drawn[i] == pytest.approx(NormalDist().inv_cdf(u), rel=1e-13)
    assert np.array_equal(random.normal(np.array([3, stream], np.uint64), 10)[1], drawn[:10])


def test_normals_have_the_normal_law():
    drawn = random.normal(np.arange(4, dtype=np.uint64), 100_000)
    for row in drawn:
        assert stats.kstest(row, "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(drawn) - np.eye(4)).max() < 4 / math.sqrt(100_000)


@pytest.mark.parametrize("n", [4, 8, 16, 512, 1 << 14])
def test_transforms_are_those_of_numpy(n):
    rng = np.random.default_rng(n)
    half = rng.normal(size=n // 2 + 1) + 1j * rng.normal(size=n // 2 + 1)
    half[[0, -1]] = half[[0, -1]].real
    made = traffic.real_values(np.ascontiguousarray(half.real), np.ascontiguousarray(half.imag))
    assert np.abs(made - np.fft.irfft(half, n) * n).max() < 1e-15 * n * math.log2(n)


@pytest.mark.parametrize("size", [0, 1, 2, 4, 6, 10])
def test_transforms_of_other_lengths_are_refused(size):
    with pytest.raises(ValueError, match=r"2\^k \+ 1"):
        traffic.real_values(np.zeros(size), np.zeros(size))


def test_logarithms_of_gamma_variables():
    shape = np.array([0.01, 0.5, 1, 1.5, 11.9, 12, 40, 1e6])
    mean, variance = traffic.log_gamma(shape)
    assert mean == pytest.approx(special.digamma(shape), rel=1e-13)
    assert variance == pytest.approx(special.polygamma(1, shape), rel=1e-13)


@pytest.mark.parametrize("moments", [1, 2, 3])
def test_details_of_white_noise_keep_its_energy_and_polynomials_have_none(moments):
    """The filters are orthonormal, so that white noise stays white; they are blind to degrees below their moments."""
    white = random.normal(np.array([5], np.uint64), 1 << 18)[0]
    count, energy = traffic.octaves(white, moments, 4)
    assert np.abs((energy - 1) / np.sqrt(2 / count)).max() < 4
    t = np.linspace(-1, 1, 4096)
    for degree in range(moments):
        assert traffic.octaves(t**degree, moments, 4)[1].max() < 1e-24
    assert traffic.octaves(t**moments, moments, 4)[1][-1] > 1e-8


@pytest.mark.parametrize("moments", [1, 2, 3])
def test_details_are_those_of_a_pyramid_written_out(moments):
    values = np.random.default_rng(2).normal(size=301)
    low = {
        1: np.array([1, 1]) / 2**0.5,
        2: np.array([0.48296291314469025, 0.836516303737469, 0.22414386804185735, -0.12940952255092145]),
        3: np.array([0.3326705529509569, 0.8068915093133388, 0.4598775021193313,
                     -0.13501102001039084, -0.08544127388224149, 0.035226291882100656]),
    }[moments]  # fmt: skip
    high = low[::-1] * (-1.0) ** np.arange(len(low))
    count, energy = traffic.octaves(values, moments, 4)
    for j in range(len(count)):
        details = np.convolve(values, high[::-1], "valid")[::2]
        values = np.convolve(values, low[::-1], "valid")[::2]
        assert count[j] == len(details)
        assert energy[j] == pytest.approx((details**2).mean(), rel=1e-10)  # published to so many digits


@pytest.mark.parametrize("mean", [0.01, 0.7, 5.0, 9.99, 10.0, 37.5, 400.0])
def test_counts_have_the_law_of_poisson(mean):
    drawn = traffic.poisson_counts(np.full(60_000, mean), 11)
    edges = np.unique(stats.poisson.ppf(np.linspace(0.02, 0.98, 25), mean))
    seen = np.histogram(drawn, np.concatenate([[-1], edges, [np.inf]]) + 0.5)[0]
    wanted = np.diff(np.concatenate([[0], stats.poisson.cdf(edges, mean), [1]])) * len(drawn)
    assert stats.chisquare(seen, wanted).pvalue > 1e-3


def test_each_count_depends_on_its_place_alone():
    mean = np.linspace(0, 100, 1000)
    drawn = traffic.poisson_counts(mean, 5)
    assert drawn[0] == 0
    other = mean.copy()
    other[::2] = 3
    assert np.array_equal(traffic.poisson_counts(other, 5)[1::2], drawn[1::2])
    assert np.array_equal(traffic.poisson_counts(mean[:10], 5), drawn[:10])


def test_the_stationary_law_solves_its_equations():
    rng = np.random.default_rng(1)
    for n in (1, 2, 5, 40):
        q = rng.exponential(size=(n, n)) * 10.0 ** rng.integers(-6, 6, size=(n, n))
        np.fill_diagonal(q, 0)
        law = traffic.stationary(q)
        assert law.sum() == pytest.approx(1)
        np.fill_diagonal(q, -q.sum(axis=1))
        assert np.abs(law @ q).max() <= 1e-15 * np.abs(q).max()


@pytest.mark.parametrize("t", [0.0, 1e-6, 1e-3, 0.1, 1.0, 10.0, 40.0])
def test_variances_are_the_double_integral_of_the_covariance(t):
    law = traffic.stationary(Q)
    off = RATE - law @ RATE
    slow = 2 * integrate.quad(lambda s: (t - s) * (law * off @ linalg.expm(Q * s) @ off), 0, t, limit=200)[0]
    variance, _ = traffic.variances(Q, RATE, np.array([t]))
    assert variance[0] == pytest.approx(slow, rel=1e-11, abs=1e-300)


def test_variances_of_long_windows_grow_as_the_limit_says():
    window = np.array([255.0, 257.0, 1e3, 1e4, 1e8]) / 2.5  # doubled up to 256 / 2.5, by the closed form behind it
    variance, long_run = traffic.variances(Q, RATE, window)
    steps = np.diff(variance) / np.diff(window)
    assert steps == pytest.approx(np.full(4, long_run), rel=1e-9)


@pytest.mark.parametrize("t", [1e-18, 1.0, 1e6, 1e12, 1e15, 1e16])
def test_variances_of_two_states_keep_their_digits_however_rates_differ(t):
    """2 p q (r1 - r0)^2 (t / k - (1 - e^-kt) / k^2), k the sum of the rates of changing."""
    for up, down in ((1e15, 1e-15), (1e-9, 1e9), (1.0, 1e-12)):
        with mpmath.workdps(80):
            k = mpmath.mpf(up) + mpmath.mpf(down)
            spread = 32 * mpmath.mpf(up) * mpmath.mpf(down) / k**2
            wanted, limit = float(spread * (t / k - (1 - mpmath.exp(-k * t)) / k**2)), float(spread / k)
        variance, long_run = traffic.variances(np.array([[0, up], [down, 0]]), np.array([5.0, 9.0]), np.array([t]))
        assert variance[0] == pytest.approx(wanted, rel=1e-9, abs=0)
        assert long_run == pytest.approx(limit, rel=1e-12, abs=0)


def test_moments_of_a_chain_that_changes_too_often_for_rounding_stay_within_what_holds():
    q, rate = np.array([[0, 1e15], [1e-15, 0]]), np.array([4.0, 1.0])
    made = traffic.log_moments(q, rate, np.array([1e-20, 1e-9]), np.array([1e9, 1e9]))
    assert np.all((np.array([1e-11, 1.0]) * (1 - 1e-12) <= made) & (made <= np.array([4e-11, 4.0])))


@pytest.mark.parametrize(("s", "t"), [(0, 3), (0.01, 0.1), (0.1, 1), (1, 3), (0.5, 50), (5, 2)])
def test_moments_are_those_of_matrix_exponentials(s, t):
    law = traffic.stationary(Q)
    slow = math.log(law @ linalg.expm((Q + s * np.diag(RATE)) * t) @ np.ones(3))
    assert traffic.log_moments(Q, RATE, np.array([float(s)]), np.array([float(t)]))[0] == pytest.approx(
        slow, rel=1e-10, abs=1e-14
    )


def test_growth_is_the_largest_eigenvalue_and_between_its_bounds():
    rng = np.random.default_rng(4)
    for n in (1, 2, 3, 8, 30):
        q = rng.exponential(size=(n, n)) * 10.0 ** rng.integers(-3, 3, size=(n, n))
        rate = rng.exponential(size=n) * 100
        np.fill_diagonal(q, 0)
        s = np.array([0.0, 1e-6, 0.3, 50.0])
        low, high = traffic.growths(q, rate, s)
        np.fill_diagonal(q, -q.sum(axis=1))
        size = np.abs(q).max() + s * rate.max()
        slow = [linalg.eigvals(q + x * np.diag(rate)).real.max() for x in s]
        assert np.abs(low - slow).max() < 1e-13 * size.max()
        assert (low <= high).all() and (high - low <= 1e-12 * size).all()


def test_modulated_rates_have_the_variance_of_theory():
    """In windows of several lengths, within four standard errors over sixteen draws."""
    for interval in (0.1, 1.0, 7.0):
        drawn = [traffic.modulated(Q, RATE, interval, 4000, seed) for seed in range(16)]
        spread = np.array([d.var() for d in drawn])
        wanted = traffic.variances(Q, RATE, np.array([interval]))[0][0]
        assert abs(spread.mean() - wanted) < 4 * spread.std(ddof=1) / 4
        means = np.array([d.mean() / interval for d in drawn])
        assert abs(means.mean() - traffic.stationary(Q) @ RATE) < 4 * means.std(ddof=1) / 4


def test_time_is_neither_lost_nor_doubled_at_the_borders_of_intervals():
    """A source that is hardly ever off is on for all of each interval, whatever the rounding of its borders."""
    for interval in (0.1, 0.05, 1 / 3, 0.7):
        on = traffic.on_off(1.0, np.inf, 1e-12, np.inf, interval, 2000, np.array([9], np.uint64))
        assert on == pytest.approx(np.full(2000, interval), rel=1e-6)
        same = traffic.modulated(np.array([[0.0, 50.0], [50.0, 0.0]]), np.array([3.0, 3.0]), interval, 500, 1)
        assert same == pytest.approx(np.full(500, 3 * interval), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: traffic.noise(1.0, 8, np.zeros(1, np.uint64)), "between 0 and 1"),
        (lambda: traffic.noise(0.5, 0, np.zeros(1, np.uint64)), "count"),
        (lambda: traffic.octaves(np.array([1.0, np.nan]), 2, 4), "finite"),
        (lambda: traffic.octaves(np.zeros(9), 4, 4), "moments"),
        (lambda: traffic.poisson_counts(np.array([-1.0]), 1), "mean"),
        (lambda: traffic.stationary(np.zeros((2, 3))), "square"),
        (lambda: traffic.stationary(np.array([[0, 1.0], [0, 0]])), "stationary"),
        (lambda: traffic.stationary(np.array([[0, -1.0], [1, 0]])), "not a rate"),
        (lambda: traffic.on_off(1, 1.0, 1, 2.0, 1, 4, np.zeros(1, np.uint64)), "shape"),
        (lambda: traffic.modulated(Q, RATE[:2], 1.0, 4, 1), "rate"),
        (lambda: random.normal(np.zeros(1, np.uint64), -1), "count"),
    ],
)
def test_what_means_nothing_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
