"""Queues that keep delays short, against the published times and against the RFCs' pseudocode in exact arithmetic."""

from __future__ import annotations

import math
from collections import deque
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.qos.aqm import CoDel, Ecn, FqCoDel, InstantMarking, Pie, Ramp, Red, TailDrop, Verdict, Wred, serve

MS = 1_000_000


def law(interval, count):
    """floor(interval / sqrt(count)) in integers."""
    return math.isqrt(interval * interval // count)


def standing(queue, step_ns, until_ns, size_B=1000, packets=1000, ecn=0):
    """A queue that is never short: each packet sent is followed by a new one. Times of drops or marks."""
    for _ in range(packets):
        queue.offer(0, size_B, ecn=ecn)
    signals = []
    for now in range(0, until_ns, step_ns):
        taken = queue.take(now)
        signals += [now] * (len(taken.lost) + taken.marked)
        for _ in range(1 + len(taken.lost)):
            queue.offer(now, size_B, ecn=ecn)
    return signals


@pytest.mark.no_cover
@pytest.mark.parametrize("ecn", [False, True])
def test_codel_drops_at_the_times_of_rfc_8289(ecn):
    """Gaps of 100 / sqrt(count) ms: 0, 100, 170.7107, 228.4457, 278.4457, 323.1671 ms after the first."""
    step = 10_000
    signals = standing(CoDel(ecn=ecn).queue(), step, 540 * MS, ecn=Ecn.ECT_0)
    wanted = [0.0, 100.0, 170.7107, 228.4457, 278.4457, 323.1671]
    first = signals[0]
    assert first == pytest.approx(105 * MS, abs=step)  # above target from 5 ms on, an interval later
    assert [(at - first) / MS for at in signals[:6]] == pytest.approx(wanted, abs=step / MS)


def test_codel_does_not_divide_the_time_of_day():
    """The frequent mistake, (t + interval) / sqrt(count), sets the next drop before now."""
    queue = CoDel().queue()
    standing(queue, 10_000, 106 * MS)
    state = queue.state
    assert state["dropping"] and state["count"] == 1
    assert state["drop_next"] - 105 * MS == pytest.approx(100 * MS, abs=20_000)


class PlainCoDel:
    """RFC 8289, section 5, written down again with a list and integers."""

    def __init__(self, target, interval, mtu, ecn):
        self.target, self.interval, self.mtu, self.ecn = target, interval, mtu, ecn
        self.packets = deque()
        self.first = self.next = self.count = self.last = 0
        self.dropping = False

    def size(self):
        return sum(p[1] for p in self.packets)

    def look(self, now):
        if not self.packets:
            self.first = 0
            return None, False
        p = self.packets.popleft()
        if now - p[2] < self.target or self.size() <= self.mtu:
            self.first = 0
        elif self.first == 0:
            self.first = now + self.interval
        elif now >= self.first:
            return p, True
        return p, False

    def take(self, now):
        lost = []
        p, ok = self.look(now)
        if self.dropping:
            self.dropping = ok
            while self.dropping and now >= self.next:
                self.count += 1
                if self.ecn and p[3]:
                    self.next += law(self.interval, self.count)
                    return (p[0], True), lost
                lost.append(p[0])
                p, ok = self.look(now)
                self.dropping = ok
                if ok:
                    self.next += law(self.interval, self.count)
        elif ok:
            marked = self.ecn and bool(p[3])
            if not marked:
                lost.append(p[0])
                p, ok = self.look(now)
            self.dropping = True
            delta = self.count - self.last
            self.count = delta if delta > 1 and now - self.next < 16 * self.interval else 1
            self.next = now + law(self.interval, self.count)
            self.last = self.count
            return (None if p is None else (p[0], marked)), lost
        return (None if p is None else (p[0], False)), lost


arrivals = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 1500), st.integers(0, 3), st.booleans()), min_size=1, max_size=200
)


