"""Known answer 31: a port that serves flows in turn shares like a processor, whatever the law of their sizes.

M/G/1 under processor sharing: E[T | x] = x / (C (1 - rho)) (Kleinrock 1976, volume II, 4.4). Flows come all at once, of
many packets, so that what a packet more or less takes is little.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.kernel.test_packet import NEVER

from easterly._kernel import aqm, packet

RATE_bps, LOAD, PACKET_B, MEAN = 10**9, 0.7, 1500, 60
EACH_PS = PACKET_B * 8 * 10**12 // RATE_bps
LAWS = {
    "fixed": lambda draw, n: np.full(n, MEAN),
    "exponential": lambda draw, n: draw.geometric(1 / MEAN, n),
    "heavy": lambda draw, n: np.ceil(MEAN * 6 / 11 * (1 + draw.pareto(2.2, n))).astype(np.int64),
}


def shared(law, count, *, fair=True, seed=1):
    """Packets of each flow, and its time in those of a packet."""
    draw, i32 = np.random.default_rng(seed), np.int32
    packets = LAWS[law](draw, count)
    start_ps = np.cumsum(draw.exponential(packets.mean() * EACH_PS / LOAD, count)).astype(np.int64)
    one, none = np.zeros(1, dtype=i32), np.full(1, -1, dtype=i32)
    made = packet.Simulation(
        np.array([RATE_bps]), np.zeros(1, dtype=np.int64), np.array([-1]), np.array([[-1, -1]]), np.ones(1),
        np.zeros(1), np.array([0, -1], dtype=i32), np.zeros((count, 2), dtype=np.int64), packets * PACKET_B, start_ps,
        np.zeros(count, dtype=i32), np.zeros(count, dtype=i32),
        [packet.Law("open", {"packet_B": PACKET_B, "header_B": 0})], pause_reaction_ps=0, seed=1, shift=12,
    )  # fmt: skip
    made.queues(
        one,
        one,
        np.full((1, 8), PACKET_B),
        np.zeros((1, 24)),
        one,
        np.full((1, 8), -1),
        none,
        none,
        none,
        none,
        one,
        [],
    )
    if fair:  # no packet waits so long that it would be dropped
        made.manage(0, 0, aqm.FqCoDel(1 << 16, PACKET_B, 2**30, 64, 10**15, 10**16, PACKET_B, False))
    assert not made.run(NEVER, 10**9)
    return packets, (made.flows()["delivered_ps"] - start_ps) / EACH_PS


def within(packets, time, low, high, batches=40):
    """Mean of time over size in a range of sizes, and three standard errors of it, by batches of flows that follow."""
    own = np.flatnonzero((packets >= low) & (packets < high))
    sums = [np.array([part.sum() for part in np.array_split(of[own], batches)], dtype=float) for of in (time, packets)]
    ratio = sums[0].sum() / sums[1].sum()
    rest = sums[0] - ratio * sums[1]
    return ratio, 3 * np.sqrt(batches / (batches - 1) * (rest**2).sum()) / sums[1].sum()


def agree(law, count, most):
    """Within three standard errors, none of which is above `most`, or 3 %: that of a packet more or less."""
    packets, time = shared(law, count)
    edges = [0, 10**9] if law == "fixed" else [MEAN // 3, MEAN, 2 * MEAN, 10**9]
    for low, high in pairwise(edges):
        ratio, error = within(packets, time, low, high)
        assert error * (1 - LOAD) < most
        assert abs(ratio * (1 - LOAD) - 1) <= max(0.03, error * (1 - LOAD))


@pytest.mark.parametrize("law", LAWS)
def test_flows_share_a_port_like_a_processor(law):
    agree(law, 12_000, 0.2)


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
def test_a_hundred_times_as_many_flows_do(law):
    agree(law, 1_000_000, 0.03)


def test_first_in_first_out_is_no_sharing():
    """Short flows pay for long ones there."""
    packets, time = shared("exponential", 12_000, fair=False)
    short, long = (within(packets, time, *ends)[0] for ends in ((1, MEAN // 2), (3 * MEAN, 10**9)))
    assert short > 3 * long
