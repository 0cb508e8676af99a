"""The credit-based shaper: credits by hand, long-run rates, and the bounds of network calculus."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx
from tests.qos.scheduling.loads import rates_bps
from tests.qos.scheduling.packets import Packets, check_link, packets, stepped

from easterly.qos.scheduling import cbs

GIGABIT = 10**9
M = 10**6


def test_credits_by_hand() -> None:
    """idleSlope 250 Mb/s of 1 Gb/s: a frame of 1,000 B costs 6,000 bits in its 8 us, which 24 us bring back."""
    link = cbs([250 * M, 0], link_bps=GIGABIT)
    link.arrive(1, 1500, 0)
    assert link.send(0) == (1, 1500)
    link.arrive(0, 1000, 4000)
    link.arrive(0, 1000, 4000)
    assert link.next(12_000) == (0, 12_000)
    assert link.state["credit_bit"][0] == 2000
    link.send(12_000)
    assert link.next(20_000) == (None, 36_000)
    assert link.state["credit_bit"][0] == -4000
    assert link.next(36_000) == (0, 36_000)
    link.send(36_000)
    link.arrive(0, 1000, 44_000 + 24_000 + 10_000)
    assert link.state["credit_bit"][0] == 0


@given(at=st.integers(0, 60_000))
def test_credit_above_zero_is_lost_when_the_queue_is_empty_at_the_end_of_its_frame(at: int) -> None:
    """2,000 bits in hand, one frame of 400 B: 3,200 ns later 800 - 2,400 bits more are left, but only for who waits."""
    link = cbs([250 * M, 0], link_bps=GIGABIT)
    link.arrive(1, 1500, 0)
    link.send(0)
    link.arrive(0, 400, 0)
    link.next(12_000)
    assert link.state["credit_bit"][0] == 3000
    link.send(12_000)
    link.arrive(0, 400, 12_000 + at)
    left = Fraction(3000 - 3200) + Fraction(at, 4)
    assert link.state["credit_bit"][0] == (left if at <= 3200 else (0 if at >= 3200 and left > 0 else left))


@pytest.mark.parametrize(("a", "b"), [(50, 25), (75, 0), (10, 10), (1, 74)])
def test_a_shaped_queue_gets_its_idle_slope(a: int, b: int) -> None:
    """However much is offered, and whatever else waits."""
    sent = rates_bps(cbs([a * M, b * M, 0], link_bps=100 * M), dict.fromkeys(range(2 + (b == 0)), 95.0 * M), 100 * M)
    assert sent[0] == approx(a * M, rel=0.01)
    assert sent[1] == approx((b or 100 - a) * M, rel=0.01)


def test_residual_service_of_class_a() -> None:
    """75 % of 1 Gb/s behind a lower frame of 1,542 B: 93.75 B/us after 12.336 us, and not earlier."""
    count = 200
    sent = Packets([0] + [1] * 2 * count, [1] + [0, 1] * count, [1542] + [1000, 1542] * count)
    left = sent.sent(cbs([750 * M, 0], link_bps=GIGABIT))
    done = 0
    for i in [i for i in left.order.tolist() if sent.queue[i] == 0]:
        start = int(left.departure_ns[i]) - 8 * sent.size_B[i]
        assert done >= Fraction(9375, 100_000) * (start - 1 - 12_336)
        done += sent.size_B[i]
    assert int(left.departure_ns[left.order[1]]) - 8000 == 12_336


@given(sent=packets(3, 60, 20_000), slopes=st.tuples(st.integers(1, 700), st.integers(1, 300)))
def test_credits_stay_within_their_bounds(sent: Packets, slopes: tuple[int, int]) -> None:
    """802.1Q, annex L: loCredit = sendSlope x frame / rate; hiCredit of class A = idleSlope x interference / rate."""
    link = cbs([slopes[0] * M, slopes[1] * M, 0], link_bps=GIGABIT)
    largest = max(sent.size_B) * 8
    now, arrived = 0, 0
    for _ in range(3 * len(sent)):
        while arrived < len(sent) and sent.time_ns[arrived] <= now:
            link.arrive(sent.queue[arrived], sent.size_B[arrived], sent.time_ns[arrived])
            arrived += 1
        choice = link.next(now)
        for queue, slope in enumerate(slopes):
            assert link.state["credit_bit"][queue] >= Fraction((slope - 1000) * largest, 1000)
        assert link.state["credit_bit"][0] <= Fraction(slopes[0] * largest, 1000)
        waiting = [t for t in (choice.time_ns, *sent.time_ns[arrived : arrived + 1]) if t is not None]
        if choice.queue is not None:
            now += 8 * link.send(now).size_B  # type: ignore[union-attr]
        elif waiting:
            now = min(waiting)
        else:
            break


@given(sent=packets(3, 60, 20_000), link_bps=st.sampled_from([GIGABIT, 123_456_789]))
def test_steps_and_columns_agree(sent: Packets, link_bps: int) -> None:
    made = cbs([link_bps // 2, link_bps // 5, 0], link_bps=link_bps)
    one, other = sent.sent(made), stepped(made, sent, link_bps)
    check_link(sent, one, link_bps, conserving=False)
    assert one.departure_ns.tolist() == other.departure_ns
    check_link(sent, sent.sent(cbs([0, 0, 0], link_bps=link_bps)), link_bps)


def test_a_slope_above_the_link_is_refused() -> None:
    with pytest.raises(ValueError, match=r"idle_slope_bps\[0\] is 1000000001"):
        cbs([GIGABIT + 1], link_bps=GIGABIT)


def test_what_is_held_back_to_the_end_of_the_clock_does_not_leave() -> None:
    """At 1 bit/s the credit of 2^30 B is back after 272 years; the clock of the link ends before."""
    sent = Packets([0, 0, 0], [0, 0, 1], [1 << 30, 1, 1]).sent(cbs([1, 0], link_bps=10 * GIGABIT))
    assert sent.order.tolist() == [0, 2]
    assert sent.departure_ns.tolist()[1] == -1
