"""Queues that drop or mark before they are full."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

_Ints: TypeAlias = NDArray[np.int64]
_Floats: TypeAlias = NDArray[np.float64]
_Taken: TypeAlias = tuple[tuple[int, int, int, bool] | None, list[int]]
_Fates: TypeAlias = tuple[NDArray[np.int8], _Ints, _Ints]

class TailDrop:
    def __init__(
        self,
        limit_B: int,
        limit_packets: int,
    ) -> None: ...
    def offer(
        self, time: int, size_B: int, flow: int = 0, colour: int = 0, ecn: int = 0, draw: float = -1.0
    ) -> tuple[int, list[int]]: ...
    def take(self, time: int) -> _Taken: ...
    def run(
        self,
        time: _Ints,
        size_B: _Ints,
        rate_bps: int,
        ticks_per_s: int,
        flow: NDArray[np.int32] | None = None,
        colour: NDArray[np.int8] | None = None,
        ecn: NDArray[np.uint8] | None = None,
        draw: _Floats | None = None,
    ) -> _Fates: ...
    @property
    def state(self) -> dict[str, Any]: ...

class Red:
    def __init__(
        self,
        low: float,
        high: float,
        most: float,
        weight: float,
        slot: float,
        gentle: bool,
        ecn: bool,
        hard_drop: bool,
        by_packets: bool,
        mean_B: float,
        limit_B: int,
        limit_packets: int,
        seed: int,
        entity: int,
    ) -> None: ...
    def offer(
        self, time: int, size_B: int, flow: int = 0, colour: int = 0, ecn: int = 0, draw: float = -1.0
    ) -> tuple[int, list[int]]: ...
    def take(self, time: int) -> _Taken: ...
    def run(
        self,
        time: _Ints,
        size_B: _Ints,
        rate_bps: int,
        ticks_per_s: int,
        flow: NDArray[np.int32] | None = None,
        colour: NDArray[np.int8] | None = None,
        ecn: NDArray[np.uint8] | None = None,
        draw: _Floats | None = None,
    ) -> _Fates: ...
    @property
    def state(self) -> dict[str, Any]: ...

class Wred:
    def __init__(
        self,
        low: _Floats,
        high: _Floats,
        most: _Floats,
        weight: float,
        slot: float,
        gentle: bool,
        ecn: bool,
        hard_drop: bool,
        by_packets: bool,
        mean_B: float,
        limit_B: int,
        limit_packets: int,
        seed: int,
        entity: int,
    ) -> None: ...
    def offer(
        self, time: int, size_B: int, flow: int = 0, colour: int = 0, ecn: int = 0, draw: float = -1.0
    ) -> tuple[int, list[int]]: ...
    def take(self, time: int) -> _Taken: ...
    def run(
        self,
        time: _Ints,
        size_B: _Ints,
        rate_bps: int,
        ticks_per_s: int,
        flow: NDArray[np.int32] | None = None,
        colour: NDArray[np.int8] | None = None,
        ecn: NDArray[np.uint8] | None = None,
        draw: _Floats | None = None,
    ) -> _Fates: ...
    @property
    def state(self) -> dict[str, Any]: ...

class Mark:
    def __init__(
        self,
        low: float,
        high: float,
        most: float,
        by_packets: bool,
        drop_others: bool,
        limit_B: int,
        limit_packets: int,
        seed: int,
        entity: int,
    ) -> None: ...
    def offer(
        self, time: int, size_B: int, flow: int = 0, colour: int = 0, ecn: int = 0, draw: float = -1.0
    ) -> tuple[int, list[int]]: ...
    def take(self, time: int) -> _Taken: ...
    def run(
        self,
        time: _Ints,
        size_B: _Ints,
        rate_bps: int,
        ticks_per_s: int,
        flow: NDArray[np.int32] | None = None,
        colour: NDArray[np.int8] | None = None,
        ecn: NDArray[np.uint8] | None = None,
        draw: _Floats | None = None,
    ) -> _Fates: ...
    @property
    def state(self) -> dict[str, Any]: ...

class CoDel:
    def __init__(
        self,
        target: int,
        interval: int,
        mtu_B: int,
        ecn: bool,
        limit_B: int,
        limit_packets: int,
    ) -> None: ...
    def offer(
        self, time: int, size_B: int, flow: int = 0, colour: int = 0, ecn: int = 0, draw: float = -1.0
    ) -> tuple[int, list[int]]: ...
    def take(self, time: int) -> _Taken: ...
    def run(
        self,
        time: _Ints,
        size_B: _Ints,
        rate_bps: int,
        ticks_per_s: int,
        flow: NDArray[np.int32] | None = None,
        colour: NDArray[np.int8] | None = None,
        ecn: NDArray[np.uint8] | None = None,
        draw: _Floats | None = None,
    ) -> _Fates: ...
    @property
    def state(self) -> dict[str, Any]: ...

class FqCoDel:
    def __init__(
        self,
        flows: int,
        quantum_B: int,
        limit_packets: int,
        drop_batch: int,
        target: int,
        interval: int,
        mtu_B: int,
        ecn: bool,
    ) -> None: ...
    def offer(
        self, time: int, size_B: int, flow: int = 0, colour: int = 0, ecn: int = 0, draw: float = -1.0
    ) -> tuple[int, list[int]]: ...
    def take(self, time: int) -> _Taken: ...
    def run(
        self,
        time: _Ints,
        size_B: _Ints,
        rate_bps: int,
        ticks_per_s: int,
        flow: NDArray[np.int32] | None = None,
        colour: NDArray[np.int8] | None = None,
        ecn: NDArray[np.uint8] | None = None,
        draw: _Floats | None = None,
    ) -> _Fates: ...
    @property
    def state(self) -> dict[str, Any]: ...

class Pie:
    def __init__(
        self,
        target: int,
        update: int,
        burst: int,
        alpha: float,
        beta: float,
        ticks_per_s: int,
        mtu_B: int,
        drain_Bps: int,
        ecn: bool,
        most_marked: float,
        capped: bool,
        derandomised: bool,
        limit_B: int,
        limit_packets: int,
        seed: int,
        entity: int,
    ) -> None: ...
    def offer(
        self, time: int, size_B: int, flow: int = 0, colour: int = 0, ecn: int = 0, draw: float = -1.0
    ) -> tuple[int, list[int]]: ...
    def take(self, time: int) -> _Taken: ...
    def run(
        self,
        time: _Ints,
        size_B: _Ints,
        rate_bps: int,
        ticks_per_s: int,
        flow: NDArray[np.int32] | None = None,
        colour: NDArray[np.int8] | None = None,
        ecn: NDArray[np.uint8] | None = None,
        draw: _Floats | None = None,
    ) -> _Fates: ...
    @property
    def state(self) -> dict[str, Any]: ...
