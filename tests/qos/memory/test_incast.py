"""Incast: the closed form against packets that pass through a chip's memory."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.qos.buffers import incast_B
from easterly.qos.memory import Chip, EgressQueue, Group, Outcome, Pool, SharedMemory, absorbs, play, room_B

CELL = 64


def refused(senders, cells, ratio, memory, alpha, occupied, reserved):
    """Packets refused of `senders` bursts of `cells` packets of one cell each, at `ratio` times the port's rate."""
    chip = Chip(
        memory_B=(memory + reserved) * CELL,
        cell_B=CELL,
        ingress_pools=[Pool((memory + reserved) * CELL)],
        egress_pools=[Pool(memory * CELL)],
        groups=[Group(limit_B=(memory + reserved) * CELL)],
        queues=[EgressQueue(alpha=alpha, reserved_B=reserved * CELL), EgressQueue(alpha=1024)],
    )
    port_bps = 512 * 10**9  # one cell per ns
    each_ns = max(1, round(1 / ratio)) if ratio < 1 else 1
    steps = np.repeat(np.arange(cells) * each_ns, senders * (int(ratio) if ratio > 1 else 1))
    if ratio > 1:
        steps = np.repeat(np.arange(-(-cells // int(ratio))), senders * int(ratio))[: cells * senders]
    times = np.concatenate([np.zeros(occupied, int), steps + 1])
    queue = np.concatenate([np.ones(occupied, int), np.zeros(steps.size, int)])
    passage = play(chip, times, np.full(times.size, CELL), np.zeros(times.size, int), queue, rate_bps=[port_bps, 0])
    assert not passage.refused[:occupied].any()
    return int(passage.refused.sum())


@given(
    st.integers(20, 120), st.sampled_from([Fraction(1, 4), Fraction(1, 2), 1, 2]), st.integers(200, 4000),
    st.sampled_from([Fraction(1, 4), Fraction(1, 2), 1, 2, 8]), st.integers(0, 100), st.integers(0, 50),
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_the_closed_form_is_what_packets_do(cells, ratio, memory, alpha, occupied, reserved):
    """Cells at a time make the queue at most one per sender and port higher than the fluid."""
    found = absorbs(
        cells * CELL, float(ratio) * 512e9, 512e9, memory_B=memory * CELL, alpha=alpha, occupied_B=occupied * CELL,
        reserved_B=reserved * CELL,
    )  # fmt: skip
    room = float(found.room_B) / CELL
    grain = lambda n: float(max(1, ratio)) * n + 2 + alpha  # noqa: E731
    for senders in range(1, found.senders + 12):
        peak = float(found.peak_B(senders)) / CELL
        assert found.holds(senders) == (senders <= found.senders)
        if peak + grain(senders) <= room:
            assert refused(senders, cells, float(ratio), memory, alpha, occupied, reserved) == 0
        elif peak > room + grain(senders):
            assert refused(senders, cells, float(ratio), memory, alpha, occupied, reserved) > 0


@pytest.mark.parametrize("senders, burst, port, sender", [(64, 21_720, 100e9, 100e9), (16, 1e5, 100e9, 25e9)])
def test_the_peak_is_that_of_incast(senders, burst, port, sender):
    found = absorbs(burst, sender, port, memory_B=1e9, alpha=1)
    assert float(found.peak_B(senders)) == pytest.approx(incast_B(senders, burst, port, sender))


@given(st.fractions(Fraction(1, 128), 128, max_denominator=128), st.integers(1, 10**9), st.integers(0, 10**9))
def test_the_room_is_a_fixed_point(alpha, memory, occupied):
    occupied = min(memory, occupied)
    room = room_B(memory, alpha, occupied_B=occupied)
    assert room == alpha * (memory - occupied - room)


def test_headroom_holds_what_comes_behind_the_threshold():
    """A lossless group of one sender: threshold and headroom together, by the packet."""
    shared, behind = 300, 77
    memory = SharedMemory(
        Chip(
            memory_B=shared + behind, ingress_pools=[Pool(shared, behind)], egress_pools=[Pool(10_000)],
            groups=[Group(alpha=2, headroom_B=behind)], queues=[EgressQueue(limit_B=10_000)],
        )
    )  # fmt: skip
    taken = 0
    while memory.admit(0, 0, 1) <= Outcome.IN_HEADROOM:
        taken += 1
    assert abs(taken - room_B(shared, 2, headroom_B=behind)) <= 2


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: absorbs(0, 1, 1, memory_B=1, alpha=1), "burst_B is 0"),
        (lambda: absorbs(1, 1, 1, memory_B=1, alpha=-1), "alpha is -1"),
        (lambda: room_B(5, 1, occupied_B=6), "cannot hold more"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
