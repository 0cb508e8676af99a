"""Colours of packets: markers against the room of meters, WRED against that of queue management and Floyd's formula."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernel.draws import mix, unit
from tests.kernel.test_packet import GB, NEVER, done, star
from tests.kernel.test_packet_queues import classes
from tests.kernel.test_packet_stations import PLENTY, PS, RATE, arrivals, departures, draws, port

from easterly._kernel import aqm, meter, packet

I32 = np.int32
OWN = 5
LOW, HIGH, MOST = [[40e3, 20e3, 5e3]], [[120e3, 60e3, 20e3]], [[0.05, 0.1, 0.5]]


def wred(low=LOW, high=HIGH, most=MOST, *, weight=0.01, slot=1e6, gentle=True, ecn=False, by_packets=False):
    columns = (np.array(x, dtype=float) for x in (low, high, most))
    return aqm.Wred(*columns, weight, slot, gentle, ecn, True, by_packets, 0.0, PLENTY, PLENTY, 1, 0)


NO_RED = [[1e9, 1e9, 0.0]], [[1e9, 1e9, 0.0]], [[0.0] * 3]
"""Ramps that drop whatever is red, and nothing else."""


def one_port(simulation, link, links):
    """Queues at one link of a star."""
    none, zero = np.full(links, -1, dtype=I32), np.zeros(1, dtype=I32)
    back = np.arange(links, dtype=I32) ^ 1
    simulation.queues(
        zero + link, zero, np.full((1, 8), 1500), np.zeros((1, 24)), zero, np.full((1, 8), -1), none[:1], none[:1],
        none, none, back, [],
    )  # fmt: skip


@pytest.mark.parametrize(("load", "idle"), [(1.3, 0), (0.97, 8)])
@pytest.mark.parametrize(
    "how", [{}, {"gentle": False}, {"by_packets": True, "low": [[30.0, 15, 5]], "high": [[90.0, 60, 9]]}]
)
def test_colours_of_flows_are_managed_as_offline(load, idle, how):
    time, of_class, size = arrivals(11, count=6000, load=load, idle=idle, sizes=(64, 1500))
    of_class[:] = OWN
    colour = np.random.default_rng(2).integers(0, 3, len(time)).astype(np.uint8)
    simulation = port(time, of_class, size)
    simulation.colours(colour)
    simulation.manage(0, OWN, wred(**how))
    _, expected, _ = wred(**how).run(time, size, RATE, PS, colour=colour.astype(np.int8), draw=draws(OWN, len(time)))
    assert np.array_equal(departures(simulation), expected)
    lost = [(expected[colour == c] < 0).mean() for c in range(3)]
    assert load < 1 or lost[0] <= lost[1] < lost[2]


MARKERS = {
    "srtcm": lambda: meter.SingleRate(GB, 30_000, 60_000, PS, 0),
    "trtcm": lambda: meter.TwoRate(GB, 20_000, 4 * GB, 40_000, PS, 0),
    "rfc4115": lambda: meter.Differential(GB, 20_000, 2 * GB, 20_000, False, PS, 0),
}


def two_links(time, size, slow):
    """Packets of flows of their own over two links with queues, class 5."""
    n = len(time)
    both, none, each = np.arange(2, dtype=I32), np.full(2, -1, dtype=I32), np.full(2, 0, dtype=I32)
    made = packet.Simulation(
        np.array([RATE, slow]), np.array([7_000, 0]), np.full(2, -1), np.full((2, 2), -1), np.ones(2), np.zeros(2),
        np.array([0, 1, -1], dtype=I32), np.zeros((n, 2), dtype=np.int64), size, time, np.zeros(n, dtype=I32),
        np.full(n, OWN, dtype=I32), [packet.Law("open", {"packet_B": 9216, "header_B": 0})], pause_reaction_ps=0,
        seed=1, shift=10,
    )  # fmt: skip
    made.queues(
        both,
        each,
        np.full((2, 8), 1500),
        np.zeros((2, 24)),
        each,
        np.full((2, 8), -1),
        none,
        none,
        none,
        none,
        both,
        [],
    )
    return made


@pytest.mark.parametrize("name", MARKERS)
@pytest.mark.parametrize("aware", [False, True])
def test_what_a_marker_says_goes_with_the_packet(name, aware):
    """It looks at each packet when that begins to leave; what comes to the next port has its colour."""
    time, _, size = arrivals(21, count=8000, load=0.6, sizes=(64, 1500))
    given = np.random.default_rng(4).integers(0, 3, len(time)).astype(np.uint8)
    simulation = two_links(time, size, 5 * GB)
    simulation.colours(given)
    simulation.colour(0, OWN, MARKERS[name](), aware)
    simulation.manage(1, OWN, wred())
    end = np.zeros(len(time), dtype=np.int64)
    free = 0
    for i in range(len(time)):
        end[i] = free = max(int(time[i]), free) + int(size[i]) * 8 * PS // RATE
    begin = end - size * 8 * PS // RATE
    colour = MARKERS[name]().run_aware(begin, size, given) if aware else MARKERS[name]().run(begin, size)
    key = mix(1, 2**41 + 8 + OWN)
    drawn = np.array([unit(mix(key, i)) for i in range(len(time))])
    _, expected, _ = wred().run(end + 7_000, size, 5 * GB, PS, colour=colour.astype(np.int8), draw=drawn)
    assert np.array_equal(departures(simulation), expected)
    assert (expected < 0).any()
    counted = simulation.coloured()
    assert [counted[c][0] for c in ("green", "yellow", "red")] == np.bincount(colour, minlength=3).tolist()
    assert (counted["link"][0], counted["traffic_class"][0]) == (0, OWN)


def test_marks_of_each_colour_are_as_often_as_its_ramp_says():
    """Three windows that stay, so that the queue stays: the gap between two marks is uniform on 1 .. 1/p - 1 (Floyd &
    Jacobson 1993, section 4), and 2 p of the packets are marked."""
    window, senders = 40, 3
    net = star(senders, GB, size_B=40_000 * 1448)
    simulation = classes(net, [OWN] * senders, "fixed", first_window=window, most_window=window, classic_ecn=1)
    out = 2 * senders + 1
    one_port(simulation, out, 8)
    simulation.colours(np.arange(3, dtype=np.uint8))
    low, high, most = [[0.0] * 3], [[500e3] * 3], [[0.02, 0.1, 0.4]]
    simulation.manage(out, OWN, wred(low, high, most, weight=0.002, slot=0.0, ecn=True))
    flows = done(simulation)
    queue_B = simulation.links()["most_B"][out, OWN]  # it stays there, but for a packet
    assert queue_B > 0.9 * senders * window * 1500
    for c in range(3):
        assert flows["marked"][c] / flows["sent"][c] == pytest.approx(2 * most[0][c] * queue_B / 500e3, rel=0.04)
    assert flows["again"].sum() == 0


def test_red_packets_are_dropped_at_once_where_nothing_may_wait():
    """A policer: what passes in [0, T] is the committed rate times T and a burst, and less by no more than a packet."""
    law = packet.Law("open", {"header_B": 0, "packet_B": 1000, "source_bps": 3 * GB})
    one, none, count = np.zeros(1, dtype=I32), np.full(2, -1, dtype=I32), 30_000
    made = packet.Simulation(
        np.array([RATE, RATE]), np.zeros(2, dtype=np.int64), np.full(2, -1), np.full((2, 2), -1), np.ones(2),
        np.zeros(2), np.array([0, 1, -1], dtype=I32), np.zeros((1, 2), dtype=np.int64), np.array([count * 1000]),
        np.zeros(1, dtype=np.int64), one, one, [law], pause_reaction_ps=0, seed=1, shift=10,
    )  # fmt: skip
    both = np.arange(2, dtype=I32)
    made.queues(
        both,
        both * 0,
        np.full((2, 8), 1500),
        np.zeros((2, 24)),
        both * 0,
        np.full((2, 8), -1),
        none,
        none,
        none,
        none,
        both,
        [],
    )
    made.colour(0, 0, meter.SingleRate(GB, 50_000, 0, PS, 0), False)
    made.manage(1, 0, wred(*NO_RED))
    assert not made.run(NEVER, 10**9)
    passed_B, last_ps = made.flows()["received"][0] * 1000, (count - 1) * 1000 * 8 * PS // (3 * GB)
    most_B = 50_000 + last_ps * GB // (8 * PS)
    assert most_B - 1000 < passed_B <= most_B
    assert made.links()["drops"].tolist() == [0, count - passed_B // 1000]


def test_answers_are_green():
    """Data is red, and none of it may wait at the port that acknowledgements leave by: they pass."""
    net = star(2, size_B=100 * 1448)
    simulation = classes(net, [OWN] * 2, "dctcp")
    one_port(simulation, 4, 6)
    simulation.colours(np.full(2, 2, dtype=np.uint8))
    simulation.manage(4, OWN, wred(*NO_RED))
    assert done(simulation)["again"].sum() == 0


def test_what_makes_no_sense_is_refused():
    time, of_class, size = arrivals(1, count=10)
    simulation = port(time, of_class, size)
    with pytest.raises(ValueError, match="colours, not for all three"):
        simulation.manage(0, 0, wred([[1.0, 1.0]], [[2.0, 2.0]], [[0.1, 0.1]]))
    with pytest.raises(ValueError, match="has 2 classes"):
        simulation.manage(0, 0, wred(LOW * 2, HIGH * 2, MOST * 2))
    with pytest.raises(ValueError, match="picoseconds"):
        simulation.colour(0, 0, meter.SingleRate(GB, 3000, 0, 10**9, 0), False)
    with pytest.raises(ValueError, match="no marker"):
        simulation.colour(0, 0, meter.TokenBucket(GB, 3000, PS, 0), False)
    simulation.colour(0, 0, MARKERS["trtcm"](), False)
    with pytest.raises(ValueError, match="marker already"):
        simulation.colour(0, 0, MARKERS["trtcm"](), False)
    with pytest.raises(ValueError, match="colour"):
        simulation.colours(np.full(10, 3, dtype=np.uint8))
