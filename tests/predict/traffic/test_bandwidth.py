"""Effective bandwidths and admission, against closed forms of queues, brute-force matrices and integrals."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import linalg, optimize

from easterly.predict.traffic import (
    Batches,
    Bursts,
    Constant,
    Gaussian,
    Modulated,
    Periodic,
    Policed,
    aggregate,
    effective_bandwidth,
    long_buffer_capacity,
    mmpp,
    most_sources,
    needed_capacity,
    norros_capacity,
    norros_overflow,
    overflow,
)

ON = Bursts(peak_bps=1e9, on_s=1e-3, off_s=9e-3)
PACKETS = Modulated(mmpp([[0, 200.0, 0], [300.0, 0, 50], [10, 20, 0]], [1e4, 5e4, 2e5]), 1500)
WAN = aggregate(40e9, 4e9, 0.1, 0.8)
SOURCES = [
    ON, PACKETS, Gaussian(WAN), Constant(3e9), Batches(1e5, 9000.0), Batches(1e5, 9000.0, True), Periodic(0.02, 1e6),
    Policed(1e6, 1e9, 1e10), Policed(1e5, 1e9),
]  # fmt: skip


def by_matrix(q, rate_Bps, s, t):
    q = np.array(q)
    law = linalg.null_space(q.T)[:, 0]
    law /= law.sum()
    return math.log(law @ linalg.expm((q + s * np.diag(rate_Bps)) * t) @ np.ones(len(q)))


@pytest.mark.parametrize(("s", "t"), [(1e-9, 1e-3), (1e-6, 1e-5), (1e-5, 0.01), (1e-4, 0.02), (3e-5, 1e-3)])
def test_bursts_have_the_moments_of_their_matrix(s, t):
    slow = by_matrix([[-1 / 9e-3, 1 / 9e-3], [1e3, -1e3]], [0, 1e9 / 8], s, t)
    assert float(effective_bandwidth(ON, s, t)) == pytest.approx(8 * slow / (s * t), rel=1e-7)


@pytest.mark.parametrize(("s", "t"), [(1e-8, 0.1), (1e-5, 1e-3), (1e-4, 0.01)])
def test_modulated_packets_have_the_moments_of_their_matrix(s, t):
    one = PACKETS.process
    slow = by_matrix(one.generator_hz, one.rate_hz * math.expm1(1500 * s) / s, s, t)
    assert float(effective_bandwidth(PACKETS, s, t)) == pytest.approx(8 * slow / (s * t), rel=1e-7)


@pytest.mark.parametrize("s", [1e-8, 1e-6, 1e-5, 1e-4])
def test_over_long_windows_it_is_the_largest_eigenvalue(s):
    fluid = np.array([[-1 / 9e-3, 1 / 9e-3], [1e3, -1e3 + s * 1e9 / 8]])
    assert float(effective_bandwidth(ON, s)) == pytest.approx(8 * linalg.eigvals(fluid).real.max() / s, rel=1e-8)
    one = PACKETS.process
    a = one.generator_hz + math.expm1(1500 * s) * np.diag(one.rate_hz)
    assert float(effective_bandwidth(PACKETS, s)) == pytest.approx(8 * linalg.eigvals(a).real.max() / s, rel=1e-7)
    assert float(effective_bandwidth(PACKETS, s, 1e3)) == pytest.approx(8 * linalg.eigvals(a).real.max() / s, rel=1e-3)


@pytest.mark.parametrize("source", SOURCES)
def test_it_lies_between_mean_and_peak_and_rises_with_space(source):
    space = np.geomspace(1e-9, 1e-4, 40)
    for t in (1e-4, 7e-3, 1.0):
        made = effective_bandwidth(source, space, t)
        assert made[0] >= source.mean_bps * (1 - 1e-6) and (made <= source.peak_bps * (1 + 1e-9)).all()
        assert (made[1:] >= made[:-1] * (1 - 1e-9)).all()
    assert float(effective_bandwidth(source, 1e-12, 0.01)) == pytest.approx(source.mean_bps, rel=2e-3)


def test_a_periodic_source_has_the_moments_of_a_phase_that_is_anywhere():
    one, s = Periodic(0.02, 1e5), 2e-5
    for t in (0.005, 0.02, 0.033, 0.1):
        whole, rest = divmod(t, 0.02)
        law = {whole: 1 - rest / 0.02, whole + 1: rest / 0.02}
        slow = math.log(sum(p * math.exp(s * 1e5 * k) for k, p in law.items()))
        assert float(one.log_moment(np.array([s]), np.array([t]))[0]) == pytest.approx(slow, rel=1e-9)


def test_no_source_within_an_envelope_asks_for_more_than_the_envelope():
    """A periodic source, and a periodic stretch at the peak, within a bucket: their moments by integration."""
    space = np.array([1e-7, 1e-6, 1e-5])
    inside, envelope = Periodic(0.02, 1e6), Policed(1e6, 4e8)
    for t in (1e-4, 0.01, 0.02, 0.05, 1.0):
        assert (effective_bandwidth(inside, space, t) <= effective_bandwidth(envelope, space, t) * (1 + 1e-9)).all()
    # On at 1 Gb/s for 8 ms of every 20 ms: a bucket of 1 MB less what the rate brings meanwhile holds it.
    on, period, peak = 8e-3, 0.02, 1e9 / 8
    bucket = Policed(on * (peak - on * peak / period), 8 * on * peak / period, 1e9)
    for t in (1e-3, 8e-3, 0.015, 0.03):
        phases = (np.arange(4000) + 0.5) / 4000 * period

        def sent(x):
            whole, rest = np.divmod(x, period)
            return peak * (whole * on + np.minimum(rest, on))

        for s in space:
            slow = 8 * math.log(np.exp(s * (sent(phases + t) - sent(phases))).mean()) / (s * t)
            assert slow <= float(effective_bandwidth(bucket, s, t)) * (1 + 1e-9)


@pytest.mark.parametrize("rho", [0.3, 0.8, 0.95])
def test_exponential_batches_overflow_like_an_mm1(rho):
    """Work above B at an M/M/1: rho e^-(1 - rho) B / b. The exponent, without what stands before it."""
    mix = [(Batches(rho * 1e6, 1000.0, True), 1)]
    for buffer_B in (1e4, 1e5):
        assert overflow(mix, 8e9, buffer_B).log_loss == pytest.approx(-(1 - rho) * buffer_B / 1000, rel=1e-5)
    assert long_buffer_capacity(mix, 1e5, math.exp(-(1 - rho) * 100)).capacity_bps == pytest.approx(8e9, rel=1e-9)


@pytest.mark.parametrize("rho", [0.3, 0.8, 0.95])
def test_fixed_batches_overflow_with_the_decay_of_an_md1(rho):
    """rho (e^x - 1) = x: the root of the transform of Pollaczek and Khinchine."""
    decay = optimize.brentq(lambda x: rho * math.expm1(x) - x, 1e-6, 50)
    found = overflow([(Batches(rho * 1e6, 1000.0), 1)], 8e9, 1e6)
    assert found.log_loss == pytest.approx(-decay * 1000, rel=1e-4)
    assert found.s_per_B * 1000 == pytest.approx(decay, rel=1e-3)


@pytest.mark.parametrize(("count", "capacity_bps"), [(20, 4e9), (50, 6e9), (50, 30e9)])
def test_long_buffers_have_the_decay_of_anick_mitra_and_sondhi(count, capacity_bps):
    """The queue of N fluid sources, solved as a whole: the largest negative z of z F (R - C) = F M."""
    up, down, h = 1 / ON.off_s, 1 / ON.on_s, ON.peak_bps / 8
    k = np.arange(count + 1)
    M = np.diag((count - k[:-1]) * up, 1) + np.diag(k[1:] * down, -1)
    M -= np.diag(M.sum(axis=1))
    z = linalg.eigvals(M.T, np.diag(k * h - capacity_bps / 8)).real
    decay = -z[z < -1e-9 * np.abs(z[np.isfinite(z)]).max()].max()
    loss = 1e-6
    made = long_buffer_capacity([(ON, count)], -math.log(loss) / decay, loss)
    assert made.capacity_bps == pytest.approx(capacity_bps, rel=1e-6)


def test_fractional_brownian_traffic_gives_norros():
    for buffer_B in (1e6, 125e6, 1e9):
        made = needed_capacity([(Gaussian(WAN), 1)], buffer_B, 1e-6)
        assert made.capacity_bps == pytest.approx(norros_capacity(WAN, buffer_B, 1e-6), rel=1e-7)
        for capacity_bps in (45e9, 60e9):
            lost = overflow([(Gaussian(WAN), 1)], capacity_bps, buffer_B)
            kappa = 0.8**0.8 * 0.2**0.2
            up, down = (capacity_bps - 40e9) ** 1.6 * (8 * buffer_B) ** 0.4, 2 * kappa**2 * WAN.variance_bit * 40e9
            assert lost.log_loss == pytest.approx(-up / down, rel=1e-6)
            if up / down < 600:
                assert lost.loss == pytest.approx(float(norros_overflow(WAN, capacity_bps, buffer_B)), rel=1e-3)
            spare = (capacity_bps - 40e9) / 8
            assert lost.t_s == pytest.approx(buffer_B * 0.8 / (spare * 0.2), rel=1e-2)


def test_without_a_buffer_the_marginal_law_decides():
    """Chernoff's bound on a binomial number of sources that are on: the Kullback-Leibler divergence."""
    count, p = 200, 0.1
    made = needed_capacity([(ON, count)], 0, 1e-6)
    x = made.capacity_bps / (count * ON.peak_bps)
    divergence = x * math.log(x / p) + (1 - x) * math.log((1 - x) / (1 - p))
    assert count * divergence == pytest.approx(-math.log(1e-6), rel=1e-3)


