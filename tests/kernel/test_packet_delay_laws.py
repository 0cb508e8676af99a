"""TIMELY step by step, where round trips are known, and what links write into packets of HPCC."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import GB, NEVER, chain, done, star

RTT_PS = 2_000_000 + 51_200
"""Of one link of 10 Gb/s and 1 us each way, without the packet's own time: the acknowledgement takes 51.2 ns."""


def steps(size_B=3_000_000, **values):
    """Rates of one flow over an idle link, as they follow each other."""
    net, there, back = chain(1, 10 * GB)
    net.flows = [(there, back, size_B, 0)]
    simulation = net.simulation("timely", **{
        "nic_B": 32_000, "timely_first_share": 0.2, "timely_burst_B": 6_000, "timely_at_once": 0,
        "timely_least_bps": 1e6,
    } | values)  # fmt: skip
    simulation.probe(0, 0)
    assert not simulation.run(NEVER, 10**8)
    rates = simulation.probed(0)["rate_bps"]
    return rates[np.flatnonzero(np.diff(rates, prepend=-1.0))]


def test_below_the_low_threshold_rates_rise():
    rates = steps(timely_add_bps=10e6, timely_low_ps=50_000_000)
    assert rates[0] == 2e9 and len(rates) > 100
    assert np.diff(rates) == pytest.approx(10e6)


def test_above_the_high_threshold_they_fall_by_the_excess():
    high = 1_000_000
    rates = steps(timely_low_ps=0, timely_high_ps=high, timely_beta=0.1)
    rates = rates[:-1]  # the last packet is a short one
    assert rates[1:] / rates[:-1] == pytest.approx(1 - 0.1 * (1 - high / RTT_PS), rel=1e-9)
    assert len(rates) > 100


def test_between_them_a_round_trip_that_does_not_grow_lets_them_rise_and_then_in_haste():
    rises = np.diff(steps(timely_low_ps=0, timely_add_bps=10e6, timely_haste_after=5, timely_haste=5.0))
    assert rises[:4] == pytest.approx(10e6) and rises[4:40] == pytest.approx(50e6)


@pytest.mark.parametrize("reference_us", [1, 2, 4, 50])
def test_the_patched_version_answers_the_distance_from_its_reference(reference_us):
    beta, add = 0.02, 10e6
    rates = steps(
        timely_patched=1, timely_low_ps=0, timely_beta=beta, timely_add_bps=add,
        timely_reference_ps=reference_us * 10**6,
    )  # fmt: skip
    error = RTT_PS / (reference_us * 10**6) - 1
    expected = np.clip(add / 2 + rates[:-1] * (1 - beta / 2 * error), 1e6, 10e9)
    assert rates[1:] == pytest.approx(expected, rel=1e-9)
    assert len(rates) > 20


@pytest.mark.parametrize(("at_once", "apart"), [(0, 1), (1, 4)])
def test_bursts_leave_at_once_or_packet_by_packet(at_once, apart):
    net, there, back = chain(1, 10 * GB)
    net.flows = [(there, back, 40 * 1448, 0)]
    simulation = net.simulation(
        "timely", nic_B=10**6, timely_first_share=0.1, timely_burst_B=6_000, timely_at_once=at_once, timely_add_bps=0.0,
        timely_beta=0.0,
    )  # fmt: skip
    received = []
    for us in range(0, 500, 12):  # what one packet of 1,500 B takes at 1 Gb/s
        simulation.run(us * 10**6, 10**6)
        received.append(int(simulation.flows()["received"][0]))
    got = np.diff(received)
    assert got.max() == apart and received[-1] == 40


@pytest.mark.parametrize("links", [1, 2, 3, 6])
@pytest.mark.parametrize("link_B", [0, 8])
def test_what_links_write_is_counted_on_the_wire(links, link_B):
    net, there, back = chain(links)
    net.flows = [(there, back, 200 * 1448, 0)]
    simulation = net.simulation("hpcc", hpcc_link_B=link_B)
    flows = done(simulation)
    assert flows["received"][0] == 200 and flows["again"][0] == 0
    sent_B = simulation.links()["sent_B"]
    assert np.array_equal(sent_B[:links], 200 * (1500 + link_B * np.arange(links)))
    assert np.array_equal(sent_B[links:], np.full(links, 200 * (64 + link_B * (links - 1))))


def test_the_window_begins_with_what_an_idle_path_holds():
    rate, links = 100 * GB, 3
    net, there, back = chain(links, rate)
    net.flows = [(there, back, 1448, 0)]
    simulation = net.simulation("hpcc", hpcc_link_B=8)
    simulation.probe(0, 0)
    flows = done(simulation)
    wire_ps = (1500 + 1508 + 1516 + 3 * (64 + 16)) * 80
    base_ps = wire_ps + 6 * 1_000_000
    assert flows["acknowledged_ps"][0] == base_ps

    net.flows = [(there, back, 10 * 1448, 0)]
    simulation = net.simulation("hpcc", hpcc_link_B=8)
    simulation.probe(0, 0)
    done(simulation)
    seen = simulation.probed(0)
    assert seen["window"][0] == pytest.approx(base_ps / 80 / 1500, rel=1e-12)
    assert seen["rate_bps"][0] == pytest.approx(rate, rel=1e-12)


def test_a_bottleneck_anywhere_on_the_path_is_found():
    for slow in (1, 2, 3):
        net, there, back = chain(4)
        net.rate_bps[slow] = 25 * GB
        net.flows = [(there, back, 20_000_000, 0)]
        simulation = net.simulation("hpcc", hpcc_link_B=8)
        assert simulation.run(2_000_000_000, 10**8)
        before = simulation.links()["sent_B"][slow]
        assert simulation.run(5_000_000_000, 10**8)
        use = (simulation.links()["sent_B"][slow] - before) * 8 / 3e-3 / 25e9
        assert use == pytest.approx(0.95, abs=0.02)


@settings(max_examples=10)
@given(st.integers(0, 2**32), st.integers(6, 16), st.sampled_from(["hpcc", "timely"]), st.booleans())
def test_the_same_bytes_whatever_the_slots(seed, shift, law, go_back):
    net = star(6, limit_B=20 * 1500, size_B=300_000)
    net.loss = [0.003] * len(net.rate_bps)
    a, b = (done(net.simulation(law, shift=s, seed=seed, go_back=go_back)) for s in (10, shift))
    assert all(np.array_equal(a[name], b[name]) for name in a)


def test_hpcc_hears_of_every_packet():
    net, there, back = chain(1)
    net.flows = [(there, back, 1448, 0)]
    with pytest.raises(ValueError, match="every packet brings back"):
        net.simulation("hpcc", acks_every=2, ack_delay_ps=10**6)
