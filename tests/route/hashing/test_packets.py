"""Packets over links: loads, and what arrives out of order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.route.hashing import CHOICES, safe_gap_s, spray


def traffic(flows, packets, gap_s, seed=1):
    rng = np.random.default_rng(seed)
    time = np.cumsum(rng.exponential(gap_s, packets))
    return rng.integers(0, flows, packets), time


@given(st.lists(st.floats(0, 5e-5), min_size=1, max_size=5), st.integers(1, 20), st.integers(0, 99))
def test_a_safe_gap_keeps_flows_in_order(delays, flows, seed):
    flow, time = traffic(flows, 300, 3e-6, seed)
    sent = spray(flow, time, 0.0, [1e12] * len(delays), delays, choice="flowlet", gap_s=safe_gap_s(delays), seed=seed)
    assert sent.late_s.max() <= 1e-12


def test_a_gap_below_the_difference_of_two_paths_does_not():
    flow, time = traffic(4, 4000, 1e-6)
    delays = [0.0, 4e-5]
    sent = spray(flow, time, 0.0, [1e12] * 2, delays, choice="flowlet", gap_s=5e-6)
    assert sent.reordered > 0.01
    assert sent.late_s.max() <= 4e-5


def test_a_gap_beyond_any_pause_is_a_hash_of_flows():
    flow, time = traffic(6, 500, 1e-6)
    sent = spray(flow, time, 1000, [1e11] * 4, [0] * 4, choice="flowlet", gap_s=1.0)
    for f in range(6):
        assert len(set(sent.member[flow == f].tolist())) == 1
    assert sent.reordered == 0


def test_a_flow_stays_on_its_link_and_in_order():
    flow, time = traffic(50, 2000, 1e-7)
    sent = spray(flow, time, 1500, [1e11] * 4, [0, 1e-5, 2e-5, 3e-5], choice="flow")
    assert sent.reordered == 0
    assert sent.load_B.sum() == 2000 * 1500
    assert all(len(set(sent.member[flow == f].tolist())) == 1 for f in range(50))


def test_loads_rank_as_theory_says():
    """One elephant and few mice: turns are even to a packet, two choices nearly so, a draw within its deviation."""
    rng = np.random.default_rng(2)
    flow = np.where(rng.random(40_000) < 0.5, 0, rng.integers(1, 9, 40_000))
    time = np.arange(40_000) * 1500 * 8 / (8 * 1e11) / 0.9
    by = {c: spray(flow, time, 1500, [1e11] * 8, [0] * 8, choice=c, gap_s=1e-5) for c in CHOICES}
    assert by["flow"].imbalance > 3.5
    assert by["random"].imbalance == pytest.approx(1.0, abs=5 * math.sqrt(8 / 40_000))
    assert by["round-robin"].imbalance == pytest.approx(1.0, abs=1e-3)
    wait = {c: (sent.arrival_s - time).max() for c, sent in by.items()}
    assert wait["round-robin"] <= wait["two-choices"] < wait["random"] < wait["flow"]
    assert by["shortest"].reordered <= by["two-choices"].reordered < by["random"].reordered


@pytest.mark.parametrize("choice", CHOICES)
def test_one_link_takes_all_in_order(choice):
    flow, time = traffic(5, 100, 1e-6)
    sent = spray(flow, time, 9000, [1e10], [1e-6], choice=choice, gap_s=1e-6)
    assert set(sent.member.tolist()) == {0}
    assert sent.reordered == 0
    assert sent.imbalance == 1


def test_nothing_sent_is_no_error():
    sent = spray([], [], [], [1e9, 1e9], [0, 0], choice="random")
    assert sent.load_B.tolist() == [0, 0]
    assert math.isnan(sent.reordered)
    assert math.isnan(sent.imbalance)


def test_misuse_is_said():
    with pytest.raises(ValueError, match="no way to spray"):
        spray([0], [0], 1, [1e9], [0], choice="best")
    with pytest.raises(ValueError, match="no member"):
        spray([0], [0], 1, [], [])
