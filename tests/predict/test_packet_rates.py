"""Rates that answer the network, where they come to rest: against the fixed points that others have published."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.predict.fluid_timely import Loop
from tests.predict.rates import at_rest, queues_B

from easterly.model.packets import Dcqcn, Transport
from easterly.model.senders import Timely
from easterly.predict.packet import PRESETS, bound_s, incast, transport

DCQCN = replace(transport("dcqcn-paper"), lossless=False, packet_B=1058)
KMIN_B, SLOPE = 5_000, 0.01 / 195_000
RAMP = (KMIN_B, 200_000, 0.01)
LONGER = (KMIN_B, KMIN_B + 1_950_000, 0.1)
"""As steep, but ten times as long: marks of what joins come late, and swing past the end of the published one."""


def fixed_point(senders: int, rate_bps: float, how: Dcqcn, packet_B: int) -> tuple[float, float]:
    """Zhu et al. 2016 (CoNEXT), equation 14: share of marks, and queue [B]; rates in packets per second."""
    unit = 8 * packet_B
    rate, add, counter = rate_bps / unit, how.additive_bps / unit, how.counter_B / packet_B
    inner = 1 / counter + senders / (how.rate_timer_s * rate)
    marked = (add * senders**2 / (how.gap_s * rate**2) * inner**2) ** (1 / 3)
    return marked, KMIN_B + marked / SLOPE


def test_the_fixed_point_is_the_published_one():
    """40 Gb/s and packets of 1 kB: 9.5e-4 and 24 kB for two, 8.1e-3 and 163 kB for ten."""
    assert fixed_point(2, 40e9, Dcqcn(), 1000) == pytest.approx((9.5e-4, 24e3), rel=0.05)
    assert fixed_point(10, 40e9, Dcqcn(), 1000) == pytest.approx((8.1e-3, 163e3), rel=0.05)


@pytest.mark.parametrize(("senders", "ramp"), [(2, RAMP), (4, RAMP), (10, LONGER)])
def test_dcqcn_rests_at_its_fixed_point(senders, ramp):
    found = at_rest(DCQCN, senders, 40e9, (0.05, 0.15), mark=ramp)
    marked, queue_B = fixed_point(senders, 40e9, DCQCN.dcqcn, DCQCN.packet_B)
    assert found.queue_B == pytest.approx(queue_B, rel=0.3) and found.marked == pytest.approx(marked, rel=0.3)
    assert found.jain >= 0.95 and found.rate_bps.sum() == pytest.approx(40e9, rel=0.01)


@pytest.mark.parametrize("senders", [2, 10])
def test_marks_of_what_leaves_hold_ten_on_the_published_ramp(senders):
    """Zhu et al. 2016: marks made at the way out are not older by the queue. Ten senders rest at its fixed
    point, 163 kB, below the end of the ramp; answers that are late by 40 us swing past it."""
    found = at_rest(DCQCN, senders, 40e9, (0.05, 0.15), mark=RAMP, leaving=True)
    _, queue_B = fixed_point(senders, 40e9, DCQCN.dcqcn, DCQCN.packet_B)
    assert found.queue_B == pytest.approx(queue_B, rel=0.3) and found.jain >= 0.95
    assert found.rate_bps.sum() == pytest.approx(40e9, rel=0.01)
    if senders == 10:
        joining = at_rest(DCQCN, senders, 40e9, (0.05, 0.15), mark=RAMP)
        assert joining.queue_B < queue_B / 2 and joining.rate_bps.sum() < found.rate_bps.sum()


@pytest.mark.slow
@pytest.mark.parametrize("senders", [2, 4, 10])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_marks_of_what_leaves_hold_for_long(senders, seed):
    found = at_rest(DCQCN, senders, 40e9, (0.2, 1.0), mark=RAMP, seed=seed, leaving=True)
    _, queue_B = fixed_point(senders, 40e9, DCQCN.dcqcn, DCQCN.packet_B)
    assert found.queue_B == pytest.approx(queue_B, rel=0.3) and found.jain >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize(("senders", "ramp"), [(2, RAMP), (4, LONGER), (10, LONGER), (16, LONGER)])
@pytest.mark.parametrize("rate_bps", [25e9, 40e9, 100e9])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dcqcn_rests_at_its_fixed_point_for_long(senders, ramp, rate_bps, seed):
    marked, queue_B = fixed_point(senders, rate_bps, DCQCN.dcqcn, DCQCN.packet_B)
    found = at_rest(DCQCN, senders, rate_bps, (0.2, 1.0), mark=ramp, seed=seed)
    assert found.queue_B == pytest.approx(queue_B, rel=0.3) and found.marked == pytest.approx(marked, rel=0.3)
    assert found.jain >= 0.95


@pytest.mark.parametrize("senders", [2, 10])
def test_dcqcn_is_fair(senders):
    found = at_rest(DCQCN, senders, 40e9, (0.05, 0.1), mark=RAMP)
    assert found.jain >= 0.95 and found.rate_bps.sum() >= 0.95 * 40e9


def test_a_latecomer_gets_its_share():
    found = at_rest(DCQCN, 2, 40e9, (0.1, 0.15), mark=RAMP, start_s=(0.0, 0.02))
    assert found.jain >= 0.95


TIMELY, PATCHED = (replace(transport(name), lossless=False, packet_B=1058) for name in ("timely", "timely-patched"))


def apart(how: Transport, shares: tuple[float, ...], rate_bps: float = 10e9, **more: Any) -> tuple[Transport, ...]:
    return tuple(replace(how, timely=replace(how.timely, first_share=share, **more)) for share in shares)


def rest_of_patched_B(senders: int, rate_bps: float, how: Timely, packet_B: int) -> float:
    """Zhu et al. 2016, theorem 5: q* = N delta q' / (beta C) + q', q' waits at the reference; here without the path."""
    bytes_per_s = rate_bps / 8
    at_reference_B = bytes_per_s * how.reference_s
    path_s = 4e-6 + (packet_B + 2 * 64) / bytes_per_s
    return senders * how.add_bps / 8 * at_reference_B / (how.beta * bytes_per_s) + at_reference_B - path_s * bytes_per_s


