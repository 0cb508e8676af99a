"""Packet memory: closed forms against queues that are played through, fixed points and published figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.qos.buffers import bdp_B, headroom_B, incast_B, queue_limit_B, shared_bdp_B


def test_products_are_bits_divided_by_eight():
    assert bdp_B(100e9, 1e-3) == 12.5e6
    assert bdp_B(400e9, 10e-6) == pytest.approx(0.5e6)
    # Appenzeller, Keslassy, McKeown 2004: 10 Gb/s, 250 ms: 2.5 Gbit for one flow, some 10 Mbit for 50,000.
    assert 8 * bdp_B(10e9, 0.25) == 2.5e9
    assert 8 * shared_bdp_B(10e9, 0.25, 50_000) == pytest.approx(2.5e9 / math.sqrt(50_000))
    assert shared_bdp_B(1e9, 1e-3, 1) == bdp_B(1e9, 1e-3)


def played(senders, window_B, port_bps, sender_bps, steps=20_000):
    """Highest queue, by small steps of time: what arrives less what leaves, never below zero."""
    time_s = 8 * window_B / sender_bps
    step_s = time_s / steps
    queue = worst = 0.0
    for _ in range(steps):
        queue = max(0.0, queue + (senders * sender_bps - port_bps) * step_s / 8)
        worst = max(worst, queue)
    return worst


@pytest.mark.parametrize("senders, port, sender", [(2, 1, 1), (9, 1, 1), (16, 4, 1), (4, 4, 1), (3, 4, 1), (7, 1, 4)])
def test_incast_is_what_a_queue_does(senders, port, sender):
    assert incast_B(senders, 1e5, port * 1e11, sender * 1e11) == pytest.approx(
        played(senders, 1e5, port * 1e11, sender * 1e11), rel=1e-6, abs=1e-3
    )


def test_equal_rates_leave_all_windows_but_one():
    assert incast_B(64, 21_720, 25e9, 25e9) == 63 * 21_720


@given(st.floats(0.01, 64), st.integers(1, 64))
def test_a_dynamic_threshold_is_its_own_fixed_point(alpha, queues):
    each = queue_limit_B(1.0, alpha, queues)
    assert each == pytest.approx(alpha * (1 - queues * each))


@pytest.mark.parametrize(
    "alpha, queues, each_MB", [(1, 1, 32), (1, 3, 16), (0.5, 4, 10.6667), (8, 2, 30.1176), (0.5, 1, 21.3333)]
)
def test_thresholds_of_64_MB(alpha, queues, each_MB):
    assert queue_limit_B(64e6, alpha, queues) / 1e6 == pytest.approx(each_MB, abs=1e-4)


@pytest.mark.parametrize(
    "gbps, metres, bytes_", [(100, 3, 44_147), (100, 100, 56_272), (100, 300, 81_272), (400, 3, 77_976),
                             (400, 100, 126_476), (400, 300, 226_476)]
)  # fmt: skip
def test_headroom_of_frames_of_9216_bytes(gbps, metres, bytes_):
    assert headroom_B(gbps * 1e9, metres) == pytest.approx(bytes_, abs=1)


def test_headroom_of_other_frames_and_rates():
    assert headroom_B(100e9, 100, 1518) == pytest.approx(40_876, abs=1)
    rates = [1e9, 10e9, 20e9, 50e9, 100e9, 400e9, 800e9, 1.6e12]
    needs = [headroom_B(rate, 10) for rate in rates]
    assert np.all(np.diff(needs) > 0)
