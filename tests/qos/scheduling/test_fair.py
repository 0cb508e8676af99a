"""Fair queueing against the fluid that it follows."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.qos.scheduling.fluid import finish_times, order_by_tags
from tests.qos.scheduling.packets import Packets, at_once, check_link, packets, stepped

from easterly.qos.scheduling import wf2q, wfq

GIGABIT = 10**9
RATES = [GIGABIT, 8 * GIGABIT // 5]
"""bit/s: every byte takes a whole number of nanoseconds, so that the choice falls where the packet ends."""
AWKWARD = 123_456_789
WEIGHTS = st.lists(st.integers(1, 7), min_size=3, max_size=3)
ELEVEN = at_once([1000] * 11, *([1000],) * 10)


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        (wfq, [0] * 10 + list(range(1, 11)) + [0]),
        (wf2q, [q for i in range(1, 11) for q in (0, i)] + [0]),
    ],
)
def test_eleven_flows(rule: object, order: list[int]) -> None:
    """Bennett & Zhang 1996: WFQ runs ten packets ahead of the fluid, WF2Q alternates."""
    left = ELEVEN.sent(rule([10] + [1] * 10, link_bps=GIGABIT))  # type: ignore[operator]
    assert [ELEVEN.queue[i] for i in left.order] == order


@pytest.mark.parametrize("begun_only", [False, True])
@pytest.mark.parametrize("link_bps", [GIGABIT, 8 * GIGABIT])
@given(sent=packets(3, most=14), weight=WEIGHTS)
def test_packets_leave_in_the_order_of_exact_tags(
    begun_only: bool, link_bps: int, sent: Packets, weight: list[int]
) -> None:
    rule = wf2q if begun_only else wfq
    order = order_by_tags(sent, weight, link_bps, begun_only=begun_only)
    assert sent.sent(rule(weight, link_bps=link_bps)).order.tolist() == order


@pytest.mark.parametrize("link_bps", [GIGABIT, AWKWARD])
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
    from tests.qos.scheduling.fluid import Fluid

    fluid, scheduler = Fluid(weight, GIGABIT), wfq(weight, link_bps=GIGABIT)
    for i in range(len(sent)):
        at, queue, size = sent.time_ns[i], sent.queue[i], sent.size_B[i]
        while (choice := scheduler.next(at)).queue is not None:
            scheduler.send(at)
        start, finish = fluid.arrive(i, at, queue, size)
        scheduler.arrive(queue, size, at)
        state = scheduler.state
        if not state["exact"]:
            return
        assert state["virtual_time_B"] == fluid.virtual
        assert state["finish_B"][queue] == finish >= start


@pytest.mark.parametrize("rule", [wfq, wf2q])
@pytest.mark.parametrize("link_bps", [GIGABIT, AWKWARD])
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