@pytest.mark.parametrize("shares", [(0.7, 0.3), (0.9, 0.1)])
def test_timely_has_no_point_of_rest(shares):
    """Paced by the packet, as in the model of Zhu et al. 2016: flows that start apart stay apart."""
    found = at_rest(apart(TIMELY, shares, at_once=False), 2, 10e9, (0.1, 0.2))
    assert found.jain < 0.9 and found.rate_bps[0] > found.rate_bps[1]


@pytest.mark.parametrize("shares", [(0.7, 0.3), (0.9, 0.1), (1.0, 1.0)])
def test_the_patched_version_has_one(shares):
    found = at_rest(apart(PATCHED, shares), 2, 10e9, (0.1, 0.2))
    assert found.jain >= 0.99 and found.rate_bps.sum() == pytest.approx(10e9, rel=0.01)
    expected_B = rest_of_patched_B(2, 10e9, PATCHED.timely, 1058)
    assert found.queue_B == pytest.approx(expected_B, rel=0.2)


EVERY = [(rate_bps, senders) for rate_bps in (10e9, 25e9, 40e9) for senders in (2, 3, 5, 10)]
SWINGS = [(25e9, 2), (40e9, 2), (40e9, 3)]
"""The loop of the published model has no margin there: the queue swings far below its point of rest."""


def loop_of(how: Transport, senders: int, rate_bps: float) -> Loop:
    return Loop(how.timely, senders, rate_bps, 4e-6 + (how.packet_B + 2 * 64) * 8 / rate_bps)


@pytest.mark.slow
@pytest.mark.parametrize(("rate_bps", "senders"), [each for each in EVERY if each not in SWINGS])
def test_the_patched_version_rests_where_it_should(senders, rate_bps):
    found = at_rest(PATCHED, senders, rate_bps, (1.0, 1.5))
    assert found.jain >= 0.95
    assert found.queue_B == pytest.approx(rest_of_patched_B(senders, rate_bps, PATCHED.timely, 1058), rel=0.2)


