"""Ports with every scheduler and queue management, packet by packet against the offline rooms of the same."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernel.draws import mix, unit
from tests.kernel.test_packet import GB, NEVER

from easterly._kernel import aqm, packet, sched

PS = 10**12
RATE = 10 * GB
EVERY = list(range(8))


def arrivals(seed, count=3000, load=1.3, sizes=(64, 9000), idle=0):
    """Packets of eight classes at instants of their own, in `idle` + 1 busy stretches."""
    rng = np.random.default_rng(seed)
    size = rng.integers(*sizes, count)
    gap = np.maximum(1, rng.exponential(size.mean() * 8 * PS / RATE / load, count)).astype(np.int64)
    gap[:: count // (idle + 1)] += 10**10
    return np.cumsum(gap), rng.integers(0, 8, count).astype(np.int32), size.astype(np.int64)


def port(time, of_class, size, *, quantum=1500, strict=0, limit_B=-1, rate_bps=RATE):
    """One link with queues, and a source of one packet for each that arrives."""
    n = len(time)
    i32 = np.int32
    one, none = np.zeros(1, dtype=i32), np.full(1, -1, dtype=i32)
    made = packet.Simulation(
        np.array([rate_bps]), np.zeros(1, dtype=np.int64), np.array([-1]), np.array([[-1, -1]]), np.ones(1),
        np.zeros(1), np.array([0, -1], dtype=i32), np.zeros((n, 2), dtype=np.int64), size, time, np.zeros(n, dtype=i32),
        of_class, [packet.Law("open", {"packet_B": 9216, "header_B": 0})], pause_reaction_ps=0, seed=1, shift=10,
    )  # fmt: skip
    made.queues(
        one, np.array([strict], dtype=i32), np.broadcast_to(quantum, (1, 8)).astype(np.int64), np.zeros((1, 24)), one,
        np.full((1, 8), limit_B), none, none, none, none, one, [],
    )  # fmt: skip
    return made


def departures(simulation):
    assert not simulation.run(NEVER, 10**8)
    return simulation.flows()["delivered_ps"]


TREE = {
    "parent": [-1, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2], "priority": [0, 0, 0, 0, 1, 2, 0, 0, 1, 1, 1],
    "rate_bps": [RATE, 6 * GB, 4 * GB, *[2 * GB] * 3, *[800_000_000] * 5],
}  # fmt: skip
LEAVES = [*EVERY[3:], 8, 9, 10]

SCHEDULERS = {
    "wrr": (lambda: sched.Wrr([1, 2, 3, 4, 5, 6, 7, 8], False, PS), EVERY),
    "wrr-bytes": (lambda: sched.Wrr([1500 * w for w in (1, 2, 3, 4, 5, 6, 7, 8)], True, PS), EVERY),
    "wfq": (lambda: sched.Wfq([1, 2, 4, 8, 8, 4, 2, 1], RATE, PS, False), EVERY),
    "wf2q": (lambda: sched.Wfq([1, 2, 4, 8, 8, 4, 2, 1], RATE, PS, True), EVERY),
    "wf2q+": (lambda: sched.Wf2qPlus([1, 2, 4, 8, 8, 4, 2, 1], RATE, PS), [7, 6, 5, 4, 3, 2, 1, 0]),
    "scfq": (lambda: sched.ClassBased([1, 2, 3, 4, 5, 6, 7, 8], [0] * 8, [0] * 8, PS), EVERY),
    "llq": (lambda: sched.ClassBased([1] * 8, [GB, 0, 0, GB // 2, *[0] * 4], [30_000] * 8, PS), EVERY),
    "cbs": (lambda: sched.Cbs([3 * GB, 2 * GB, GB // 2, *[0] * 5], RATE, PS), EVERY),
    "fifo": (lambda: sched.Fifo(8, PS), EVERY),
    "htb": (
        lambda: sched.Htb(
            TREE["parent"], TREE["rate_bps"], [RATE, RATE, 6 * GB, *[5 * GB] * 8], [30_000] * 11, [20_000] * 11,
            [9000] * 11, TREE["priority"], PS,
        ), LEAVES,
    ),
    "cbq": (
        lambda: sched.Cbq(
            TREE["parent"], TREE["rate_bps"], [9000] * 11, TREE["priority"], [False, *[True] * 9, False],
            [10**8] * 11, 5, True, RATE, PS,
        ), LEAVES,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize(("load", "idle"), [(1.3, 0), (0.9, 5)])
def test_a_port_sends_as_the_scheduler_does_offline(name, load, idle):
    make, queue = SCHEDULERS[name]
    time, of_class, size = arrivals(7, load=load, idle=idle)
    simulation = port(time, of_class, size)
    simulation.schedule(0, make(), queue)
    expected, order = make().run(time, np.array(queue, dtype=np.int32)[of_class], size, RATE)
    assert np.array_equal(departures(simulation), expected)
    assert len(order) == simulation.hops
    if name == "llq":
        assert simulation.links()["drops"][0] == (expected < 0).sum() > 0


@pytest.mark.parametrize(("load", "idle"), [(1.3, 0), (0.9, 5)])
def test_deficit_round_robin_is_that_of_the_room(load, idle):
    time, of_class, size = arrivals(3, load=load, idle=idle)
    quantum = [300, 1500, 9000, 700, 64, 4000, 2500, 1]
    expected, _ = sched.Drr(quantum, PS).run(time, of_class, size, RATE)
    assert np.array_equal(departures(port(time, of_class, size, quantum=quantum)), expected)


def test_strict_priority_is_that_of_the_room_with_the_highest_number_first():
    time, of_class, size = arrivals(4)
    expected, _ = sched.Strict(8, PS).run(time, 7 - of_class, size, RATE)
    assert np.array_equal(departures(port(time, of_class, size, strict=255)), expected)


def draws(of_class, count):
    """What class c of link 0 draws, one per packet that arrives (SplitMix64)."""
    key = mix(1, 2**41 + of_class)
    return np.array([unit(mix(key, i)) for i in range(count)])


PLENTY = 2**40
MANAGERS = {
    "tail": lambda: aqm.TailDrop(40_000, 12),
    "red": lambda: aqm.Red(20e3, 60e3, 0.1, 0.01, 1e6, True, False, True, False, 0.0, 200_000, PLENTY, 1, 0),
    "red-packets": lambda: aqm.Red(5.0, 15.0, 0.2, 0.05, 0.0, False, False, True, True, 0.0, PLENTY, 30, 1, 0),
    "codel": lambda: aqm.CoDel(10**7, 10**8, 1514, False, PLENTY, PLENTY),
    "pie": lambda: aqm.Pie(
        15 * 10**6, 15 * 10**6, 150 * 10**6, 125.0, 1250.0, PS, 1514, 0, False, 0.1, True, False, PLENTY, PLENTY, 1, 0
    ),
    "fq-codel": lambda: aqm.FqCoDel(1, 1514, 60, 64, 10**7, 10**8, 1514, False),
}


@pytest.mark.parametrize("name", MANAGERS)
@pytest.mark.parametrize(("load", "idle"), [(1.3, 0), (0.95, 8)])
def test_a_class_is_managed_as_offline(name, load, idle):
    """One class, so that the line is its own."""
    time, of_class, size = arrivals(11, count=6000, load=load, idle=idle, sizes=(64, 1500))
    of_class[:] = 5
    simulation = port(time, of_class, size)
    simulation.manage(0, 5, MANAGERS[name]())
    verdict, expected, _ = MANAGERS[name]().run(time, size, RATE, PS, draw=draws(5, len(time)))
    found = departures(simulation)
    assert np.array_equal(found, expected)
    assert simulation.links()["drops"][0] == (expected < 0).sum() == (verdict >= 2).sum()
    assert (expected < 0).sum() > 0 or load < 1


def test_flow_queues_hash_flows_and_share():
    """Flows of the kernel are packets here: each has the queue that its number hashes to."""
    time, of_class, size = arrivals(12, count=4000, sizes=(64, 1500))
    of_class[:] = 2
    simulation = port(time, of_class, size)
    fair, alone = (aqm.FqCoDel(16, 600, 100, 64, 10**7, 10**8, 1514, False) for _ in range(2))
    simulation.manage(0, 2, fair)
    key = mix(1, 2**41 + 2)
    flow = np.array([mix(key, f) % 16 for f in range(len(time))], dtype=np.int32)
    _, expected, _ = alone.run(time, size, RATE, PS, flow=flow)
    assert np.array_equal(departures(simulation), expected)


@pytest.mark.parametrize("burst_B", [9216, 50_000])
@pytest.mark.parametrize("whole", [False, True])
def test_no_window_holds_more_than_rate_and_bucket(burst_B, whole):
    """Known answer of a token bucket: bytes in [t, t + T] <= burst + rate T, and all of it where there is enough."""
    time, of_class, size = arrivals(5, count=2000, sizes=(64, 9000))
    simulation = port(time, of_class, size)
    simulation.shape(0, -1 if whole else 3, GB, burst_B)
    found = departures(simulation)
    mine = np.flatnonzero(found >= 0) if whole else np.flatnonzero(of_class == 3)
    order = mine[np.argsort(found[mine])]
    start = found[order] - size[order] * 8 * PS // RATE
    sent = np.concatenate([[0], np.cumsum(size[order])])
    # From the start of packet i to the start of packet j, with both: for every i the largest excess.
    excess = (sent[1:] - start / 8000)[None, :] - (sent[:-1] - start / 8000)[:, None]
    assert np.triu(excess).max() <= burst_B + 1e-6
    assert np.triu(excess).max() >= burst_B - 9000
    if whole:
        assert simulation.now_ps == pytest.approx(time[0] + (size.sum() - burst_B) * 8000.0, rel=0.02)
    others = found[of_class != 3]
    if not whole:
        alone = departures(port(time[of_class != 3], of_class[of_class != 3], size[of_class != 3]))
        assert others.max() <= alone.max() + 800 * int(size[of_class == 3].sum())


def test_a_shaper_of_a_class_leaves_the_link_to_others():
    """1 Gb/s for one class, and the other does not wait for its tokens."""
    n = 800
    time = np.arange(n) * 100 + 10
    of_class = (np.arange(n) % 2).astype(np.int32)
    size = np.full(n, 1500)
    simulation = port(time, of_class, size)
    simulation.shape(0, 0, GB, 1500)
    found = departures(simulation)
    slow, fast = np.sort(found[of_class == 0]), np.sort(found[of_class == 1])
    each = 1500 * 8 * PS // GB
    assert (
        np.diff(slow).min() >= each - 1500 * 8 * PS // RATE
    )  # starts are a bucket's time apart, but for who is on the link
    assert slow[-1] == pytest.approx(time[0] + (n // 2) * each, rel=0.01)
    assert fast[-1] <= (n // 2 + n // 20 + 2) * 1500 * 8 * PS // RATE * 1.01 + time[0]


def test_schedulers_and_managers_that_make_no_sense_are_refused():
    time, of_class, size = arrivals(1, count=10)
    simulation = port(time, of_class, size)
    with pytest.raises(ValueError, match="picoseconds"):
        simulation.schedule(0, sched.Fifo(8, 10**9), EVERY)
    with pytest.raises(ValueError, match="two classes"):
        simulation.schedule(0, sched.Fifo(8, PS), [0] * 8)
    with pytest.raises(ValueError, match="children"):
        make, _ = SCHEDULERS["htb"]
        simulation.schedule(0, make(), EVERY)
    with pytest.raises(ValueError, match="none for ports"):
        simulation.schedule(0, sched.Drr([1500] * 8, PS), EVERY)
    simulation.manage(0, 1, MANAGERS["codel"]())
    with pytest.raises(ValueError, match="managed already"):
        simulation.manage(0, 1, MANAGERS["red"]())
    with pytest.raises(ValueError, match="not within"):
        simulation.shape(0, 8, GB, 1500)
