"""Packets in a network, one event after the other."""

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from easterly._kernel._core.buffer import Memory

class _Flows(TypedDict):
    delivered_ps: NDArray[np.int64]
    acknowledged_ps: NDArray[np.int64]
    received: NDArray[np.int64]
    packets: NDArray[np.int64]
    sent: NDArray[np.int64]
    again: NDArray[np.int64]
    marked: NDArray[np.int64]
    timeouts: NDArray[np.int64]
    reordered: NDArray[np.int64]

class _Links(TypedDict):
    sent_B: NDArray[np.int64]
    drops: NDArray[np.int64]
    marks: NDArray[np.int64]
    most_B: NDArray[np.int64]
    pauses: NDArray[np.int64]
    paused_ps: NDArray[np.int64]

class Law:
    def __init__(self, name: str) -> None: ...
    @property
    def first_window(self) -> float: ...
    @first_window.setter
    def first_window(self, value: float) -> None: ...
    @property
    def most_window(self) -> float: ...
    @most_window.setter
    def most_window(self, value: float) -> None: ...
    @property
    def g(self) -> float: ...
    @g.setter
    def g(self, value: float) -> None: ...
    @property
    def cubic_C(self) -> float: ...
    @cubic_C.setter
    def cubic_C(self, value: float) -> None: ...
    @property
    def cubic_beta(self) -> float: ...
    @cubic_beta.setter
    def cubic_beta(self, value: float) -> None: ...
    @property
    def fast_convergence(self) -> bool: ...
    @fast_convergence.setter
    def fast_convergence(self, value: bool) -> None: ...
    @property
    def dcqcn_g(self) -> float: ...
    @dcqcn_g.setter
    def dcqcn_g(self, value: float) -> None: ...
    @property
    def alpha_timer_ps(self) -> int: ...
    @alpha_timer_ps.setter
    def alpha_timer_ps(self, value: int) -> None: ...
    @property
    def rate_timer_ps(self) -> int: ...
    @rate_timer_ps.setter
    def rate_timer_ps(self, value: int) -> None: ...
    @property
    def gap_ps(self) -> int: ...
    @gap_ps.setter
    def gap_ps(self, value: int) -> None: ...
    @property
    def reaction_ps(self) -> int: ...
    @reaction_ps.setter
    def reaction_ps(self, value: int) -> None: ...
    @property
    def counter_B(self) -> int: ...
    @counter_B.setter
    def counter_B(self, value: int) -> None: ...
    @property
    def fast_steps(self) -> int: ...
    @fast_steps.setter
    def fast_steps(self, value: int) -> None: ...
    @property
    def additive_bps(self) -> float: ...
    @additive_bps.setter
    def additive_bps(self, value: float) -> None: ...
    @property
    def hyper_bps(self) -> float: ...
    @hyper_bps.setter
    def hyper_bps(self, value: float) -> None: ...
    @property
    def least_bps(self) -> float: ...
    @least_bps.setter
    def least_bps(self, value: float) -> None: ...

class Simulation:
    def __init__(
        self,
        rate_bps: NDArray[np.int64],
        delay_ps: NDArray[np.int64],
        limit_B: NDArray[np.int64],
        mark_B: NDArray[np.int64],
        mark_most: NDArray[np.float64],
        loss: NDArray[np.float64],
        route: NDArray[np.int32],
        path: NDArray[np.int64],
        size_B: NDArray[np.int64],
        start_ps: NDArray[np.int64],
        law: NDArray[np.int32],
        traffic_class: NDArray[np.int32],
        laws: list[Law],
        packet_B: int,
        header_B: int,
        ack_B: int,
        nic_B: int,
        least_timeout_ps: int,
        pause_reaction_ps: int,
        duplicates: int,
        seed: int,
        shift: int,
    ) -> None: ...
    def queues(
        self,
        link: NDArray[np.int32],
        strict: NDArray[np.int32],
        quantum_B: NDArray[np.int64],
        ramp: NDArray[np.float64],
        limit_B: NDArray[np.int64],
        memory: NDArray[np.int32],
        account: NDArray[np.int32],
        behind: NDArray[np.int32],
        way_in: NDArray[np.int32],
        back: NDArray[np.int32],
        memories: list[Memory],
    ) -> None: ...
    def run(self, until_ps: int, most: int) -> bool: ...
    def flows(self) -> _Flows: ...
    def links(self) -> _Links: ...
    @property
    def now_ps(self) -> int: ...
    @property
    def hops(self) -> int: ...
    @property
    def events(self) -> int: ...
    @property
    def notifications(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def open(self) -> int: ...
    @property
    def most_packets(self) -> int: ...