def test_where_the_published_model_swings():
    """Its phase margin, of answers once per burst and of answers no sooner than a least round trip after another."""
    margins = {each: loop_of(PATCHED, each[1], each[0]).margin() for each in EVERY}
    assert {each for each, margin in margins.items() if margin < -0.05} == set(SWINGS)
    assert all(margins[10e9, senders] > 0.1 for senders in (2, 3, 5, 10))
    for senders in (2, 3, 5, 10):  # faster links swing sooner
        assert margins[10e9, senders] > margins[25e9, senders] > margins[40e9, senders]
    spaced = replace(PATCHED, timely=replace(PATCHED.timely, gap_s=20e-6))
    assert all(loop_of(spaced, n, rate).margin() >= margins[rate, n] for rate, n in EVERY)


def swings_as_its_model(senders: int, rate_bps: float, gap_s: float, until_s: float, step_s: float) -> None:
    """The mean of the queue, its least and its most, in units of the point of rest."""
    how = replace(PATCHED, timely=replace(PATCHED.timely, gap_s=gap_s))
    loop, from_s = loop_of(how, senders, rate_bps), until_s * 2 / 3
    model = loop.queue_B(until_s, step_s) / loop.rest_B
    model = model[round(from_s / step_s) :]
    found = queues_B(how, senders, rate_bps, (from_s, until_s), 1e-4) / loop.rest_B
    assert found.mean() == pytest.approx(model.mean(), abs=0.05)
    assert (found.min(), found.max()) == pytest.approx((model.min(), model.max()), abs=0.1)
    if loop.margin() > 0.1:
        assert (found.min(), found.max()) == pytest.approx((1.0, 1.0), abs=0.05)
    if loop.margin() < 0.0:
        assert found.min() < 0.7 and found.max() > 1.3


@pytest.mark.no_cover
@pytest.mark.parametrize(("rate_bps", "senders"), [(10e9, 2), (40e9, 2)])
def test_the_patched_version_swings_as_its_model_does(senders, rate_bps):
    swings_as_its_model(senders, rate_bps, 0.0, 0.15, 2e-6)


@pytest.mark.slow
@pytest.mark.parametrize("gap_s", [0.0, 20e-6])
@pytest.mark.parametrize(("rate_bps", "senders"), EVERY)
def test_the_patched_version_swings_as_its_model_does_for_long(senders, rate_bps, gap_s):
    swings_as_its_model(senders, rate_bps, gap_s, 0.6, 1e-6)


HPCC = replace(transport("hpcc"), lossless=False)
WIRE = (HPCC.packet_B + HPCC.hpcc.link_B) / HPCC.packet_B
"""Of a packet behind the switch."""


@pytest.mark.parametrize("senders", [1, 2, 4, 16])
def test_hpcc_leaves_a_twentieth_and_no_queue(senders):
    found = at_rest(HPCC, senders, 100e9, (1e-3, 3e-3))
    assert found.rate_bps.sum() * WIRE / 100e9 == pytest.approx(0.95, abs=0.02)
    assert found.queue_B < 2 * HPCC.packet_B and found.jain >= 0.95


def packets_each(senders: int, rate_bps: float, delay_s: float) -> float:
    """Packets of a round trip over four links that each sender may have in flight."""
    return rate_bps * 4 * delay_s / 8 / HPCC.packet_B / senders


