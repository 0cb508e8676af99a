"""Long memory: exact noise, its Hurst exponent, and links for it."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from scipy import linalg, stats

from easterly.predict.traffic import (
    Aggregate,
    OnOff,
    aggregate,
    aggregate_volumes,
    fractional_motion,
    fractional_noise,
    hurst,
    measured_aggregate,
    noise_covariance,
    norros_buffer,
    norros_capacity,
    norros_overflow,
    on_off_aggregate,
    on_off_volumes,
    poisson_counts,
)

EXPONENTS = (0.5, 0.6, 0.7, 0.8, 0.9)


def exact_covariance(h, k):
    """In forty digits, where nothing is lost by cancellation."""
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(60):
        h, k = mpmath.mpf(h), mpmath.mpf(k)
        return float((abs(k + 1) ** (2 * h) - 2 * abs(k) ** (2 * h) + abs(k - 1) ** (2 * h)) / 2)


@pytest.mark.parametrize("h", [0.05, 0.3, 0.5, 0.75, 0.99])
def test_the_covariance_keeps_its_digits_at_long_lags(h):
    made = noise_covariance(h, 100_001)
    for k in (0, 1, 2, 15, 16, 17, 1000, 100_000):
        assert made[k] == pytest.approx(exact_covariance(h, k), rel=1e-11, abs=1e-300)


@pytest.mark.parametrize("h", [0.1, 0.5, 0.8, 0.95])
def test_noise_is_white_once_its_covariance_is_taken_out(h):
    """Whitened by the Cholesky factor of the exact covariance, which shares nothing with the generator."""
    n, rows = 64, 2000
    drawn = fractional_noise(h, n, 3, rows=rows)
    root = linalg.cholesky(linalg.toeplitz(noise_covariance(h, n)), lower=True)
    white = linalg.solve_triangular(root, drawn.T, lower=True)
    assert stats.kstest(white.ravel(), "norm").pvalue > 1e-3
    seen = white @ white.T / rows
    assert np.abs(seen - np.eye(n)).max() < 5.5 * math.sqrt(2 / rows)
    assert (seen - np.eye(n)).std() * math.sqrt(rows) == pytest.approx(1, abs=0.1)


def test_rows_and_seeds_are_named():
    two = fractional_noise(0.7, 100, 4, rows=2)
    assert np.array_equal(two[0], fractional_noise(0.7, 100, 4))
    assert not np.array_equal(two[0], two[1])
    assert np.array_equal(fractional_motion(0.7, 100, 4), np.cumsum(two[0]))
    assert fractional_noise(0.5, 1).shape == (1,)


@pytest.mark.parametrize("h", EXPONENTS)
def test_hurst_is_unbiased_on_exact_noise(h):
    """The mean of 12 draws of 16,384 values within 0.03, and most intervals hold the truth."""
    found = [hurst(row) for row in fractional_noise(h, 1 << 14, 2, rows=12)]
    assert abs(np.mean([f.hurst for f in found]) - h) < 0.03
    assert sum(f.low - 0.02 <= h <= f.high + 0.02 for f in found) >= 9


@pytest.mark.parametrize("h", EXPONENTS)
def test_the_deviation_is_the_one_that_draws_have(h):
    """Of 100 draws with a fixed first octave: within the bounds of a chi square at 4 standard errors, and 25 % more,
    as details of one octave are not wholly independent."""
    found = [hurst(row, first=3) for row in fractional_noise(h, 1 << 13, 5, rows=100)]
    seen, said = np.std([f.hurst for f in found], ddof=1), found[0].deviation_of_hurst
    assert 1 - 4 / math.sqrt(200) < seen / said < 1.25 + 4 / math.sqrt(200)


def test_goodness_is_uniform_where_the_line_is_true():
    """White noise is a line from the first octave on, and Daubechies' details of it are exactly independent."""
    found = [hurst(row, first=1).goodness for row in fractional_noise(0.5, 4096, 6, rows=200)]
    assert stats.kstest(found, "uniform").pvalue > 1e-3


def test_trends_below_the_moments_change_nothing():
    noise, t = fractional_noise(0.7, 1 << 14), np.arange(1 << 14)
    for moments in (2, 3):
        trend = sum(10.0 * (t / len(t)) ** k for k in range(moments))
        plain, tilted = (hurst(x, first=3, moments=moments).hurst for x in (noise, noise + trend))
        assert tilted == pytest.approx(plain, abs=1e-6)


def test_scale_and_level_change_nothing():
    noise = fractional_noise(0.8, 4096)
    assert hurst(1e9 * noise + 1e11).hurst == pytest.approx(hurst(noise).hurst, abs=1e-6)


