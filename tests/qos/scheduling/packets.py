"""Columns of packets, drawn and made up, and what is asked of every link."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from easterly.qos.scheduling import Departures, Scheduler


@dataclass(frozen=True)
class Packets:
    time_ns: list[int]
    queue: list[int]
    size_B: list[int]

    def __len__(self) -> int:
        return len(self.time_ns)

    def sent(self, scheduler: Scheduler, link_bps: int | None = None) -> Departures:
        return scheduler.departures(self.time_ns, self.queue, self.size_B, link_bps=link_bps)


def at_once(*queues: list[int]) -> Packets:
    """Everything arrives at time 0."""
    rows = [(q, size) for q, sizes in enumerate(queues) for size in sizes]
    return Packets([0] * len(rows), [q for q, _ in rows], [size for _, size in rows])


@st.composite
def packets(draw: st.DrawFn, queues: int, most: int = 40, gap_ns: int = 3000, size_B: int = 1500) -> Packets:
    """Some packets; often several in one nanosecond."""
    gap = st.one_of(st.just(0), st.integers(0, gap_ns))
    rows = draw(st.lists(st.tuples(gap, st.integers(0, queues - 1), st.integers(1, size_B)), min_size=1, max_size=most))
    time, now = [], 0
    for step, _, _ in rows:
        time.append(now := now + step)
    return Packets(time, [q for _, q, _ in rows], [size for _, _, size in rows])


def stepped(scheduler: Scheduler, given: Packets, link_bps: int) -> Departures:
    """The link again, packet by packet in fractions of a nanosecond: a second opinion on the loop of the kernel."""
    waiting: dict[int, list[int]] = defaultdict(list)
    departure, order, arrived, now = [-1] * len(given), [], 0, Fraction(0)
    while True:
        while arrived < len(given) and given.time_ns[arrived] <= now:
            if scheduler.arrive(given.queue[arrived], given.size_B[arrived], given.time_ns[arrived]):
                waiting[given.queue[arrived]].append(arrived)
            arrived += 1
        choice = scheduler.next(int(now))
        assert choice == scheduler.next(int(now))
        if choice.queue is not None:
            i = waiting[choice.queue].pop(0)
            assert scheduler.send(int(now)) == (given.queue[i], given.size_B[i])
            now += Fraction(8 * 10**9 * given.size_B[i], link_bps)
            departure[i] = -int(-now // 1)
            order.append(i)
            continue
        later = [given.time_ns[arrived]] if arrived < len(given) else []
        later += [] if choice.time_ns is None else [choice.time_ns]
        if not later:
            return Departures(departure, order)  # type: ignore[arg-type]
        assert min(later) > now
        now = Fraction(min(later))


def check_link(given: Packets, sent: Departures, link_bps: int, *, conserving: bool = True) -> None:
    """No packet lost, twice, early or overtaken in its queue; one at a time; idle only when empty."""
    left = [i for i in range(len(given)) if sent.departure_ns[i] >= 0]
    assert sorted(sent.order.tolist()) == left
    free, begun = Fraction(0), {}
    for i in sent.order.tolist():
        took = Fraction(8 * 10**9 * given.size_B[i], link_bps)
        if conserving:
            free = max(free, min(given.time_ns[j] for j in left if j not in begun))
            begun[i] = free
            assert free >= given.time_ns[i]
            free += took
            assert sent.departure_ns[i] == -int(-free // 1)
        else:
            assert sent.departure_ns[i] + 1 > max(free, given.time_ns[i]) + took
            free = max(free + took, Fraction(int(sent.departure_ns[i]) - 1))
    for q in set(given.queue):
        mine = [i for i in sent.order.tolist() if given.queue[i] == q]
        assert mine == sorted(mine)
