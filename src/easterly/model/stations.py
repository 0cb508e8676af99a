"""Stations with a queue: how many are there and how long they stay, by which formula, and how far that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, bools
from easterly.base.schema import Doc, Unit

LITTLE = 1e-9
"""Relative distance between a number and rate times time that rounding explains."""


class ErrorClass(StrEnum):
    """How far a method can be from its model."""

    EXACT = "exact"
    UPPER = "upper bound"
    LOWER = "lower bound"
    HEAVY_TRAFFIC = "exact in heavy traffic"
    TWO_MOMENT = "two moments"
    ITERATIVE = "iterative approximation"
    FITTED = "fitted to simulation"


@dataclass(frozen=True, slots=True)
class Band:
    """Where the true mean wait of the model lies; NaN where nothing is known, and what is not known contradicts nothing.

    Examples
    --------
    >>> band = Band(np.array([1.0, np.nan]), np.array([2.0, np.nan]), "a theorem")
    >>> band.apart(np.array([2.5, 2.5]), np.array([3.0, 3.0]))  # what was measured: 2.5 to 3
    array([ True, False])
    """

    low: Annotated[FloatColumn, Unit("s"), Doc("Lower end.")]
    high: Annotated[FloatColumn, Unit("s"), Doc("Upper end.")]
    source: Annotated[str, Doc("Why it is known, or why it is not.")]

    def apart(self, low: FloatColumn, high: FloatColumn) -> BoolColumn:
        """Whether all of an interval is outside."""
        return bools((np.asarray(low) > self.high) | (np.asarray(high) < self.low))

    def factors(self, of: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
        """Both ends over an answer [1]; NaN where that is 0 or without end."""
        with np.errstate(invalid="ignore", divide="ignore"):
            low, high = (np.where((of > 0) & np.isfinite(of), each / of, np.nan) for each in (self.low, self.high))
        return low, high


class NoLittle(ArithmeticError):
    """Numbers and times that contradict Little's law: a mistake in the program, never in its input."""


def _none() -> FloatColumn:
    return np.zeros(0)


@dataclass(frozen=True, slots=True)
class Stations:
    """One station or many: means, and quantiles where they are known. All times are in the unit of the input.

    Little's law (Little 1961) is checked when the noun is made: L = entering W, and Lq = entering Wq.

    Examples
    --------
    >>> one = np.ones(1)
    >>> Stations("M/M/1", ErrorClass.EXACT, entering=one, rho=one / 2, P_wait=one / 2, L=one, Lq=one / 2, W=one, Wq=one)
    Traceback (most recent call last):
    ...
    easterly.model.stations.NoLittle: M/M/1: Lq is 0.5, and 1 customers per unit of time wait 1 each: ...
    """

    method: Annotated[str, Doc("Name of the formula, and what it takes for granted.")]
    error: Annotated[ErrorClass, Doc("How far it can be from the model that it stands for.")]
    entering: Annotated[FloatColumn, Unit("1/s"), Doc("Customers per unit of time that L counts.")]
    rho: Annotated[
        FloatColumn, Unit("1"), Doc("Share of the servers' time that is used; offered where no queue lasts.")
    ]
    P_wait: Annotated[FloatColumn, Unit("1"), Doc("Probability that one who enters waits; NaN where not known.")]
    L: Annotated[FloatColumn, Unit("1"), Doc("Mean number in the system.")]
    Lq: Annotated[FloatColumn, Unit("1"), Doc("Mean number that waits.")]
    W: Annotated[FloatColumn, Unit("s"), Doc("Mean time in the system.")]
    Wq: Annotated[FloatColumn, Unit("s"), Doc("Mean wait; where service is shared, time beyond that of service alone.")]
    P_loss: Annotated[FloatColumn, Unit("1"), Doc("Share that is turned away, or leaves unserved.")] = field(
        default_factory=_none
    )
    levels: Annotated[tuple[float, ...], Unit("1"), Doc("Levels of the quantiles.")] = ()
    Wq_at: Annotated[FloatColumn, Unit("s"), Doc("Quantiles of the wait, one row a level; empty where not known.")] = (
        field(default_factory=_none)
    )
    W_at: Annotated[FloatColumn, Unit("s"), Doc("Quantiles of the time in the system; empty where not known.")] = field(
        default_factory=_none
    )
    quantiles: Annotated[str, Doc("How the quantiles were obtained, and how far they can be trusted.")] = ""
    reasons: Annotated[tuple[str, ...], Doc("Why something is infinite or limited.")] = ()
    known: Annotated[Band | None, Doc("Where the mean wait lies, where more is known than `error` says.")] = None

    @property
    def band(self) -> Band:
        """Where the mean wait of the model lies."""
        if self.known is not None:
            return self.known
        none, top = np.zeros_like(self.Wq), np.full_like(self.Wq, np.inf)
        match self.error:
            case ErrorClass.EXACT:
                return Band(self.Wq, self.Wq, f"{self.method} is exact")
            case ErrorClass.UPPER:
                return Band(none, self.Wq, f"{self.method}: an upper bound")
            case ErrorClass.LOWER:
                return Band(self.Wq, top, f"{self.method}: a lower bound")
        unknown = np.full_like(self.Wq, np.nan)
        return Band(unknown, unknown, f"{self.method}: how far the mean can be from it is not known")

    def __post_init__(self) -> None:
        for name, count, time in (("L", self.L, self.W), ("Lq", self.Lq, self.Wq)):
            with np.errstate(invalid="ignore"):
                apart = self.entering * time - count
                near = np.abs(apart, out=apart if apart.ndim else None) <= LITTLE * count
            if not near.all():  # or infinite, or nobody there
                good = near | (count == self.entering * time) | ((self.entering == 0) & (count == 0))
                if not good.all():
                    self._contradict(name, count, time, int(np.argmin(np.ravel(good))))
        for column in (self.entering, self.rho, self.P_wait, self.L, self.Lq, self.W, self.Wq, self.P_loss,
                       self.Wq_at, self.W_at):  # fmt: skip
            column.flags.writeable = False

    def _contradict(self, name: str, count: FloatColumn, time: FloatColumn, i: int) -> None:
        number, rate, each = (float(np.ravel(c)[i]) for c in (count, self.entering, time))
        raise NoLittle(
            f"{self.method}: {name} is {number:g}, and {rate:g} customers per unit of time wait {each:g} each: "
            f"entry {i} breaks Little's law"
        )
