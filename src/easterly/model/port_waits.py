"""Means of what waits before links: one row for each queue, by formulae."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn
from easterly.base.schema import Doc, Unit
from easterly.model.stations import Stations


@dataclass(frozen=True, slots=True)
class PortWaits:
    """Queues that something passes; a wait is from when a packet joins until its first bit leaves."""

    link: Annotated[IntColumn, Doc("(Q,) link that it is before.")]
    queue: Annotated[IntColumn, Doc("(Q,) class, 0 to 7; -1 where all classes are first in, first out.")]
    load: Annotated[FloatColumn, Unit("1"), Doc("(Q,) what comes, in the rate of the link.")]
    port_load: Annotated[FloatColumn, Unit("1"), Doc("(Q,) the same of all classes of the port.")]
    first: Annotated[BoolColumn, Doc("(Q,) all that comes there comes from its sender, over no link before.")]
    stations: Annotated[Stations, Doc("(Q,) packets, waits and their band.")]
    flow_s: Annotated[
        FloatColumn,
        Unit("s"),
        Doc("(F,) mean time of a packet of each flow to its receiver; infinite behind overload."),
    ]

    def __len__(self) -> int:
        return len(self.link)
