"""Elementary functions against 60 decimal digits, and against the standard library at the edges."""

from __future__ import annotations

import ctypes
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from easterly._kernel import maths

POSITIVE = st.floats(min_value=5e-324, allow_infinity=False)
SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    3.0,
    -3.0,
    0.5,
    -0.5,
    1e308,
    -1e308,
    5e-324,
    math.inf,
    -math.inf,
    math.nan,
    2.0**53 + 2,
]


def one(function: object, *arguments: float) -> float:
    return float(function(*(np.array([a]) for a in arguments))[0])  # type: ignore[operator]


def ulps(found: float, exact: Decimal) -> float:
    """Distance in units of the last place of the exact value."""
    with localcontext() as context:
        context.prec = 60
        return float(abs(Decimal(found) - exact) / Decimal(math.ulp(float(exact))))


@given(st.floats(-745, 709))
@example(-745.0)
@example(709.78)
@example(1e-300)
def test_exp_is_the_nearest_double(x: float) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(x).exp()
    assert ulps(one(maths.exp, x), exact) <= (0.5000001 if exact > Decimal("2.3e-308") else 1.0)


@given(POSITIVE)
@example(1.0000000000000002)
@example(0.9999999999999999)
@example(5e-324)
def test_log_is_the_nearest_double(x: float) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(x).ln()
    assert ulps(one(maths.log, x), exact) <= 0.5000001


@given(POSITIVE, st.floats(-300, 300))
def test_pow_is_the_nearest_double(x: float, y: float) -> None:
    with localcontext() as context:
        context.prec = 60
        power = Decimal(x).ln() * Decimal(y)
        if not -700 < power < 709:
            return
        exact = power.exp()
    assert ulps(one(maths.pow, x, y), exact) <= 0.500001


@given(st.floats(-744, 709), POSITIVE)
def test_the_standard_library_is_within_two_units(x: float, y: float) -> None:
    assert one(maths.exp, x) == pytest.approx(math.exp(x), rel=4.5e-16, abs=1e-323)
    assert one(maths.log, y) == pytest.approx(math.log(y), rel=4.5e-16)


def in_c(x: float, y: float) -> float:
    """What the C library says."""
    function = ctypes.CDLL(None).pow
    function.argtypes, function.restype = [ctypes.c_double] * 2, ctypes.c_double
    return float(function(x, y))


@pytest.mark.parametrize("x", SPECIAL)
@pytest.mark.parametrize("y", SPECIAL)
def test_pow_at_the_edges_is_that_of_c(x: float, y: float) -> None:
    """C11, annex F.9.4.4; numpy differs, it takes x**0.5 for a square root."""
    want = in_c(x, y)
    found = one(maths.pow, x, y)
    assert found == want or (math.isnan(found) and math.isnan(want))
    assert math.copysign(1, found) == math.copysign(1, want) or math.isnan(want)


@pytest.mark.parametrize(
    ("function", "x", "want"),
    [
        (maths.exp, 0.0, 1.0), (maths.exp, -math.inf, 0.0), (maths.exp, math.inf, math.inf),
        (maths.exp, 800.0, math.inf),
        (maths.exp, -800.0, 0.0), (maths.log, 1.0, 0.0), (maths.log, 0.0, -math.inf), (maths.log, math.inf, math.inf),
        (maths.log, -1.0, math.nan), (maths.exp, math.nan, math.nan), (maths.log, math.nan, math.nan),
    ],
)  # fmt: skip
def test_exp_and_log_at_the_edges(function: object, x: float, want: float) -> None:
    assert one(function, x) == pytest.approx(want, nan_ok=True, rel=0, abs=0)
