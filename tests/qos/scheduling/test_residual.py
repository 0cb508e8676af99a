"""Guarantees of schedulers: worked values, and the schedulers themselves under any traffic."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.qos.scheduling.packets import Packets, packets

from easterly.qos.scheduling import Scheduler, cbs, drr, residual, strict_priority, wf2q, wf2q_plus, wfq

G = 10**9
JUMBO = [9216] * 3


def us(curves: tuple[residual.RateLatency, ...]) -> list[float]:
    return [float(curve.latency_s * 10**6) for curve in curves]


def test_worked_values() -> None:
    """100 Gb/s and packets of 9,216 B; 1 Gb/s and a frame of 1,542 B."""
    turns = residual.drr([9216, 18432, 36864], JUMBO, link_bps=100 * G)
    assert us(turns) == [10.32192, 7.00416, 4.23936]
    assert [c.rate_bps for c in turns] == [Fraction(100 * G * part, 7) for part in (1, 2, 4)]
    fair = residual.wfq([1, 2, 4], JUMBO, link_bps=100 * G)
    assert us(fair) == [5.89824, 3.31776, 2.02752]
    assert [c.rate_bps for c in fair] == [c.rate_bps for c in turns]
    high, low = residual.strict_priority([65536, 0], [10 * G, 0], [9216, 9216], link_bps=100 * G)
    assert high.delay_s(65536, 10 * G) * 10**6 == Fraction("5.98016")
    assert (low.rate_bps, round(float(low.latency_s) * 1e6, 6)) == (90 * G, 5.825422)
    shaped, rest = residual.cbs([750_000_000, 0], [1542, 1542], link_bps=G)
    assert (shaped.rate_bps / 8, shaped.latency_s * 10**6) == (93_750_000, Fraction("12.336"))
    assert (rest.rate_bps, rest.latency_s) == (0, math.inf)


def check_served(given_: Packets, scheduler: Scheduler, curve: residual.RateLatency, queue: int, link_bps: int) -> None:
    """Strictly: from whenever the queue begins to wait, to every start of one of its packets while it waits."""
    left = given_.sent(scheduler, link_bps)
    mine = [i for i in left.order.tolist() if given_.queue[i] == queue]
    since, done, end = Fraction(0), 0, Fraction(-1)
    for i in mine:
        took = Fraction(8 * 10**9 * given_.size_B[i], link_bps)
        if given_.time_ns[i] > end:
            since, done = Fraction(given_.time_ns[i]), 0
        start = int(left.departure_ns[i]) - 1 - took
        assert 8 * done >= curve.rate_bps * ((start - since) / 10**9 - curve.latency_s)
        done += given_.size_B[i]
        end = start + took


def check_curve(given_: Packets, scheduler: Scheduler, curve: residual.RateLatency, queue: int, link_bps: int) -> None:
    """By the start of each packet: as much as had come before some arrival, and the curve from there on."""
    left = given_.sent(scheduler, link_bps)
    mine = [i for i in range(len(given_)) if given_.queue[i] == queue]
    for n, i in enumerate(mine):
        start = int(left.departure_ns[i]) - 1 - Fraction(8 * 10**9 * given_.size_B[i], link_bps)
        come = [(given_.time_ns[j], sum(given_.size_B[k] for k in mine[:m])) for m, j in enumerate(mine[: n + 1])]
        due = [8 * bytes_ + curve.rate_bps * max(0, (start - at) / 10**9 - curve.latency_s) for at, bytes_ in come]
        assert 8 * come[-1][1] >= min(due)


LARGEST = 1500


@given(sent=packets(3, most=60), quantum=st.lists(st.integers(1, 4000), min_size=3, max_size=3))
def test_drr_gives_what_is_guaranteed(sent: Packets, quantum: list[int]) -> None:
    for queue, curve in enumerate(residual.drr(quantum, [LARGEST] * 3, link_bps=G)):
        check_served(sent, drr(quantum), curve, queue, G)


@pytest.mark.parametrize("rule", [wfq, wf2q, wf2q_plus])
@settings(max_examples=20)
@given(sent=packets(3, most=60), weight=st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_fair_queueing_gives_what_is_guaranteed(rule: object, sent: Packets, weight: list[int]) -> None:
    for queue, curve in enumerate(residual.wfq(weight, [LARGEST] * 3, link_bps=G)):
        check_served(sent, rule(weight, link_bps=G), curve, queue, G)  # type: ignore[operator]


@given(sent=packets(3, most=60, gap_ns=20_000), slopes=st.tuples(st.integers(1, 70), st.integers(1, 29)))
def test_a_shaper_gives_what_is_guaranteed(sent: Packets, slopes: tuple[int, int]) -> None:
    rates = [slopes[0] * 10**7, slopes[1] * 10**7, 0]
    for queue, curve in enumerate(residual.cbs(rates, [LARGEST] * 3, link_bps=G)[:2]):
        check_curve(sent, cbs(rates, link_bps=G), curve, queue, G)


@given(sent=packets(3, most=60))
def test_strict_priority_gives_what_is_guaranteed(sent: Packets) -> None:
    """The highest queue at any load; the next one behind a bucket as deep as all that the first ever sends."""
    burst = sum(size for size, queue in zip(sent.size_B, sent.queue, strict=True) if queue == 0)
    high, middle, _ = residual.strict_priority([burst, 0, 0], [0, 0, 0], [LARGEST] * 3, link_bps=G)
    check_served(sent, strict_priority(3), high, 0, G)
    check_served(sent, strict_priority(3), middle, 1, G)


def test_the_latency_of_drr_is_reached_up_to_a_byte_of_each() -> None:
    """It comes when the other begins a turn of 1,999 B, sends 1 B of its 1,000, and waits for another turn of 1,000."""
    sent = Packets([0, 0, 0, 0, 2, 2], [1, 1, 1, 1, 0, 0], [1, 1000, 999, 1000, 1, 1000])
    left = sent.sent(drr([1000, 1000]), 8 * G)
    assert left.order.tolist() == [0, 1, 2, 4, 3, 5]
    curve = residual.drr([1000] * 2, [1000] * 2, link_bps=8 * G)[0]
    assert (curve.rate_bps, curve.latency_s * 10**9) == (4 * G, 3000)
    waited_ns, first_byte_ns = int(left.departure_ns[5]) - 1000 - 2, 2
    assert 2997 <= waited_ns - first_byte_ns <= 3000


def test_nothing_is_guaranteed_behind_a_full_link() -> None:
    curves = residual.strict_priority([1000, 0], [G, 0], [1500, 1500], link_bps=G)
    assert (curves[1].rate_bps, curves[1].latency_s, curves[1].delay_s(1, 1)) == (0, math.inf, math.inf)
    assert curves[0].delay_s(1000, G + 1) == math.inf


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: residual.drr([0], [1], link_bps=1), r"quantum_B\[0\] is 0"),
        (lambda: residual.drr([1, 2], [1], link_bps=1), "one entry per queue"),
        (lambda: residual.wfq([], [], link_bps=1), "one entry per queue"),
        (lambda: residual.wfq([1], [1], link_bps=0), "link_bps is 0"),
        (lambda: residual.strict_priority([-1], [0], [1], link_bps=1), r"burst_B\[0\] is -1"),
        (lambda: residual.cbs([2, 2], [1, 1], link_bps=3), "adds up to 4"),
    ],
)
def test_impossible_input_is_refused(make: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()  # type: ignore[operator]
