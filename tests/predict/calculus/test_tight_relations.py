"""What must hold between analyses, and against packets that are sent at the worst times."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.predict.calculus.adversary import search
from tests.predict.calculus.servers import fat_tree, interleaved, random_tree, ring, tandem

from easterly._kernel.calculus import Total
from easterly.predict.calculus.tight import ServerNetwork, bound_flow, known, sink_tree, total

CLOSE = 1 + 1e-9


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(18))
def test_exact_is_the_least_and_reached(seed):
    """Reached <= exact <= linear <= min(total, separated); any order is worse than first in, first out."""
    net = random_tree(seed, shaped=seed % 3 == 0)
    found = {each: bound_flow(net, 0, each) for each in ("total", "separated", "linear", "exact", "blind")}
    exact = found["exact"]
    assert exact.delay_s <= found["linear"].delay_s * CLOSE
    assert found["linear"].delay_s <= min(found["total"].delay_s, found["separated"].delay_s) * CLOSE
    assert exact.reached_s <= exact.delay_s * CLOSE and exact.tightness > 0.999
    if seed % 3:  # lines hold others back, which those who reckon with any order do not count on
        assert found["blind"].delay_s >= exact.reached_s
    alone = sum(net.latency_s[net.hops(0)]) + net.buckets(0)[0][0] * 8 / net.rate_bps[net.hops(0)].min()
    assert exact.reached_s >= alone * (1 - 1e-7)


def random_sink(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 4))
    ways = [range(n), *(range(int(rng.integers(n)), n) for _ in range(int(rng.integers(1, 4))))]
    flows = [(way, float(rng.uniform(0.2, 3)), 8 * float(rng.uniform(0.3, 2))) for way in ways]
    total_bps = sum(rate for _, _, rate in flows)
    servers = [(total_bps * float(rng.uniform(1.05, 3)), float(rng.uniform(0, 0.4))) for _ in range(n)]
    return ServerNetwork.of(servers, flows)


@pytest.mark.parametrize("seed", range(12))
def test_the_closed_form_of_sink_trees_is_what_programmes_find(seed):
    net = random_sink(seed)
    found = bound_flow(net, 0, "exact")
    assert found.delay_s == pytest.approx(sink_tree(net, 0), rel=1e-7)
    assert found.reached_s == pytest.approx(sink_tree(net, 0), rel=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_no_packet_is_beyond_the_exact_delay(seed):
    """Of packets that are sent at the worst starts a search finds; a packet that is sent whole takes its time a hop."""
    net, size_B = random_tree(seed + 100, most=3), 0.05
    whole_s = float((size_B * 8 / net.rate_bps[net.hops(0)]).sum())
    longest = search(net, seed, tries=60, packet_B=size_B, spread_s=1.0)
    assert longest <= bound_flow(net, 0, "exact").delay_s + whole_s


@pytest.mark.parametrize(("net", "bound_s", "near"), [
    (tandem(1), 0.3, 0.99), (tandem(2), 0.54, 0.93), (interleaved(2), 0.64, 0.93), (random_sink(3), None, 0.93),
])  # fmt: skip
def test_packets_come_near_exact_delays(net, bound_s, near):
    exact_s = bound_flow(net, 0, "exact").delay_s
    assert bound_s is None or exact_s == pytest.approx(bound_s, rel=1e-9)
    size_B = 0.01
    whole_s = float((size_B * 8 / net.rate_bps[net.hops(0)]).sum())
    longest = search(net, 1, tries=150, packet_B=size_B, spread_s=0.6)
    assert near * exact_s <= longest <= exact_s + whole_s


def kernel(net):
    """The same network as ports with one queue each."""
    count, lines = len(net.rate_bps), net.line_bps[: len(net.rate_bps)]
    made = Total(
        np.array(net.rate_bps), np.array(net.latency_s), np.arange(count + 1), np.zeros(count),
        np.where(np.isfinite(lines), net.packet_B[:count], 0.0), np.full(count, np.inf), np.array(net.ptr),
        np.array(net.path), np.zeros(len(net) + 1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(len(net)),
        np.array(net.burst_B), np.array(net.bucket_bps),
        bool(np.isfinite(lines).all()), 0.0, 100_000,
    )  # fmt: skip
    made.solve()
    return made


@pytest.mark.parametrize("net", [*(random_tree(seed) for seed in range(6)), ring(5, 0.5), interleaved(7)])
def test_total_flow_analysis_is_that_of_the_kernel(net):
    found, other = total(net), kernel(net)
    assert found.delay_s == pytest.approx(other.delay_s, rel=1e-8)
    assert found.backlog_B == pytest.approx(other.backlog_B, rel=1e-8)


def test_total_flow_analysis_with_lines_is_that_of_the_kernel():
    """The kernel's lines are its ports, so that they carry what ports serve."""
    for net in (ring(5, 0.3, shaped=True), ring(6, 0.6, shaped=True), tandem(7, shaped=True)):
        assert total(net).delay_s == pytest.approx(kernel(net).delay_s, rel=1e-8)


def test_more_of_anything_is_never_better():
    """Bounds rise with bursts, rates, latencies and flows."""
    base = [((0, 1, 2), 1.0, 16.0), ((0, 1), 1.0, 16.0), ((1, 2), 1.0, 16.0)]
    worse = [
        base,
        [*base, ((2,), 0.5, 8.0)],
        [(p, b * 1.5, r) for p, b, r in base],
        [(p, b, r * 1.5) for p, b, r in base],
    ]
    for analysis in ("total", "separated", "linear", "exact", "blind"):
        first, *others = (bound_flow(ServerNetwork.of([(80, 0.1)] * 3, each), 0, analysis) for each in worse)
        late = bound_flow(ServerNetwork.of([(80, 0.2)] * 3, base), 0, analysis)
        assert all(each.delay_s > first.delay_s for each in (*others, late))
        assert all(each.backlog_B >= first.backlog_B for each in (*others, late))


def test_a_flow_that_comes_twice_is_bounded_by_what_needs_no_tree():
    net = ServerNetwork.of([(80, 0.1)] * 3, [((0, 1, 0), 1, 4), ((1, 2), 1, 8)])
    found = [bound_flow(net, 0, each).delay_s for each in ("total", "separated", "linear")]
    assert found[2] == min(found) and np.isfinite(found[2])


def test_longer_ways_take_longer():
    for analysis in ("linear", "separated"):
        each = [bound_flow(interleaved(n), 0, analysis).delay_s for n in (2, 3, 4, 5)]
        assert all(a < b for a, b in pairwise(each))


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(3))
def test_flows_of_a_fat_tree_that_is_no_tree(seed):
    """Whatever is cut: linear is below both others for every flow, and above what a flow alone takes."""
    net = fat_tree(4, 64, seed)
    given = known(net)
    for flow in np.argsort(-given.separated.delay_s)[:4].tolist():
        found = {each: bound_flow(net, flow, each, given=given).delay_s for each in ("total", "separated", "linear")}
        alone = 1e-6 * len(net.hops(flow)) + 15e3 / 12.5e9
        assert alone < found["linear"] < 0.8 * min(found["total"], found["separated"])


def test_no_packet_of_a_fat_tree_is_beyond():
    net, size_B = fat_tree(4, 24, 5), 500.0
    flow = bound_flow(net, 0, "linear")
    longest = search(net, 2, tries=60, packet_B=size_B, spread_s=2e-5, until_s=6e-5)
    assert longest <= flow.delay_s + len(net.hops(0)) * size_B / 12.5e9
