"""Collectives against what others measured and published."""

import time

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


BEKMAN = "Bekman, ML Engineering Open Book: network/README.md and network/benchmarks/README.md"
SIZES_B = 2.0 ** np.arange(15, 35)
# nccl-tests, 8 A100, NVSwitch, 32 KiB to 16 GiB: microseconds.
A100_S = 1e-6 * np.array(
    [43.83, 46.80, 51.76, 61.38, 80.40, 101.9, 101.4, 101.5, 133.5, 276.6, 424.0, 684.6, 1327.6, 2420.6, 4218.4,
     8203.9, 16240, 32136, 64074, 127997]
)  # fmt: skip
# all_reduce_bench, 4 hosts of 8 B200 with 8 interfaces of 400 Gb/s, the same sizes: algorithm bandwidth in GB/s.
B200_S = SIZES_B / 1e9 / np.array(
    [0.33, 0.66, 1.21, 2.10, 3.61, 6.44, 10.73, 16.33, 26.12, 37.06, 73.76, 102.07, 134.45, 146.18, 159.95, 188.90,
     191.62, 193.37, 194.14, 194.43]
)  # fmt: skip
# nccl-tests, 8 H200, NVSwitch, the same sizes: bus bandwidth in GB/s. Ring by LL up to 1 MiB, NVLS from 2 MiB on.
H200_S = SIZES_B * 1.75 / 1e9 / np.array(
    [3.20, 6.26, 12.40, 24.63, 48.30, 72.45, 91.48, 139.97, 182.03, 242.45, 298.44, 369.82, 411.21, 442.27, 455.82,
     464.00, 468.31, 473.10, 475.16, 480.70]
)  # fmt: skip
AT_LEAST_4_MIB = SIZES_B >= 4 * 2**20


def held(algorithm, cluster, measured_s, slack=1.0):
    """Which measurements lie within the band of an algorithm."""
    times = c.evaluate("all-reduce", algorithm, cluster, SIZES_B).times
    return (times.low_s / slack <= measured_s) & (measured_s <= times.high_s * slack)


def test_band_holds_every_measurement_of_four_hosts_from_4_mib():
    cluster = c.Cluster(4, 8, 8, 400e9, 740.64e9 * 8)
    assert held("auto", cluster, B200_S)[AT_LEAST_4_MIB].all()
    assert held("auto", cluster, B200_S).sum() == AT_LEAST_4_MIB.sum()  # below that, software binds: not claimed


def test_band_holds_every_measurement_of_one_host_from_2_mib():
    """1 %: the published rate of large messages is rounded down from several sizes."""
    inside = held("ring", c.Cluster(1, 8, 8, 0.0, 233e9 * 8), A100_S, slack=1.01)
    assert inside[SIZES_B >= 2 * 2**20].all()


def test_switches_that_reduce_hold_what_nvls_measured():
    """H200, whose rings reach 367.6 GB/s with NVLS switched off."""
    cluster = c.Cluster(1, 8, 8, 0.0, 367.61e9 * 8)
    assert held("nvls", cluster, H200_S)[SIZES_B >= 2 * 2**20].all()
    small = c.times("all-reduce", "ring", cluster, SIZES_B).latency_s[SIZES_B <= 2**19]
    assert small == pytest.approx(H200_S[SIZES_B <= 2**19], rel=0.25)  # LL: base + 14 messages


def test_curves_are_what_the_measurements_say():
    """Share = bytes per interface over (time - latency of NCCL's tables), relative to the largest messages."""
    for curve, sent_B, measured_s, latency_s, rate_Bps in (
        (c.PUBLISHED.scaleup, SIZES_B * 1.75, A100_S, 15e-6, 233e9),
        (c.PUBLISHED.network, SIZES_B * 1.9375 / 8, B200_S, 56.4e-6, 376.7e9 / 8),
    ):
        shares = np.minimum(1.0, sent_B / rate_Bps / (measured_s - latency_s))
        for size_B, share in zip(curve.sizes_B, curve.shares, strict=True):
            assert share == pytest.approx(np.interp(size_B, sent_B, shares), abs=0.012)


def test_curve_is_a_line_in_time_between_points_and_flat_beyond():
    curve = c.Curve.of([(100.0, 0.5), (300.0, 0.75)])
    assert curve.wire_B(np.array([0.0, 50.0, 100.0, 200.0, 300.0, 600.0])) == pytest.approx(
        [0, 100, 200, 300, 400, 800]
    )


@pytest.mark.parametrize(
    "points, why",
    [
        ([], "needs a point"),
        ([(1, 0.0)], "above 0 %"),
        ([(1, 1.1)], "at most 100 %"),
        ([(1, 0.1), (2, 0.9)], "less time"),
        ([(1, 0.5), (1, 0.6)], "less time"),
        ([(-1, 0.5)], "less time"),
    ],
)
def test_curves_that_make_no_sense(points, why):
    with pytest.raises(ValueError, match=why):
        c.Curve.of(points)