def test_an_onset_of_scaling_is_found():
    """White noise on top hides long memory at short scales: the line begins where it no longer does."""
    memory, white = fractional_noise(0.9, 1 << 16, 1), fractional_noise(0.5, 1 << 16, 2)
    made = hurst(memory + 3 * white)
    assert made.first > 4 and made.fits
    assert abs(made.hurst - 0.9) < 0.1 < abs(hurst(memory + 3 * white, first=1).hurst - 0.9)


@pytest.mark.parametrize("h", [0.2, 0.5, 0.8])
def test_running_totals_are_refused_with_their_exponent(h):
    with pytest.raises(ValueError, match="running total") as refused:
        hurst(fractional_motion(h, 1 << 14))
    assert float(str(refused.value).rstrip(".").rsplit(" ", 1)[1]) == pytest.approx(h, abs=0.1)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.ones(1000), "constant"),
        (np.arange(1000.0), "straight line"),
        (np.zeros(1000), "constant"),
        (np.ones(100), "at least 256"),
        (np.ones((20, 20)), "one column"),
        (np.r_[np.ones(500), np.nan], "value 501"),
        (np.diff(np.diff(fractional_noise(0.3, 1 << 14))), "difference"),
        (np.arange(1 << 14) % 100 < 16, "periodic, as training is"),
    ],
)
def test_series_that_cannot_scale_are_refused(values, says):
    with pytest.raises(ValueError, match=says):
        hurst(values)


@pytest.mark.no_cover
def test_heavy_tails_of_sources_become_long_memory():
    """Taqqu, Willinger & Sherman 1997: H = (3 - shape) / 2. Slowly: 16 draws lie within 0.06 of it."""
    for shape in (1.2, 1.5, 1.8):
        source = OnOff(1e6, 0.05, 0.15, on_shape=shape, sources=40)
        found = [hurst(on_off_volumes(source, 0.1, 1 << 13, seed), first=4).hurst for seed in range(12)]
        assert abs(np.mean(found) - source.hurst) < 0.07
    light = OnOff(1e6, 0.05, 0.15, sources=40)
    assert light.hurst == 0.5
    found = [hurst(on_off_volumes(light, 0.1, 1 << 13, seed), first=4).hurst for seed in range(12)]
    assert abs(np.mean(found) - 0.5) < 0.03


@pytest.mark.parametrize(("on", "off"), [(1.4, math.inf), (1.8, 3.0), (math.inf, 1.5), (2.5, 1.2), (1.6, 1.6)])
def test_the_aggregate_of_on_off_sources_is_the_limit_of_renewal_theory(on, off):
    """The transform of the variance of an alternating renewal process in equilibrium (Cox 1962), near 0.

    V(t) ~ c t^(3 - a) has the transform c Gamma(4 - a) s^(a - 4); V'' is twice the covariance of being on.
    """
    mpmath = pytest.importorskip("mpmath")
    source = OnOff(8.0, 0.05, 0.15, on_shape=on, off_shape=off, sources=1)
    made = on_off_aggregate(source)

    def transform(mean, shape, s):
        if math.isinf(shape):
            return 1 / (1 + s * mean)
        least = mean * (mpmath.mpf(shape) - 1) / shape
        return shape * (s * least) ** shape * mpmath.gammainc(-mpmath.mpf(shape), s * least)

    with mpmath.workdps(60):
        s, share = mpmath.mpf(10) ** -25, mpmath.mpf(0.05) / (mpmath.mpf(0.05) + mpmath.mpf(0.15))
        f, g = transform(mpmath.mpf(0.05), on, s), transform(mpmath.mpf(0.15), off, s)
        stays = 1 / s - (1 - f) * (1 - g) / (mpmath.mpf(0.05) * s**2 * (1 - f * g))
        variance = 2 * (share * stays - share**2 / s) / s**2
        shape = mpmath.mpf(min(on, off))
        slow = float(variance * s ** (4 - shape) / mpmath.gamma(4 - shape))
    assert made.variance_bit * made.mean_bps / 64 == pytest.approx(slow, rel=1e-3)
    assert made.hurst == (3 - min(on, off)) / 2


def test_drawn_sources_have_the_deviation_of_their_aggregate():
    source = OnOff(1e9, 0.05, 0.15, on_shape=1.4, sources=40)
    made = on_off_aggregate(source)
    drawn = np.array([on_off_volumes(source, 1.0, 1024, seed) * 8 for seed in range(8)])
    for window in (1, 4):
        rates = drawn.reshape(8, -1, window).mean(axis=2)
        seen = np.sqrt(((rates - made.mean_bps) ** 2).mean())
        assert seen == pytest.approx(made.deviation_bps(window), rel=0.1)
    with pytest.raises(ValueError, match="no Pareto shape"):
        on_off_aggregate(OnOff(1e9, 0.05, 0.15, on_shape=2.0))


