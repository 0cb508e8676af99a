"""Three-colour markers: published vectors, rational arithmetic, and what the RFCs promise."""

from __future__ import annotations

from dataclasses import astuple
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.qos.meters import oracle
from tests.qos.meters.drawn import BURSTS, LIMIT, RATES, columns, extras, packets
from tests.qos.meters.oracle import Packet

from easterly._kernel import meter as kernel
from easterly.qos.meters import LETTERS, Marker, Rfc4115, SrTcm, TrTcm, credit_B, mark

ORACLES: dict[type, Any] = {SrTcm: oracle.srtcm, TrTcm: oracle.trtcm, Rfc4115: oracle.rfc4115}
SR = st.builds(SrTcm, RATES, BURSTS.filter(bool), BURSTS) | st.builds(SrTcm, RATES, BURSTS, BURSTS.filter(bool))
TR = st.builds(
    lambda rates, cbs, pbs: TrTcm(min(rates), cbs, max(rates), pbs),
    st.tuples(RATES, RATES), BURSTS.filter(bool), BURSTS.filter(bool),
)  # fmt: skip
R4 = st.builds(Rfc4115, RATES, BURSTS.filter(bool), RATES, BURSTS, st.booleans())
MARKERS = SR | TR | R4
WORKED = [Packet(0, 1500)] * 15 + [Packet(10_000_000, 1500)] * 4


def expected(marker: Marker, given_packets: list[Packet]) -> tuple[str, Fraction, Fraction]:
    numbers = astuple(marker)
    if isinstance(marker, Rfc4115):
        return oracle.rfc4115(*numbers[:-1], given_packets, numbers[-1])
    return ORACLES[type(marker)](*numbers, given_packets)


@pytest.mark.parametrize(
    ("marker", "colours", "ends"),
    [
        (TrTcm(1_000_000, 10_000, 2_000_000, 20_000), "GGGGGGYYYYYYYRRGYRR", (750, 0)),
        (SrTcm(1_000_000, 10_000, 10_000), "GGGGGGYYYYYYRRRGRRR", (750, 1000)),
        (Rfc4115(1_000_000, 10_000, 1_000_000, 10_000), "GGGGGGYYYYYYRRRGYRR", (750, 750)),
    ],
    ids=["trtcm", "srtcm", "rfc4115"],
)
def test_worked_case(marker: Marker, colours: str, ends: tuple[int, int]) -> None:
    """125 kB/s and 10,000 B; 15 packets of 1500 B at once, and 4 more after 10 ms."""
    marked = mark(marker, *columns(WORKED))
    assert marked.colours == colours
    assert tuple(marked.credit_B.values()) == ends
    assert expected(marker, WORKED) == (colours, *ends)


@given(MARKERS, packets(extra=3))
def test_colours_and_buckets_are_those_of_rational_arithmetic(marker: Marker, rows: list[Packet]) -> None:
    marked = mark(marker, *columns(rows), extras(rows))
    assert (marked.colours, *marked.credit_B.values()) == expected(marker, rows)


@given(MARKERS, packets())
def test_colour_blind_is_colour_aware_of_green(marker: Marker, rows: list[Packet]) -> None:
    blind = mark(marker, *columns(rows))
    assert (blind.colours, *blind.credit_B.values()) == expected(marker, rows)
    aware = mark(marker, *columns(rows), "G" * len(rows))
    assert (aware.colours, aware.credit_B) == (blind.colours, blind.credit_B)


@given(MARKERS, packets(extra=3))
def test_steps_and_columns_are_one(marker: Marker, rows: list[Packet]) -> None:
    stepped = marker.start()
    colours = "".join(LETTERS[stepped.step(*packet)] for packet in rows)
    marked = mark(marker, *columns(rows), extras(rows))
    assert (colours, credit_B(marker, stepped)) == (marked.colours, marked.credit_B)


@given(MARKERS, packets(extra=3), st.integers(0, 24))
def test_a_marker_goes_on_from_its_state(marker: Marker, rows: list[Packet], cut: int) -> None:
    """In two parts, the second by another object that was given the state of the first."""
    first, second = marker.start(), marker.start()
    time, size = columns(rows)
    colour = np.array(extras(rows), dtype=np.uint8)
    head = first.run_aware(time[:cut], size[:cut], colour[:cut])
    second.state = first.state
    assert second.state == first.state
    tail = second.run_aware(time[cut:], size[cut:], colour[cut:])
    marked = mark(marker, time, size, colour)
    assert np.array_equal(np.concatenate([head, tail]), marked.colour)
    assert credit_B(marker, second) == marked.credit_B


@given(MARKERS, packets(extra=3))
def test_no_packet_gets_better(marker: Marker, rows: list[Packet]) -> None:
    assert (mark(marker, *columns(rows), extras(rows)).colour >= extras(rows)).all()


@given(TR, packets(extra=3), st.integers(1, 1000))
def test_ticks_do_not_matter(marker: TrTcm, rows: list[Packet], factor: int) -> None:
    """The same packets on a clock that ticks more often."""
    time, size = columns(rows)
    if int(time[-1]) * factor > LIMIT:
        return
    colour = np.array(extras(rows), dtype=np.uint8)
    fine = kernel.TwoRate(*astuple(marker), 10**9 * factor, 0)
    marked = mark(marker, time, size, colour)
    assert np.array_equal(fine.run_aware(time * factor, size, colour), marked.colour)
    credits = [Fraction(fine.state[name], 8 * 10**9 * factor) for name in ("committed", "second")]
    assert credits == list(marked.credit_B.values())


