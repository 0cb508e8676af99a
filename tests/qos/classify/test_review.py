"""What rules leave to each other, against every packet of tiny fields."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly._kernel import classify as kernel
from easterly.qos.classify import (
    Classifier,
    boxes_of,
    linear_scan,
    packet_text,
    parse_packets,
    parse_rules,
    random_rules,
    review,
)

WORK = 1_000_000


@st.composite
def tiny(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Boxes in up to three dimensions of at most eight values, with effects."""
    top = draw(st.lists(st.integers(0, 7), min_size=1, max_size=3))
    rows = draw(st.lists(st.tuples(*[st.tuples(*[st.integers(0, t)] * 2) for t in top]), min_size=1, max_size=9))
    sides = np.array([[sorted(pair) for pair in row] for row in rows], dtype=np.uint64)
    effect = draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    low, high = (np.ascontiguousarray(sides[:, :, i]) for i in (0, 1))
    return low, high, np.array(top, dtype=np.uint64), np.array(effect, dtype=np.int32)


def points(top: np.ndarray) -> list[tuple[int, ...]]:
    return list(itertools.product(*(range(int(t) + 1) for t in top)))


def holding(low: np.ndarray, high: np.ndarray, point: tuple[int, ...]) -> list[int]:
    """Rules that hold a point, in order."""
    return np.flatnonzero(((low <= point) & (high >= point)).all(axis=1)).tolist()


def everyone(low: np.ndarray) -> np.ndarray:
    return np.arange(len(low), dtype=np.int32)


@settings(deadline=None, max_examples=100)
@given(tiny())
def test_hit_means_that_some_packet_is_decided(case):
    low, high, top, _ = case
    decides = {found[0] for point in points(top) if (found := holding(low, high, point))}
    status, packet, ptr, cover = kernel.hit(low, high, top, everyone(low), WORK)
    assert set(np.flatnonzero(status == 1)) == decides and not (status == 2).any()
    for rule in range(len(low)):
        by = cover[ptr[rule] : ptr[rule + 1]].tolist()
        if status[rule] == 1:
            assert holding(low, high, tuple(packet[rule].tolist()))[0] == rule and not by
            continue
        mine = [point for point in points(top) if rule in holding(low, high, point)]
        held = [set(holding(low, high, point)) for point in mine]
        assert all(each & set(by) for each in held) and max(by) < rule
        for one in by:  # none of the witnesses is needless
            assert len(by) == 1 or not all(each & set(by) - {one} for each in held)


@settings(deadline=None, max_examples=50)
@given(tiny(), st.integers(-1, 2))
def test_redundant_means_that_removal_changes_no_packet(case, rest):
    low, high, top, effect = case
    status, packet, ptr, cover = kernel.matters(
        low, high, top, effect, rest, np.ones(len(low), np.uint8), everyone(low), WORK
    )

    def happens(point, without=None, only=None):
        found = [r for r in holding(low, high, point) if r != without and (only is None or r in only)]
        return int(effect[found[0]]) if found else rest

    for rule in range(len(low)):
        changed = [point for point in points(top) if happens(point) != happens(point, rule)]
        assert status[rule] == bool(changed)
        if changed:
            assert tuple(packet[rule].tolist()) in changed
        else:
            assert rule not in cover[ptr[rule] : ptr[rule + 1]]


@settings(deadline=None, max_examples=100)
@given(tiny())
def test_contested_means_that_the_order_of_two_decides(case):
    low, high, top, effect = case
    n = len(low)
    count, pairs = kernel.crossing(low, high, top, effect, 0, n, n * n)
    sets = [{point for point in points(top) if rule in holding(low, high, point)} for rule in range(n)]
    crossing = [
        [a, b] for a in range(n) for b in range(a + 1, n)
        if effect[a] != effect[b] and sets[a] & sets[b] and sets[a] - sets[b] and sets[b] - sets[a]
    ]  # fmt: skip
    assert (count, pairs.tolist()) == (len(crossing), crossing)
    status, packet, *_ = kernel.contested(low, high, top, pairs, WORK)
    for (a, b), found, point in zip(crossing, status, packet, strict=True):
        theirs = [p for p in points(top) if holding(low, high, p)[:2] == [a, b]]
        assert found == bool(theirs)
        if theirs:
            assert tuple(point.tolist()) in theirs


