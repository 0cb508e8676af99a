"""Traffic matrices: how much every pair of places sends, per interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IntColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class TrafficMatrices:
    """A series of traffic matrices in long form: one row per matrix and pair with demand."""

    places: Annotated[tuple[str, ...], Doc("Names of senders and receivers.")]
    tm: Annotated[IntColumn, Doc("(D,) number of the matrix in its series, from 0.")]
    src: Annotated[IntColumn, Doc("(D,) index of the sender in `places`.")]
    dst: Annotated[IntColumn, Doc("(D,) index of the receiver in `places`.")]
    demand: Annotated[FloatColumn, Unit("bit/s"), Doc("(D,) demand; without a unit where `unit` is none.")]
    unit: Annotated[str | None, Doc("``bit/s``, or none where the numbers are ratios.")] = "bit/s"

    def __len__(self) -> int:
        return len(self.tm)

    @property
    def matrices(self) -> int:
        """Number of matrices: one more than the highest number in `tm`."""
        return int(self.tm.max()) + 1 if len(self) else 0
