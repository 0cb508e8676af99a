"""Controlled load: sums, windows played through from all packets, and the binomial that Hoeffding bounds."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.qos.admission import (
    FlowSpec,
    Reservations,
    TimeWindow,
    by_parameters,
    hoeffding,
    hoeffding_Bps,
    measured_sum,
)


def test_parameters_fit_rates_and_bursts():
    inside = [FlowSpec(1e6, 1e4)] * 4
    assert by_parameters(inside, FlowSpec(1e6, 1e4), link_bps=50e6, part=0.8).admitted
    assert not by_parameters(inside, FlowSpec(1.1e6, 1e4), link_bps=50e6, part=0.8).admitted
    assert not by_parameters(inside, FlowSpec(1e6, 1e4), link_bps=50e6, memory_B=49_999).admitted
    assert by_parameters(inside, FlowSpec(1e6, 1e4), link_bps=50e6, memory_B=50_000).admitted


PERIOD, WINDOW = 10, 4


def replayed(events, until):
    """The estimate from the list of all that happened: periods are cut out of it one after another."""
    load, highest, done = 0.0, 0.0, 0
    events = list(events)
    for begin in range(0, until - PERIOD + 1, PERIOD):
        for kind, _, value in [e for e in events if begin <= e[1] < begin + PERIOD]:
            if kind == "flow":
                load, highest, done = load + value, 0.0, 0
        sample = sum(v for k, t, v in events if k == "packet" and begin <= t < begin + PERIOD) * 1e9 / PERIOD
        load, highest, done = max(load, sample), max(highest, sample), done + 1
        if done == WINDOW:
            load, highest, done = highest, 0.0, 0
    for kind, t, value in events:
        if kind == "flow" and t >= until - until % PERIOD:
            load += value
    return load


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 100), st.integers(0, 5)), min_size=1, max_size=40))
def test_the_window_is_what_all_packets_say(rows):
    window, now, events = TimeWindow(PERIOD, WINDOW), 0, []
    for gap, size, kind in rows:
        now += gap if kind != 1 else gap % 7
        if kind == 0:
            window.advance(now)
            window.admitted(size * 1e8)
            events.append(("flow", now, size * 1e8))
        else:
            window.observe(now, size)
            events.append(("packet", now, size))
        assert window.load_Bps == pytest.approx(replayed(events, now))


def test_the_window_rises_at_once_and_falls_after_a_window():
    window = TimeWindow(10, 3)
    window.observe(5, 100)
    window.advance(10)
    assert window.load_Bps == 1e10
    window.advance(39)
    assert window.load_Bps == 1e10  # the highest of periods 0 to 2
    window.advance(60)
    assert window.load_Bps == 0.0
    window.admitted(7.0)
    assert window.load_Bps == 7.0


def test_measured_sum_compares_with_a_part_of_the_link():
    assert measured_sum(6e6, FlowSpec(1e6, 1e4), link_bps=70e6, part=0.8).admitted
    assert not measured_sum(6.1e6, FlowSpec(1e6, 1e4), link_bps=70e6, part=0.8).admitted


@given(st.integers(1, 60), st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20), st.floats(1e-9, 0.5))
def test_hoeffding_is_above_the_binomial(n, busy, loss):
    """n flows that send 1 with probability q: the chance of more than the bound, exactly, is at most the loss."""
    bound = hoeffding_Bps(float(n * busy), [1.0] * n, loss)
    tail = sum(math.comb(n, k) * busy**k * (1 - busy) ** (n - k) for k in range(n + 1) if k >= bound)
    assert float(tail) <= loss
    assert bound == pytest.approx(float(n * busy) + math.sqrt(math.log(1 / loss) * n / 2))


def test_hoeffding_adds_the_peak_of_the_new_flow():
    flows = [FlowSpec(1e5, 1e4, 5e5)] * 16
    needed = 1.6e6 + math.sqrt(math.log(1e6) * 16 / 2) * 5e5 + 1e6
    for link_bps, admitted in ((8 * needed * 1.0001, True), (8 * needed * 0.9999, False)):
        found = hoeffding(1.6e6, flows, FlowSpec(1e5, 1e4, 1e6), link_bps=link_bps, loss=1e-6)
        assert found.admitted == admitted
        assert found.needed_Bps == pytest.approx(needed)


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: TimeWindow(0, 1), "1 periods of 0"),
        (lambda: hoeffding_Bps(0, [1.0], 0), "loss is 0"),
        (lambda: hoeffding_Bps(0, [math.inf], 0.1), "finite peak"),
        (lambda: measured_sum(0, FlowSpec(1, 2000), link_bps=-1), "link_bps is -1"),
        (lambda: measured_sum(0, FlowSpec(1, 2000), link_bps=1, part=0), "part is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()


def test_time_does_not_run_backwards():
    window = TimeWindow(10, 2)
    window.observe(25, 1)
    with pytest.raises(ValueError, match="backwards"):
        window.observe(19, 1)


ROWS = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 100), st.booleans()), max_size=50)


@given(ROWS, st.integers(1, 30), st.integers(1, 5), st.integers(1, 30))
def test_columns_are_the_steps_and_the_steps_are_exact(rows, period, periods, limit):
    """Packets and requests at odd times; a limit that some of them meet."""
    link, now = limit * 8e9, 0
    one, all_, loads, flags = TimeWindow(period, periods), TimeWindow(period, periods), [], []
    packets, requests = [], []
    for gap, size, packet in rows:
        now += gap + 1
        if packet:
            one.observe(now, size)
            packets.append((now, size))
            loads.append(one.load_Bps)
        else:
            flags.append(one.request(now, size * 10**8, link_bps=link, part=1.0))
            requests.append((now, size * 10**8))
        assert one.load_Bps == float(Fraction(one.state["load"], period))
    made = all_.run(*columns(packets), *columns(requests), link_bps=link, part=1.0)
    assert (made.load_Bps.tolist(), made.admitted.tolist()) == (loads, flags)
    assert all_.state == one.state


def columns(pairs):
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def test_packets_come_before_requests_of_the_same_instant():
    window = TimeWindow(10, 4)
    seen = window.run([5, 10], [90, 1], [10], [10**9], link_bps=8e10, part=1.0)
    assert seen.admitted.tolist() == [True]  # 9 GB/s were measured, and 1 is left
    assert window.request(10, 1, link_bps=8e10, part=1.0) is False


def test_long_silence_is_one_step():
    window = TimeWindow(10, 7)
    window.observe(5, 100)
    window.advance(10 + 10 * (7 * 10**15 + 3))
    assert (window.load_Bps, window.state["done"]) == (0.0, 4)


@pytest.mark.parametrize("percent", [3, 29, 57, 58, 70, 100])
def test_a_part_of_a_link_is_what_is_written(percent):
    """Whoever asks for exactly 29 % of a link is let in, 1 B/s more is not: 0.29 is no binary fraction."""
    part, exact = percent / 100, 10_000 * percent
    for more, admitted in ((0, True), (1, False)):
        flow = FlowSpec(exact + more, 2000)
        link = {"link_bps": 8_000_000, "part": part}
        assert by_parameters([], flow, **link).admitted == admitted
        assert measured_sum(0.0, flow, **link).admitted == admitted
        assert TimeWindow(1000, 3).request(0, exact + more, **link) == admitted
        assert Reservations(8_000_000, part=part).reserve("flow", exact + more) == admitted
