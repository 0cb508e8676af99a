"""Sources that send whatever becomes of their packets, and the delays of packets: against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import GB, NEVER, chain, done, star

from easterly._kernel import packet


def open_loop(net, **values):
    return net.simulation("open", **{"header_B": 0, "packet_B": 1000, "source_bps": GB, "delays": 1} | values)


def one(size_B, hops=1, rate_bps=100 * GB, delay_ps=1_000_000):
    net, there, back = chain(hops, rate_bps, delay_ps)
    net.flows = [(there, back, size_B, 0)]
    return net


@given(st.integers(1, 300), st.sampled_from([1, 3, 7, 10, 40]), st.integers(1, 5), st.integers(100, 9000))
def test_a_constant_rate_is_kept_to_the_picosecond(packets, rate, hops, size_B):
    net = one(packets * size_B, hops)
    simulation = open_loop(net, source_bps=rate * GB, packet_B=size_B)
    flows = done(simulation)
    each_ps = hops * (size_B * 80 + 1_000_000)
    assert flows["delivered_ps"][0] == (packets - 1) * size_B * 8000 // rate + each_ps
    delays = simulation.delays()
    assert delays["packets"][0] == packets == flows["sent"][0] == flows["received"][0]
    assert delays["least_ps"][0] == delays["most_ps"][0] == each_ps
    assert delays["sum_ps"][0] == packets * each_ps
    assert delays["squares_ps2"][0] == pytest.approx(packets * each_ps**2, rel=1e-12)
    assert simulation.open == 0 and simulation.hops == hops * packets


def test_above_the_rate_of_the_link_each_packet_waits_longer():
    simulation = open_loop(one(100_000, rate_bps=GB, delay_ps=0), source_bps=2 * GB)
    done(simulation)
    # Packet k comes after 4k us and leaves after 8(k + 1).
    assert simulation.delays()["sum_ps"][0] == sum(8 * (k + 1) - 4 * k for k in range(100)) * 10**6
    assert simulation.delays()["most_ps"][0] == (8 * 100 - 4 * 99) * 10**6


def test_what_is_dropped_is_neither_acknowledged_nor_sent_again():
    net = one(200_000, rate_bps=GB, delay_ps=0)
    net.limit_B = [3000, -1]
    simulation = open_loop(net, source_bps=2 * GB)
    flows, drops = done(simulation), simulation.links()["drops"][0]
    assert flows["sent"][0] == 200 and flows["received"][0] == 200 - drops and 90 <= drops <= 100
    assert flows["delivered_ps"][0] == -1 and flows["again"][0] == 0 and simulation.open == 0


@pytest.mark.parametrize("law", ["fixed", "newreno", "dctcp"])
def test_delays_are_those_of_any_law(law):
    simulation = one(100 * 1448, 3).simulation(law, delays=1, first_window=1.0, most_window=1.0)
    done(simulation)
    delays = simulation.delays()
    assert delays["packets"][0] == 100
    assert delays["least_ps"][0] == delays["most_ps"][0] == 3 * (120_000 + 1_000_000)


@pytest.mark.parametrize("lengths", [0, 1, 2])
def test_lengths_and_gaps_have_their_means(lengths):
    """Five standard deviations; Poisson's gaps have a deviation as long as their mean."""
    n = 40_000
    mean_B = [1000, 1000, 0.3 * 200 + 0.7 * 1000][lengths]
    simulation = open_loop(one(round(n * mean_B)), lengths=lengths, gaps=1, small_B=200, small_share=0.3)
    flows = done(simulation)
    deviation_B = [0.0, 1000.0, 800 * np.sqrt(0.3 * 0.7)][lengths]
    assert abs(flows["sent"][0] - n) <= 5 * np.sqrt(n) * deviation_B / mean_B + 1
    took_ps = flows["delivered_ps"][0]
    assert took_ps == pytest.approx(flows["sent"][0] * mean_B * 8000, rel=5 / np.sqrt(n))
    assert simulation.links()["sent_B"][0] == round(n * mean_B)


