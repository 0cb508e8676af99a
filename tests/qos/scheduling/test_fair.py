"""Fair queueing against the fluid that it follows."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.qos.scheduling.fluid import Fluid, finish_times, order_by_tags
from tests.qos.scheduling.loads import rates_bps
from tests.qos.scheduling.packets import Packets, at_once, check_link, packets, stepped

from easterly.qos.scheduling import cbwfq, wf2q, wf2q_plus, wfq

GIGABIT = 10**9
AWKWARD = 123_456_789
WEIGHTS = st.lists(st.integers(1, 7), min_size=3, max_size=3)
ELEVEN = at_once([1000] * 11, *([1000],) * 10)


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        (wfq, [0] * 10 + list(range(1, 11)) + [0]),
        (wf2q, [q for i in range(1, 11) for q in (0, i)] + [0]),
        (wf2q_plus, [q for i in range(1, 11) for q in (0, i)] + [0]),
    ],
)
def test_eleven_flows(rule: object, order: list[int]) -> None:
    """Bennett & Zhang 1996: WFQ runs ten packets ahead of the fluid, WF2Q alternates."""
    left = ELEVEN.sent(rule([10] + [1] * 10, link_bps=GIGABIT))  # type: ignore[operator]
    assert [ELEVEN.queue[i] for i in left.order] == order


@pytest.mark.parametrize("begun_only", [False, True])
@pytest.mark.parametrize("link_bps", [GIGABIT, 8 * GIGABIT])
@settings(max_examples=20)
@given(sent=packets(3, most=14), weight=WEIGHTS)
def test_packets_leave_in_the_order_of_exact_tags(
    begun_only: bool, link_bps: int, sent: Packets, weight: list[int]
) -> None:
    rule = wf2q if begun_only else wfq
    order = order_by_tags(sent, weight, link_bps, begun_only=begun_only)
    assert sent.sent(rule(weight, link_bps=link_bps)).order.tolist() == order


@pytest.mark.parametrize("link_bps", [GIGABIT, AWKWARD])
@settings(max_examples=20)
@given(sent=packets(4, most=60), weight=st.lists(st.integers(1, 1000), min_size=4, max_size=4))
def test_wfq_is_at_most_one_packet_behind_the_fluid(link_bps: int, sent: Packets, weight: list[int]) -> None:
    """Parekh & Gallager 1993, theorem 1, in exact fractions; departures are rounded up to a nanosecond."""
    left = sent.sent(wfq(weight, link_bps=link_bps))
    largest = Fraction(8 * 10**9 * max(sent.size_B), link_bps)
    for i, fluid_ns in enumerate(finish_times(sent, weight, link_bps)):
        assert int(left.departure_ns[i]) - 1 < fluid_ns + largest


@given(sent=packets(3, most=20, size_B=12), weight=st.lists(st.integers(1, 4), min_size=3, max_size=3))
def test_virtual_time_is_exact_and_visible(sent: Packets, weight: list[int]) -> None:
    """Tags after every arrival, as fractions of a byte."""
    fluid, scheduler = Fluid(weight, GIGABIT), wfq(weight, link_bps=GIGABIT)
    for i in range(len(sent)):
        at, queue, size = sent.time_ns[i], sent.queue[i], sent.size_B[i]
        while scheduler.next(at).queue is not None:
            scheduler.send(at)
        start, finish = fluid.arrive(i, at, queue, size)
        scheduler.arrive(queue, size, at)
        state = scheduler.state
        if not state["exact"]:
            return
        assert state["virtual_time_B"] == fluid.virtual
        assert state["finish_B"][queue] == finish >= start


@pytest.mark.parametrize("rule", [wfq, wf2q, wf2q_plus])
@pytest.mark.parametrize("link_bps", [GIGABIT, AWKWARD])
@settings(max_examples=20)
@given(sent=packets(3), weight=WEIGHTS)
def test_the_link_is_work_conserving_and_keeps_the_order_of_a_queue(
    rule: object, link_bps: int, sent: Packets, weight: list[int]
) -> None:
    scheduler = rule(weight, link_bps=link_bps)  # type: ignore[operator]
    one, other = sent.sent(scheduler), stepped(scheduler, sent, link_bps)
    check_link(sent, one, link_bps)
    assert one.order.tolist() == other.order
    assert one.departure_ns.tolist() == other.departure_ns


def test_a_denominator_without_end_is_rounded_and_says_so() -> None:
    weight = [2**20 - 3, 2**20 - 5, 2**20 - 7, 999_983]
    scheduler = wfq(weight, link_bps=AWKWARD)
    for i in range(400):
        scheduler.arrive(i % 4, 100 + i % 7, i * 13)
    assert scheduler.state["exact"] is False
    while scheduler.send(10_000) is not None:
        pass
    assert scheduler.next(10**9).queue is None
    scheduler.arrive(0, 100, 10**10)
    assert scheduler.state["virtual_time_B"] == 0


@pytest.mark.parametrize("weight", [[], [0], [1.5], [2**20 + 1]])
def test_impossible_weights_are_refused(weight: list[float]) -> None:
    with pytest.raises(ValueError, match="weight"):
        wfq(weight, link_bps=GIGABIT)


def test_a_link_has_one_rate() -> None:
    with pytest.raises(ValueError, match="made for 1000000000"):
        wfq([1], link_bps=GIGABIT).departures([0], [0], [1], link_bps=AWKWARD)


def in_turn(rule: object, sizes: list[list[int]], weight: list[int]) -> list[tuple[int, int]]:
    """Queue and size of everything sent while all queues wait."""
    scheduler = rule(weight, link_bps=8 * GIGABIT)  # type: ignore[operator]
    for queue, column in enumerate(sizes):
        for size in column:
            scheduler.arrive(queue, size, 0)
    now, sent = 0, []
    while min(scheduler.state["queued"]) > 0:
        sent.append(scheduler.send(now))
        now += sent[-1].size_B
    return sent


@pytest.mark.parametrize("rule", [wf2q, wf2q_plus])
@given(
    sizes=st.lists(st.lists(st.integers(1, 1500), min_size=8, max_size=8), min_size=3, max_size=3),
    weight=st.lists(st.integers(1, 20), min_size=3, max_size=3),
)
def test_worst_case_fair(rule: object, sizes: list[list[int]], weight: list[int]) -> None:
    """While all wait, nobody is more than one packet ahead of its share of what was sent, or behind it."""
    done, largest = [0, 0, 0], max(max(column) for column in sizes)
    for queue, size in in_turn(rule, sizes, weight):
        done[queue] += size
        for i in range(3):
            share = Fraction(weight[i], sum(weight))
            ahead = done[i] - share * sum(done)
            assert -largest <= ahead <= max(sizes[i]) * (1 - share)


@given(sent=packets(3, most=60), weight=WEIGHTS)
def test_wf2q_plus_serves_a_backlogged_queue_within_a_packet_of_its_rate(sent: Packets, weight: list[int]) -> None:
    """Bennett & Zhang 1997: no later than at its guaranteed rate since its busy period began, and one packet."""
    link_bps, total = 8 * GIGABIT, sum(weight)
    left, largest = sent.sent(wf2q_plus(weight, link_bps=link_bps)), max(sent.size_B)
    for queue in range(3):
        ends = Fraction(0)
        for i in range(len(sent)):
            if sent.queue[i] == queue:
                ends = max(ends, Fraction(sent.time_ns[i])) + Fraction(sent.size_B[i] * total, weight[queue])
                assert int(left.departure_ns[i]) - 1 < ends + largest


def test_wf2q_plus_starts_anew_after_the_link_was_idle() -> None:
    scheduler = wf2q_plus([1, 9], link_bps=8 * GIGABIT)
    scheduler.arrive(0, 1000, 0)
    scheduler.send(0)
    assert scheduler.state["finish_B"] == [10_000, 0]
    scheduler.arrive(0, 1000, 999)
    assert scheduler.state["start_B"][0] == 10_000
    scheduler.send(1000)
    scheduler.arrive(0, 1000, 2000)
    assert scheduler.state["start_B"][0] == 0


def by_the_book(given: Packets, weight: list[int]) -> list[int]:
    """Self-clocked fair queueing on a link of 8 Gb/s."""
    now, virtual, last = Fraction(0), Fraction(0), [Fraction(0)] * len(weight)
    tags: dict[int, Fraction] = {}
    order: list[int] = []
    arrived = 0
    while len(order) < len(given):
        while arrived < len(given) and given.time_ns[arrived] <= now:
            q = given.queue[arrived]
            last[q] = tags[arrived] = max(last[q], virtual) + Fraction(given.size_B[arrived], weight[q])
            arrived += 1
        if not tags:
            now, virtual, last = Fraction(given.time_ns[arrived]), Fraction(0), [Fraction(0)] * len(weight)
            continue
        best = min(tags, key=lambda i: (tags[i], given.queue[i], i))
        virtual = tags.pop(best)
        order.append(best)
        now += given.size_B[best]
    return order


@given(sent=packets(3, most=30), weight=WEIGHTS)
def test_classes_share_as_self_clocked_fair_queueing(sent: Packets, weight: list[int]) -> None:
    left = sent.sent(cbwfq(weight), 8 * GIGABIT)
    check_link(sent, left, 8 * GIGABIT)
    assert left.order.tolist() == by_the_book(sent, weight)
    other = stepped(cbwfq(weight), sent, 8 * GIGABIT)
    assert left.departure_ns.tolist() == other.departure_ns


def test_a_low_latency_queue_goes_first_and_is_policed() -> None:
    """20 Mb/s of 100 for the first queue, however much it offers; 3:1 for the others."""
    made = cbwfq([1, 30, 10], priority_bps=[20 * 10**6, 0, 0], burst_B=[3000, 0, 0])
    sent = rates_bps(made, {0: 95e6, 1: 95e6, 2: 95e6}, 100 * 10**6)
    assert [sent[0] / 1e6, sent[1] / 1e6, sent[2] / 1e6] == pytest.approx([20, 60, 20], rel=0.01)
    assert rates_bps(made, {0: 95e6}, 100 * 10**6)[0] == pytest.approx(95e6, rel=0.01)


@given(sent=packets(3, most=60))
def test_no_class_waits_behind_a_priority_queue_for_more_than_its_policer_passes(sent: Packets) -> None:
    """Priority packets that pass while others wait conform: rate x time + burst over any busy period."""
    rate, burst = 10**8, 2000
    left = sent.sent(cbwfq([1, 2, 3], priority_bps=[rate, 0, 0], burst_B=[burst, 0, 0]), GIGABIT)
    check_link(sent, left, GIGABIT)
    assert {sent.queue[i] for i in left.refused.tolist()} <= {0}
    for i in left.refused.tolist():
        others = [j for j in range(len(sent)) if left.departure_ns[j] - 8 * sent.size_B[j] >= sent.time_ns[i]]
        assert [j for j in others if sent.time_ns[j] <= sent.time_ns[i] and j != i]
