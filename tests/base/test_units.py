"""Quantities: what is written comes back, nothing is guessed, everything refused says why."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from easterly.base import units
from easterly.base.units import COMPUTE, FREQUENCY, KINDS, LENGTH, RATE, SHARE, SIZE, TIME, QuantityError

kinds = st.sampled_from(sorted(KINDS.values(), key=lambda kind: kind.name))
numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(numbers, kinds)
@example(5e-324, TIME)
@example(1.7976931348623157e308, RATE)
@example(5e18, SIZE)
@example(9.9e58, RATE)
@example(7e15, FREQUENCY)
def test_exact_text_parses_back_to_the_same_float(value, kind):
    text = units.format_exact(value, kind)
    assert units.parse(text, kind) == value


@given(st.floats(min_value=1e-9, max_value=1e21), kinds)
def test_short_text_is_within_its_rounding(value, kind):
    assert units.parse(units.format_short(value, kind), kind) == pytest.approx(value, rel=5.1e-4)


@given(kinds, st.sampled_from([math.inf, -math.inf, math.nan]))
def test_numbers_that_are_none_have_no_exact_text(kind, value):
    with pytest.raises(ValueError, match=kind.name):
        units.format_exact(value, kind)
    assert units.format_short(value, kind) == "-"


@given(st.text(max_size=30), kinds)
@example("1e999999Gb/s", RATE)
@example("1e99999999999999999999GB/s", RATE)
@example("1e999999Gb", SIZE)
@example("\u0664Gb/s", RATE)
def test_any_text_parses_or_is_refused_with_a_code(text, kind):
    try:
        assert math.isfinite(units.parse(text, kind))
    except QuantityError as error:
        assert error.code in {"E302", "E303", "E304", "E305", kind.code}
        assert str(error)


DIGITS = st.decimals(min_value=0, max_value=10**6, places=3, allow_nan=False).map(lambda d: f"{d:f}")
SCALES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@given(DIGITS, st.sampled_from(sorted(SCALES)), st.sampled_from(["b/s", "bit/s", "bits/s", "bps", "B/s", "byte/s"]))
def test_rates_are_the_nearest_float_of_the_exact_product(digits, prefix, unit):
    eight = 8 if unit[0] == "B" or unit.startswith("byte") else 1
    exact = Fraction(digits) * SCALES[prefix] * eight
    assert units.parse(f"{digits}{prefix}{unit}", RATE) == float(exact)


@given(DIGITS, st.sampled_from(sorted(SCALES)), st.sampled_from(["B", "byte", "bytes"]))
def test_sizes_are_the_nearest_float_of_the_exact_product(digits, prefix, unit):
    assert units.parse(f"{digits}{prefix}{unit}", SIZE) == float(Fraction(digits) * SCALES[prefix])


@given(DIGITS, kinds)
def test_a_bare_number_is_no_quantity(digits, kind):
    with pytest.raises(QuantityError) as caught:
        units.parse(digits, kind)
    assert caught.value.code == "E305"


@given(DIGITS, st.sampled_from(sorted(set(SCALES) - {""})))
def test_a_prefix_alone_is_a_rate_and_never_a_size(digits, prefix):
    """``100M`` is a hundred megabit per second where only a rate can stand, and nothing where a size does."""
    assert units.parse(digits + prefix, RATE) == float(Fraction(digits) * SCALES[prefix])
    with pytest.raises(QuantityError) as caught:
        units.parse(digits + prefix, SIZE)
    assert caught.value.code == "E302"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("400Gb/s", RATE, 4e11), ("400 Gbit/s", RATE, 4e11), ("400Gbps", RATE, 4e11), ("400G", RATE, 4e11),
        ("50GB/s", RATE, 4e11), ("1Kib/s", RATE, 1024), ("100b/s", RATE, 100), ("1_000Mb/s", RATE, 1e9),
        ("64MB", SIZE, 6.4e7), ("64MiB", SIZE, 2**26), ("9216B", SIZE, 9216), (".5kB", SIZE, 500),
        ("12us", TIME, 12e-6), ("12\u00b5s", TIME, 12e-6), ("12\u03bcs", TIME, 12e-6), ("1.5min", TIME, 90),
        ("2h", TIME, 7200), ("1d", TIME, 86400), ("5ps", TIME, 5e-12), ("0s", TIME, 0),
        ("40m", LENGTH, 40), ("2km", LENGTH, 2000), ("30cm", LENGTH, 0.3), ("4mm", LENGTH, 0.004),
        ("40%", SHARE, 0.4), ("0.1 %", SHARE, 0.001), ("989.5TFLOP/s", COMPUTE, 9.895e14),
        ("1PFLOPS", COMPUTE, 1e15), ("40/s", FREQUENCY, 40), ("90/min", FREQUENCY, 1.5), ("2kHz", FREQUENCY, 2000),
    ],
)  # fmt: skip
def test_accepted(text, kind, value):
    assert units.parse(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "code", "hint"),
    [
        ("400Gx", RATE, "E312", "400Gb/s"), ("fast", RATE, "E312", "like"), ("400Gb", RATE, "E303", "400Gb/s"),
        ("64MB", RATE, "E303", "64MB/s"), ("400G/s", RATE, "E302", "400Gb/s"), ("1 Gps", RATE, "E302", "1Gb/s"),
        ("400", RATE, "E305", "400Gb/s"), ("", RATE, "E312", "like"),
        ("100M", SIZE, "E302", "100MB"), ("64Mb", SIZE, "E302", "8MB"), ("64Mib", SIZE, "E302", "8.388608MB"),
        ("64MB/s", SIZE, "E303", "64MB"), ("1,5MB", SIZE, "E313", "64MB"), ("64ii", SIZE, "E313", "64MB"),
        ("20", TIME, "E305", "20ms"), ("20m", TIME, "E314", "20ms"), ("20 fortnights", TIME, "E314", "20ms"),
        ("3ft", LENGTH, "E315", "40m"), ("0.4", SHARE, "E305", "40%"), ("40 percent", SHARE, "E316", "40%"),
        ("989T", COMPUTE, "E317", "TFLOP/s"), ("40", FREQUENCY, "E305", "40/s"), ("40/week", FREQUENCY, "E318", "40/s"),
        ("1e400Gb/s", RATE, "E304", ""), ("nan%", SHARE, "E316", "40%"), ("infs", TIME, "E314", "20ms"),
        ("1__0s", TIME, "E314", ""), ("+-1s", TIME, "E314", ""),
    ],
)  # fmt: skip
def test_refused(text, kind, code, hint):
    with pytest.raises(QuantityError) as caught:
        units.parse(text, kind)
    assert caught.value.code == code
    assert hint in caught.value.hint


def test_bytes_per_second_are_echoed_as_bits():
    assert units.parse_noted("50GB/s", RATE) == (4e11, "50GB/s is bytes per second: taken as 400Gb/s")
    assert units.parse_noted("400Gb/s", RATE) == (4e11, "")


def test_long_texts_are_cut_in_messages():
    with pytest.raises(QuantityError) as caught:
        units.parse("9" * 100_000 + "x", RATE)
    assert len(str(caught.value)) < 100