MIX = [(ON, 100), (PACKETS, 4), (Gaussian(aggregate(4e9, 4e8, 0.1, 0.75)), 1), (Policed(1e6, 1e9, 1e10), 3)]


@pytest.mark.parametrize("loss", [1e-3, 1e-9])
def test_capacity_and_overflow_are_inverse_of_each_other(loss):
    for buffer_B in (1e6, 1e8):
        need = needed_capacity(MIX, buffer_B, loss)
        assert overflow(MIX, need.capacity_bps, buffer_B).log_loss == pytest.approx(math.log(loss), rel=1e-4)
        assert need.mean_bps < need.capacity_bps


def test_bandwidths_at_the_likeliest_overflow_touch_the_border_of_admission():
    """There the sum of effective bandwidths is C + (B - gamma / s) / t (Kelly 1996, 3.7)."""
    need = needed_capacity(MIX, 1e7, 1e-6)
    total = sum(count * each for (_, count), each in zip(MIX, need.each_bps, strict=True))
    border = need.capacity_bps + 8 * (1e7 + math.log(1e-6) / need.s_per_B) / need.t_s
    assert total == pytest.approx(border, rel=1e-6)


def test_as_many_as_fit_and_no_more():
    others = MIX[2:]
    count = most_sources(ON, others, 30e9, 1e7, 1e-6)
    assert count > 10
    assert needed_capacity([(ON, count), *others], 1e7, 1e-6).capacity_bps <= 30e9
    assert needed_capacity([(ON, count + 1), *others], 1e7, 1e-6).capacity_bps > 30e9
    assert most_sources(ON, others, 5e9, 1e7, 1e-6) == -1
    assert most_sources(Constant(1e9), [], 10e9, 1e6, 1e-6) == 10
    assert most_sources(ON, [(Constant(9.99e9), 1)], 10e9, 1e6, 1e-6) == 0


