"""A prediction as an interval, what was measured, and why the interval is as wide as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from easterly.app.lab.comparison import Comparison
from easterly.base.schema import Doc

Unit = Literal["s", "B", "bit/s", "1"]


@dataclass(frozen=True, slots=True)
class Within:
    """One prediction, its measurement, and the interval in which that has to lie.

    Examples
    --------
    >>> Within("flows over swp1", 52, 52, 52, 51, "1", "the hash is computed").ok
    False
    >>> Within.exactly("flows over swp1", 52, 52, "the hash is computed").ok
    True
    """

    what: Annotated[str, Doc("What it is of.")]
    predicted: Annotated[float, Doc("In `unit`: the value, or the middle of what is possible.")]
    least: Annotated[float, Doc("Least that may be measured, in `unit`.")]
    most: Annotated[float, Doc("Most that may be measured, in `unit`.")]
    measured: Annotated[float, Doc("In `unit`.")]
    unit: Annotated[Unit, Doc("Of all four; 1 for what is counted.")]
    why: Annotated[str, Doc("Why the interval is so wide: one sentence.")]
    differences: Annotated[tuple[str, ...], Doc("What is not as predicted, where it has names.")] = ()

    @staticmethod
    def exactly(
        what: str, predicted: float, measured: float, why: str, *, unit: Unit = "1", differences: tuple[str, ...] = ()
    ) -> Within:
        """What allows for nothing else than the prediction."""
        return Within(what, predicted, predicted, predicted, measured, unit, why, differences)

    @staticmethod
    def of(given: Comparison, why: str) -> Within:
        """A comparison whose tolerance is a ratio."""
        low, high = (each * given.predicted for each in given.tolerance)
        return Within(given.what, given.predicted, low, high, given.measured, given.unit, why)

    @property
    def tolerance(self) -> tuple[float, float]:
        """Least and most that measured over predicted may be; 1 where nothing is predicted and nothing allowed."""
        if not self.predicted:
            return (1.0, 1.0) if self.least == self.most == 0 else (0.0, float("inf"))
        return self.least / self.predicted, self.most / self.predicted

    @property
    def ok(self) -> bool:
        """Whether it was measured within the interval; NaN is not."""
        return self.least <= self.measured <= self.most
