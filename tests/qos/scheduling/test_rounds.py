"""Schedulers without a clock: published vectors, and what must hold for any packets."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.qos.scheduling.packets import Packets, at_once, check_link, packets, stepped

from easterly.qos.scheduling import drr, fifo, strict_priority, wrr

GIGABIT = 10**9
AWKWARD = 123_456_789
"""bit/s: no packet takes a whole number of nanoseconds."""

PUBLISHED = at_once([200, 750, 20], [500, 500], [200, 600, 100], [50, 700, 180])
MAKERS = {
    "fifo": lambda: fifo(3),
    "strict": lambda: strict_priority(3),
    "wrr": lambda: wrr([3, 1, 2]),
    "wrr by bytes": lambda: wrr([700, 100, 3000], by="bytes"),
    "drr": lambda: drr([700, 100, 3000]),
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("link_bps", [GIGABIT, AWKWARD])
@settings(max_examples=20)
@given(sent=packets(3))
def test_the_link_is_work_conserving_and_keeps_the_order_of_a_queue(name: str, link_bps: int, sent: Packets) -> None:
    check_link(sent, sent.sent(MAKERS[name](), link_bps), link_bps)


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=20)
@given(sent=packets(3))
def test_steps_and_columns_agree(name: str, sent: Packets) -> None:
    one, other = sent.sent(MAKERS[name](), AWKWARD), stepped(MAKERS[name](), sent, AWKWARD)
    assert one.departure_ns.tolist() == other.departure_ns
    assert one.order.tolist() == other.order


def test_published_order_and_deficits_of_drr() -> None:
    """Shreedhar & Varghese 1996: quantum 500, four queues, two rounds."""
    scheduler = drr([500] * 4)
    for queue, size in zip(PUBLISHED.queue, PUBLISHED.size_B, strict=True):
        scheduler.arrive(queue, size, 0)
    first = [scheduler.send(0) for _ in range(4)]
    assert first == [(0, 200), (1, 500), (2, 200), (3, 50)]
    assert scheduler.state["deficit_B"] == [300, 0, 300, 450]
    second = [scheduler.send(0) for _ in range(7)]
    assert second == [(0, 750), (0, 20), (1, 500), (2, 600), (2, 100), (3, 700), (3, 180)]
    assert scheduler.send(0) is None
    assert scheduler.state["deficit_B"] == [0, 0, 0, 0]


def drr_by_the_book(given: Packets, quantum: list[int]) -> list[int]:
    """Everything is there at time 0: rounds over a list of active queues."""
    queues = [deque(i for i in range(len(given)) if given.queue[i] == q) for q in range(len(quantum))]
    first = list(dict.fromkeys(given.queue))
    active, deficit, order = deque(first), [0] * len(quantum), []
    while active:
        q = active.popleft()
        deficit[q] += quantum[q]
        while queues[q] and given.size_B[queues[q][0]] <= deficit[q]:
            deficit[q] -= given.size_B[queues[q][0]]
            order.append(queues[q].popleft())
        if queues[q]:
            active.append(q)
    return order


@given(sent=packets(3, gap_ns=0), quantum=st.lists(st.integers(1, 4000), min_size=3, max_size=3))
def test_drr_is_the_book(sent: Packets, quantum: list[int]) -> None:
    """Also where quanta are far below packets, and rounds without a packet are passed over at once."""
    assert sent.sent(drr(quantum), GIGABIT).order.tolist() == drr_by_the_book(sent, quantum)


@given(sent=packets(3), quantum=st.lists(st.integers(1, 4000), min_size=3, max_size=3))
def test_no_deficit_reaches_quantum_and_largest_packet(sent: Packets, quantum: list[int]) -> None:
    scheduler, largest = drr(quantum), max(sent.size_B)
    for i in range(len(sent)):
        scheduler.arrive(sent.queue[i], sent.size_B[i], sent.time_ns[i])
        if i % 3:
            scheduler.send(sent.time_ns[i])
        bound = [q + largest for q in quantum]
        assert all(0 <= d < b for d, b in zip(scheduler.state["deficit_B"], bound, strict=True))


@given(sent=packets(4))
def test_strict_never_serves_a_lower_class_while_a_higher_one_waits(sent: Packets) -> None:
    left = sent.sent(strict_priority(4), GIGABIT)
    start = {i: int(left.departure_ns[i]) - 8 * sent.size_B[i] for i in range(len(sent))}
    for at, i in enumerate(left.order.tolist()):
        behind = left.order.tolist()[at + 1 :]
        assert not [j for j in behind if sent.queue[j] < sent.queue[i] and sent.time_ns[j] <= start[i]]


@given(sent=packets(3))
def test_fifo_keeps_the_order_of_arrival(sent: Packets) -> None:
    assert sent.sent(fifo(3), AWKWARD).order.tolist() == list(range(len(sent)))


@given(weight=st.lists(st.integers(1, 9), min_size=2, max_size=5), rounds=st.integers(1, 5))
def test_wrr_by_packets_sends_its_weights_in_every_round(weight: list[int], rounds: int) -> None:
    sent = at_once(*([1000] * (w * rounds) for w in weight))
    turns = np.repeat(np.arange(len(weight)), weight).tolist() * rounds
    assert [sent.queue[i] for i in sent.sent(wrr(weight), GIGABIT).order] == turns


@given(sizes=st.lists(st.integers(1, 9000), min_size=2, max_size=4), weight=st.lists(st.integers(1, 9000), min_size=4))
def test_wrr_by_bytes_shares_bytes_whatever_the_sizes(sizes: list[int], weight: list[int]) -> None:
    """While all wait, what queues sent over their weights differs by no more than a weight and a packet of each."""
    scheduler, done = wrr(weight[: len(sizes)], by="bytes"), [0] * len(sizes)
    for queue, size in enumerate(sizes):
        for _ in range(300):
            scheduler.arrive(queue, size, 0)
    while min(scheduler.state["queued"]) > 0:
        queue, size = scheduler.send(0)  # type: ignore[misc]
        done[queue] += size
        rounds = [(d - s) / w for d, s, w in zip(done, sizes, weight, strict=False)]
        assert max(rounds) - min(rounds) <= 2 + 2 * max(s / w for s, w in zip(sizes, weight, strict=False))


def test_quanta_far_below_the_packets_take_no_time() -> None:
    """A queue of 2^29 B packets and 2 B a round sends one in 2^28 rounds, the other one of 2^30 in 2^30."""
    huge = at_once([1 << 30] * 2, [1 << 29] * 8)
    assert huge.sent(drr([1, 2]), 1 << 50).order.tolist() == [2, 3, 4, 0, 5, 6, 7, 8, 1, 9]
    assert huge.sent(wrr([1, 2], by="bytes"), 1 << 50).order.size == 10


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: drr([]), "one entry per queue"),
        (lambda: drr([500, 0]), r"quantum_B\[1\] is 0"),
        (lambda: drr([0.5]), "whole number"),
        (lambda: wrr([1], by="cells"), "'packets' or 'bytes'"),  # type: ignore[arg-type]
        (lambda: fifo(0), "queues is 0"),
        (lambda: drr([500]).departures([0], [0], [10]), "give link_bps"),
        (lambda: drr([500]).departures([5, 4], [0, 0], [10, 10], link_bps=GIGABIT), "before the packet"),
        (lambda: drr([500]).departures([0], [1], [10], link_bps=GIGABIT), r"queue\[0\] is 1"),
        (lambda: drr([500]).departures([0], [0], [0], link_bps=GIGABIT), r"size\[0\] is 0"),
        (lambda: drr([500]).departures([0.5], [0], [10], link_bps=GIGABIT), "no whole number"),
        (lambda: drr([500]).departures([0], [0], [10], link_bps=0), "link_bps is 0"),
        (lambda: drr([500]).departures([0], [0], [1 << 30], link_bps=1), "longer than the clock"),
        (lambda: drr([500]).departures([0, 1], [0], [10], link_bps=GIGABIT), "entries"),
        (lambda: [link := drr([500]), link.arrive(0, 10, 7), link.send(6)], "before 7"),
        (lambda: drr([500]).arrive(1, 10, 0), "queue is 1"),
    ],
)
def test_impossible_input_is_refused(make: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()  # type: ignore[operator]


def test_nothing_to_send_is_no_error() -> None:
    assert drr([500]).next(0) == (None, None)
    assert drr([500]).departures([], [], [], link_bps=GIGABIT).order.size == 0