@given(st.lists(st.sampled_from([64, 1500, 1518]), min_size=1, max_size=30))
def test_green_takes_from_both_buckets_and_yellow_from_the_peak_bucket_alone(sizes: list[int]) -> None:
    """RFC 2698, without refill: what is missing is what was taken."""
    marked = mark(TrTcm(0, 10_000, 0, 20_000), [0] * len(sizes), sizes)
    green, yellow = (marked.bytes_of(colour) for colour in (0, 1))
    assert marked.credit_B == {"committed": 10_000 - green, "peak": 20_000 - green - yellow}


def test_the_excess_bucket_of_rfc_2697_fills_only_when_the_committed_bucket_is_full() -> None:
    marker = SrTcm(8_000, 1000, 1000)  # 1 B per ms
    drain = [Packet(0, 1000), Packet(0, 1000)]
    assert mark(marker, *columns(drain)).credit_B == {"committed": 0, "excess": 0}
    for ms, committed, excess in ((999, 999, 0), (1000, 1000, 0), (1001, 1000, 1), (2500, 1000, 1000)):
        later = mark(marker, *columns([*drain, Packet(ms * 10**6, 0)]))
        assert later.credit_B == {"committed": committed, "excess": excess}


def test_the_letter_of_rfc_4115_leaves_something_in_the_bucket() -> None:
    rows = [Packet(0, 500), Packet(0, 500), Packet(0, 499)]
    assert mark(Rfc4115(0, 1000, 0, 500), *columns(rows)).colours == "GGY"
    assert mark(Rfc4115(0, 1000, 0, 500, strict=True), *columns(rows)).colours == "GRG"


def test_yellow_before_never_uses_up_what_green_is_due_in_rfc_4115() -> None:
    rows = [Packet(0, 500, 1)] * 4 + [Packet(0, 500, 0)] * 2
    assert mark(Rfc4115(0, 1000, 0, 1000), *columns(rows), extras(rows)).colours == "YYRRGG"


def test_bytes_and_packets_by_colour() -> None:
    marked = mark(SrTcm(0, LIMIT, LIMIT), [0, 0, 0, 0], [LIMIT, LIMIT, 0, 7])
    assert marked.colours == "GYGR"
    assert [marked.packets_of(c) for c in range(3)] == [2, 1, 1]
    assert [marked.bytes_of(c) for c in range(3)] == [LIMIT, LIMIT, 7]
    assert mark(SrTcm(0, 1, 1), [], []).colours == ""


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: TrTcm(2, 1, 1, 1), "pir_bps is 1, below cir_bps"),
        (lambda: TrTcm(1, 0, 1, 1), "cbs_B is 0, not within 1"),
        (lambda: SrTcm(1, 0, 0), "both 0"),
        (lambda: Rfc4115(1, 0, 1, 0), "both 0"),
        (lambda: SrTcm(-1, 1, 1), "cir_bps is -1"),
        (lambda: SrTcm(1.5, 1, 1), "cir_bps is 1.5, not a whole number"),
        (lambda: SrTcm(2**63, 1, 1), "2\\^63-1"),
        (lambda: SrTcm(float("nan"), 1, 1), "nan"),
        (lambda: SrTcm("1", 1, 1), "'1', not a whole number"),
        (lambda: mark(SrTcm(1, 1, 1), [1, 0], [1, 1]), r"time\[1\] is 0, before 1"),
        (lambda: mark(SrTcm(1, 1, 1), [-1], [1]), r"time\[0\] is -1, before 0"),
        (lambda: mark(SrTcm(1, 1, 1), [0], [-1]), r"size\[0\] is -1"),
        (lambda: mark(SrTcm(1, 1, 1), [0], [1, 2]), "size has 2 entries"),
        (lambda: mark(SrTcm(1, 1, 1), [0.5], [1]), "float64, not whole"),
        (lambda: mark(SrTcm(1, 1, 1), [2**63], [1]), "beyond 2\\^63-1"),
        (lambda: mark(SrTcm(1, 1, 1), [2**70], [1]), "not whole ones within 64 bits"),
        (lambda: mark(SrTcm(1, 1, 1), [[0]], [1]), "2 dimensions"),
        (lambda: mark(SrTcm(1, 1, 1), [0], [1], "B"), r"colour\[0\] is 'B'"),
        (lambda: mark(SrTcm(1, 1, 1), [0], [1], [3]), r"colour\[0\] is 3"),
        (lambda: mark(SrTcm(1, 1, 1), [0], [1], np.array([3], dtype=np.uint8)), r"colour\[0\] is 3"),
        (lambda: mark(SrTcm(1, 1, 1), [0], [1], "GG"), "colour has 2 entries"),
    ],
)
def test_refused(make: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def test_what_is_refused_changes_nothing() -> None:
    marker = SrTcm(8_000, 1000, 1000).start()
    marker.step(5, 300, 0)
    before = marker.state
    for wrong in (lambda: marker.step(4, 1, 0), lambda: marker.step(5, -1, 0), lambda: marker.step(5, 1, 3)):
        with pytest.raises(ValueError, match=" is "):
            wrong()
    with pytest.raises(ValueError, match="clock stands"):
        marker.run(np.array([6, 5]), np.array([1, 1]))
    with pytest.raises(ValueError, match="committed is"):
        marker.state = {"time": 0, "committed": 2**100, "second": 0}
    with pytest.raises(ValueError, match="no entry second"):
        marker.state = {"time": 0, "committed": 0}  # type: ignore[typeddict-item]
    assert marker.state == before
