"""What must hold for every collective, algorithm and cluster."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.demand import collectives as c
from easterly.demand.collectives.latency import Hops

PAIRS = [(collective, name) for name, made in c.ALGORITHMS.items() for collective in made.fits]
SLACK = 1 + 1e-12

counts = st.integers(1, 300)
rates = st.floats(1e9, 1e14)
sizes = st.one_of(st.just(0.0), st.floats(1.0, 1e13))
clusters = st.builds(
    c.Cluster,
    hosts=counts,
    per_host=st.integers(1, 72),
    nics=st.integers(1, 16),
    nic_bps=rates,
    scaleup_bps=rates,
    servers=st.integers(0, 9),
)


def made_of(collective: str, name: str, cluster: c.Cluster, size_B: float) -> c.Times | None:
    """Times, or None where the algorithm cannot run."""
    try:
        return c.times(collective, name, cluster, size_B)
    except ValueError:
        return None


@given(clusters, sizes, st.sampled_from(PAIRS))
def test_no_answer_beats_the_bound(cluster, size_B, pair):
    times = made_of(*pair, cluster, size_B)
    if times is not None:
        bound_s = c.bound_s(pair[0], cluster, size_B, c.ALGORITHMS[pair[1]].reducing)
        assert bound_s <= times.low_s * SLACK
        assert times.low_s <= times.high_s * SLACK


@given(clusters, sizes, sizes, st.sampled_from(PAIRS))
def test_more_bytes_never_take_less_time(cluster, one_B, other_B, pair):
    less, more = (made_of(*pair, cluster, size_B) for size_B in sorted((one_B, other_B)))
    if less is not None and more is not None:
        assert less.low_s <= more.low_s * SLACK
        assert less.high_s <= more.high_s * SLACK


@given(clusters, sizes, st.sampled_from(c.COLLECTIVES))
def test_auto_is_the_least_of_all_that_need_no_special_hardware(cluster, size_B, collective):
    best = c.best(collective, cluster, size_B)
    others = {name: made_of(collective, name, cluster, size_B) for name in c.candidates(collective)}
    assert best.times.low_s == min(float(times.low_s) for times in others.values() if times is not None)
    assert best.times.low_s == others[str(best.algorithm)].low_s


@given(clusters, sizes, st.sampled_from(PAIRS), st.floats(1.0, 10.0))
def test_faster_links_never_slow_it_down(cluster, size_B, pair, times_faster):
    before = made_of(*pair, cluster, size_B)
    faster = c.Cluster(
        cluster.hosts, cluster.per_host, cluster.nics, cluster.nic_bps * times_faster,
        cluster.scaleup_bps * times_faster, cluster.servers,
    )  # fmt: skip
    after = made_of(*pair, faster, size_B)
    if before is not None:
        assert after.low_s <= before.low_s * SLACK
        assert after.high_s <= before.high_s * SLACK


@given(clusters, sizes)
def test_switches_that_reduce_never_raise_the_bound(cluster, size_B):
    plain, scaleup, fabric, both = (float(c.bound_s("all-reduce", cluster, size_B, how)) for how in REDUCING)
    assert both <= min(scaleup, fabric) * SLACK
    assert max(scaleup, fabric) <= plain * SLACK


REDUCING = ("none", "scale-up", "fabric", "both")


@given(clusters, sizes)
def test_bus_bandwidth_of_a_ring_never_exceeds_its_links(cluster, size_B):
    if size_B and cluster.ranks > 1:
        times = c.times("all-reduce", "ring", cluster, size_B)
        busbw = c.busbw_bps("all-reduce", cluster.ranks, size_B, times.low_s)
        links = [cluster.host_bps] * (cluster.hosts > 1) + [cluster.scaleup_bps] * (cluster.per_host > 1)
        assert busbw <= min(links) * SLACK


def test_arrays_give_what_numbers_give():
    """One call with arrays of sizes and hosts, and as many calls with numbers."""
    hosts, size_B = np.array([[1], [2], [3], [64]]), np.geomspace(1e2, 1e11, 7)
    for collective, name in PAIRS:
        made = c.evaluate(collective, name, c.Cluster(hosts, 8, 8, 400e9, 3e12), size_B)
        assert made.times.low_s.shape == (4, 7)
        for (row, column), low_s in np.ndenumerate(made.times.low_s):
            one = made_of(collective, name, c.Cluster(int(hosts[row, 0]), 8, 8, 400e9, 3e12), size_B[column])
            assert (low_s == math.inf) if one is None else (low_s, made.times.high_s[row, column]) == (
                pytest.approx(float(one.low_s)), pytest.approx(float(one.high_s)),
            )  # fmt: skip


def test_many_entries_are_worked_out_in_blocks_with_the_same_result():
    size_B = np.geomspace(1e2, 1e11, 40_000)
    cluster = c.Cluster(16, 8, 8, 400e9, 3e12)
    whole = c.best("all-reduce", cluster, size_B.reshape(2, -1))
    few = c.best("all-reduce", cluster, size_B[::1000])
    assert (whole.algorithm.reshape(-1)[::1000] == few.algorithm).all()
    assert (whole.times.high_s.reshape(-1)[::1000] == few.times.high_s).all()


# The textbooks' forms: one level, one protocol, every byte at the full rate.

SAME = c.Latency(families={family: (Hops(0.0, 2e-6, 2e-6),) for family in ("ring", "tree", "nvls", "sharp")})
FLAT = c.Model(c.IDEAL, c.IDEAL, SAME, 1e-11)
UNREDUCED = c.Model(c.IDEAL, c.IDEAL, SAME, 0.0)
ALPHA, BETA, GAMMA = 2e-6, 8 / 400e9, 1e-11
RANKS = [2, 3, 8, 13, 64, 100]


def flat(collective: str, name: str, ranks: int, size_B: float) -> tuple[float, float]:
    """Low and high end on hosts of one rank each, where nothing is in a host."""
    made = c.times(collective, name, c.Cluster(ranks, 1, 1, 400e9, 1.0), size_B, FLAT)
    return float(made.low_s), float(made.high_s)


@pytest.mark.parametrize("size_B", [0.0, 1.0, 1e4, 1e7, 1e10])
@pytest.mark.parametrize("n", RANKS)
def test_flat_forms_of_the_literature(n, size_B):
    """Thakur et al. 2005; Chan et al. 2007; Sanders et al. 2009."""
    lg, part = math.ceil(math.log2(n)), (n - 1) / n * size_B
    wanted = {
        ("all-reduce", "ring"): 2 * (n - 1) * ALPHA + 2 * part * BETA,
        ("reduce-scatter", "ring"): (n - 1) * ALPHA + part * BETA,
        ("all-gather", "ring"): (n - 1) * ALPHA + part * BETA,
        ("broadcast", "ring"): (n - 1) * ALPHA + size_B * BETA,
        ("broadcast", "binomial"): lg * (ALPHA + size_B * BETA),
        ("reduce", "binomial"): lg * (ALPHA + size_B * (BETA + GAMMA)),
        ("all-to-all", "pairwise"): (n - 1) * ALPHA + part * BETA,
        ("broadcast", "tree"): lg * ALPHA + size_B * BETA,
        ("all-reduce", "tree"): 2 * lg * ALPHA + 2 * min(1.0, n / 4) * size_B * BETA,
        ("send", "direct"): ALPHA + size_B * BETA,
    }
    for (collective, name), seconds in wanted.items():
        assert flat(collective, name, n, size_B)[1] == pytest.approx(seconds, rel=1e-12), name


@pytest.mark.parametrize("size_B", [0.0, 1e4, 1e10])
@pytest.mark.parametrize("n", [2, 4, 8, 64, 1024])
def test_forms_of_powers_of_two(n, size_B):
    lg, part = n.bit_length() - 1, (n - 1) / n * size_B
    copies = GAMMA * 2 / 3
    wanted = {
        ("all-reduce", "halving-doubling"): 2 * lg * ALPHA + 2 * part * BETA + part * GAMMA,
        ("reduce-scatter", "halving-doubling"): lg * ALPHA + part * (BETA + GAMMA),
        ("all-gather", "bruck"): lg * ALPHA + part * BETA + size_B * copies,
        ("all-to-all", "bruck"): lg * ALPHA + lg * size_B / 2 * BETA + (2 + lg) * size_B * copies,
    }
    for (collective, name), seconds in wanted.items():
        assert flat(collective, name, n, size_B) == pytest.approx((seconds, seconds), rel=1e-12), name


@pytest.mark.parametrize("n", RANKS)
def test_old_forms_agree(n):
    assert flat("all-reduce", "ring", n, 1e9)[1] == pytest.approx(c.ring_s("all-reduce", n, 1e9, 400e9, ALPHA))
    made = c.times("all-reduce", "halving-doubling", c.Cluster(n, 1, 1, 400e9, 1.0), 1e9, UNREDUCED)
    assert float(made.high_s) == pytest.approx(c.halving_doubling_s(n, 1e9, 400e9, ALPHA))


@pytest.mark.parametrize("hosts, per_host", [(4, 8), (16, 4), (3, 72)])
def test_limits_of_two_levels(hosts, per_host):
    """Nothing but messages at size 0, nothing but bytes at a size beyond all latencies."""
    cluster = c.Cluster(hosts, per_host, per_host, 400e9, 3e12)
    hops = 2 * (per_host - 1) + 2 * (hosts - 1)
    assert float(c.times("all-reduce", "hierarchical", cluster, 0.0, UNREDUCED).high_s) == pytest.approx(hops * ALPHA)
    low_s, high_s = c.cluster_hierarchical_s("all-reduce", cluster, 1e15)
    made = c.times("all-reduce", "hierarchical", cluster, 1e15, UNREDUCED)
    assert (float(made.low_s), float(made.high_s)) == pytest.approx((low_s, high_s), rel=1e-6)
    assert c.grid_s("all-reduce", (per_host, hosts), (3e12, 400e9), 1e15) == pytest.approx((low_s, high_s))


@pytest.mark.parametrize("dimensions", [(4, 4), (2, 3, 5), (8,)])
def test_a_grid_sends_no_more_than_one_ring_through_all(dimensions):
    """With one rate everywhere the sum over the dimensions is the bytes of a ring of all ranks."""
    ranks = math.prod(dimensions)
    for collective in ("all-reduce", "all-gather"):
        _, high_s = c.grid_s(collective, dimensions, [8.0] * len(dimensions), 1.0)
        assert high_s == pytest.approx(c.wire_factor(collective, ranks))


@pytest.mark.parametrize("hosts, per_host", [(1, 8), (16, 8), (128, 8), (64, 1)])
def test_small_sizes_take_few_messages_and_large_ones_few_bytes(hosts, per_host):
    cluster = c.Cluster(hosts, per_host, per_host, 400e9, 3e12)
    quick, broad = {"tree", "halving-doubling", "bruck", "binomial"}, {"ring", "hierarchical", "pairwise"}
    for collective in ("all-reduce", "all-gather", "reduce-scatter", "all-to-all", "broadcast"):
        small, large = c.best(collective, cluster, [1e3, 2e10]).algorithm.tolist()
        assert small in quick, collective
        assert large in broad, collective
