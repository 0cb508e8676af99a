"""Activities that share links, one event after the other."""

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

class _Activities(TypedDict):
    begin_s: NDArray[np.float64]
    sends_s: NDArray[np.float64]
    done_s: NDArray[np.float64]
    bottleneck: NDArray[np.int32]
    holds: NDArray[np.int32]

class _Links(TypedDict):
    carried_B: NDArray[np.float64]
    busy_s: NDArray[np.float64]

class _Series(TypedDict):
    interval_s: float
    load_bps: NDArray[np.float64]

class Fluid:
    def __init__(
        self,
        capacity_bps: NDArray[np.float64],
        ptr: NDArray[np.int64],
        link: NDArray[np.int32],
        share: NDArray[np.float64],
        size_B: NDArray[np.float64],
        delay_s: NDArray[np.float64],
        begin_s: NDArray[np.float64],
        weight: NDArray[np.float64],
        rank: NDArray[np.int32],
        cap_bps: NDArray[np.float64],
        tenant: NDArray[np.int32],
        tenant_weight: NDArray[np.float64],
        tenant_group: NDArray[np.int32],
        group_weight: NDArray[np.float64],
        follower_ptr: NDArray[np.int64],
        follower: NDArray[np.int32],
        quantum_s: float,
    ) -> None: ...
    def watch(self, link: NDArray[np.int32], intervals: int) -> None: ...
    def series(self) -> _Series: ...
    def changes(
        self,
        time_s: NDArray[np.float64],
        changed: NDArray[np.int32],
        capacity_bps: NDArray[np.float64],
        reroute_s: NDArray[np.float64],
        activity: NDArray[np.int32],
        ptr: NDArray[np.int64],
        link: NDArray[np.int32],
        share: NDArray[np.float64],
    ) -> None: ...
    def run(self, until_s: float, most: int) -> bool: ...
    def activities(self) -> _Activities: ...
    def links(self) -> _Links: ...
    @property
    def now_s(self) -> float: ...
    @property
    def open(self) -> int: ...
    @property
    def events(self) -> int: ...
    @property
    def solves(self) -> int: ...
    @property
    def unsettled(self) -> int: ...
    @property
    def work(self) -> int: ...
