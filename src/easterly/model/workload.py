"""Flows between hosts, before anybody says where they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Workload:
    """Flows between hosts; a flow may wait for others, as a response does for its request."""

    src: Annotated[IntColumn, Doc("(F,) host that sends.")]
    dst: Annotated[IntColumn, Doc("(F,) host that receives.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(F,) data.")]
    start_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) when it can first be sent.")]
    traffic_class: Annotated[IntColumn, Doc("(F,) class, 0 to 7.")]
    group: Annotated[IntColumn, Doc("(F,) index into `groups`.")]
    groups: Annotated[TextColumn, Doc("What flows are part of.")]
    after_ptr: Annotated[IndexColumn, Doc("(F + 1,) flow f waits for after_idx[after_ptr[f]:after_ptr[f + 1]].")]
    after_idx: Annotated[IntColumn, Doc("Flows that are waited for.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) between the last that it waits for and its beginning.")]

    def __len__(self) -> int:
        return len(self.src)

    def __repr__(self) -> str:
        names = ", ".join(self.groups.tolist()[:4])
        return f"<Workload: {len(self):,} flows of {names}; {int(self.size_B.sum()):,} B>"
