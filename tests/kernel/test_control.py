"""Roots, responses and fluids of the kernel, against scipy, many digits, and equations with known answers."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.special import lambertw

from easterly._kernel import control


def test_sines_and_angles_are_right_to_the_last_bits():
    rng = np.random.default_rng(1)
    x = np.concatenate(
        [rng.uniform(-10, 10, 4000), rng.uniform(-1e6, 1e6, 4000), [0.0, np.pi, np.pi / 2, 1e-300, -0.0]]
    )
    sine, cosine = control.turn(x)
    assert np.abs(sine - np.sin(x)).max() < 3e-16 and np.abs(cosine - np.cos(x)).max() < 3e-16
    y, z = rng.normal(size=(2, 8000)) * 10 ** rng.uniform(-100, 100, (2, 8000))
    assert np.abs(control.angle(y, z) - np.arctan2(y, z)).max() < 1e-15
    corners = np.array([(a, b) for a in (-1.0, -0.0, 0.0, 1.0) for b in (-1.0, -0.0, 0.0, 1.0)])
    assert control.angle(corners[:, 0].copy(), corners[:, 1].copy()) == pytest.approx(
        np.arctan2(corners[:, 0], corners[:, 1]), abs=1e-15
    )


@pytest.mark.parametrize("branch", [-3, -2, -1, 0, 1, 2, 7])
def test_lambert_is_that_of_scipy_and_its_own_inverse(branch):
    rng = np.random.default_rng(branch + 5)
    z = (rng.normal(size=3000) + 1j * rng.normal(size=3000)) * 10 ** rng.uniform(-8, 8, 3000)
    z = np.concatenate([z, -(10 ** rng.uniform(-6, 3, 500)) + 0j, 10 ** rng.uniform(-6, 3, 500) + 0j,
                        -1 / np.e + 1e-3 * (rng.normal(size=200) + 1j * rng.normal(size=200))])  # fmt: skip
    re, im = control.lambert(z.real.copy(), z.imag.copy(), np.full(len(z), branch))
    w = re + 1j * im
    near = np.abs(z * np.e + 1) < 0.05  # there the inverse is steep
    assert np.abs(w * np.exp(w) / z - 1)[~near].max() < 1e-12
    assert np.abs(w * np.exp(w) - z)[near].max() < 1e-13
    assert w[~near] == pytest.approx(lambertw(z[~near], branch), rel=1e-11, abs=1e-300)
    assert w[near] == pytest.approx(lambertw(z[near], branch), rel=1e-5)


def test_lambert_at_known_points():
    re, im = control.lambert(np.array([0.0, np.e, -1 / np.e, -np.pi / 2]), np.zeros(4), np.zeros(4, np.int64))
    assert re == pytest.approx([0, 1, -1, 0], abs=3e-8) and im == pytest.approx([0, 0, 0, np.pi / 2], abs=3e-8)
    assert control.lambert(np.zeros(1), np.zeros(1), np.full(1, -1))[0][0] == -np.inf


@pytest.mark.parametrize(("z", "branch"), [(-1e-306, -1), (1e-306 + 1e-307j, -1), (1e-306, 1), (-1e-306, 1),
                                          (-1e-306 - 1e-306j, 3), (-1e-306, -2), (-1e-306 + 1e-310j, -1),
                                          (-1e-306 - 1e-310j, -1), (1e-300 + 1e-300j, -(10**9))])  # fmt: skip
def test_lambert_of_next_to_nothing_has_all_its_digits(z, branch):
    re, im = control.lambert(np.array([z.real]), np.array([z.imag]), np.array([branch]))
    with mpmath.workdps(30):
        w = mpmath.mpc(re[0], im[0])
        again = mpmath.log(z) + 2j * mpmath.pi * branch if im[0] else mpmath.mpc(mpmath.log(-z.real))
        assert abs(w + mpmath.log(w if im[0] else -w) - again) < 1e-13 * abs(w)
        if abs(branch) < 10:
            assert abs(w - mpmath.lambertw(z, branch)) < 1e-14 * abs(w)


def test_a_run_that_leaves_floating_point_is_refused():
    with pytest.raises(ValueError, match="leaves floating point in step"):
        control.reno(1e30, 1e-30, 1e-20, 1e30, 0.0, 1e30, 1e30, 0.0, np.full(4, 1e300), 1e-20, 50, 1)


def random_system(seed: int, n: int = 4):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, n)), rng.normal(size=(n, n)), rng.normal(size=n), rng.normal(size=n), 0.7


@pytest.mark.parametrize("seed", range(4))
def test_responses_and_determinants_are_those_of_linear_algebra(seed):
    now, past, into, out, delay = random_system(seed)
    s = np.random.default_rng(seed).normal(size=20) + 1j * np.linspace(0, 30, 20)
    re, im = control.response(now, past, into, out, delay, s.real.copy(), s.imag.copy())
    det = control.determinant(now, past, delay, s.real.copy(), s.imag.copy())
    for k, each in enumerate(s):
        table = each * np.eye(4) - now - past * np.exp(-each * delay)
        assert re[k] + 1j * im[k] == pytest.approx(
            out @ np.linalg.solve(table, into) * np.exp(-each * delay), rel=1e-10
        )
        assert det[0][k] + 1j * det[1][k] == pytest.approx(np.linalg.det(table), rel=1e-10)


def single(gain: float, delay: float, first: float, step: float, until: float) -> np.ndarray:
    """The dual control at one link with alpha 1: p' = gain (1 / p(t - delay) - 1)."""
    one = np.ones(1)
    rows = control.dual(np.ones((1, 1)), one, one, np.array([delay]), 1.0, gain, 1e9, np.array([first]), step,
                        round(until / step), 1)  # fmt: skip
    return rows[:, 0]


