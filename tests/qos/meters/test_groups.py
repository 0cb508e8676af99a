"""Trees, shared buckets and clusters: rational arithmetic, and what may never happen."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.qos.meters import oracle
from tests.qos.meters.drawn import BURSTS, LIMIT, RATES, columns, extras, packets
from tests.qos.meters.oracle import Packet, earned

from easterly.qos.meters import BucketTree, Cluster, TokenBucket, enforce, fair_shares, judge, police

BUCKETS = st.lists(st.tuples(RATES, BURSTS, st.integers(0, 5)), min_size=3, max_size=5)


def tree_of(rows: list[tuple[int, int, int]]) -> BucketTree:
    """The last number chooses a parent among earlier buckets, or none."""
    return BucketTree.of(
        [rate for rate, *_ in rows], [burst for _, burst, _ in rows],
        parent=[number % (n + 1) - 1 for n, (*_, number) in enumerate(rows)],
    )  # fmt: skip


@given(BUCKETS, packets(extra=3))
def test_tree_is_that_of_rational_arithmetic(rows: list[tuple[int, int, int]], given_packets: list[Packet]) -> None:
    tree = tree_of(rows)
    judged = judge(tree, *columns(given_packets), extras(given_packets))
    columns_of = [c.tolist() for c in (tree.rate_bps, tree.burst_B, tree.parent)]
    refused, tokens = oracle.tree(*columns_of, given_packets)
    assert judged.refused_by.tolist() == refused
    assert list(judged.credit_B) == tokens
    stepped = tree.start()
    assert [stepped.step(*packet) for packet in given_packets] == refused
    other = tree.start()
    other.state = stepped.state
    assert other.state == stepped.state


@given(BUCKETS, packets(extra=3))
def test_a_packet_that_conforms_would_conform_at_every_bucket_alone(
    rows: list[tuple[int, int, int]], given_packets: list[Packet]
) -> None:
    """What passes below a bucket never exceeds what the bucket alone would let pass in any interval."""
    tree = tree_of(rows)
    conforms = judge(tree, *columns(given_packets), extras(given_packets)).conforms
    for n in range(len(rows)):
        below = [p for p, fine in zip(given_packets, conforms, strict=True) if fine and n in way(tree, p.extra)]
        alone = police(TokenBucket(int(tree.rate_bps[n]), int(tree.burst_B[n])), *columns(below))
        assert alone.conforms.all()


def way(tree: BucketTree, n: int) -> list[int]:
    """A bucket and all above it."""
    return [] if n < 0 else [n, *way(tree, int(tree.parent[n]))]


@given(RATES, BURSTS, packets(extra=4))
def test_a_shared_bucket_does_not_see_flows(rate: int, burst: int, rows: list[Packet]) -> None:
    shared = judge(BucketTree.shared(rate, burst, flows=4), *columns(rows), extras(rows))
    alone = police(TokenBucket(rate, burst), *columns(rows))
    assert shared.conforms.tolist() == alone.conforms.tolist()
    assert (shared.credit_B, shared.passed_B) == ((alone.end,), alone.passed_B)


def test_a_child_takes_nothing_where_its_parent_refuses() -> None:
    tree = BucketTree.of([0, 0], [1000, 2000], parent=[-1, 0])
    judged = judge(tree, [0, 0, 0], [1500, 1000, 1000], [1, 1, 1])
    assert judged.refused_by.tolist() == [0, -1, 0]
    assert judged.credit_B == (0, 1000)


@given(st.integers(0, 14), st.lists(st.integers(0, 9), min_size=1, max_size=4), st.integers(0, 3))
def test_shares_are_max_min_fair(limit: int, demand: list[int], least: int) -> None:
    """Of all ways to share out, one whose granted demands, from the least up, are the largest."""
    least = min(least, limit // len(demand))
    rate = fair_shares(limit, demand, least=least).tolist()
    assert sum(rate) == limit
    assert min(rate) >= least

    def granted(way: tuple[int, ...]) -> list[int]:
        return sorted(min(r, d) for r, d in zip(way, demand, strict=True))

    # Those that ask for less than the least have what they want: what counts is what is granted.
    assert granted(tuple(rate)) == max(granted(way) for way in oracle.all_shares(limit, len(demand), least))


@given(st.integers(0, LIMIT), st.lists(st.integers(0, LIMIT), min_size=1, max_size=9), st.floats(0, 1))
def test_shares_always_add_up(limit: int, demand: list[int], part: float) -> None:
    least = min(int(part * (limit // len(demand))), limit // len(demand))
    rate = fair_shares(limit, demand, least=least).tolist()
    assert sum(rate) == limit
    assert min(rate) >= least
    if sum(max(d, least) for d in demand) <= limit:
        assert all(r >= d for r, d in zip(rate, demand, strict=True))


def simulated(cluster: Cluster, rows: list[Packet]) -> tuple[list[bool], dict[int, list[int]]]:
    """Interval by interval, every bucket filled at every event, shares from demands in rational bit/s."""
    each = cluster.burst_B // cluster.points
    rate = fair_shares(cluster.limit_bps, [0] * cluster.points, least=cluster.least_bps).tolist()
    tokens, last, passed = [Fraction(each)] * cluster.points, 0, []
    offered, begin, seen = [0] * cluster.points, 0, {0: rate}

    def until(now: int) -> list[Fraction]:
        return [min(Fraction(each), t + earned(r, now - last)) for t, r in zip(tokens, rate, strict=True)]

    for packet in rows:
        while packet.time_ns - begin >= cluster.interval_ns:
            begin += cluster.interval_ns
            tokens, last = until(begin), begin
            asked = [-(-8 * b * 10**9 // cluster.interval_ns) for b in offered]
            capped = [min(d, cluster.limit_bps) for d in asked]
            rate = fair_shares(cluster.limit_bps, capped, least=cluster.least_bps).tolist()
            offered, seen[begin] = [0] * cluster.points, rate
        tokens, last = until(packet.time_ns), packet.time_ns
        offered[packet.extra] += packet.size_B
        passed.append(tokens[packet.extra] >= packet.size_B)
        tokens[packet.extra] -= packet.size_B if passed[-1] else 0
    return passed, seen


INTERVALS = st.one_of(st.sampled_from([1, 1000, 10**6]), st.integers(10**3, 10**7))
GAPS = st.one_of(st.just(0), st.integers(0, 10**4), st.integers(0, 10**6))
CLUSTERS = st.builds(
    lambda limit, burst, points, interval, part: Cluster(limit, burst, points, interval, limit // points * part // 4),
    st.one_of(st.just(LIMIT), st.integers(0, 10**10)), st.integers(0, 30_000), st.integers(1, 4), INTERVALS,
    st.integers(0, 4),
)  # fmt: skip


@given(CLUSTERS, st.data())
def test_cluster_is_that_of_rational_arithmetic(cluster: Cluster, data: st.DataObject) -> None:
    cluster = Cluster(
        cluster.limit_bps, cluster.burst_B, cluster.points, max(cluster.interval_ns, 10**4), cluster.least_bps
    )
    rows = data.draw(packets(extra=cluster.points, gaps=GAPS))
    passed, seen = simulated(cluster, rows)
    made = enforce(cluster, *columns(rows), extras(rows))
    assert made.conforms.tolist() == passed
    history = dict(zip(made.from_ns.tolist(), made.rate_bps.tolist(), strict=True))
    assert history.items() <= seen.items()
    # What the kernel leaves out is intervals that change nothing.
    current = seen[0]
    for begin, rate in sorted(seen.items()):
        current = history.get(begin, current)
        assert rate == current


@given(CLUSTERS, st.data())
def test_a_cluster_conserves_its_limit_and_keeps_its_bound(cluster: Cluster, data: st.DataObject) -> None:
    """Rates add up to the limit, always; no interval whatever lets more than burst + limit t pass."""
    rows = data.draw(packets(extra=cluster.points, most=40))
    made = enforce(cluster, *columns(rows), extras(rows))
    assert [sum(row) for row in made.rate_bps.tolist()] == [cluster.limit_bps] * len(made.from_ns)
    assert made.rate_bps.min() >= cluster.least_bps
    passed = [p for p, fine in zip(rows, made.conforms, strict=True) if fine]
    for i, first in enumerate(passed):
        for j in range(i, len(passed)):
            bound = cluster.bound_B(passed[j].time_ns - first.time_ns)
            assert sum(p.size_B for p in passed[i : j + 1]) <= bound
            assert bound <= cluster.burst_B + earned(cluster.limit_bps, passed[j].time_ns - first.time_ns)


@given(CLUSTERS, st.data())
def test_steps_and_columns_of_a_cluster_are_one(cluster: Cluster, data: st.DataObject) -> None:
    rows = data.draw(packets(extra=cluster.points))
    made, stepped = enforce(cluster, *columns(rows), extras(rows)), cluster.start()
    assert [stepped.step(*packet) for packet in rows] == made.conforms.tolist()
    assert stepped.state["rate"] == made.rate_bps[-1].tolist()
    assert sum(stepped.state["rate"]) == cluster.limit_bps


def test_a_point_that_has_all_the_traffic_soon_has_all_the_rate() -> None:
    """Four points, one busy at 1.5 times the limit: after one interval it gets what the others do not need."""
    cluster = Cluster(8_000_000, 12_000, points=4, interval_ns=10**8, least_bps=80_000)
    time = np.arange(0, 10**9, 10**6)
    made = enforce(cluster, time, np.full(len(time), 1500), np.zeros(len(time), dtype=int))
    assert made.rate_bps[0].tolist() == [2_000_000] * 4
    assert made.rate_bps[1:].tolist() == [[7_760_000, 80_000, 80_000, 80_000]] * 9
    # One interval at a quarter of the limit, nine at all but the least of the others; the bucket adds 3000 B.
    due = (0.25 + 9 * 0.97) * 1e6 * 0.1
    assert made.passed_B == pytest.approx(due, abs=3000 + 1500)


def test_a_long_pause_costs_nothing() -> None:
    cluster = Cluster(8_000_000, 8_000, points=2, interval_ns=1)
    made = enforce(cluster, [0, LIMIT], [1000, 1000], [0, 1])
    assert made.conforms.all()
    assert len(made.from_ns) <= 4


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: BucketTree.of([1, 1], [1, 1], parent=[-1, 1]), r"parent\[1\] is 1, neither -1 nor an earlier"),
        (lambda: BucketTree.of([1], [1], parent=[-2]), "no buckets"),
        (lambda: BucketTree.of([1, -1], [1, 1]), r"rate\[1\] is -1"),
        (lambda: BucketTree.of([1], [1, 2]), "burst has 2 entries"),
        (lambda: BucketTree.of([1], [1], bucket_of=[1]), r"bucket_of\[0\] is 1"),
        (lambda: judge(BucketTree.shared(1, 1, 2), [0], [1], [2]), r"flow\[0\] is 2"),
        (lambda: judge(BucketTree.shared(1, 1, 2), [1, 0], [1, 1], [0, 0]), r"time\[1\] is 0"),
        (lambda: BucketTree.shared(1, 1, 1).start().step(0, 1, 1), "bucket is 1"),
        (lambda: Cluster(10, 1, 0, 1), "points is 0"),
        (lambda: Cluster(10, 1, 1, 0), "interval_ns is 0"),
        (lambda: Cluster(10, 1, 3, 1, 4), "3 points exceed limit_bps"),
        (lambda: enforce(Cluster(1, 1, 2, 1), [0], [1], [2]), r"point\[0\] is 2"),
        (lambda: fair_shares(1, []), "no point"),
        (lambda: fair_shares(3, [1, 1], least=2), "least is 2"),
        (lambda: fair_shares(3, [1, -1]), r"demand\[1\] is -1"),
    ],
)
def test_refused(make: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()
