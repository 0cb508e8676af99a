"""Input of any shape to the columns of the kernel and back, and the noun from what the kernel answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn
from easterly.model.stations import ErrorClass, Stations

Shape = tuple[int, ...]
LEAST, MOST = 1e-100, 1e100
"""Of rates and times: products of two or three of them are neither lost nor infinite."""
OVERLOADED = "more work arrives than the servers can do: the queue grows without end"


def spread(*values: ArrayLike) -> tuple[Shape, list[FloatColumn]]:
    """Broadcast against each other and lay out flat.

    Returns
    -------
    shape : tuple of int
        The common shape.
    columns : list of (N,) float64 arrays

    Examples
    --------
    >>> shape, (a, b) = spread([1, 2], 3)
    >>> shape, b
    ((2,), array([3., 3.]))
    """
    arrays = [np.asarray(value, np.float64) for value in values]
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    return shape, [np.ascontiguousarray(np.broadcast_to(a, shape)).reshape(-1) for a in arrays]


def whole(name: str, values: FloatColumn, least: int = 1) -> NDArray[np.int64]:
    """Counts, refused where one is not whole or too small."""
    wrong = ~((values == np.floor(values)) & (values >= least) & (values <= 2.0**52))
    if wrong.any():
        raise ValueError(f"{name} is {values[wrong][0]:g}: it must be a whole number from {least} on")
    return values.astype(np.int64)


def positive(name: str, values: ArrayLike, *, zero: bool = False, infinite: bool = False) -> FloatColumn:
    """Numbers, refused where one is not above 0 (at least 0 with `zero`) or beyond what products of them stand."""
    array, least = np.asarray(values, np.float64), 0.0 if zero else LEAST
    if array.size and least <= array.min() and array.max() <= MOST:
        return array
    fine = ((array >= least) & (array <= MOST)) | (infinite & (array == np.inf))
    if not np.all(fine):
        wrong = np.ravel(array)[~np.ravel(fine)][0]
        raise ValueError(f"{name} is {wrong:g}: it must be a number from {least:g} to {MOST:g}")
    return array


def arrivals(values: ArrayLike) -> FloatColumn:
    """Rates of arrivals; those that are nearly none count as none."""
    array = positive("arrival", values, zero=True)
    return np.where(array < LEAST, 0.0, array) if array.size and array.min() < LEAST else array


def shares(levels: Sequence[float]) -> tuple[float, ...]:
    """Levels of quantiles, refused where one is not between 0 and 1."""
    made = tuple(float(level) for level in levels)
    for level in made:
        if not 0 < level < 1:
            raise ValueError(f"a quantile of level {level:g} does not exist: write 0.99 for the 99th percentile")
    return made


def each(function: Any, values: ArrayLike) -> FloatColumn:
    """A function of the kernel on an array of any shape."""
    array = np.asarray(values, np.float64)
    made: FloatColumn = function(np.ascontiguousarray(array).reshape(-1)).reshape(array.shape)
    return made


def exp(values: ArrayLike) -> FloatColumn:
    """E to the power of each entry, the same bits on every machine."""
    return each(maths.exp, values)


def log(values: ArrayLike) -> FloatColumn:
    """Natural logarithm of each entry, the same bits on every machine."""
    return each(maths.log, values)


def power(base: ArrayLike, exponent: ArrayLike) -> FloatColumn:
    """Each entry to the power of another, the same bits on every machine."""
    shape, (x, y) = spread(base, exponent)
    made: FloatColumn = maths.pow(x, y).reshape(shape)
    return made


def stations(
    method: str, shape: Shape, answer: Sequence[FloatColumn], *, error: ErrorClass = ErrorClass.EXACT, **more: Any
) -> Stations:
    """The noun of what the kernel answers: rho, P_wait, Lq, Wq, L, W, P_loss, entering."""
    rho, P_wait, Lq, Wq, L, W, P_loss, entering = (column.reshape(shape) for column in answer)
    reasons = more.pop("reasons", ())
    if not reasons and Wq.size and Wq.max() == np.inf:
        reasons = (OVERLOADED,)
    return Stations(method, error, entering=entering, rho=rho, P_wait=P_wait, L=L, Lq=Lq, W=W, Wq=Wq, P_loss=P_loss,
                    reasons=reasons, **more)  # fmt: skip


def from_wait(
    method: str, arrival: ArrayLike, service: ArrayLike, Wq: ArrayLike, *, rho: ArrayLike, P_wait: ArrayLike = np.nan,
    error: ErrorClass = ErrorClass.EXACT, **more: Any,
) -> Stations:  # fmt: skip
    """The noun of a station whose mean wait is known: service on top gives W, Little's law gives the numbers."""
    shape = np.broadcast_shapes(*(np.shape(x) for x in (arrival, service, Wq, rho, P_wait)))
    rate, each_s, wait, busy, waits = (
        np.array(np.broadcast_to(np.asarray(x, np.float64), shape)) for x in (arrival, service, Wq, rho, P_wait)
    )
    reasons = more.pop("reasons", ())
    if not reasons and np.isinf(wait).any():
        reasons = (OVERLOADED,)
    with np.errstate(invalid="ignore"):
        queue, inside, time = (np.asarray(x) for x in (rate * wait, rate * (wait + each_s), wait + each_s))
    return Stations(method, error, entering=rate, rho=busy, P_wait=waits, L=inside, Lq=queue, W=time, Wq=wait,
                    P_loss=more.pop("P_loss", np.zeros(shape)), reasons=reasons, **more)  # fmt: skip
