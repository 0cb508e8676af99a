"""Next hops with weights: what switches that forward by destination can do of an allocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Weights:
    """For each destination, the links that lead there and the share that each takes of what is at its node.

    CSR, one row per destination; the links of a row lead in no circle. Shares of one node and destination add up to 1.
    """

    dst: Annotated[IntColumn, Doc("(T,) destination nodes, ascending.")]
    ptr: Annotated[IndexColumn, Doc("(T+1,) CSR pointer.")]
    link: Annotated[IntColumn, Doc("Link rows, by node and then by link in a row.")]
    share: Annotated[FloatColumn, Unit("1"), Doc("Of what the node has for the destination.")]
    circling_bps: Annotated[
        FloatColumn, Unit("bit/s"), Doc("(L,) load of the allocation that ran in circles and is left out.")
    ]

    def __len__(self) -> int:
        return len(self.dst)
