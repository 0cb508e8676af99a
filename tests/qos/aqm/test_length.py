"""Queues that decide by length: published figures, exact rationals, a queue played through in Python."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.qos.aqm import Ecn, InstantMarking, Ramp, Red, TailDrop, Verdict, Wred, ramps_of, serve

ALWAYS, NEVER = 0.0, 1 - 2**-53


def full(algorithm, packets, size_B=1):
    """A queue with packets in it that nothing was decided about."""
    queue = algorithm.queue()
    for _ in range(packets):
        assert queue.offer(0, size_B, draw=NEVER).verdict == Verdict.KEPT
    return queue


def test_red_average_after_100_arrivals_at_30():
    """Every arrival finds 30 packets: avg = 30 (1 - 0.998^100) = 5.442996."""
    queue = Red(ramp=Ramp(1e6, 1e6), by_packets=True).queue()
    for _ in range(30):
        queue.offer(0, 1)
    start = queue.state["average"]
    for _ in range(100):
        queue.offer(0, 1)
        queue.take(0)
    exact = 30 - (30 - Fraction(start)) * (1 - Fraction(0.002)) ** 100
    assert queue.state["average"] == pytest.approx(float(exact), rel=1e-12)
    assert pytest.approx(5.442996, abs=1e-6) == 30 * (1 - 0.998**100)


def chance(queue_of, low=0.0, high=1.0, steps=50):
    """Probability with which the next packet is chosen, by bisection over the draw that is handed in."""
    for _ in range(steps):
        middle = (low + high) / 2
        if queue_of().offer(0, 1, draw=middle).verdict == Verdict.REFUSED:
            low = middle
        else:
            high = middle
    return low


@pytest.mark.parametrize("count", [0, 1, 7, 10, 15])
def test_red_spreads_signals_evenly(count):
    """min 5, max 15, maxp 0.1, length 10: p_b = 0.05, and p_a = 0.05 / (1 - 0.05 count); 0.1 after ten packets."""

    def ready():
        queue = Red(ramp=Ramp(9.5, 10.5, 0.1), weight=1.0, by_packets=True).queue()
        for _ in range(10):
            queue.offer(0, 1, draw=NEVER)
        for _ in range(count):
            assert queue.offer(0, 1, draw=NEVER).verdict == Verdict.KEPT
            queue.take(0)
        return queue

    assert chance(ready) == pytest.approx(float(Fraction(5, 100) / (1 - count * Fraction(5, 100))), rel=1e-12)


def test_gaps_between_signals_are_uniform():
    """After a signal each of the next 1/p - 1 packets is chosen with the same probability."""
    algorithm = Red(ramp=Ramp(9.5, 10.5, 0.1), weight=1.0, by_packets=True)
    survive, found = 1.0, []
    for gap in range(1, 20):

        def ready(gap=gap):
            queue = full(algorithm, 10)
            assert queue.offer(0, 1, draw=ALWAYS).verdict == Verdict.REFUSED
            for _ in range(gap - 1):
                queue.offer(0, 1, draw=NEVER)
                queue.take(0)
            return queue

        p = 1.0 if ready().offer(0, 1, draw=NEVER).verdict == Verdict.REFUSED else chance(ready)
        found.append(survive * p)
        survive *= 1 - p
    assert found == pytest.approx([1 / 19] * 19, rel=1e-9)


def test_the_average_fades_while_the_queue_is_empty():
    """Floyd & Jacobson 1993: after an idle time of m packet times, avg is (1 - w)^m of what it was."""
    queue = Red(ramp=Ramp(1e6, 1e6), weight=0.25, by_packets=True, slot_ns=1000.0).queue()
    for _ in range(4):
        queue.offer(0, 1)
    before = queue.state["average"]
    for _ in range(4):
        queue.take(5000)
    queue.offer(5000 + 7000, 1)
    assert queue.state["average"] == pytest.approx(before * 0.75**7, rel=1e-12)
    queue.offer(12_000, 1)  # not idle any more: an ordinary step
    assert queue.state["average"] == pytest.approx(before * 0.75**8 + 0.25, rel=1e-12)


def test_without_a_slot_the_average_stays():
    queue = Red(ramp=Ramp(1e6, 1e6), weight=0.5, by_packets=True).queue()
    for _ in range(3):
        queue.offer(0, 1)
    for _ in range(3):
        queue.take(0)
    before = queue.state["average"]
    queue.offer(10**15, 1)
    assert queue.state["average"] == before / 2


@pytest.mark.parametrize(
    "length, gentle, plain", [(4, 0, 0), (10, 0.05, 0.05), (15, 0.1, 1), (22, 0.52, 1), (30, 1, 1)]
)
def test_gentle_rises_where_plain_leaps(length, gentle, plain):
    ramp = Ramp(5, 15, 0.1)
    for is_gentle, wanted in ((True, gentle), (False, plain)):
        queue = Red(ramp=ramp, weight=1.0, by_packets=True, gentle=is_gentle)
        assert ramp.probability(length, gentle=is_gentle) == pytest.approx(wanted, abs=1e-12)
        assert chance_at(queue, length) == pytest.approx(wanted, abs=1e-12)


def chance_at(algorithm, length):
    """The base probability: the first packet above the ramp's foot has count 0."""
    narrow = Red(ramp=algorithm.ramp, weight=1.0, by_packets=False, gentle=algorithm.gentle, ecn=algorithm.ecn)

    def ready():
        queue = narrow.queue()
        queue.offer(0, length, draw=NEVER)  # finds nothing, waits alone with `length` bytes
        return queue

    if ready().offer(0, 1, draw=NEVER).verdict == Verdict.REFUSED:
        return 1.0
    return chance(ready)