def test_poisson_counts_have_the_variance_of_their_mean():
    """Packets in windows of ten mean gaps: chi-squared of their dispersion."""
    simulation = open_loop(one(10**8), gaps=1)
    counts, windows, before = [], 2000, 0
    for window in range(1, windows + 1):
        assert simulation.run(window * 80_000_000, 10**8)
        sent = int(simulation.flows()["sent"][0])
        counts.append(sent - before)
        before = sent
    dispersion = np.var(counts, ddof=1) / np.mean(counts)
    assert abs(dispersion - 1) <= 5 * np.sqrt(2 / windows)
    assert np.mean(counts) == pytest.approx(10, abs=5 * np.sqrt(10 / windows))


@pytest.mark.parametrize("phases", [0, 1, 2])
def test_on_and_off_keep_the_mean_rate(phases):
    """On a quarter of the time: four times as long as at the same rate without phases."""
    n = 200_000
    simulation = open_loop(
        one(n * 1000), source_bps=10 * GB, phases=phases, on_ps=20_000_000, off_ps=60_000_000, shape=2.5
    )
    flows = done(simulation)
    took = flows["delivered_ps"][0] / (n * 800_000)
    cycles = n * 0.8 / 20
    # Of phases, the deviation over the mean: exponential 1, Pareto 1 / sqrt(a (a - 2)) = 0.894.
    spread = [1e-3, 1.0, 0.895][phases] * np.sqrt(2) * 0.75
    assert abs(took / 4 - 1) <= 5 * spread / np.sqrt(cycles) + 1e-3


def test_fixed_phases_are_exact():
    simulation = open_loop(one(25 * 1000, delay_ps=0), source_bps=8 * GB, on_ps=10_000_000, off_ps=30_000_000)
    flows = done(simulation)
    # One packet each microsecond while it is on: the 25th after 24 us of that, two pauses later, and 80 ns on the link.
    assert flows["delivered_ps"][0] == 24_000_000 + 2 * 30_000_000 + 80_000


def test_quantiles_lie_in_their_bins():
    simulation = open_loop(one(10**6, rate_bps=GB, delay_ps=0), source_bps=2 * GB, delays=2)
    done(simulation)
    bins = simulation.delays()["bins"][0]
    assert bins.sum() == 1000
    delays = np.array([8 * (k + 1) - 4 * k for k in range(1000)]) * 10**6
    edges = [(8 + b % 8) * 2.0 ** (b // 8 - 3) for b in range(len(bins) + 1)]
    assert np.array_equal(bins, np.histogram(delays, edges)[0])


@settings(max_examples=10)
@given(st.integers(0, 2**32), st.integers(6, 16))
def test_the_same_bytes_whatever_the_slots(seed, shift):
    net = star(4, limit_B=20_000, size_B=300_000, rate_bps=10 * GB)
    found = []
    for slots in (10, shift):
        made = open_loop(
            net, source_bps=4 * GB, gaps=1, lengths=1, phases=2, on_ps=10**7, off_ps=10**6, shift=slots, seed=seed
        )
        found.append((done(made), made.delays()))
    for first, second in zip(*found, strict=True):
        assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_source_does_not_disturb_another():
    alone, both = star(2, size_B=100_000), star(2, size_B=100_000)
    alone.flows = alone.flows[:1]
    times = [done(open_loop(net, gaps=1, lengths=2))["sent"][0] for net in (alone, both)]
    assert times[0] == times[1]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"source_bps": 0}, "source_bps is 0"), ({"lengths": 1, "packet_B": 9000}, "a tenth of the longest"),
        ({"off_ps": 10**6, "on_ps": 10}, "on_ps is less"), ({"shape": 1.0}, "shape is 1"),
        ({"small_share": 1.5}, "small_share is 1.5"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(values, said):
    with pytest.raises(ValueError, match=said):
        open_loop(one(1000), **values)
    assert packet.Law("open", {}) is not None


def test_an_open_loop_carries_no_messages():
    with pytest.raises(ValueError, match="carries no messages"):
        open_loop(one(0))


def test_stopping_leaves_sources_open():
    simulation = open_loop(one(10**6))
    assert simulation.run(10_000_000, 10**6) and simulation.open == 1
    assert not simulation.run(NEVER, 10**6) and simulation.open == 0