def test_the_worked_case_in_one_call():
    """Ring over eight rails 20.8 ms, hierarchical 16.1 to 26.25 ms plus messages, 22.05 ms measured."""
    ring = c.times("all-reduce", "ring", H100, 4 * GIB)
    assert float(ring.low_s) == pytest.approx(20.8e-3, abs=0.05e-3)
    levels = c.times("all-reduce", "hierarchical", H100, 4 * GIB)
    assert float(levels.low_s) == pytest.approx(16.1e-3, abs=0.05e-3)
    assert float(levels.high_s) == pytest.approx(26.25e-3 + 148e-6, abs=0.05e-3)
    best = c.best("all-reduce", H100, 4 * GIB)
    assert best.times.low_s < 22.05e-3 < best.times.high_s
    assert float(best.times.outside_B) / 8 == pytest.approx(4 * GIB * 1.5 / 8)
    assert float(c.bound_s("all-reduce", H100, 4 * GIB)) == pytest.approx(16.1e-3, abs=0.05e-3)


@pytest.mark.parametrize(
    "call, why",
    [
        (lambda: c.times("all-reduce", "rign", H100, 1.0), "did you mean ring"),
        (lambda: c.times("allreduce", "ring", H100, 1.0), "did you mean all-reduce"),
        (lambda: c.best("all-reduces", H100, 1.0), "did you mean all-reduce"),
        (lambda: c.times("all-to-all", "ring", H100, 1.0), "ring cannot do all-to-all"),
        (lambda: c.times("reduce-scatter", "halving-doubling", c.Cluster(3, 8, 8, 1e9, 1e9), 1.0), "powers of two"),
        (lambda: c.times("all-reduce", "parameter-server", c.Cluster(1, 8, 8, 1e9, 1e9), 1.0), "at least two hosts"),
        (lambda: c.times("all-reduce", "ring", c.Cluster(0, 8, 8, 1e9, 1e9), 1.0), "number of hosts"),
        (lambda: c.times("all-reduce", "ring", c.Cluster(1, 3.5, 8, 1e9, 1e9), 1.0), "ranks per host"),
        (lambda: c.times("all-reduce", "ring", c.Cluster(2, 8, 8, 0.0, 1e9), 1.0), "rate of the interfaces"),
        (lambda: c.times("all-reduce", "ring", c.Cluster(2, 8, 8, 1e9, 0.0), 1.0), "rate inside the hosts"),
        (lambda: c.times("all-reduce", "ring", H100, -1.0), "sizes must be"),
        (lambda: c.times("all-reduce", "ring", H100, float("nan")), "sizes must be"),
        (lambda: c.bound_s("all-reduce", H100, 1.0, "nvls"), "reducing must be"),
        (lambda: c.grid_s("all-to-all", (2, 2), (1.0, 1.0), 1.0), "no parts to scatter"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(call, why):
    with pytest.raises(ValueError, match=why):
        call()


def test_one_host_needs_no_interfaces_and_one_rank_nothing_at_all():
    assert np.isfinite(c.times("all-reduce", "ring", c.Cluster(1, 8, 1, 0.0, 1e12), 1e9).high_s)
    alone = c.times("all-reduce", "ring", c.Cluster(1, 1, 1, 0.0, 0.0), 1e9)
    assert float(alone.outside_B) == 0 and c.bound_s("all-reduce", c.Cluster(1, 1, 1, 0.0, 0.0), 1e9) == 0


def test_latencies_that_the_user_knows_replace_those_of_nccl():
    known = c.Model(latency=c.Latency(network_s=1e-3, scaleup_s=1e-4))
    made = c.times("all-reduce", "ring", c.Cluster(2, 4, 4, 400e9, 1e12), 1.0, known)
    assert float(made.latency_s) == pytest.approx(6.6e-6 + 12 * 1e-4 + 2 * 1e-3)


@pytest.mark.slow
def test_a_million_evaluations_a_second():
    """Sizes and hosts all different; processor time, so that a busy machine does not count."""
    draw = np.random.default_rng(1)
    size_B, hosts = 2.0 ** draw.uniform(10, 35, 1_000_000), draw.integers(1, 2000, 1_000_000)
    cluster = c.Cluster(hosts, 8, 8, 400e9, 3e12)
    for algorithm in ("ring", "hierarchical", "auto"):
        took = []
        for _ in range(3):
            start = time.process_time()
            c.evaluate("all-reduce", algorithm, cluster, size_B)
            took.append(time.process_time() - start)
        assert min(took) < 1.0, algorithm