def test_poisson_counts_have_no_memory():
    assert abs(np.mean([hurst(poisson_counts(100, 0.1, 1 << 14, s)).hurst for s in range(12)]) - 0.5) < 0.03


WAN = aggregate(40e9, 4e9, 0.1, 0.8)


def test_the_three_questions_of_norros_agree():
    for source in (WAN, Aggregate(2.279e6, 262.8e3, 0.76), aggregate(1e9, 3e8, 0.01, 0.5)):
        for loss in (1e-3, 1e-9):
            capacity = norros_capacity(source, 1e5, loss)
            assert capacity > source.mean_bps
            assert float(norros_overflow(source, capacity, 1e5)) == pytest.approx(loss, rel=1e-9)
            assert norros_buffer(source, capacity, loss) == pytest.approx(1e5, rel=1e-9)


def test_norros_is_the_likeliest_way_to_overflow():
    """max over t of P(A(t) > C t + x), whose exponent is (x + (C - m) t)^2 / (2 a m t^2H)."""
    C, x = 60e9, 8 * 1e6
    t = np.geomspace(1e-7, 1e2, 400_001)
    exponent = ((x + (C - WAN.mean_bps) * t) ** 2 / (2 * WAN.variance_bit * WAN.mean_bps * t**1.6)).min()
    assert float(norros_overflow(WAN, C, 1e6)) == pytest.approx(math.exp(-exponent), rel=1e-6)


def test_without_memory_norros_is_brownian():
    """H = 1/2: P(Q > x) = exp(-2 (C - m) x / (a m)), the law of a reflected Brownian motion."""
    source = Aggregate(1e6, 500.0, 0.5)
    assert float(norros_overflow(source, 1.2e6, 1000)) == pytest.approx(math.exp(-2 * 0.2e6 * 8000 / (500 * 1e6)))


def test_the_aggregate_has_its_deviation_at_every_window():
    volumes = np.array([aggregate_volumes(WAN, 0.01, 4096, seed) for seed in range(8)])
    for k in (1, 8, 64):
        rates = volumes.reshape(8, -1, k).sum(axis=2) * 8 / (0.01 * k)
        assert rates.std() == pytest.approx(WAN.deviation_bps(0.01 * k), rel=0.1)
    seen = [measured_aggregate(row, 0.01) for row in volumes]
    assert np.mean([s.hurst for s in seen]) == pytest.approx(0.8, abs=0.03)
    assert np.mean([s.mean_bps for s in seen]) == pytest.approx(40e9, rel=0.15)


def test_a_queue_of_exact_noise_overflows_about_as_often_as_norros_says():
    """Lindley's recursion on 64 samples: within a factor of 5 on each level, where the factor before it is unknown."""
    source = aggregate(8e9, 2e9, 1.0, 0.75)
    work = np.array([aggregate_volumes(source, 1.0, 1 << 13, seed) for seed in range(64)]) - 9.5e9 / 8
    queue, levels = np.zeros(64), np.array([2e8, 5e8, 1e9])
    over = np.zeros(3)
    for i in range(work.shape[1]):
        queue = np.maximum(queue + work[:, i], 0)
        over += (queue[:, None] > levels).sum(axis=0) * (i > 1000)
    seen = over / (64 * (work.shape[1] - 1001))
    wanted = norros_overflow(source, 9.5e9, levels)
    assert (seen < 5 * wanted).all() and (seen > wanted / 5).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: fractional_noise(1.0, 8), "0.7 to 0.9"),
        (lambda: fractional_noise(math.nan, 8), "Hurst"),
        (lambda: hurst(fractional_noise(0.6, 300), first=99), "begin at 1"),
        (lambda: hurst(np.ones(300), moments=4), "vanishing moments"),
        (lambda: aggregate(1e9, 0, 1, 0.8), "deviation"),
        (lambda: norros_buffer(WAN, 40e9, 1e-6), "not above the mean"),
        (lambda: norros_capacity(WAN, 0, 1e-6), "buffer"),
        (lambda: norros_capacity(WAN, 1e6, 1.0), "loss"),
        (lambda: norros_overflow(WAN, -1, 1e6), "from 0"),
    ],
)
def test_what_means_nothing_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_an_estimate_of_16384_values_takes_a_millisecond_or_so():
    values = fractional_noise(0.8, 1 << 14)
    best = math.inf
    for _ in range(20):
        began = time.perf_counter()
        hurst(values)
        best = min(best, time.perf_counter() - began)
    assert best < 0.005