def test_ecn_marks_what_can_be_marked_until_the_ramp_ends():
    ramp = Ramp(2, 4, 1.0)
    for gentle, length, hard, ecn, wanted in [
        (False, 3, True, Ecn.ECT_0, Verdict.MARKED),
        (False, 3, True, Ecn.ECT_1, Verdict.MARKED),
        (False, 3, True, Ecn.CE, Verdict.MARKED),
        (False, 3, True, Ecn.NOT_ECT, Verdict.REFUSED),
        (False, 4, True, Ecn.ECT_0, Verdict.REFUSED),
        (False, 4, False, Ecn.ECT_0, Verdict.MARKED),
        (True, 5, True, Ecn.ECT_0, Verdict.MARKED),
        (True, 8, True, Ecn.ECT_0, Verdict.REFUSED),
    ]:
        queue = Red(ramp=ramp, weight=1.0, gentle=gentle, ecn=True, hard_drop=hard).queue()
        queue.offer(0, length, draw=NEVER)
        assert queue.offer(0, 1, ecn=ecn, draw=ALWAYS).verdict == wanted


def test_byte_mode_chooses_in_proportion_to_size():
    def ready(size):
        queue = Red(ramp=Ramp(0, 1000, 0.1), weight=1.0, mean_B=500.0).queue()
        queue.offer(0, 500, draw=NEVER)
        return queue.offer(0, size, draw=0.03).verdict

    # p_b = 0.05 x size / 500, first on the ramp but one: the packet that found nothing was at the foot, count 0.
    assert [ready(size) for size in (100, 250, 350, 500)] == [0, 0, 2, 2]


def test_wred_keeps_an_average_per_class_and_a_ramp_per_colour():
    one = ramps_of({"green": Ramp(8, 10, 1.0), "yellow": Ramp(2, 4, 1.0)})
    other = ramps_of({"green": Ramp(100, 200, 1.0)})
    assert one[2] == one[1] and other == (Ramp(100, 200, 1.0),) * 3
    queue = Wred(ramps=[one, other], weight=1.0).queue()
    queue.offer(0, 5, flow=0, draw=NEVER)
    queue.offer(0, 50, flow=1, draw=NEVER)
    verdicts = [queue.offer(0, 1, flow=f, colour=c, draw=ALWAYS).verdict for f, c in ((0, 0), (0, 1), (0, 2), (1, 2))]
    assert verdicts == [Verdict.KEPT, Verdict.REFUSED, Verdict.REFUSED, Verdict.KEPT]
    assert queue.state["class_bytes"] == [6, 51]
    assert [queue.take(0).size_B for _ in range(4)] == [5, 50, 1, 1]
    assert queue.state["class_bytes"] == [0, 0]


