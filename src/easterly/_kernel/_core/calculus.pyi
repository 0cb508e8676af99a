"""Worst delays and backlogs of networks of queues."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_Floats: TypeAlias = NDArray[np.float64]
_Pointers: TypeAlias = NDArray[np.int64]
_Indices: TypeAlias = NDArray[np.int32]

class Total:
    def __init__(
        self,
        rate_bps: _Floats,
        latency_s: _Floats,
        queue_ptr: _Pointers,
        quantum_B: _Floats,
        packet_B: _Floats,
        shaper_bps: _Floats,
        flow_ptr: _Pointers,
        flow_queue: _Indices,
        back_ptr: _Pointers,
        back_queue: _Indices,
        back_share: _Floats,
        burst_B: _Floats,
        flow_bps: _Floats,
        shaped: bool,
        slack: float,
        rounds: int,
    ) -> None: ...
    def solve(self) -> None: ...
    def add(self, queue: _Indices, back_queue: _Indices, back_share: float, burst_B: float, rate_bps: float) -> int: ...
    def change(self, flow: _Pointers, burst_B: _Floats, rate_bps: _Floats) -> None: ...
    def limited(self, most_B: _Floats) -> tuple[_Floats, _Floats]: ...
    @property
    def delay_s(self) -> _Floats: ...
    @property
    def backlog_B(self) -> _Floats: ...
    @property
    def flow_delay_s(self) -> _Floats: ...
    @property
    def rate_bps(self) -> _Floats: ...
    @property
    def cyclic(self) -> _Indices: ...
    @property
    def visited(self) -> int: ...
    @property
    def rounds(self) -> int: ...
