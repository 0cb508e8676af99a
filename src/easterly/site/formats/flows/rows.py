"""Flows as they are read, before they are columns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.workload import Workload
from easterly.site.formats.found import Found
from easterly.site.formats.values import shown, whole

MOST_FLOWS = 5_000_000
LARGEST_FLOW_B = 1 << 44


@dataclass(slots=True)
class Flow:
    """One flow."""

    src: int
    dst: int
    size_B: int
    start_s: float = 0.0
    traffic_class: int = 0
    after: list[int] = field(default_factory=list)


def number_of(text: str, what: str, at: str, line: int, found: Found, lowest: int = 0, highest: int = 2**31 - 1) -> int:
    """A whole number; where it is none, a finding and the lowest."""
    try:
        return whole(text, lowest, highest)
    except (ValueError, OverflowError):
        found.error("E122", f"{what} {shown(text)} is no number from {lowest:,} to {highest:,}", at=at, line=line)
        return lowest


def ends_differ(flow: Flow, at: str, line: int, found: Found) -> None:
    """Note a flow that goes nowhere."""
    if flow.src == flow.dst:
        found.error("E122", f"the flow goes from node {flow.src} to itself", at=at, line=line)


def workload(flows: list[Flow], name: str, found: Found) -> Workload | None:
    """The noun; none if there is an error."""
    if not flows and not found.failed:
        found.error("E133", "the file has no flow")
    if found.failed:
        return None
    zero = np.zeros(len(flows))
    return Workload(
        ints([f.src for f in flows]), ints([f.dst for f in flows]), indices([f.size_B for f in flows]),
        floats([f.start_s for f in flows]), ints([f.traffic_class for f in flows]), ints(zero), texts([name]),
        indices(np.cumsum([0, *(len(f.after) for f in flows)])), ints([i for f in flows for i in f.after]),
        floats(zero),
    )  # fmt: skip
