"""What was predicted beside what was measured, and whether that is good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Comparison:
    """One prediction and its measurement.

    Examples
    --------
    >>> Comparison("all-reduce", 0.5, 0.55, "s", (1.0, 1.25)).ok
    True
    """

    what: Annotated[str, Doc("What it is of.")]
    predicted: Annotated[float, Doc("In `unit`.")]
    measured: Annotated[float, Doc("In `unit`.")]
    unit: Annotated[Literal["s", "B", "bit/s", "1"], Doc("Of both.")]
    tolerance: Annotated[tuple[float, float], Unit("1"), Doc("Least and most that measured over predicted may be.")]

    @property
    def ratio(self) -> float:
        """Measured over predicted; 1 where both are nothing."""
        if not self.predicted:
            return float("inf") if self.measured else 1.0
        return self.measured / self.predicted

    @property
    def ok(self) -> bool:
        """Whether it is within the tolerance."""
        return self.tolerance[0] <= self.ratio <= self.tolerance[1]
