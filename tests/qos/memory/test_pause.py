"""Pauses: two devices on a cable, tick by tick; frames and timers; the watchdog's countdowns."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.qos.memory import (
    Action,
    Chip,
    EgressQueue,
    Event,
    Group,
    Outcome,
    PauseFrame,
    PauseFrames,
    PauseReceiver,
    PauseSender,
    Pool,
    SharedMemory,
    Watchdog,
    headroom,
    most_cells,
    quanta_ns,
    sonic_xoff_B,
)

PS = 10**12
NS_PER_M = 5
GAP_B = 20


@pytest.mark.parametrize(
    "gbps, metres, mtu, bytes_",
    [
        (100, 3, 9216, 44_147),
        (100, 100, 9216, 56_272),
        (100, 300, 9216, 81_272),
        (400, 3, 9216, 77_976),
        (400, 100, 9216, 126_476),
        (400, 300, 9216, 226_476),
        (100, 100, 1518, 40_876),
    ],
)
def test_headroom_by_the_byte(gbps, metres, mtu, bytes_):
    assert headroom(gbps * 1e9, metres, mtu).low_B == pytest.approx(bytes_, abs=0.6)


def test_the_items_add_up_to_both_ends():
    found = headroom(100e9, 100, 9216, cell_B=256, interface_bits=122_880)
    assert found.low_B == sum(item.low_B for item in found.items) == 56_272 + 15_360
    assert found.high_B == found.cells * 256
    assert sum(item.high_B for item in found.items) == pytest.approx(found.high_B)
    assert all(item.low_B == item.high_B for item in found.items[1:-1])


def test_a_measured_response_replaces_the_table():
    table = headroom(100e9, 10, 9216)
    same = headroom(100e9, 10, 9216, response_s=394 * 512 / 100e9)
    assert same.low_B == pytest.approx(table.low_B)
    assert headroom(100e9, 10, 9216, quanta=0).low_B == table.low_B - 394 * 64


def test_sonic_variant():
    """300 m at 100 Gb/s: 36,991 B on the cable, where 37,879 B are right at 198,000 km/s; 2.3 % too few."""
    cable = sonic_xoff_B(100e9, 300, 0, lossless_mtu_B=0, cell_B=1, small_percent=0) - 394 * 64
    assert cable == pytest.approx(36_991, abs=1024)
    assert sonic_xoff_B(10e9, 0, 0, lossless_mtu_B=0, cell_B=1, small_percent=0) == 5 * 1024  # 67 quanta, 4288 B
    # cells of 144 B and small packets alone: 144 / 64 times what is in flight
    assert sonic_xoff_B(100e9, 0, 0, lossless_mtu_B=0, cell_B=144, small_percent=100) == 56 * 1024
    with pytest.raises(ValueError, match="the script knows"):
        sonic_xoff_B(30e9, 0, 0, lossless_mtu_B=0, cell_B=1, small_percent=0)


def worst_frames(wire_B, mtu, cell, smallest):
    """The most cells, by trying all sizes: an unbounded knapsack over bytes of wire, the slow and obvious way."""

    @cache
    def best(left):
        found = 0
        for size in range(smallest, min(mtu, left - GAP_B) + 1):
            found = max(found, -(-size // cell) + best(left - size - GAP_B))
        return found

    return best(max(0, wire_B - 1)) + -(-mtu // cell)


@given(st.integers(1, 700), st.integers(64, 400), st.sampled_from([1, 7, 20, 21, 32, 64, 80]), st.integers(20, 64))
@settings(max_examples=60, deadline=None)
def test_the_knapsack_finds_the_worst_mix(wire, mtu, cell, smallest):
    assert most_cells(wire, mtu, cell, smallest) == worst_frames(wire, mtu, cell, smallest)


def test_the_knapsack_repeats_itself_however_long_the_line():
    """All of 64 bytes, 84 on the line; the last may be the largest."""
    wire = 84 * 10**15 + 1
    assert most_cells(wire, 9216, 256) == 10**15 + 36
    assert most_cells(wire, 9216, 1) == wire - 1 - 20 * (wire // 9236 + 1) + 9216
    assert most_cells(wire + 10**6, 9216, 32) - most_cells(wire, 9216, 32) == pytest.approx(3e6 / 85, abs=3)


def worst_sizes(wire_B, mtu, cell, smallest):
    """Frames of the worst mix, the last the largest: the cheapest frame for each number of cells, a plain table."""
    cheap = [(c, max(smallest, (c - 1) * cell + 1)) for c in range(-(-smallest // cell), -(-mtu // cell) + 1)]
    best = np.zeros(wire_B, dtype=int)
    choice = np.zeros(wire_B, dtype=int)
    for left in range(wire_B):
        best[left], choice[left] = max(
            ((best[left - size - GAP_B] + c, size) for c, size in cheap if size + GAP_B <= left), default=(0, 0)
        )
    left, sizes = wire_B - 1, []
    while choice[left]:
        sizes.append(int(choice[left]))
        left -= sizes[-1] + GAP_B
    return [*sizes, mtu]


class Cable:
    """Two devices in ticks of 1 ps: one sends frames without an end, the other's memory is full and asks for a pause.

    The receiver takes a frame in when it is complete, looks at its memory, and sends a pause once the frame that it
    is sending itself is out; the sender begins no frame from the moment on at which it obeys.
    """

    def __init__(self, rate_bps, metres, quanta, cell, mtu, cells):
        self.byte = 8 * PS // rate_bps
        self.flight = metres * NS_PER_M * 1000
        self.response = quanta * 64 * self.byte
        shared = -(-mtu // cell) * 4 * cell
        self.memory = SharedMemory(
            Chip(
                memory_B=shared + cells * cell, cell_B=cell, ingress_pools=[Pool(shared, cells * cell)],
                egress_pools=[Pool(10**9)], groups=[Group(limit_B=shared, headroom_B=cells * cell)],
                queues=[EgressQueue(limit_B=10**9)],
            )
        )  # fmt: skip
        self.shared_cells, self.cell = shared // cell, cell
        self.asks = PauseSender(rate_bps, ticks_per_s=PS)
        self.obeys = PauseReceiver(rate_bps, ticks_per_s=PS)

    def fill(self, mtu):
        """All of the shared memory, by packets of one cell."""
        for _ in range(self.shared_cells):
            assert self.memory.admit(0, 0, self.cell) == Outcome.IN
        assert not self.memory.paused(0)

    def run(self, frames, own_busy):
        """Refused packets. `frames` arrive back to back, the first complete at tick 0; `own_busy` gives how long the
        receiver's own line is busy from a tick on."""
        refused = [self.memory.admit(0, 0, next(frames)) >= Outcome.REFUSED_AT_INGRESS]
        assert self.memory.paused(0)
        self.asks.want(3, True)
        sent = own_busy(0)
        assert self.asks.due(sent)
        frame = self.asks.frame(sent)
        effect = sent + 84 * self.byte + self.flight + self.response
        self.obeys.hear(effect, frame)
        begins = -self.flight  # at the sender; the first bit arrives at tick 0
        while not (begins >= effect and self.obeys.paused(3, begins)):
            size = next(frames)
            refused.append(self.memory.admit(0, 0, size) >= Outcome.REFUSED_AT_INGRESS)
            begins += (size + GAP_B) * self.byte
        assert begins < effect + self.asks.state["next"]  # refreshed before the pause ends: nothing more comes
        return sum(refused)


