"""Collectives against published cases, and against the algorithms themselves, run on small arrays."""

import numpy as np
import pytest

from easterly.demand import collectives as c

GIB = 2**30
H100 = c.Cluster(hosts=4, per_host=8, nics=8, nic_bps=400e9, scaleup_bps=740.64e9 * 8)


@pytest.mark.parametrize(
    "collective, ranks, busbw_GBps", [("all-reduce", 8, 175), ("all-to-all", 16, 93.75), ("broadcast", 8, 100)]
)
def test_bus_bandwidth_of_nccl_tests(collective, ranks, busbw_GBps):
    """nccl-tests, doc/PERFORMANCE.md: an algorithm bandwidth of 100 GB/s."""
    assert c.busbw_bps(collective, ranks, 1e9, 0.01) / 8e9 == pytest.approx(busbw_GBps)


def test_algorithm_bandwidth_is_decimal():
    """A published 40.69 "GB/s" for 32 MiB in 768 us is GiB/s: it is 43.69 GB/s."""
    rate = c.algbw_bps(33_554_432, 768e-6) / 8
    assert rate / 1e9 == pytest.approx(43.69, abs=0.005) and rate / GIB == pytest.approx(40.69, abs=0.005)


def test_all_reduce_of_4_gib_on_4_hosts_uses_every_interface():
    """Measured 22.05 ms; one interface alone would take 85.9 ms (ml-engineering, network)."""
    least, most = c.cluster_hierarchical_s("all-reduce", H100, 4 * GIB)
    assert (least, most) == (pytest.approx(16.1e-3, abs=0.05e-3), pytest.approx(26.25e-3, abs=0.05e-3))
    assert c.cluster_ring_s("all-reduce", H100, 4 * GIB) == pytest.approx(20.8e-3, abs=0.05e-3)
    assert pytest.approx(85.9e-3, abs=0.05e-3) == 4 * GIB * 8 / 400e9


def ring_by_hand(ranks, size):
    """Run a ring all-reduce on arrays; the result of each rank, and the numbers that each sent per half."""
    data = np.random.default_rng(ranks).integers(0, 99, (ranks, size)).astype(float)
    wanted, sent = data.sum(axis=0), np.zeros((2, ranks))
    pieces = [np.array_split(row, ranks) for row in data]
    for half, add in enumerate((True, False)):
        for step in range(ranks - 1):
            moving = [(r, (r - step + (0 if add else 1)) % ranks) for r in range(ranks)]
            packets = [pieces[r][i].copy() for r, i in moving]
            for (r, i), packet in zip(moving, packets, strict=True):
                pieces[(r + 1) % ranks][i] = pieces[(r + 1) % ranks][i] + packet if add else packet
                sent[half, r] += len(packet)
    assert all((np.concatenate(p) == wanted).all() for p in pieces)
    return sent


@pytest.mark.parametrize("ranks", [2, 3, 4, 7])
def test_factors_are_what_a_ring_sends(ranks):
    size = 12 * ranks
    reduce, gather = ring_by_hand(ranks, size)
    assert (reduce == c.wire_factor("reduce-scatter", ranks) * size).all()
    assert (gather == c.wire_factor("all-gather", ranks) * size).all()
    assert (reduce + gather == c.wire_factor("all-reduce", ranks) * size).all()


@pytest.mark.parametrize("ranks", [2, 4, 8, 16])
def test_halving_doubling_is_what_its_rounds_send(ranks):
    """Halve the array each round down to 1/n, then double it back."""
    rounds = [2.0**-i for i in range(1, ranks.bit_length())]
    seconds = 2 * sum(0.5 + 1e9 * part * 8 / 1e9 for part in rounds)
    assert c.halving_doubling_s(ranks, 1e9, 1e9, 0.5) == pytest.approx(seconds)


def test_halving_doubling_folds_odd_ranks():
    inner = c.halving_doubling_s(4, 1e9, 1e9, 0.5)
    assert c.halving_doubling_s(5, 1e9, 1e9, 0.5) == pytest.approx(inner + 2 * (0.5 + 8))


@pytest.mark.parametrize("ranks, depth", [(2, 1), (8, 3), (9, 4)])
def test_tree_latency_grows_with_depth(ranks, depth):
    assert c.tree_s(ranks, 0, 1e9, 1.0) == 2 * depth and c.tree_s(ranks, 1e9, 8e9) == 2.0


def test_ring_latency_counts_network_hops_once_per_host_and_round():
    """NCCL: base + (2(n-1) - 2(K-1)) * 3.4 us + 2(K-1) * 14 us."""
    assert c.ring_latency_s("all-reduce", 4, 32) == pytest.approx((8.4 + 56 * 3.4 + 6 * 14) * 1e-6)
    assert c.ring_latency_s("all-gather", 1, 8) == pytest.approx((8.4 + 7 * 3.4) * 1e-6)
    assert c.hierarchical_latency_s("all-reduce", 4, 8) == pytest.approx((8.4 + 14 * 3.4 + 8.4 + 6 * 14) * 1e-6)


def test_ring_time_is_steps_and_bytes():
    assert c.ring_s("all-reduce", 4, 1e9, 8e9, 0.25) == pytest.approx(6 * 0.25 + 1.5)
    assert c.ring_nic_B("all-reduce", c.Cluster(1, 8, 8, 1.0, 1.0), 1e9) == 0.0
