"""What sources are made of, refused where it means nothing."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.base.seeds import stream

MOST_VALUES = 1 << 24
MOST_EVENTS = 10**9


def above(name: str, value: float, least: float = 0.0, most: float = 1e18) -> float:
    """A number above `least`, up to `most`."""
    if not (least < value <= most):
        raise ValueError(f"{name} is {value:g}: it must be a number above {least:g} and at most {most:g}")
    return float(value)


def at_least(name: str, value: float, least: float = 0.0, most: float = 1e18) -> float:
    """A number from `least` up to `most`."""
    if not (least <= value <= most):
        raise ValueError(f"{name} is {value:g}: it must be a number from {least:g} to {most:g}")
    return float(value)


def exponent(hurst: float) -> float:
    """A Hurst exponent."""
    if not 0 < hurst < 1:
        raise ValueError(
            f"a Hurst exponent of {hurst:g} does not exist: it lies between 0 and 1, 0.5 without memory, 0.7 to 0.9 "
            "for traffic of many heavy-tailed transfers"
        )
    return float(hurst)


def share(name: str, value: float) -> float:
    """A probability that is neither certain nor impossible."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value:g}: it must lie between 0 and 1, such as 1e-6")
    return float(value)


def length(count: int) -> int:
    """How many values to draw."""
    if not 1 <= count <= MOST_VALUES:
        raise ValueError(f"{count:,} values: at least 1 and at most {MOST_VALUES:,} can be drawn at once")
    return int(count)


def affordable(events: float, what: str) -> None:
    """Refuse draws that take minutes."""
    if not events <= MOST_EVENTS:
        raise ValueError(f"about {events:.2g} {what}: {MOST_EVENTS:,} at most; take fewer values or shorter intervals")


def series(values: ArrayLike, least: int, what: str) -> FloatColumn:
    """Measured numbers, one an interval."""
    made = np.ascontiguousarray(values, np.float64)
    if made.ndim != 1 or len(made) < least:
        raise ValueError(f"{made.size:,} values: {what} needs one column of at least {least:,}")
    wrong = np.flatnonzero(~np.isfinite(made))
    if len(wrong):
        raise ValueError(f"value {wrong[0] + 1:,} is {made[wrong[0]]}: leave out or fill in what was not measured")
    return made


def name(seed: int, entity: str) -> int:
    """The stream of one named thing, refused for seeds outside 64 bits."""
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed {seed} is not within 64 bits from 0 on")
    return stream(seed, entity)


def no_nan(value: float, otherwise: float = math.inf) -> float:
    """The value, or what stands for it where nothing can be computed."""
    return otherwise if value != value else value