def test_a_bound_of_work_leaves_questions_open_and_says_so():
    low, high, top = (
        np.array(x, dtype=np.uint64) for x in ([[0, 0], [4, 0], [0, 0]], [[3, 7], [7, 7], [7, 7]], [7, 7])
    )
    assert kernel.hit(low, high, top, everyone(low), 100)[0].tolist() == [1, 1, 0]
    assert kernel.hit(low, high, top, everyone(low), 3)[0].tolist() == [1, 1, 2]
    rules = parse_rules("permit a dst 10.0.0.0/9\npermit b dst 10.128.0.0/9\ndeny c dst 10.0.0.0/8")
    assert review(rules, work=3).undecided == (2,) and review(rules, work=3).shadowed == ()
    assert [(each.rule, each.by) for each in review(rules).shadowed] == [(2, (0, 1))]


def test_a_rule_for_both_versions_is_covered_by_one_of_each():
    rules = parse_rules("permit a dst 0.0.0.0/0\npermit b dst ::/1\npermit c dst 8000::/1\npermit d")
    assert [(each.rule, each.by) for each in review(rules).shadowed] == [(3, (0, 1, 2))]


def test_ports_flags_and_default():
    rules = parse_rules("""
        deny   syn  proto tcp flags syn,!ack
        deny   rest proto tcp flags !syn
        deny   acks proto tcp flags ack
        permit tcp  proto tcp
        deny   last
    """)
    found = review(rules, default="deny")
    assert [(each.rule, each.by) for each in found.shadowed] == [(3, (0, 1, 2))]
    assert [(each.rule, each.by) for each in found.redundant] == [(4, (3,))]
    assert found.removable == (3, 4)
    assert review(rules[:3], default="deny").removable == (0, 1, 2)
    assert review(rules, default="permit").redundant == ()


@pytest.mark.no_cover
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("kind", ["acl", "fw", "ipc"])
def test_witnesses_and_removals_of_drawn_rules(kind, version):
    """Every witness, written and read again, is decided by its rule; without the removable rules all stays the same."""
    rules = random_rules(400, kind, version=version, seed=7)
    found = review(rules)
    assert found.undecided == () and found.removable
    rows = np.flatnonzero(found.hit)
    packets = parse_packets("\n".join(packet_text(found.packet[r]) for r in rows))
    assert (linear_scan(boxes_of(rules), packets) == rows).all()
    kept = [rule for i, rule in enumerate(rules) if i not in set(found.removable)]
    assert len(kept) < len(rules)
    before, after = Classifier(rules).classify(packets), Classifier(kept).classify(packets)
    assert [rules[r].effect for r in before] == [kept[r].effect for r in after]
    for each in found.conflicts:
        without = np.array([r for r in range(len(rules)) if r != each.first])
        packet = parse_packets(packet_text(each.packet))
        assert Classifier(rules).classify(packet).tolist() == [each.first]
        assert without[Classifier([rules[r] for r in without]).classify(packet)].tolist() == [each.second]
    assert not {each.rule for each in found.redundant} & {each.rule for each in found.shadowed}


def test_nothing_to_review():
    found = review([])
    assert found.hit.tolist() == [] and found.shadowed == () and found.overlaps == 0
    with pytest.raises(ValueError, match="within 0 and 100,000,000"):
        review([], work=-1)
    low = np.zeros((1, 1), dtype=np.uint64)
    with pytest.raises(ValueError, match=r"within 0\.\.0"):
        kernel.hit(low, low, low[0], np.array([1], dtype=np.int32), 1)
