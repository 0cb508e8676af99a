"""Token bucket, GCRA and leaky bucket: rational arithmetic, and the theorems about them."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.qos.meters import oracle
from tests.qos.meters.drawn import BURSTS, LIMIT, RATES, columns, packets
from tests.qos.meters.oracle import SECOND_NS, Packet, earned

from easterly._kernel import meter as kernel
from easterly.qos.meters import Gcra, LeakyBucket, TokenBucket, police, shape

SHORT = st.one_of(st.sampled_from([0, 1, 424]), st.integers(0, 10**5))
TIMES = st.fractions(0, 10**6, max_denominator=10**6)


@given(RATES, BURSTS, packets())
def test_token_bucket_is_that_of_rational_arithmetic(rate: int, burst: int, rows: list[Packet]) -> None:
    judged = police(TokenBucket(rate, burst), *columns(rows))
    assert (judged.conforms.tolist(), judged.end) == oracle.token_bucket(rate, burst, rows)
    stepped = TokenBucket(rate, burst).start()
    assert [stepped.step(p.time_ns, p.size_B) for p in rows] == judged.conforms.tolist()
    assert judged.passed_B == sum(p.size_B for p, fine in zip(rows, judged.conforms, strict=True) if fine)


@given(RATES, BURSTS, packets())
def test_no_more_than_burst_and_rate_passes_in_any_interval(rate: int, burst: int, rows: list[Packet]) -> None:
    passed = [
        p for p, fine in zip(rows, police(TokenBucket(rate, burst), *columns(rows)).conforms, strict=True) if fine
    ]
    for i, first in enumerate(passed):
        for j in range(i, len(passed)):
            allowed = burst + earned(rate, passed[j].time_ns - first.time_ns)
            assert sum(p.size_B for p in passed[i : j + 1]) <= allowed


@given(RATES, BURSTS, packets(), st.integers(1, 1000))
def test_ticks_do_not_matter(rate: int, burst: int, rows: list[Packet], factor: int) -> None:
    time, size = columns(rows)
    assume(int(time[-1]) * factor <= LIMIT)
    fine = kernel.TokenBucket(rate, burst, SECOND_NS * factor, 0)
    judged = police(TokenBucket(rate, burst), time, size)
    assert fine.run(time * factor, size).tolist() == judged.conforms.tolist()
    assert Fraction(fine.state["credit"], 8 * SECOND_NS * factor) == judged.end


@settings(max_examples=20)
@given(TIMES, TIMES, st.booleans(), packets())
def test_gcra_is_the_virtual_scheduling_of_i_371(t: Fraction, tau: Fraction, by_size: bool, rows: list[Packet]) -> None:
    judged = police(Gcra(t, tau, by_size), *columns(rows))
    assert (judged.conforms.tolist(), judged.end) == oracle.virtual_scheduling(t, tau, rows, by_size)


@given(st.integers(1, 10**10), st.integers(1, 2000), st.integers(0, 20_000), st.lists(SHORT, min_size=1, max_size=40))
def test_gcra_judges_packets_of_one_size_as_a_token_bucket_does(
    rate: int, size: int, more: int, gaps: list[int]
) -> None:
    time = np.cumsum(gaps)
    sizes = np.full(len(gaps), size)
    cells = police(Gcra.of_rate(rate, size, size + more), time, sizes)
    bytes_ = police(TokenBucket(rate, size + more), time, sizes)
    assert cells.conforms.tolist() == bytes_.conforms.tolist()
    assert cells.end == Fraction((size + more) * 8 * SECOND_NS, rate) - bytes_.end * 8 * SECOND_NS / rate


def test_cells_of_a_gigabit() -> None:
    """53 B at 1 Gb/s are 424 ns; without tolerance one nanosecond less is too early."""
    meter = Gcra.of_rate(1_000_000_000, 53, 53)
    assert meter.increment_ns == 424
    assert police(meter, [0, 424, 847, 848], [53] * 4).conforms.tolist() == [True, True, False, True]


@given(
    st.integers(1, 10**10), st.integers(0, 20_000), st.sampled_from([0, 1500, 9000]), packets(gaps=SHORT),
)  # fmt: skip
def test_leaky_bucket_is_the_greedy_shaper(rate: int, queue: int, burst: int, rows: list[Packet]) -> None:
    left = oracle.leaky_queue(rate, queue, burst, rows)
    shaped = shape(LeakyBucket(rate, queue, burst), *columns(rows))
    assert shaped.departure_ns.tolist() == [-1 if t is None else ceil(t) for t in left]
    stepped = LeakyBucket(rate, queue, burst).start()
    assert [stepped.step(p.time_ns, p.size_B) for p in rows] == shaped.departure_ns.tolist()
    let_in = [p for p, t in zip(rows, left, strict=True) if t is not None]
    assert shaped.backlog_B == max(0, oracle.backlog(rate, let_in, rows[-1].time_ns) - burst)


@given(st.integers(1, 10**10), st.integers(1518, 20_000), packets(gaps=SHORT))
def test_what_a_leaky_bucket_sends_conforms_to_a_token_bucket(rate: int, burst: int, rows: list[Packet]) -> None:
    rows = [p for p in rows if p.size_B <= burst]
    shaped = shape(LeakyBucket(rate, 10**6, burst), *columns(rows))
    kept = ~shaped.dropped
    time, size = shaped.departure_ns[kept], columns(rows)[1][kept]
    assert (np.diff(time) >= 0).all()
    # Departures are rounded up to whole nanoseconds: the bucket may be short of what comes within one.
    slack = TokenBucket(rate, burst + ceil(earned(rate, 1)))
    assert police(slack, time, size).conforms.all()


def test_a_queue_without_burst_is_a_line_of_constant_rate() -> None:
    shaped = shape(LeakyBucket(8_000_000_000, 3000), [0, 0, 0, 1500, 10_000], [1500, 1500, 1, 1500, 1500])
    assert shaped.departure_ns.tolist() == [1500, 3000, -1, 4500, 11_500]
    assert shaped.delay_ns.tolist() == [1500, 3000, -1, 3000, 1500]
    assert (shaped.dropped.sum(), shaped.backlog_B) == (1, 1500)


def test_the_last_times_and_sizes_that_there_are() -> None:
    ends = [0, LIMIT]
    assert police(TokenBucket(LIMIT, LIMIT), ends, ends).conforms.all()
    assert police(TokenBucket(0, LIMIT), ends, [LIMIT, 1]).conforms.tolist() == [True, False]
    assert police(Gcra(LIMIT, LIMIT), ends, [0, 0]).conforms.all()
    assert police(Gcra(LIMIT, 0, by_size=True), ends, [LIMIT, 0]).conforms.tolist() == [True, False]
    assert police(Gcra(1, LIMIT), ends, [0, 0]).end == 1
    assert shape(LeakyBucket(LIMIT, LIMIT), [2**62], [LIMIT]).departure_ns.tolist() == [2**62 + 8 * 10**9]
    assert shape(LeakyBucket(10, 0, 1), [0, 0], [1, 1]).departure_ns.tolist() == [0, -1]


def test_nothing_in_nothing_out() -> None:
    assert police(TokenBucket(1, 5), [], []).end == 5
    assert police(TokenBucket(0, 0), [0, 0], [0, 1]).conforms.tolist() == [True, False]
    assert shape(LeakyBucket(1, 0), [], []).departure_ns.tolist() == []


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: TokenBucket(-1, 1), "rate_bps is -1"),
        (lambda: TokenBucket(1, None), "burst_B is None, not a whole number"),
        (lambda: Gcra(1.5, 0), "increment_ns is 1.5, not a whole number or Fraction"),
        (lambda: Gcra(1, -1), "tolerance_ns is -1"),
        (lambda: Gcra(Fraction(1, 2**40), Fraction(1, 3**30)), "common denominator"),
        (lambda: Gcra.of_rate(1, 10, 9), "burst_B is 9, less than size_B"),
        (lambda: Gcra.of_rate(0, 10, 10), "rate_bps is 0"),
        (lambda: LeakyBucket(0, 10), "rate_bps is 0"),
        (lambda: LeakyBucket(1, LIMIT), "2\\^62 ticks or more to drain"),
        (lambda: police(TokenBucket(1, 1), [2, 1], [1, 1]), r"time\[1\] is 1, before 2"),
        (lambda: police(Gcra(1, 1), [0], [-1]), r"size\[0\] is -1"),
        (lambda: shape(LeakyBucket(1, 1), [2**62 + 1], [1]), "beyond 2\\^62"),
        (lambda: TokenBucket(1, 1).start().step(-1, 0), "time is -1, before 0"),
        (lambda: TokenBucket(1, 1).start(-1), "start is -1"),
        (lambda: kernel.TokenBucket(1, 1, 0, 0), "ticks_per_s is 0"),
        (lambda: kernel.TokenBucket(1, 1, 2**61, 0), "ticks_per_s is"),
    ],
)
def test_refused(make: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize("meter", [Gcra(7, 30), LeakyBucket(10**9, 9000, 1500), TokenBucket(10**9, 3000)])
def test_a_meter_goes_on_from_its_state(meter: Any) -> None:
    one, other = meter.start(), meter.start()
    for time in (0, 5, 9):
        one.step(time, 900)
    other.state = one.state
    assert one.step(10, 1000) == other.step(10, 1000)
    assert one.state == other.state
    with pytest.raises(ValueError, match="not within"):
        other.state = {**one.state, "time": -1}
    with pytest.raises(ValueError, match="not a whole number"):
        other.state = {**one.state, "time": 1.0}
    assert one.state == other.state