CASES = [
    (100, 100, 394, 256, 9216, 64),
    (100, 3, 394, 208, 9216, 64),
    (400, 100, 905, 254, 9216, 64),
    (100, 300, 394, 1, 1518, 64),
    (25, 40, 80, 144, 4096, 200),
    (10, 500, 60, 80, 1500, 64),
]


@pytest.mark.no_cover
@pytest.mark.parametrize("gbps, metres, quanta, cell, mtu, smallest", CASES)
def test_the_headroom_loses_nothing_and_one_cell_less_does(gbps, metres, quanta, cell, mtu, smallest):
    rate = gbps * 10**9
    need = headroom(rate, metres, mtu, quanta=quanta, cell_B=cell, smallest_B=smallest)
    wire_B = mtu + GAP_B + 84 + 2 * metres * NS_PER_M * gbps // 8 + quanta * 64
    assert wire_B == need.low_B - (mtu + GAP_B)
    cheap = (lambda: iter([mtu] * (wire_B // mtu + 4))) if cell == 1 else None
    worst = [mtu, *(worst_sizes(wire_B, mtu, cell, smallest) if cell > 1 else by_the_byte(wire_B, mtu, smallest))]
    for cells, lost in ((need.cells, 0), (need.cells - 1, 1)):
        device = Cable(rate, metres, quanta, cell, mtu, cells)
        device.fill(mtu)
        assert device.run(iter(worst), lambda now, d=device: now + (mtu + GAP_B) * d.byte) == lost
    if cheap:
        device = Cable(rate, metres, quanta, cell, mtu, need.cells)
        device.fill(mtu)
        assert device.run(cheap(), lambda now, d=device: now + (mtu + GAP_B) * d.byte) == 0


def by_the_byte(wire_B, mtu, smallest):
    """Frames that fill wire_B - 1 bytes of wire with as few gaps as can be, then the largest."""
    left, sizes = wire_B - 1, []
    while left >= smallest + GAP_B:
        size = min(mtu, left - GAP_B)
        if 0 < left - size - GAP_B < smallest + GAP_B:
            size = min(size, left - 2 * GAP_B - smallest)
        sizes.append(size)
        left -= size + GAP_B
    return [*sizes, mtu]


@given(st.sampled_from(CASES), st.integers(0, 2**32), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_no_traffic_loses_anything_with_the_headroom(case, seed, busy, lean):
    """Any frames, any state of our own line, a memory filled to any level by packets of any size."""
    gbps, metres, quanta, cell, mtu, smallest = case
    rng = np.random.default_rng(seed)
    need = headroom(gbps * 10**9, metres, mtu, quanta=quanta, cell_B=cell, smallest_B=smallest)
    device = Cable(gbps * 10**9, metres, quanta, cell, mtu, need.cells)
    largest = smallest + int(lean * (mtu - smallest))
    while not device.memory.paused(0):
        last = int(rng.integers(smallest, largest + 1))
        if device.memory.admit(0, 0, last) == Outcome.IN_HEADROOM:
            device.memory.release(0, 0, last)  # `run` offers the first that does not fit
            break

    def frames():
        yield last
        while True:
            yield int(rng.integers(smallest, largest + 1))

    assert device.run(frames(), lambda now: now + int(busy * (mtu + GAP_B)) * device.byte) == 0


def test_pauses_are_repeated_before_they_end():
    sender = PauseSender(100 * 10**9)
    sender.want(3, True)
    assert sender.due(1000)
    frame = sender.frame(1000)
    assert (frame.enabled, frame.quanta[3], sum(frame.quanta)) == (8, 65_535, 65_535)
    again = sender.state["next"]
    assert 1000 < again < 1000 + quanta_ns(65_535, 100e9)
    assert not sender.due(again - 1)
    assert sender.due(again)
    sender.want(4, True)
    assert sender.frame(again).enabled == 0b11000
    sender.want(3, False)
    last = sender.frame(again + 5)
    assert (last.enabled, last.quanta[3], last.quanta[4]) == (0b11000, 0, 65_535)
    sender.want(4, False)
    assert sender.frame(again + 9).quanta[4] == 0
    assert not sender.due(10**12)
    assert sender.state["next"] == -1


@given(st.integers(1, 65_535), st.sampled_from([10, 25, 100, 400, 800]))
def test_a_pause_lasts_its_quanta_rounded_up(quanta, gbps):
    sender, receiver = PauseSender(gbps * 10**9, quanta=quanta), PauseReceiver(gbps * 10**9)
    sender.want(0, True)
    receiver.hear(100, sender.frame(90))
    end = 100 + -(-quanta * 512 // gbps)
    assert receiver.paused(0, end - 1)
    assert not receiver.paused(0, end)
    assert not receiver.paused(1, 100)


def test_a_pause_never_passes_the_end_of_the_clock():
    """65,535 quanta at 1 bit/s are more than a year: 3.4e19 ps do not fit into 64 bits."""
    receiver = PauseReceiver(1, ticks_per_s=10**12)
    receiver.hear(2**61, PauseFrame(1, (65535, *[0] * 7)))
    assert receiver.paused(0, 2**61)
    assert receiver.state["until"][0] == 2**61 + 2**62


def test_a_frame_of_no_quanta_lets_go_at_once():
    sender, receiver = PauseSender(10**11), PauseReceiver(10**11)
    sender.want(2, True)
    receiver.hear(0, sender.frame(0))
    sender.want(2, False)
    receiver.hear(50, sender.frame(10))
    assert [receiver.paused(2, t) for t in (49, 50)] == [True, False]
    assert receiver.state["resumed"][2] == 1


MS = 1_000_000


def polls(dog, samples, every=200 * MS):
    """Events of polls with (pauses since the last, resumes since the last, paused)."""
    pauses = resumes = 0
    events = []
    for i, (more, let_go, paused) in enumerate(samples):
        pauses, resumes = pauses + more, resumes + let_go
        events.append(int(dog.poll(i * every, pauses=pauses, resumes=resumes, paused=paused)))
    return events


STUCK, FREE, BUSY = (1, 0, True), (0, 0, False), (3, 2, True)


def test_watchdog_counts_time_in_which_a_queue_is_stuck():
    assert polls(Watchdog(400 * MS), [STUCK] * 4) == [0, 0, 1, 0]
    assert polls(Watchdog(600 * MS), [STUCK] * 5) == [0, 0, 0, 1, 0]
    assert polls(Watchdog(500 * MS), [STUCK] * 5) == [0, 0, 0, 1, 0]
    assert polls(Watchdog(600 * MS), [STUCK, STUCK, STUCK, FREE, STUCK, STUCK, STUCK, STUCK]) == [0] * 7 + [1]
    assert polls(Watchdog(200 * MS), [BUSY] * 9) == [0] * 9  # let go in between: congestion, not a storm


def test_watchdog_wants_two_samples():
    assert polls(Watchdog(200 * MS), [STUCK] * 3) == [0, 0, 1]
    assert polls(Watchdog(2), [STUCK] * 3) == [0, 0, 1]


def test_watchdog_restores_after_quiet_time():
    dog = Watchdog(200 * MS, 400 * MS)
    assert polls(dog, [STUCK, STUCK, STUCK, FREE, STUCK, FREE, FREE, FREE]) == [0, 0, 1, 0, 0, 0, 2, 0]
    assert polls(Watchdog(200 * MS, 0), [STUCK] * 3 + [FREE] * 20) == [0, 0, 1] + [0] * 20


def test_watchdog_actions():
    for action, drops, forwards in (
        (Action.DROP, True, False),
        (Action.FORWARD, False, True),
        (Action.ALERT, False, False),
    ):
        dog = Watchdog(200 * MS, 400 * MS, action)
        assert polls(dog, [STUCK] * 3)[-1] == Event.STORM
        assert (dog.state["drops"], dog.state["ignores_pause"]) == (drops, forwards)
    assert polls(Watchdog(200 * MS, 10**15, Action.ALERT), [STUCK, STUCK, STUCK, FREE]) == [0, 0, 1, 2]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 7), st.booleans()), max_size=30),
    st.integers(0, 200), st.integers(1, 90),
)  # fmt: skip
def test_frames_step_by_step_are_the_columns(rows, more, quanta):
    """One tick after the other: what is wanted is said, and a frame sent where one is due."""
    times = np.cumsum([row[0] for row in rows]).astype(int).tolist()
    end = (times[-1] if times else 0) + more
    sender, receiver = PauseSender(512 * 10**9, quanta=quanta), PauseReceiver(512 * 10**9)
    frames, untils = [], []
    for now in range(end + 1):
        for at, (_, priority, pause) in zip(times, rows, strict=True):
            if at == now:
                sender.want(priority, pause)
        if sender.due(now):
            frame = sender.frame(now)
            receiver.hear(now, frame)
            frames.append((now, frame.enabled, list(frame.quanta)))
            untils.append(receiver.state["until"])
    other = PauseSender(512 * 10**9, quanta=quanta)
    made = other.run(times, [row[1] for row in rows], [row[2] for row in rows], until=end)
    assert list(zip(made.time.tolist(), made.enabled.tolist(), made.quanta.tolist(), strict=True)) == frames
    assert other.state == sender.state
    again = PauseReceiver(512 * 10**9)
    assert again.run(made).tolist() == untils
    assert again.state == receiver.state


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(0, 1), st.booleans()), max_size=40),
    st.integers(2, 30), st.integers(0, 30), st.sampled_from(list(Action)),
)  # fmt: skip
def test_polls_step_by_step_are_the_columns(rows, detection, restoration, action):
    one, all_ = (Watchdog(detection, restoration, action) for _ in range(2))
    time, pauses, resumes = (np.cumsum([row[k] for row in rows]).astype(int).tolist() for k in range(3))
    paused = [row[3] for row in rows]
    steps = [
        int(one.poll(t, pauses=p, resumes=r, paused=now))
        for t, p, r, now in zip(time, pauses, resumes, paused, strict=True)
    ]
    assert all_.run(time, pauses=pauses, resumes=resumes, paused=paused).tolist() == steps
    assert all_.state == one.state


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: PauseSender(1).run([2, 1], [0, 0], [1, 1], until=9), "before the one that precedes it"),
        (lambda: PauseSender(1).run([1], [8], [1], until=9), "priority"),
        (lambda: PauseSender(1).run([10], [0], [1], until=9), "time is 10"),
        (lambda: PauseSender(10**12, quanta=1).run([0], [0], [1], until=10**9), "2\\^24 repetitions"),
        (lambda: PauseReceiver(1).run(PauseFrames(np.r_[1], np.r_[1], np.ones((1, 7)))), "7 columns, not 8"),
        (lambda: PauseReceiver(1).run(PauseFrames(np.r_[1], np.r_[1], np.full((1, 8), 65_536))), "quanta"),
        (lambda: Watchdog(2).run([1], pauses=[1], resumes=[], paused=[True]), "resumes has 0 entries"),
        (lambda: headroom(0, 1), "rate_bps is 0"),
        (lambda: headroom(1e9, -1), "cable_m is -1"),
        (lambda: headroom(1e9, 1, 60), "swap them"),
        (lambda: headroom(1e9, 1, quanta=1, response_s=1), "both"),
        (lambda: PauseSender(10**9, refresh=1.0), "refresh is 1"),
        (lambda: PauseSender(10**9, quanta=70_000), "quanta"),
        (lambda: Watchdog(1), "detection"),
        (lambda: PauseSender(10**9).want(8, True), "priority"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
