"""Queue management of a class under every scheduler: against the offline room, on the line that the scheduler makes."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernel.test_packet_stations import EVERY, MANAGERS, PS, RATE, arrivals, departures, draws, port

from easterly._kernel import aqm, sched

LEAVES = list(range(1, 9))
OWN = 5
FRAME_B = 1500
SLOT_PS = FRAME_B * 8 * PS // RATE
WEIGHTS = [1, 1, 1, 1, 1, 3, 1, 1]


def tree(kind, rates, weight):
    """One level of classes below the port, all of which may borrow."""
    parent, quantum, priority = [-1, *[0] * 8], [FRAME_B, *(FRAME_B * w for w in weight)], [0] * 9
    if kind == "cbq":
        return sched.Cbq(
            parent, [RATE, *rates], quantum, priority, [False, *[True] * 8], [10**9] * 9, 5, False, RATE, PS
        )
    slow = [8000] * 8  # all is lent by the port, by quanta
    return sched.Htb(parent, [RATE, *slow], [RATE] * 9, [3000, *[1] * 8], [3000] * 9, quantum, priority, PS)


def scheduler(kind, weight):
    """A scheduler that shares by weight, and the queue of each class in it."""
    rates = [RATE * w // sum(weight) for w in weight]
    made = {
        "wrr": lambda: sched.Wrr(weight, False, PS),
        "wrr-bytes": lambda: sched.Wrr([FRAME_B * w for w in weight], True, PS),
        "wfq": lambda: sched.Wfq(weight, RATE, PS, False),
        "wf2q": lambda: sched.Wfq(weight, RATE, PS, True),
        "wf2q+": lambda: sched.Wf2qPlus(weight, RATE, PS),
        "scfq": lambda: sched.ClassBased(weight, [0] * 8, [0] * 8, PS),
        "htb": lambda: tree("htb", rates, weight),
        "cbq": lambda: tree("cbq", rates, weight),
        "cbs": lambda: sched.Cbs([RATE // 2, *[0] * 7], RATE, PS),
        "fifo": lambda: sched.Fifo(8, PS),
    }[kind]()
    first = [OWN, *(c for c in EVERY if c != OWN)]  # of cbs: the class with a slope has the queue that goes first
    return made, LEAVES if kind in ("htb", "cbq") else [first.index(c) for c in EVERY] if kind == "cbs" else EVERY


SHARING = ["wrr", "wrr-bytes", "wfq", "wf2q", "wf2q+", "scfq", "htb", "cbq"]
ALL = [*SHARING, "cbs", "fifo"]


@pytest.mark.parametrize("name", MANAGERS)
@pytest.mark.parametrize("kind", ["wrr", "wrr-bytes", "wfq", "wf2q", "wf2q+", "scfq", "htb", "fifo"])
@pytest.mark.parametrize(("load", "idle"), [(1.3, 0), (0.95, 8)])
def test_alone_a_class_is_managed_as_offline(kind, name, load, idle):
    """Its line is the link, whoever schedules it; cbq and cbs hold a class to a rate even alone."""
    time, of_class, size = arrivals(11, count=2500, load=load, idle=idle, sizes=(64, 1500))
    of_class[:] = OWN
    simulation = port(time, of_class, size)
    simulation.schedule(0, *scheduler(kind, [1] * 8))
    simulation.manage(0, OWN, MANAGERS[name]())
    verdict, expected, _ = MANAGERS[name]().run(time, size, RATE, PS, draw=draws(OWN, len(time)))
    assert np.array_equal(departures(simulation), expected)
    assert simulation.links()["drops"][0] == (verdict >= 2).sum()


DEEP = MANAGERS | {
    "pie": lambda: aqm.Pie(
        10**8, 15 * 10**6, 0, 125.0, 1250.0, PS, 1514, 0, False, 0.1, True, False, 2**40, 2**40, 1, 0
    )
}  # fmt: skip
"""Those that let a queue run empty aim higher."""


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("kind", ["drr", *SHARING])
def test_beside_another_a_class_is_managed_as_on_half_of_the_line(kind, name):
    """Two classes of equal frames and weights take turns whatever is dropped: it is neither charged nor given back."""
    n, beside = 4000, 6000
    own = 11 * SLOT_PS + np.cumsum(np.random.default_rng(3).exponential(2 * SLOT_PS / 2.5, n).astype(np.int64))
    own[:10] = own[0] = 10 * SLOT_PS + SLOT_PS // 3
    time = np.concatenate([np.zeros(beside, dtype=np.int64), own])
    of_class = np.repeat([0, OWN], [beside, n]).astype(np.int32)
    simulation = port(time, of_class, np.full(beside + n, FRAME_B))
    if kind != "drr":
        simulation.schedule(0, *scheduler(kind, [1] * 8))
    simulation.manage(0, OWN, DEEP[name]())
    found = departures(simulation)[beside:]
    wait = found[0] - SLOT_PS - own[0]  # until its first turn; so long a frame of nobody has half of the line
    verdict, expected, _ = (
        each[1:] for each in DEEP[name]().run(
            np.concatenate([own[:1], own]), np.array([wait * RATE // (16 * PS), *[FRAME_B] * n]), RATE // 2, PS,
            draw=np.concatenate([[0.0], draws(OWN, n)]),
        )
    )  # fmt: skip
    sent = expected >= 0
    assert (np.diff(np.sort(expected[sent])) == 2 * SLOT_PS).all()  # it never ran empty
    assert np.array_equal(found >= 0, sent)
    assert np.array_equal(found[sent], expected[sent] - SLOT_PS)
    assert (verdict >= 2).sum() > 100


@pytest.mark.parametrize("name", ["codel", "fq-codel"])
@pytest.mark.parametrize("kind", SHARING)
def test_what_is_dropped_takes_nothing_from_a_share(kind, name):
    """3 : 1 in bytes that were sent, of packets of all sizes, while most of one class is dropped."""
    n, beside = 12_000, 4000
    rng = np.random.default_rng(8)
    size = np.concatenate([np.full(beside, FRAME_B), rng.integers(64, 1500, n)])
    time = np.concatenate([np.zeros(beside, dtype=np.int64), np.sort(rng.integers(0, 4_500 * SLOT_PS, n))])
    of_class = np.repeat([0, OWN], [beside, n]).astype(np.int32)
    simulation = port(time, of_class, size)
    by_packets = kind == "wrr"
    simulation.schedule(0, *scheduler(kind, WEIGHTS))
    simulation.manage(0, OWN, {
        "codel": lambda: aqm.CoDel(10**6, 10**7, 1514, False, 2**40, 2**40),
        "fq-codel": lambda: aqm.FqCoDel(64, 1514, 300, 64, 10**6, 10**7, 1514, False),
    }[name]())  # fmt: skip
    found = departures(simulation)
    counted = np.ones(len(size)) if by_packets else size
    in_time = (found > 100 * SLOT_PS) & (found < 4_000 * SLOT_PS)
    sent = [counted[in_time & (of_class == c)].sum() for c in (OWN, 0)]
    assert sent[0] / sent[1] == pytest.approx(3.0, rel=0.02)
    lost = (found[of_class == OWN] < 0).sum()
    assert lost > n / 4
    assert simulation.links()["drops"][0] == lost
    busy = np.sort(found[found >= 0])
    assert busy[-1] - time[0] == int(size[found >= 0].sum()) * 8 * PS // RATE  # the link never stood still


@pytest.mark.parametrize("kind", ALL)
def test_classes_that_are_managed_in_different_ways(kind):
    """All that came has left or was dropped, in order within its class but for flow queues, whoever is held up."""
    time, of_class, size = arrivals(9, count=6000, load=1.6)
    simulation = port(time, of_class, size)
    simulation.schedule(0, *scheduler(kind, WEIGHTS))
    for c, name in enumerate(["codel", "fq-codel", "pie", "red", "codel", "fq-codel"]):
        simulation.manage(0, c, MANAGERS[name]())
    for c in (0, 1, 4):
        simulation.shape(0, c, RATE // 20, 20_000)
    found = departures(simulation)
    assert simulation.links()["drops"][0] == (found < 0).sum() > 0
    for c in (0, 2, 3, 4, 6, 7):
        sent = found[(of_class == c) & (found >= 0)]
        assert len(sent) > 0 and (np.diff(sent) > 0).all()
