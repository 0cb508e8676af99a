"""Guaranteed service against the horizontal and vertical distance of curves, in exact rationals."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.qos.admission import (
    FlowSpec,
    Hop,
    Reservations,
    buffer_B,
    delay_bound_s,
    reserve_path,
    smallest_rate_Bps,
)

positive = st.fractions(Fraction(1, 100), 10_000, max_denominator=1000)
terms = st.fractions(0, 100, max_denominator=1000)


@st.composite
def flows(draw):
    rate = draw(positive)
    largest = draw(positive)
    peak = draw(st.one_of(st.just(math.inf), st.just(rate), positive.map(lambda more: rate + more)))
    return FlowSpec(rate, largest + draw(st.one_of(st.just(Fraction(0)), positive)), peak, largest, Fraction(1, 100))


paths = st.lists(st.builds(Hop, terms, terms, terms), max_size=4)
more_rate = st.fractions(0, 20_000, max_denominator=1000)


def corners(flow):
    """Where min(M + p t, b + r t) can bend, and its values there; right after 0 everything of a bucket may be there."""
    if math.isinf(flow.peak_Bps):
        return [(Fraction(0), Fraction(flow.burst_B))]
    if flow.peak_Bps == flow.rate_Bps:
        return [(Fraction(0), Fraction(flow.largest_B))]
    bend = Fraction(flow.burst_B - flow.largest_B) / (flow.peak_Bps - flow.rate_Bps)
    return [(Fraction(0), Fraction(flow.largest_B)), (bend, flow.burst_B + flow.rate_Bps * bend)]


def sent(flow, t):
    if math.isinf(flow.peak_Bps):
        return flow.burst_B + flow.rate_Bps * t
    return min(flow.largest_B + flow.peak_Bps * t, flow.burst_B + flow.rate_Bps * t)


@settings(max_examples=20)
@given(flows(), more_rate, paths)
def test_the_bound_is_the_horizontal_distance(flow, more, hops):
    """Of the flow's curve and R (t - C / R - D): Le Boudec & Thiran 2001, 1.4; propagation on top."""
    rate = flow.rate_Bps + more
    latency = sum((h.rate_term_B / rate + h.delay_term_s for h in hops), Fraction(0))
    wait = max(latency + value / rate - t for t, value in corners(flow))
    assert delay_bound_s(flow, rate, hops) == wait + sum(h.path_s for h in hops)


@settings(max_examples=20)
@given(flows(), more_rate, paths)
def test_the_memory_is_the_vertical_distance(flow, more, hops):
    rate = flow.rate_Bps + more
    late = sum((h.rate_term_B / rate + h.delay_term_s for h in hops), Fraction(0))
    candidates = [t for t, _ in corners(flow)] + [late]
    assert buffer_B(flow, rate, hops) == max(sent(flow, t) - rate * max(Fraction(0), t - late) for t in candidates)


@settings(max_examples=20)
@given(flows(), paths, positive)
def test_the_smallest_rate_meets_the_target_and_less_does_not(flow, hops, slack):
    fixed = sum((h.delay_term_s + h.path_s for h in hops), Fraction(0))
    rate = smallest_rate_Bps(flow, fixed + slack, hops)
    assert delay_bound_s(flow, rate, hops) <= fixed + slack
    less = rate * (1 - Fraction(1, 10**9))
    assert rate == flow.rate_Bps or delay_bound_s(flow, less, hops) > fixed + slack
    if slack and hops and fixed:
        with pytest.raises(ValueError, match="no rate is enough"):
            smallest_rate_Bps(flow, fixed, hops)


def test_two_branches_in_numbers():
    """p 2 MB/s, r 1 MB/s, b 100 kB, M 1 kB; three hops with C = M and D = 10 us."""
    flow, hops = FlowSpec(1e6, 1e5, 2e6, 1e3), [Hop(1e3, 10e-6)] * 3
    assert float(delay_bound_s(flow, 1.5e6, hops)) == pytest.approx(99e3 * 0.5e6 / (1.5e6 * 1e6) + 4e3 / 1.5e6 + 30e-6)
    assert float(delay_bound_s(flow, 4e6, hops)) == pytest.approx(4e3 / 4e6 + 30e-6)
    assert delay_bound_s(flow, 1.5e6, hops) == delay_bound_s(FlowSpec(1e6, 1e5, 2e6, 1e3, 900), 1.5e6, hops)  # no m


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), positive, st.booleans()), max_size=40))
def test_a_link_gives_away_no_more_than_it_has(rows):
    link, given_rates = Reservations(8 * 20_000, part=0.75), {}
    for name, rate, leaves in rows:
        if name in given_rates:
            if leaves:
                link.release(name)
                del given_rates[name]
        elif link.reserve(name, rate):
            given_rates[name] = rate
        else:
            assert sum(given_rates.values()) + rate > 15_000
        assert link.given_Bps == sum(given_rates.values()) <= 15_000
        assert link.free_Bps == 15_000 - link.given_Bps
    assert sum(link.weights().values()) == (1 if given_rates else 0)


def test_a_path_is_reserved_whole_or_not_at_all():
    links = [Reservations(80), Reservations(80), Reservations(40)]
    assert reserve_path(links, "a", 4) == -1
    assert reserve_path(links, "b", 4) == 2
    assert [link.given_Bps for link in links] == [4, 4, 4]


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: FlowSpec(0, 10), "rate_Bps 0"),
        (lambda: FlowSpec(5, 2000, 4), "at most the peak"),
        (lambda: FlowSpec(5, 1000), "in this order"),
        (lambda: delay_bound_s(FlowSpec(5, 2000), 4, []), "below the 5"),
        (lambda: Reservations(0), "link_bps is 0"),
        (lambda: Reservations(1, part=2), "part is 2"),
        (lambda: Reservations(8).release("x"), "x has no"),
        (lambda: Reservations(8).reserve("x", 0), "above 0"),
        (lambda: [link.reserve("x", 0.1) for link in [Reservations(8)] * 2], "has a reservation"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
