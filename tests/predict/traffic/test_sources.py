"""Sources, against closed forms and against the means of many draws."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from scipy import integrate, stats

from easterly.predict.traffic import (
    OnOff,
    dispersion,
    fit_mmpp,
    fractional_noise,
    mmpp,
    mmpp_counts,
    mmpp_dispersion,
    on_off_volumes,
    poisson_counts,
    poisson_times,
)


def within(values, wanted, errors=4.0):
    """The mean of independent draws lies within so many standard errors of what is wanted."""
    values = np.asarray(values)
    return abs(values.mean() - wanted) < errors * values.std(ddof=1) / math.sqrt(len(values))


def test_poisson_times_are_as_many_as_counts_and_lie_anywhere():
    drawn = [poisson_times(50, 20, seed) for seed in range(30)]
    assert within([len(t) for t in drawn], 1000)
    for times in drawn[:5]:
        assert (np.diff(times) > 0).all()
        assert stats.kstest(times / 20, "uniform").pvalue > 1e-3
    longer = poisson_times(50, 40, 3)
    assert np.array_equal(longer[longer <= 20], drawn[3])


def test_poisson_counts_have_a_dispersion_of_one_on_all_scales():
    seen = np.array([dispersion(poisson_counts(300, 0.1, 8192, seed)).index for seed in range(16)])
    assert all(within(column, 1) for column in seen.T)
    assert poisson_counts(300, 0.1, 8, 2).tolist() == poisson_counts(300, 0.1, 9, 2).tolist()[:8]


def two_state_dispersion(low, high, up, down, t):
    """The closed form for two states: Heffes & Lucantoni 1986."""
    mean = (low * down + high * up) / (up + down)
    v, c = up * down * (high - low) ** 2 / (up + down) ** 2, up + down
    return 1 + 2 * v / (mean * c) * (1 + math.expm1(-c * t) / (c * t))


@pytest.mark.parametrize("t", [1e-6, 1e-3, 0.1, 1, 50, 64.1, 1e4])
def test_dispersion_of_two_states_has_the_closed_form_of_heffes_and_lucantoni(t):
    made = mmpp([[0, 1], [3, 0]], [100, 900])
    assert float(mmpp_dispersion(made, t)) == pytest.approx(
        two_state_dispersion(100, 900, 1, 3, t), rel=1e-9 if t > 1e-4 else 1e-7
    )


def test_dispersion_at_the_ends():
    made = mmpp([[0, 1], [3, 0]], [100, 900])
    ends = mmpp_dispersion(made, [0, math.inf])
    assert ends[0] == 1
    assert ends[1] == pytest.approx(1 + 2 * 3 * 800**2 / (16 * 300 * 4))
    assert mmpp_dispersion(mmpp([[0, 1], [3, 0]], [5, 5]), [0.1, 10, math.inf]) == pytest.approx([1, 1, 1])


def test_counts_of_three_states_have_the_dispersion_of_theory():
    made = mmpp([[0, 0.7, 0.3], [2, 0, 0.5], [0.1, 0.4, 0]], [10, 50, 200])
    drawn = [mmpp_counts(made, 0.25, 1 << 14, seed) for seed in range(16)]
    assert within([d.mean() / 0.25 for d in drawn], made.mean_hz)
    seen = np.array([dispersion(d).index[:5] for d in drawn])
    wanted = mmpp_dispersion(made, 0.25 * 2.0 ** np.arange(5))
    assert all(within(column, value, 5) for column, value in zip(seen.T, wanted, strict=True))


@pytest.mark.parametrize(
    "states", [([[0, 1], [3, 0]], [100, 900]), ([[0, 5], [1, 0]], [0, 400]), ([[0, 0.2], [0.8, 0]], [20, 60])]
)
def test_a_fit_finds_the_process_that_made_the_counts(states):
    made = mmpp(*states)
    fits = [fit_mmpp(mmpp_counts(made, 0.05, 1 << 16, seed), 0.05) for seed in range(8)]
    for low, high in ((made.rate_hz[0], made.rate_hz[1]),):
        assert np.mean([f.rate_hz[0] for f in fits]) == pytest.approx(low, abs=0.05 * high)
        assert np.mean([f.rate_hz[1] for f in fits]) == pytest.approx(high, rel=0.05)
    for i, j in ((0, 1), (1, 0)):
        assert np.mean([f.generator_hz[i, j] for f in fits]) == pytest.approx(made.generator_hz[i, j], rel=0.2)
    assert all(f.mean_hz == pytest.approx(made.mean_hz, rel=0.1) for f in fits)


def test_a_fit_of_poisson_counts_is_refused():
    with pytest.raises(ValueError, match="no more than Poisson"):
        fit_mmpp(np.tile([9.0, 11.0], 512), 1.0)


def equilibrium_beyond(shape, mean, x):
    """Share of random instants from which a Pareto time lasts longer than x: the integral of its tail over its mean."""
    least = mean * (shape - 1) / shape
    return integrate.quad(lambda y: min(1.0, (least / y) ** shape) if y > 0 else 1.0, x, np.inf, limit=500)[0] / mean


def test_sources_are_stationary_from_the_first_interval_on():
    """Share on at 0, and share never off since, as a renewal process in equilibrium has them."""
    one = OnOff(peak_bps=8.0, on_s=1.0, off_s=3.0, on_shape=1.6, off_shape=2.5)
    for interval in (0.2, 1.0, 4.0):
        volume = np.array([on_off_volumes(one, interval, 1, seed)[0] for seed in range(4000)])
        assert within(volume / interval, 0.25)
        whole = (volume > interval * (1 - 1e-12)).astype(float)
        assert within(whole, 0.25 * equilibrium_beyond(1.6, 1.0, interval))
        none = (volume == 0).astype(float)
        assert within(none, 0.75 * equilibrium_beyond(2.5, 3.0, interval))


def test_exponential_sources_have_the_variance_of_their_chain():
    one = OnOff(peak_bps=8.0, on_s=0.5, off_s=1.5, sources=20)
    drawn = [on_off_volumes(one, 0.3, 4000, seed) for seed in range(12)]
    chain = mmpp([[0, 1 / 1.5], [2, 0]], [0, 1])
    wanted = 20 * (float(mmpp_dispersion(chain, 0.3)) - 1) * chain.mean_hz * 0.3
    assert within([d.var() for d in drawn], wanted)
    assert within([d.mean() for d in drawn], one.mean_bps / 8 * 0.3)


def test_more_sources_disturb_none_of_the_others():
    few, one_more = (OnOff(1e6, 0.1, 0.2, on_shape=1.5, sources=n) for n in (4, 5))
    alone = on_off_volumes(one_more, 0.05, 300, 7) - on_off_volumes(few, 0.05, 300, 7)
    assert alone.min() > -1e-9 and alone.max() < 1e6 / 8 * 0.05 * (1 + 1e-9)


DRAWN = {
    "poisson": "9af7d0208fe0df52",
    "times": "3e85f570004cc830",
    "mmpp": "fcd94edd1e2efe3c",
    "onoff": "bcf85781983bc5a8",
    "noise": "aa210745662fee1d",
}


def digest(values):
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]


def test_draws_are_the_same_bytes_on_every_machine():
    """Digests of what one machine drew; all others must agree."""
    made = {
        "poisson": digest(poisson_counts(2000, 0.1, 4096, 7)),
        "times": digest(poisson_times(100, 10, 7)),
        "mmpp": digest(mmpp_counts(mmpp([[0, 1], [3, 0]], [100, 900]), 0.1, 4096, 7)),
        "onoff": digest(on_off_volumes(OnOff(1e9, 0.05, 0.15, on_shape=1.4, sources=4), 0.1, 1024, 7)),
        "noise": digest(fractional_noise(0.8, 5000, 7)),
    }
    assert made == DRAWN


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: mmpp([[0, 1], [0, 0]], [1, 2]), "never comes back"),
        (lambda: mmpp([[0, 1], [1, 0]], [0, 0]), "above 0"),
        (lambda: mmpp([[0, -1], [1, 0]], [1, 0]), "changing"),
        (lambda: mmpp([[0, 1]], [1, 0]), "shape"),
        (lambda: mmpp([[0, math.nan], [1, 0]], [1, 0]), "changing"),
        (lambda: OnOff(1e9, 1, 1, on_shape=1.0), "no mean"),
        (lambda: OnOff(1e9, 1, 0), "mean time off"),
        (lambda: OnOff(math.nan, 1, 1), "peak"),
        (lambda: on_off_volumes(OnOff(1e9, 1e-6, 1e-6), 1000, 10), "changes"),
        (lambda: on_off_volumes(OnOff(1e9, 1, 1, on_shape=1 + 1e-12, off_shape=1 + 1e-12), 0.1, 1000), "changes"),
        (lambda: on_off_volumes(OnOff(1e9, 1, 1, on_shape=1 + 1e-15, off_shape=1 + 1e-15), 0.1, 1000), "changes"),
        (lambda: poisson_counts(-1, 1, 4), "rate"),
        (lambda: poisson_counts(1, 1, 0), "values"),
        (lambda: poisson_counts(1, 1, 4, seed=-1), "seed"),
        (lambda: poisson_times(1e12, 1e6), "arrivals"),
        (lambda: dispersion([1, 2, 3]), "at least 32"),
        (lambda: dispersion([-1.0] * 64), "from 0 on"),
        (lambda: dispersion([math.inf] * 64), "value 1"),
        (lambda: mmpp_dispersion(mmpp([[0, 1], [1, 0]], [0, 1]), -1), "windows"),
    ],
)
def test_what_means_nothing_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