def test_delayed_equations_are_integrated_to_fourth_order():
    """By steps: up to the delay the right side is constant, then it is known, and so on; here by fine steps of it."""
    exact = single(0.5, 1.0, 2.0, 1 / 4096, 6.0)[-1]
    apart = [abs(single(0.5, 1.0, 2.0, 1 / n, 6.0)[-1] - exact) for n in (8, 16, 32)]
    assert apart[0] / apart[1] > 11 and apart[1] / apart[2] > 11
    first = single(0.5, 1.0, 2.0, 1 / 64, 2.0)
    assert first[64] == pytest.approx(2 - 0.5 * 0.5, rel=1e-14)
    # From 1 to 2: p' = gain (1 / (2 - gain (t - 1) / 2) - 1), which is a logarithm.
    assert first[128] == pytest.approx(1.75 + 0.5 * (4 * np.log(2 / 1.75) - 1), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: single(0.5, 0.01, 1.0, 0.1, 1.0), "shorter than a step"),
        (lambda: single(-1.0, 1.0, 1.0, 0.1, 1.0), "gain"),
        (lambda: single(1.0, 1.0, np.nan, 0.1, 1.0), "no number"),
        (lambda: single(1.0, 1.0, 1.0, 1e-9, 1e3), "more than is remembered"),
        (lambda: control.angle(np.zeros(2), np.zeros(3)), "x has 3"),
        (lambda: control.lambert(np.zeros(1), np.zeros(1), np.full(1, 2 * 10**9)), "branch"),
        (lambda: control.determinant(np.zeros((2, 2)), np.zeros((3, 3)), 1.0, np.zeros(1), np.zeros(1)), "past"),
        (lambda: control.dcqcn(np.ones(11), np.ones(1), np.ones(4), 0.1, 1, 1), "numbers has 11"),
        (lambda: control.dctcp(1.0, 1.0, 0.0, 0.1, 1.0, np.ones(3), 0.1, 1, 1), "path"),
        (lambda: control.reno(1.0, 1.0, 1.0, -0.1, 1.0, 1.0, 0.0, 0.0, np.ones(4), 0.1, 1, 1), "gain"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