@given(arrivals, st.integers(1, 20), st.integers(20, 200), st.integers(0, 1500), st.booleans())
def test_codel_is_the_pseudocode(events, target, interval, mtu, ecn):
    queue = CoDel(target, interval, mtu, ecn).queue()
    plain, now = PlainCoDel(target, interval, mtu, ecn), 0
    for number, (gap, size, codepoint, arrives) in enumerate(events):
        now += gap
        if arrives or number % 3 == 0:
            plain.packets.append((queue_number(plain), size, now, codepoint))
            queue.offer(now, size, ecn=codepoint)
        else:
            packet, lost = plain.take(now)
            taken = queue.take(now)
            assert list(taken.lost) == lost
            assert (taken.number, taken.marked) == ((-1, False) if packet is None else packet)
    state = queue.state
    assert (state["count"], state["last_count"], state["dropping"]) == (plain.count, plain.last, plain.dropping)


def queue_number(plain):
    plain.number = getattr(plain, "number", -1) + 1
    return plain.number


@pytest.mark.parametrize("pause_intervals, count_after", [(3, "kept"), (40, 1)])
def test_codel_starts_again_from_the_rate_it_had_reached(pause_intervals, count_after):
    queue = CoDel(target_ns=5, interval_ns=100, mtu_B=0).queue()
    standing(queue, 1, 600)
    reached = queue.state["count"]
    assert reached > 5
    now = 600
    while queue.take(now).number >= 0:  # runs empty: leaves the state of dropping
        pass
    assert not queue.state["dropping"]
    start = now + 100 * pause_intervals
    for _ in range(300):
        queue.offer(start, 1000)
    for now in range(start, start + 108):
        queue.take(now)
    assert queue.state["dropping"]
    assert queue.state["count"] == (reached - 1 if count_after == "kept" else count_after)


@given(st.integers(1, 10**11), st.integers(1, 10**6))
def test_the_control_law_is_exact(interval, count):
    """Seen through the second drop of a queue whose count is known: drop_next = now + interval / sqrt(1) and so on."""
    y = law(interval, count)
    assert y * y * count <= interval * interval < (y + 1) * (y + 1) * count


def test_fq_codel_serves_new_flows_first_and_by_quantum():
    """Two old flows share by bytes; a third that starts is sent before either."""
    queue = FqCoDel(flows=4, quantum_B=300).queue()
    for _ in range(8):
        queue.offer(0, 300, flow=0)
    for _ in range(8):
        queue.offer(0, 100, flow=1)
    order = [(queue.take(0).size_B) for _ in range(8)]
    assert order == [300, 100, 100, 100, 300, 100, 100, 100]
    queue.offer(0, 77, flow=2)
    assert queue.take(0).size_B == 77


def test_fq_codel_does_not_let_a_thin_flow_stay_new():
    """An empty new queue goes behind the old ones: packets sent one at a time do not starve them."""
    queue = FqCoDel(flows=2, quantum_B=100).queue()
    for _ in range(20):
        queue.offer(0, 100, flow=0)
    queue.take(0)
    sent = []
    for _ in range(10):
        queue.offer(0, 100, flow=1)
        sent += [queue.take(0).size_B, queue.take(0).number]
    assert queue.state["flows"][0]["packets"] <= 12


@pytest.mark.parametrize("batch, dropped", [(1, 1), (3, 3), (64, 5)])
def test_fq_codel_drops_half_of_the_fattest_from_its_head(batch, dropped):
    queue = FqCoDel(flows=3, limit_packets=20, drop_batch=batch).queue()
    for _ in range(10):
        queue.offer(0, 1000, flow=1)  # numbers 0 to 9: most bytes
    for _ in range(10):
        queue.offer(0, 500, flow=0)
    offered = queue.offer(0, 60, flow=2)
    assert offered.lost == tuple(range(dropped))
    assert queue.state["packets"] == 21 - dropped