def test_sharing_gains_with_the_number_of_sources():
    each = [needed_capacity([(ON, n)], 1e5, 1e-6).capacity_bps / n for n in (10, 100, 1000, 10_000)]
    assert all(a > b > ON.mean_bps for a, b in pairwise(each))


def test_sources_in_step_need_more_than_sources_with_phases_of_their_own():
    apart = needed_capacity([(Periodic(0.1, 1e6), 64)], 16e6, 1e-6)
    together = needed_capacity([(Periodic(0.1, 64e6), 1)], 65e6, 1e-6)
    assert apart.capacity_bps < 2 * apart.mean_bps
    assert together.capacity_bps == pytest.approx(together.mean_bps, rel=0.1)
    with pytest.raises(ValueError, match="arrives at once"):
        needed_capacity([(Periodic(0.1, 64e6), 1)], 16e6, 1e-6)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: needed_capacity([], 1e6, 1e-6), "no sources"),
        (lambda: needed_capacity([(ON, 0)], 1e6, 1e-6), "copies"),
        (lambda: needed_capacity([(ON, 1)], 1e6, 0), "loss"),
        (lambda: needed_capacity([(ON, 1)], math.nan, 1e-6), "buffer"),
        (lambda: overflow([(ON, 1)], 0, 1e6), "capacity"),
        (lambda: long_buffer_capacity([(Gaussian(WAN), 1)], 1e6, 1e-6), "memory that has no end|no end"),
        (lambda: long_buffer_capacity([(Batches(1e3, 1e6, True), 1)], 1e6, 1e-6), "at once"),
        (lambda: effective_bandwidth(ON, 0, 1), "above 0"),
        (lambda: effective_bandwidth(ON, 1, -1), "above 0"),
        (lambda: Batches(0, 1), "rate"),
        (lambda: Bursts(1e9, 1, math.inf), "time off"),
        (lambda: Policed(1e6, 1e9, 1e8), "peak"),
        (lambda: Periodic(1, math.nan), "size"),
        (lambda: Constant(-1), "rate"),
    ],
)
def test_what_means_nothing_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_overload_loses_for_sure():
    lost = overflow([(ON, 100)], 9e9, 1e6)
    assert lost.loss == 1 and lost.log_loss == 0
    assert np.isfinite(lost.each_bps).all()