@given(st.integers(0, 60), st.integers(0, 60), st.just(0.0) | st.floats(1e-290, 1), st.integers(1, 90))
def test_instant_marking_is_the_ramp_of_the_length(a, b, most, length):
    """p = Pmax (q - Kmin) / (Kmax - Kmin), 1 above Kmax, in exact rationals."""
    kmin, kmax = sorted((a, b))
    if length < kmin:
        wanted = Fraction(0)
    elif length < kmax:
        wanted = Fraction(most) * (length - kmin) / (kmax - kmin)
    else:
        wanted = Fraction(1)

    def verdict(draw, ecn):
        queue = InstantMarking(Ramp(kmin, kmax, most)).queue()
        queue.offer(0, length, draw=NEVER, ecn=Ecn.ECT_0)
        return queue.offer(0, 1, draw=draw, ecn=ecn).verdict

    above, below = float(wanted * (1 + Fraction(1, 10**9))), float(wanted * (1 - Fraction(1, 10**9)))
    if wanted > 0:
        assert verdict(below, Ecn.ECT_0) == Verdict.MARKED
        assert verdict(below, Ecn.NOT_ECT) == Verdict.REFUSED
    if above < 1:
        assert verdict(above if wanted else 0.0, Ecn.ECT_0) == Verdict.KEPT


def test_marking_may_leave_the_others_alone():
    queue = InstantMarking(Ramp(0, 0), drop_others=False).queue()
    assert queue.offer(0, 1).verdict == Verdict.KEPT
    assert queue.offer(0, 1, ecn=Ecn.ECT_1).verdict == Verdict.MARKED
    assert [queue.take(0).marked for _ in range(2)] == [False, True]


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 1500)), max_size=60),
    st.integers(1, 5000), st.integers(1, 8), st.integers(1, 10**10),
)  # fmt: skip
def test_tail_drop_is_a_list_with_two_limits(gaps, limit_B, limit_packets, rate_bps):
    """Against a list and exact times in Python."""
    times = np.cumsum([gap for gap, _ in gaps]).tolist()
    sizes = [size for _, size in gaps]
    fates = serve(TailDrop(limit_B, limit_packets), times, sizes, rate_bps=rate_bps)
    waiting, free, leaves = [], Fraction(0), [-1] * len(sizes)

    def until(now):
        nonlocal free
        while waiting and (now is None or free <= now):
            i = waiting.pop(0)
            free = max(free, Fraction(times[i])) + Fraction(8 * 10**9 * sizes[i], rate_bps)
            leaves[i] = -(-free.numerator // free.denominator)

    for i, (now, size) in enumerate(zip(times, sizes, strict=True)):
        until(now)
        if sum(sizes[j] for j in waiting) + size <= limit_B and len(waiting) < limit_packets:
            waiting.append(i)
            until(now)
    until(None)
    assert fates.departure_ns.tolist() == leaves


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: TailDrop(0), "limit_B is 0"),
        (lambda: Ramp(9, 3), "a ramp from 9 to 3"),
        (lambda: Ramp(1, 3, 1.5), "most is 1.5"),
        (lambda: Red(ramp=Ramp(1, 2), weight=0.0), "weight is 0"),
        (lambda: Wred(ramps=[]), "ramps is empty"),
        (lambda: Wred(ramps=[[Ramp(1, 2)], []]), "different lengths"),
        (lambda: ramps_of({"blue": Ramp(1, 2)}), "colour blue"),
        (lambda: serve(TailDrop(), [5, 4], [1, 1], rate_bps=1), "time"),
        (lambda: serve(TailDrop(), [5], [1, 1], rate_bps=1), "size_B"),
        (lambda: serve(TailDrop(), [5.5], [1], rate_bps=1), "time_ns"),
        (lambda: serve(TailDrop(), [0], [0], rate_bps=1), "size_B"),
        (lambda: serve(TailDrop(), [0], [1], rate_bps=0), "rate_bps"),
        (lambda: serve(TailDrop(), [0], [1], rate_bps=1, ecn=[4]), "ecn"),
        (lambda: serve(TailDrop(), [0], [2**39] , rate_bps=1), "range of time"),
        (lambda: TailDrop().queue().offer(-1, 1), "time"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
