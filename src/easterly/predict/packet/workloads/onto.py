"""Workloads onto paths: what a simulation takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from easterly.base.columns import floats, indices, ints
from easterly.model.packets import PacketFlows, PacketMessages
from easterly.model.workload import Workload

Way = Callable[[int, int, int], Sequence[int]]
"""Links from one host to another for the flow of a number."""


def onto_paths(flows: Workload, way: Way) -> tuple[PacketFlows, PacketMessages | None]:
    """Give every flow its path, and its acknowledgements theirs.

    Parameters
    ----------
    flows : Workload
    way : callable
        Links from the first host to the second, for flow number three.

    Returns
    -------
    PacketFlows
    PacketMessages or None
        Where a flow waits for others: a message for each flow, on a connection of its own. None otherwise.
    """
    ends = list(zip(flows.src.tolist(), flows.dst.tolist(), strict=True))
    there = [way(a, b, flow) for flow, (a, b) in enumerate(ends)]
    back = [way(b, a, flow) for flow, (a, b) in enumerate(ends)]
    linked = len(flows.after_idx) > 0
    nothing = floats(np.zeros(len(flows)))
    made = PacketFlows(
        indices(np.zeros(len(flows))) if linked else flows.size_B, nothing if linked else flows.start_s,
        *_csr(there), *_csr(back), traffic_class=flows.traffic_class,
    )  # fmt: skip
    if not linked:
        return made, None
    return made, PacketMessages(
        ints(np.arange(len(flows))),
        flows.size_B,
        flows.start_s,
        flows.delay_s,
        nothing,
        flows.after_ptr,
        flows.after_idx,
    )


def _csr(paths: list[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    ptr = indices(np.concatenate([[0], np.cumsum([len(path) for path in paths])]))
    return ptr, ints(np.concatenate([np.asarray(path, dtype=np.int32) for path in paths]) if paths else [])