LONG = [(n, r, d) for n in (2, 3, 8, 32) for r in (25e9, 100e9, 400e9) for d in (0.5e-6, 2e-6)]
UNEVEN = (2, 25e9, 0.5e-6)
"""A window of three packets: the index of fairness is 0.94."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("senders", "rate_bps", "delay_s"), [each for each in LONG if packets_each(*each) >= 1 and each != UNEVEN]
)
def test_hpcc_leaves_a_twentieth_and_no_queue_for_long(senders, rate_bps, delay_s):
    found = at_rest(HPCC, senders, rate_bps, (5e-3, 15e-3), delay_s=delay_s)
    assert found.rate_bps.sum() * WIRE / rate_bps == pytest.approx(0.95, abs=0.02)
    assert found.queue_B < 2 * HPCC.packet_B and found.jain >= 0.95


FEW = [(8, 25e9, 0.5e-6), (32, 25e9, 0.5e-6), (64, 25e9, 1e-6), (64, 100e9, 1e-6), (200, 100e9, 1e-6)]


@pytest.mark.parametrize(
    ("senders", "rate_bps", "delay_s"), [FEW[1], FEW[3], *(pytest.param(*each, marks=pytest.mark.slow) for each in FEW)]
)
def test_windows_below_one_packet_are_paced(senders, rate_bps, delay_s):
    """One packet in flight at most, at its time. At rest U = W / (W - N W_AI) eta, of which what waits (at most a mean
    queue, over the product of rate and round trip) is no use of the link: one packet is much of a small product."""
    found = at_rest(HPCC, senders, rate_bps, (5e-3, 15e-3), delay_s=delay_s)
    size_B, ack_B = HPCC.packet_B + 8, HPCC.ack_B + 16
    product_B = rate_bps / 8 * 4 * delay_s + 2 * size_B + 2 * ack_B
    assert product_B / senders < 1.05 * size_B
    use = found.rate_bps.sum() * WIRE / rate_bps
    at_once = senders * 0.05 / HPCC.hpcc.flows
    whole = 0.95 / (1 - at_once / use)
    assert whole - found.queue_B / product_B - 0.02 <= use <= whole + 0.02
    assert found.queue_B < 0.25 * product_B and found.jain >= 0.95


def test_a_latecomer_gets_its_share_of_hpcc():
    """By small additive steps: 50 round trips of 4.5 us halve the difference of two."""
    found = at_rest(HPCC, 2, 100e9, (4e-3, 6e-3), start_s=(0.0, 1e-3))
    assert found.jain >= 0.95


def test_thresholds_follow_the_rate_of_a_port():
    how = transport("hpcc-repo").dcqcn
    assert how.thresholds_B(100e9) == (400_000, 1_600_000) and how.thresholds_B(25e9) == (100_000, 400_000)
    assert Dcqcn().thresholds_B(100e9) == (5_000, 200_000)


@pytest.mark.parametrize("name", ["dcqcn-paper", "hpcc-repo", "timely-patched", "hpcc"])
@pytest.mark.parametrize("lossless", [True, False])
def test_incasts_of_rates_end(name, lossless):
    how = replace(PRESETS[name], lossless=lossless)
    found = incast(15, 4_000_000, 100e9, how, buffer_B=8_000_000)
    assert found.complete and (found.marks.sum() > 0) == (how.law == "dcqcn")
    assert 1 <= found.fct_s.max() / bound_s(15, 4_000_000, 100e9, how) < 3
    if lossless:
        assert found.drops.sum() == found.again.sum() == 0


def test_switches_that_mark_what_leaves():
    paper = transport("dcqcn-paper")
    leaving = replace(paper, dcqcn=replace(paper.dcqcn, marks_leaving=True))
    joining_s, leaving_s = (incast(10, 20_000_000, 40e9, how).fct_s.max() for how in (paper, leaving))
    assert bound_s(10, 20_000_000, 40e9, paper) <= leaving_s < joining_s


def test_presets_mark_as_their_sources_do():
    """An arriving packet (Zhu et al. 2015, section 3); at its dequeue, by what is left (switch-node.cc of HPCC)."""
    assert [name for name, how in PRESETS.items() if how.dcqcn.marks_leaving] == ["hpcc-repo"]
    repo = PRESETS["hpcc-repo"]
    assert "what leaves" in repo.source
    joining = replace(repo, dcqcn=replace(repo.dcqcn, marks_leaving=False))
    as_made, leaving, joined = (
        incast(15, 4_000_000, 100e9, how)
        for how in (repo, replace(joining, dcqcn=replace(joining.dcqcn, marks_leaving=True)), joining)
    )
    assert as_made.fct_s.tolist() == leaving.fct_s.tolist() != joined.fct_s.tolist()
    assert as_made.most_B.max() <= joined.most_B.max()  # answers come earlier by the queue


def test_go_back_n_sends_more_again_than_selective_repeat():
    again = []
    for recovery in ("selective", "go-back-n"):
        how = replace(transport("dctcp"), recovery=recovery)
        found = incast(20, 400_000, 25e9, how, buffer_B=60_000, mark_B=50_000)
        assert found.complete and found.drops.sum() > 0
        again.append(found.again.sum())
    assert again[1] > again[0]
    with pytest.raises(ValueError, match="recovery is 'all'"):
        incast(2, 1000, 1e9, replace(transport("dctcp"), recovery="all"))
