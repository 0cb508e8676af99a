"""What answers late: margins, roots and integrated fluids must say the same, and what has been published."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly._kernel import control
from easterly.predict.control import aqm, dcqcn, dcqcn_fluid, dctcp, kelly, loops

NONE = np.zeros((1, 1))
LINEAR = dcqcn.Settings(to_B=5e3 + 20 * 195e3, most=0.2)
"""Marks as Zhu et al. 2016 have them, without an end at Kmax."""


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-2, 20), st.floats(1e-3, 10))
def test_an_integrator_with_delay_is_lambert_s(gain, delay):
    loop = loops.Loop(NONE, NONE, np.ones(1), np.array([gain]), delay)
    made, first = loops.margins(loop, 1e-2 * gain, 1e2 * (gain + 1 / delay)), loops.delay_roots(gain, delay)[0]
    # At gain tau = 1/e two roots meet, and there any method has half its digits.
    near = 1e-4 if abs(gain * delay - 1 / math.e) < 1e-3 else 1e-8
    assert made.root * delay == pytest.approx(complex(first) * delay, rel=near, abs=near)
    assert first + gain * np.exp(-first * delay) == pytest.approx(0, abs=1e-9 * gain)
    assert made.gain == pytest.approx(math.pi / 2 / (gain * delay), rel=1e-9)
    if gain * delay < 3:
        assert made.phase_rad == pytest.approx(math.pi / 2 - gain * delay, abs=1e-9)
    assert made.stable == (gain * delay < math.pi / 2)


def test_critical_gains():
    assert loops.delay_roots(1 / math.e, 1.0)[0] == pytest.approx(-1, abs=1e-7)
    assert loops.delay_roots(math.pi / 2, 1.0)[0] == pytest.approx(1j * math.pi / 2, abs=1e-12)
    assert [loops.kind_of(x) for x in (0.36, 0.37, 1.57, 1.58)] == [
        "creeps to rest", "swings to rest", "swings to rest", "unstable"
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_the_rightmost_root_is_a_root_and_none_is_further_right(seed):
    """By the argument of the determinant round a rectangle to the right of it."""
    rng = np.random.default_rng(seed)
    now, past = rng.normal(size=(3, 3)) - 1.5 * np.eye(3), rng.normal(size=(3, 3))
    root = loops.rightmost(now, past, 0.8)

    def det(s):
        s = np.asarray(s)
        re, im = control.determinant(now, past, 0.8, s.real.copy(), s.imag.copy())
        return re + 1j * im

    assert abs(det(np.array([root]))[0]) < 1e-8
    left, right, up = root.real + 1e-3, 40.0, 40.0
    corners = [complex(left, -up), complex(right, -up), complex(right, up), complex(left, up), complex(left, -up)]
    ring = np.concatenate([np.linspace(a, b, 60_000) for a, b in pairwise(corners)])
    assert round(float(np.diff(np.unwrap(np.angle(det(ring))))[...].sum()) / (2 * math.pi)) == 0


PORT = aqm.Port(60, 3750, 0.2)


def test_the_controller_of_hollot_et_al():
    """IEEE TAC 2002: N 60, C 3750/s, R 0.246 s, K 9.64e-6, z 0.53: a phase margin of 75 degrees."""
    made = aqm.port_margins(PORT, aqm.Pi(9.64e-6, 0.53, 175))
    assert made.stable and math.degrees(made.phase_rad) == pytest.approx(75, abs=0.5)
    assert made.crossover_rad_per_s == pytest.approx(0.53, abs=0.01)


@pytest.mark.parametrize("beta", [0.1, 0.4, 0.8, 1.2])
def test_the_design_rule_leaves_what_it_says(beta):
    """An integrator, the fast pole and the delay: pi / 2 - beta - atan beta."""
    policy = aqm.Pi.designed(PORT, 175, beta)
    made = aqm.port_margins(PORT, policy)
    assert made.phase_rad == pytest.approx(math.pi / 2 - beta - math.atan(beta), abs=1e-9)
    assert made.stable == (made.phase_rad > 0) and (made.gain > 1) == made.stable


@pytest.mark.parametrize("beta", [0.13, 0.5, 1.2])
def test_queues_swing_up_where_the_margin_says_so(beta):
    policy = aqm.Pi.designed(PORT, 175, beta)
    _, window, _ = PORT.at(175)
    _, states = aqm.fluid(PORT, policy, 150.0, first=(window * 1.02, 175.0))
    tail = np.ptp(states[-100:, 1])
    assert (tail < 1.0) if aqm.port_margins(PORT, policy).stable else (tail > 20)


def test_red_rests_where_its_marks_are_those_needed():
    red = aqm.Red(0.1 / 550, 150, 1.33e-6)
    queue = red.rest(PORT)
    assert red.slope * (queue - red.start) == pytest.approx(PORT.at(queue)[2], rel=1e-9)
    assert red.corner(3750) == pytest.approx(-math.log1p(-1.33e-6) * 3750, rel=1e-6)
    _, states = aqm.fluid(PORT, red, 400.0)
    assert states[-1, 1] == pytest.approx(queue, rel=0.02)


@pytest.mark.parametrize(
    ("flows", "delay_s", "stable"),
    [(2, 85e-6, True), (10, 85e-6, False), (64, 85e-6, True), (2, 100e-6, False), (10, 4e-6, True), (64, 4e-6, True)],
)
def test_more_flows_are_neither_always_better_nor_always_worse_for_dcqcn(flows, delay_s, stable):
    """Zhu et al. 2016, figure 3: at 85 us two flows and 64 come to rest, ten do not."""
    made = dcqcn_fluid.stability(flows, 40e9, delay_s, LINEAR)
    assert made.stable == stable == (made.phase_rad > 0)


def course(flows: float, delay_s: float, nudge: float, steps: int) -> np.ndarray:
    """Queue over that of rest, less 1, from a nudge on; a step is a microsecond."""
    s, at = LINEAR, dcqcn.rest(flows, 40e9, LINEAR)
    bits = s.packet_bits
    table = np.array(
        [40e9 / bits, delay_s, 5, s.to_B / 1e3, s.most, s.gain, s.cnp_s, s.alpha_s, s.timer_s, 1e4, 5, s.add_bps / bits]
    )
    first = np.array([at.alpha, at.target_bps / bits, at.rate_bps / bits, at.queue_B / 1e3 * (1 + nudge)])
    return (
        control.dcqcn(table, np.array([float(flows)]), first, 1e-6, steps, 1)[:, 3] / first[3] / (1 / (1 + nudge)) - 1
    )


def test_the_fluid_of_dcqcn_stays_where_it_rests():
    assert np.abs(course(10, 50e-6, 0.0, 20_000)).max() < 1e-6


@pytest.mark.no_cover
@pytest.mark.parametrize(("flows", "delay_s"), [(10, 50e-6), (4, 100e-6), (10, 85e-6)])
def test_the_fluid_of_dcqcn_grows_and_decays_as_its_root_does(flows, delay_s):
    root = dcqcn_fluid.stability(flows, 40e9, delay_s, LINEAR).root
    apart = np.abs(course(flows, delay_s, 1e-5, 40_000))
    middle, end = apart[10_000:20_000].max(), apart[30_000:].max()
    assert math.log(end / middle) / 20e-3 == pytest.approx(root.real, abs=5)


@pytest.mark.no_cover
def test_dcqcn_becomes_fair_and_its_longest_delay_is_the_verge():
    made = dcqcn_fluid.fluid([1, 1], 40e9, 4e-6, 0.1, first_bps=[38e9, 2e9])
    assert made.rate_bps[-1] == pytest.approx([20e9, 20e9], rel=0.01)
    assert made.queue_B[-1] == pytest.approx(made.rest.queue_B, rel=0.02)
    verge = dcqcn_fluid.longest_delay(10, 40e9, LINEAR)
    assert abs(dcqcn_fluid.stability(10, 40e9, verge, LINEAR).phase_rad) < 1e-4
    with pytest.raises(ValueError, match="raise `most`"):
        dcqcn_fluid.stability(64, 40e9, 4e-6)


def test_17_percent_of_the_product_keeps_dctcp_busy():
    """Alizadeh, Javanmard and Prabhakar 2011, abstract: a threshold of 17 % of it loses no rate."""
    rate, rtt = 1e6, 500e-6
    for flows in (1, 3, 10, 30, 60, 100):
        full = dctcp.fluid(flows, rate, rtt, 0.17 * rate * rtt, 0.4)
        assert full.settled.min() > 0
    short = [dctcp.fluid(n, rate, rtt, 0.05 * rate * rtt, 0.4).settled.min() for n in (3, 10, 30, 60)]
    assert min(short) == 0


LOT = [[1, 1, 0], [1, 0, 1]]


@pytest.mark.no_cover
@pytest.mark.parametrize("alpha", [0.5, 1, 2, 4])
def test_prices_move_to_the_optimum_itself(alpha):
    trial = kelly.dual(LOT, [1e9, 2e9], 0.1, gain=1.0, alpha=alpha, until_s=1.0)
    made = kelly.dual(LOT, [1e9, 2e9], 0.1, gain=0.5 / trial.factor.max(), alpha=alpha, until_s=600.0)
    assert made.sure and made.apart < 1e-6 and made.optimum.gap < 1e-12


@pytest.mark.no_cover
@pytest.mark.parametrize("alpha", [1, 2])
def test_rates_move_to_the_optimum_as_prices_get_steep(alpha):
    apart = [kelly.primal(LOT, 1e9, 0.05, gain=0.05, alpha=alpha, steep=b, until_s=400.0).apart for b in (5, 20, 80)]
    assert apart[0] > apart[1] > apart[2] and apart[2] < 0.05


@pytest.mark.parametrize(("factor", "rests"), [(0.9, True), (1.1, False)])
def test_one_flow_at_one_link_swings_beyond_half_a_turn(factor, rests):
    """kappa (p + x p') tau against pi / 2: prices x^B, at rest p = w / x; the same, gamma x / q, for a dual."""
    steep, tau = 4.0, 1.0
    gain = factor * math.pi / 2 / (1 + steep) / tau  # at rest x = p = 1
    made = kelly.primal([[1]], 1.0, tau, gain=gain, steep=steep, until_s=400.0)
    assert made.factor[0] == pytest.approx(factor * math.pi / 2) and made.sure == rests
    assert (made.swing < 1e-3) == rests and kelly.limit(gain, 1.0, steep, 1.0) == pytest.approx(tau / factor)
    turned = kelly.dual([[1]], 1.0, tau, gain=factor * math.pi / 2, until_s=400.0)
    assert turned.factor[0] == pytest.approx(factor * math.pi / 2) and (turned.swing < 1e-3) == rests


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(3))
def test_where_each_flow_is_below_half_a_turn_all_come_to_rest(seed):
    rng = np.random.default_rng(seed)
    routes = (rng.random((4, 7)) < 0.4).astype(float)
    routes[rng.integers(0, 4, 7), np.arange(7)] = 1
    rtt, capacity = rng.uniform(0.05, 0.5, 7), rng.uniform(0.5, 1, 4)
    trial = kelly.primal(routes, capacity, rtt, gain=1e-3, steep=6.0, until_s=1.0)
    gain = 1e-3 * 0.8 * math.pi / 2 / float(trial.factor.max())
    made = kelly.primal(routes, capacity, rtt, gain=gain, steep=6.0, until_s=400.0)
    assert made.swing < 0.05


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: aqm.Port(0, 1, 1), "flows is 0"),
        (lambda: aqm.fluid(PORT, aqm.Pi.designed(PORT, 175), 1e9), "steps"),
        (lambda: kelly.primal(LOT, 1.0, 1e-6, gain=1, until_s=1e3), "follow it for less long"),
        (lambda: kelly.dual(LOT, 1.0, 0.1, gain=1, alpha=math.inf, until_s=1), "alpha is infinite"),
        (lambda: kelly.limit(0, 1, 1, 1), "gain is 0"),
        (lambda: dctcp.fluid(2, 1e6, 1e-4, 20, 1e9), "steps"),
        (lambda: dcqcn_fluid.fluid([1], 40e9, 4e-6, 1e-3, first_bps=[50e9]), "no flow starts above"),
        (lambda: loops.delay_roots(1, 0), "delay_s is 0"),
    ],
)
def test_nonsense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
