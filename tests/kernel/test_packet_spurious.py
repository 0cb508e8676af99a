"""Timeouts that were too early, and packets that are late but not lost: the rules of RFC 5682 and RFC 8985, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import GB, done
from tests.kernel.test_packet_faults import LOSS, RATE, faults
from tests.kernel.test_packet_recovery import MS, line

from easterly._kernel import packet

WINDOW = 20
SPIKE_PS = 20 * MS  # when it begins


def delayed(packets, for_ps, **values):
    """The link stands still from 20 ms on for so long, and loses nothing."""
    made = line(packets, first_window=WINDOW, **({"most_window": WINDOW} | values))
    faults(made, [(SPIKE_PS, RATE, 0, 1e3), (SPIKE_PS + for_ps, RATE, 0, 10.0 * GB)])
    flows = done(made)
    return flows, made.probed(0)


def around(rows):
    """Rows from the first timeout on."""
    return {name: column[np.flatnonzero(rows["window"] == 1.0)[0] :] for name, column in rows.items()}


@pytest.mark.parametrize("law", ["newreno", "cubic", "dctcp"])
@pytest.mark.parametrize("rack", [0, 1])
def test_a_delay_makes_nothing_go_twice_but_the_first_packet(law, rack):
    """RFC 5682, section 3: the first again, two new ones for the first answer, and all as it was at the second."""
    flows, rows = delayed(2000, 300 * MS, law=law, rack=rack, frto=1)
    assert (flows["timeouts"][0], flows["spurious"][0], flows["again"][0]) == (1, 1, 1)
    assert flows["sent"][0] == 2001
    seen = around(rows)
    assert seen["window"][:3].tolist() == [1.0, 2.0, WINDOW] and seen["pipe"][:4].tolist() == [20, 21, 20, 20]
    assert seen["threshold"][0] < 1e17 and (seen["threshold"][2:] == 1e18).all()
    assert (seen["window"][2:] == WINDOW).all()
    flows, rows = delayed(2000, 300 * MS, law=law, rack=rack)
    assert (flows["timeouts"][0], flows["spurious"][0]) == (1, 0)
    assert flows["again"][0] >= WINDOW / 2 and around(rows)["threshold"][-1] <= WINDOW


def test_all_that_cubic_keeps_is_as_it_was():
    """RFC 9438, section 4.9: its curve goes on from where it was, as without a timeout."""
    how = {"law": "cubic", "most_window": 1e9}
    made, plain = (line(20_000, first_window=60.0, frto=1, **how) for _ in range(2))
    for each in (made, plain):
        each.lose(0, 1000, 0)  # a threshold, and a curve
    faults(made, [(25 * MS, RATE, 0, 1e3), (325 * MS, RATE, 0, 10.0 * GB)])
    flows, rows = done(made), made.probed(0)
    done(plain)
    assert (flows["timeouts"][0], flows["spurious"][0], flows["again"][0]) == (1, 1, 2)
    at = np.flatnonzero(rows["window"] == 1.0)[0]
    before, after = rows["window"][at - 1], rows["window"][at + 2]
    assert rows["threshold"][at - 1] == rows["threshold"][at + 2] < before <= after < before + 2
    assert plain.probed(0)["threshold"][-1] == rows["threshold"][-1]


def test_the_first_packet_goes_again_at_every_timeout():
    """Of 200 ms, and then of 400: section 3, step 2, stays where it is until something new is acknowledged."""
    flows, _ = delayed(2000, 700 * MS, frto=1)
    assert (flows["timeouts"][0], flows["spurious"][0], flows["again"][0]) == (2, 1, 2)


@pytest.mark.parametrize("rack", [0, 1])
def test_a_flight_that_is_lost_is_found_out_by_what_is_new(rack):
    """Step 3a: the second answer is for one of the two new packets; what was lost goes again, and nothing else."""
    made = line(2000, first_window=WINDOW, most_window=WINDOW, frto=1, rack=rack)
    faults(made, [(SPIKE_PS, LOSS, 0, 1.0), (SPIKE_PS + 10 * MS, LOSS, 0, 0.0)])
    flows, seen = done(made), around(made.probed(0))
    assert (flows["timeouts"][0], flows["spurious"][0], flows["again"][0]) == (1, 0, WINDOW)
    # Then one of 21 is there and 19 are lost: a window of two has room for one beside the other new packet.
    assert seen["pipe"][:3].tolist() == [20, 21, 2] and seen["window"][:3].tolist() == [1.0, 2.0, 2.0]
    assert seen["threshold"][3] == WINDOW / 2


def test_without_anything_new_to_send_a_timeout_is_taken_for_a_loss():
    """Step 2b, as recommended there."""
    packets = 200
    flows, _ = delayed(packets, 300 * MS, frto=1)
    assert flows["spurious"][0] == 0 and flows["timeouts"][0] == 0  # all was there before the spike
    made = line(packets, first_window=1e6, frto=1)
    faults(made, [(0, RATE, 0, 1e3), (300 * MS, RATE, 0, 10.0 * GB)])
    flows = done(made)
    assert flows["timeouts"][0] > 0 and flows["spurious"][0] == 0 and flows["again"][0] > 1


@given(st.integers(1, 30), st.integers(2, 40))
@settings(max_examples=30, deadline=None)
def test_within_a_recovery_a_timeout_is_what_it_was(first, every):
    """Step 1: losses of packets that were sent again."""
    flows = []
    for frto in (0, 1):
        made = line(300, first_window=WINDOW, frto=frto)
        made.lose(0, first, every)
        flows.append(done(made))
    plain, doubted = flows
    assert doubted["spurious"][0] == 0
    assert doubted["again"][0] >= plain["packets"][0] // every // 2
    if plain["timeouts"][0] == 0:
        assert all(np.array_equal(plain[name], doubted[name]) for name in plain)


TRIP_PS = 2 * MS + 2 * 10**6 + 4 * 120_000 + 4 * 5_120  # of the short way, at 100 Gb/s: a host, a link, and back
TURNS, BACK = 2, 7


def two_ways(packets, late_ps, **values):
    """A host, a switch that sends packets in turns over two links, and one link more; the second is so much longer."""
    delay = np.array([10**6, MS, MS + late_ps, 10**6, MS])
    n, i32 = len(delay), np.int32
    made = packet.Simulation(
        np.full(n, 100 * GB), delay, np.full(n, -1), np.full((n, 2), -1), np.ones(n), np.zeros(n),
        np.array([0, -2, 3, -1, 4, -1, 1, -3, 2, -3, -1], dtype=i32), np.array([(0, 4)]), np.array([packets * 1448]),
        np.zeros(1, dtype=np.int64), np.zeros(1, dtype=i32), np.zeros(1, dtype=i32),
        [packet.Law("fixed", {"first_window": WINDOW, "least_timeout_ps": 200 * MS, "rack": 1} | values)],
        pause_reaction_ps=0, seed=1, shift=10,
    )  # fmt: skip
    own = {"pick": [TURNS, BACK], "modulo": [0, 0], "added": [0, 0], "resilient": [0, 0], "bits": [64, 64]}
    made.choices(
        np.array([0, 2, 2]), np.array([6, 8]), np.ones(2), np.array([0, 1], i32), np.zeros(2, i32),
        **{key: np.array(value, i32) for key, value in own.items()}, seed=np.array([1, 0], np.uint64),
        gap_ps=np.zeros(2, dtype=np.int64), name=np.zeros((1, 2), dtype=np.uint64), watched=True,
    )  # fmt: skip
    made.probe(0, 0)
    return made


def quarters(rows):
    """Of the least round trip, what a packet may be late."""
    return np.rint(4 * rows["late_ps"] / rows["least_rtt_ps"]).astype(int)


@pytest.mark.parametrize(("late", "needed"), [(0.1, 2), (0.35, 2), (0.6, 3), (0.85, 4)])
def test_the_tolerance_grows_until_nothing_is_sent_again(late, needed):
    """RFC 8985, section 6.2, step 4: a quarter of the least round trip more for each round with a duplicate.

    Before any has been seen to be late, three that overtake one are enough (step 4): the first round has duplicates.
    """
    made = two_ways(4000, int(late * 2 * MS))
    made.run(60 * MS, 10**9)
    early = made.flows()["again"][0]
    flows, rows = done(made), made.probed(0)
    seen = quarters(rows)
    assert sorted(set(seen.tolist())) == list(range(1, needed + 1)) and (np.diff(seen) >= 0).all()
    grown_ps = rows["time_ps"][1:][np.diff(seen) > 0]
    assert (np.diff(grown_ps) >= 2 * MS).all()  # once in a round trip
    assert flows["again"][0] == early and early > 0
    assert flows["reordered"][0] > 1000 and flows["timeouts"][0] == 0


def test_the_tolerance_is_no_more_than_a_round_trip():
    flows_and = two_ways(3000, int(1.5 * 2 * MS))
    done(flows_and)
    rows = flows_and.probed(0)
    assert quarters(rows).max() > 4 and (rows["late_ps"] <= rows["srtt_ps"]).all()


def test_sixteen_recoveries_without_a_duplicate_take_it_back():
    """One packet in a thousand is lost; packets are late by 0.6 round trips all the time."""
    made = two_ways(60_000, int(0.6 * 2 * MS))
    made.lose(0, 1501, 1000)
    done(made)
    rows = made.probed(0)
    seen, recovering = quarters(rows), rows["phase"] == 2
    ends = np.concatenate([[False], recovering[:-1] & ~recovering[1:]])
    back = np.flatnonzero(np.diff(seen) < 0) + 1
    assert len(back) >= 2 and (seen[back - 1] >= 3).all() and (seen[back] == 1).all()
    for at in back:
        since = np.flatnonzero(np.diff(seen[:at]) > 0)[-1] + 1  # the last growth before
        assert ends[since + 1 : at + 1].sum() == 16 and ends[at]