class PlainFq:
    """RFC 8290 with lists, CoDel from above."""

    def __init__(self, flows, quantum, limit, batch, *codel):
        self.flows = [PlainCoDel(*codel) for _ in range(flows)]
        self.credit, self.new, self.old = [0] * flows, deque(), deque()
        self.quantum, self.limit, self.batch = quantum, limit, batch
        self.number = -1

    def offer(self, now, size, flow, ecn):
        self.number += 1
        self.flows[flow].packets.append((self.number, size, now, ecn))
        if flow not in self.new and flow not in self.old:
            self.credit[flow] = self.quantum
            self.new.append(flow)
        if sum(len(f.packets) for f in self.flows) <= self.limit:
            return []
        fat = max(self.flows, key=PlainCoDel.size)
        return [fat.packets.popleft()[0] for _ in range(min(self.batch, max(1, len(fat.packets) // 2)))]

    def take(self, now):
        lost = []
        while self.new or self.old:
            here = self.new or self.old
            flow = here[0]
            if self.credit[flow] <= 0:
                self.credit[flow] += self.quantum
                self.old.append(here.popleft())
                continue
            sizes = {p[0]: p[1] for p in self.flows[flow].packets}
            packet, more = self.flows[flow].take(now)
            lost += more
            if packet is not None:
                self.credit[flow] -= sizes[packet[0]]
                return packet, lost
            here.popleft()
            if here is self.new:
                self.old.append(flow)
        return None, lost


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(1, 1500), st.integers(0, 3), st.integers(0, 3), st.booleans()),
        min_size=1, max_size=250,
    ),
    st.one_of(st.integers(1, 60), st.integers(50, 3000)), st.integers(2, 40), st.integers(1, 5), st.booleans(),
)  # fmt: skip
def test_fq_codel_is_the_rfc(events, quantum, limit, batch, ecn):
    codel = CoDel(3, 40, 200, ecn)
    queue = FqCoDel(4, quantum, limit, batch, codel).queue()
    plain, now = PlainFq(4, quantum, limit, batch, 3, 40, 200, ecn), 0
    for gap, size, flow, codepoint, arrives in events:
        now += gap
        if arrives:
            assert list(queue.offer(now, size, flow=flow, ecn=codepoint).lost) == plain.offer(
                now, size, flow, codepoint
            )
        else:
            packet, lost = plain.take(now)
            taken = queue.take(now)
            assert list(taken.lost) == lost
            assert (taken.number, taken.marked) == ((-1, False) if packet is None else packet)


def test_fq_codel_shares_a_line_evenly_by_bytes():
    """Four busy flows of different packet sizes: within one quantum and one packet of each other at any time."""
    sizes = np.array([1500, 700, 64, 300])
    flow = np.repeat(np.arange(4), 40_000)
    size = sizes[flow]
    algorithm = FqCoDel(limit_packets=10**6, codel=CoDel(10**15, 10**16))
    order = np.random.default_rng(1).permutation(flow.size)
    fates = serve(algorithm, np.zeros(flow.size, int), size[order], rate_bps=10**9, flow=flow[order])
    by_time = np.argsort(fates.departure_ns)
    sent = np.zeros((4, 20_000))
    first = by_time[:20_000]
    sent[flow[order][first], np.arange(20_000)] = size[order][first]
    totals = np.cumsum(sent, axis=1)
    assert np.ptp(totals, axis=0).max() <= 2 * (1514 + 1500)


def played(pie, arrivals, services, horizon, drain):
    """RFC 8033 in exact rationals for the probability; events by brute force, one ns after another."""
    probability, old, burst, packets = Fraction(0), 0, pie.burst_ns, deque()
    delay, update, trace = 0, arrivals[0][0] + pie.update_ns, []
    scale = [(Fraction(1, 10**k), Fraction(1, d)) for k, d in ((6, 2048), (5, 512), (4, 128), (3, 32), (2, 8), (1, 2))]
    for now in range(arrivals[0][0], horizon):
        if now == update:
            if drain:
                delay = sum(s for _, s in packets) * 10**9 // drain
            step = Fraction(pie.alpha) * Fraction(delay - pie.target_ns, 10**9)
            step += Fraction(pie.beta) * Fraction(delay - old, 10**9)
            step *= next((factor for edge, factor in scale if probability < edge), 1)
            if pie.capped and probability >= Fraction(1, 10):
                step = min(step, Fraction(2, 100))
            probability += step
            if delay == 0 and old == 0:
                probability *= Fraction(98, 100)
            probability = min(Fraction(1), max(Fraction(0), probability))
            burst = max(0, burst - pie.update_ns)
            if probability == 0 and 2 * delay < pie.target_ns and 2 * old < pie.target_ns:
                burst = pie.burst_ns
            old = delay
            update += pie.update_ns
            trace.append((now, float(probability), burst))
        packets.extend((now, size) for at, size in arrivals if at == now)
        for _ in range(services.count(now)):
            if packets:
                since, _ = packets.popleft()
                delay = delay if drain else (0 if not packets else now - since)
    return trace


@pytest.mark.parametrize("drain", [0, 2 * 10**9])
@pytest.mark.parametrize("seed", range(4))
def test_pie_moves_its_probability_as_rfc_8033_says(drain, seed):
    rng = np.random.default_rng(seed)
    pie = Pie(target_ns=15, update_ns=15, burst_ns=45, alpha=2e5, beta=2e6, mtu_B=10**6, drain_Bps=drain)
    times = sorted(rng.integers(0, 900, 120).tolist())
    arrivals = sorted((t, int(rng.integers(1, 1500))) for t in times)
    services = sorted(rng.integers(times[0], 1500, 140).tolist())
    trace = {now: (p, burst) for now, p, burst in played(pie, arrivals, services, 1500, drain)}
    assert max(p for p, _ in trace.values()) > 0.05
    queue = pie.queue()
    events = sorted([(t, 0, size) for t, size in arrivals] + [(t, 1, 0) for t in services])
    for now, kind, size in events:
        before = max((at for at in trace if at <= now), default=None)
        if kind == 0:
            assert queue.offer(now, size).verdict == Verdict.KEPT  # mtu_B keeps it from dropping: only the controller
        else:
            queue.take(now)
        if before is not None:
            assert queue.state["probability"] == pytest.approx(trace[before][0], rel=1e-9, abs=1e-15)
            assert queue.state["burst"] == trace[before][1]


def test_pie_does_not_count_every_update_of_an_age():
    """Nothing is taken for 70 years of nanoseconds: the probability settles at once, and what comes is dropped."""
    queue = Pie(target_ns=10, update_ns=1, burst_ns=0, alpha=1e7, beta=0.0, mtu_B=1).queue()
    for now in (0, 5):
        queue.offer(now, 100)
        queue.offer(now, 100)
    queue.take(50)
    assert queue.offer(2**61, 100, draw=1 - 2**-53).verdict == Verdict.REFUSED
    assert queue.state["probability"] == 1.0


def pie_under_pressure(**more):
    """A queue far above its target for so long that the probability is 1."""
    queue = Pie(target_ns=10, update_ns=10, burst_ns=0, alpha=1e7, beta=0.0, mtu_B=10, capped=False, drain_Bps=10**9,
                **more).queue()  # fmt: skip
    for now in range(0, 500, 5):
        queue.offer(now, 100, draw=1 - 2**-53)
    return queue


def test_pie_drops_marks_and_lets_small_queues_alone():
    queue = pie_under_pressure(ecn=True)
    assert queue.state["probability"] == 1.0
    assert queue.offer(500, 100, draw=0.999).verdict == Verdict.REFUSED
    assert queue.offer(500, 100, ecn=Ecn.ECT_0, draw=0.5).verdict == Verdict.REFUSED  # above 10 %: no marks
    assert queue.offer(500, 100, ecn=Ecn.ECT_0, draw=0.0).verdict == Verdict.REFUSED
    fresh = Pie(burst_ns=0).queue()
    assert fresh.offer(0, 10**6, draw=0.0).verdict == Verdict.KEPT


def test_pie_leaves_a_burst_alone():
    """The first 150 ms: no drop, however long the queue."""
    queue = Pie(drain_Bps=1000).queue()
    verdicts = [queue.offer(now * MS, 1500, draw=0.0).verdict for now in range(150)]
    assert set(verdicts) == {Verdict.KEPT}
    later = [queue.offer(now * MS, 1500, draw=0.0).verdict for now in range(150, 200)]
    assert Verdict.REFUSED in later


def test_pie_keeps_a_line_near_its_target():
    """10 Mb/s offered 12 Mb/s for 60 s: the delay settles around 15 ms, and one packet in six is dropped."""
    times = np.arange(60_000) * MS
    fates = serve(Pie(drain_Bps=1_250_000), times, np.full(60_000, 1500), rate_bps=10_000_000, seed=3)
    late = times > 20_000 * MS
    waited = (fates.departure_ns - times)[late & fates.sent] / MS
    assert 5 < np.median(waited) < 25
    assert 1 - fates.sent[late].mean() == pytest.approx(1 / 6, abs=0.01)


ALGORITHMS = {
    "tail": TailDrop(4000, 6),
    "red": Red(ramp=Ramp(500, 3000, 0.5), weight=0.3, slot_ns=20.0, ecn=True, limit_B=6000),
    "gentle": Red(ramp=Ramp(1, 3, 0.3), weight=0.5, gentle=True, by_packets=True),
    "wred": Wred(ramps=[[Ramp(100, 2000, 0.5), Ramp(0, 800, 0.7)]] * 4, weight=0.4),
    "mark": InstantMarking(Ramp(300, 2500, 0.6), limit_packets=9),
    "codel": CoDel(5, 60, 300, True),
    "fq": FqCoDel(4, 800, 8, 3, CoDel(5, 60, 300)),
    "pie": Pie(10, 7, 14, 1e6, 1e7, 100, capped=False),
    "pie, derandomised": Pie(10, 7, 0, 1e6, 1e7, 100, ecn=True, derandomised=True),
}


def by_hand(algorithm, times, sizes, flow, colour, ecn, rate, seed):
    """The line of `serve`, stepped through in Python with exact times."""
    queue = algorithm.queue(seed=seed, entity=0)
    fate, free = [None] * len(times), Fraction(0)
    count = 0

    def send():
        nonlocal free, count
        taken = queue.take(math.ceil(free))
        for number in taken.lost:
            fate[number], count = (3, -1), count - 1
        if taken.number >= 0:
            free += Fraction(8 * 10**9 * taken.size_B, rate)
            fate[taken.number], count = (int(taken.marked), math.ceil(free)), count - 1

    for i, now in enumerate(times):
        while count and math.ceil(free) <= now:
            send()
        offered = queue.offer(now, sizes[i], flow=flow[i], colour=colour[i], ecn=ecn[i])
        count += offered.verdict != Verdict.REFUSED
        if offered.verdict == Verdict.REFUSED:
            fate[i] = (2, -1)
        for number in offered.lost:
            fate[number], count = (3, -1), count - 1
        if math.ceil(free) <= now and count:
            free = Fraction(now)
            send()
    while count:
        send()
    return fate


@pytest.mark.parametrize("name", ALGORITHMS)
@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 1500), st.integers(0, 3), st.integers(0, 3)), max_size=120),
    st.integers(10**8, 10**12),
    st.integers(0, 2**63),
)
def test_steps_and_columns_are_the_same(name, rows, rate, seed):
    times = np.cumsum([row[0] for row in rows]).astype(int).tolist()
    sizes, flow, ecn = ([row[k] for row in rows] for k in (1, 2, 3))
    colour = [f % 2 for f in flow]
    algorithm = ALGORITHMS[name]
    fates = serve(algorithm, times, sizes, rate_bps=rate, flow=flow, colour=colour, ecn=ecn, seed=seed)
    wanted = by_hand(algorithm, times, sizes, flow, colour, ecn, rate, seed)
    assert list(zip(fates.verdict.tolist(), fates.departure_ns.tolist(), strict=True)) == wanted
