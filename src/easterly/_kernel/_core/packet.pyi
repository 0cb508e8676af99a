"""Packets in a network, one event after the other."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from easterly._kernel._core.aqm import CoDel, FqCoDel, Pie, Red, TailDrop, Wred
from easterly._kernel._core.buffer import Memory, Watchdog
from easterly._kernel._core.meter import Differential, SingleRate, TwoRate
from easterly._kernel._core.sched import Cbq, Cbs, ClassBased, Fifo, Htb, Wf2qPlus, Wfq, Wrr

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
    spurious: NDArray[np.int64]

class _Done(TypedDict):
    begun_ps: NDArray[np.int64]
    done_ps: NDArray[np.int64]

class _Fates(TypedDict):
    cut: NDArray[np.int64]
    refused: NDArray[np.int64]
    lost: NDArray[np.int64]
    of_flow: NDArray[np.int64]

class _Picks(TypedDict):
    picked: NDArray[np.int64]
    changes: NDArray[np.int64]

class _Links(TypedDict):
    sent_B: NDArray[np.int64]
    drops: NDArray[np.int64]
    marks: NDArray[np.int64]
    most_B: NDArray[np.int64]
    pauses: NDArray[np.int64]
    paused_ps: NDArray[np.int64]

class _Delays(TypedDict):
    packets: NDArray[np.int64]
    least_ps: NDArray[np.int64]
    most_ps: NDArray[np.int64]
    sum_ps: NDArray[np.float64]
    squares_ps2: NDArray[np.float64]
    bins: NDArray[np.int64]

class _Samples(TypedDict):
    time_ps: NDArray[np.int64]
    backlog_B: NDArray[np.int64]
    class_B: NDArray[np.int64]
    sent_B: NDArray[np.int64]
    drops: NDArray[np.int64]
    marks: NDArray[np.int64]
    paused_ps: NDArray[np.int64]
    packets: NDArray[np.int64]
    memory_B: NDArray[np.int64]

class _Sights(TypedDict):
    time_ps: NDArray[np.int64]
    link: NDArray[np.int64]
    flow: NDArray[np.int64]
    seq: NDArray[np.int64]
    size_B: NDArray[np.int64]
    flags: NDArray[np.int64]
    traffic_class: NDArray[np.int64]
    event: NDArray[np.int64]

class _Arrived(TypedDict):
    flow: NDArray[np.int64]
    message: NDArray[np.int64]

class _Depths(TypedDict):
    link: NDArray[np.int64]
    traffic_class: NDArray[np.int64]
    integral_Bps: NDArray[np.float64]
    most_B: NDArray[np.float64]
    gauge: NDArray[np.int64]
    from_B: NDArray[np.float64]
    to_B: NDArray[np.float64]
    time_ps: NDArray[np.int64]

class _Rates(TypedDict):
    rate_bps: NDArray[np.float64]
    target_bps: NDArray[np.float64]
    alpha: NDArray[np.float64]

class _Probed(TypedDict):
    time_ps: NDArray[np.int64]
    window: NDArray[np.float64]
    threshold: NDArray[np.float64]
    pipe: NDArray[np.int64]
    rate_bps: NDArray[np.float64]
    srtt_ps: NDArray[np.int64]
    least_rtt_ps: NDArray[np.int64]
    late_ps: NDArray[np.int64]
    phase: NDArray[np.int64]
    inner: NDArray[np.float64]

class _Stuck(TypedDict):
    cause: str
    at_ps: int
    link: NDArray[np.int64]
    traffic_class: NDArray[np.int64]
    since_ps: NDArray[np.int64]
    waiting_B: NDArray[np.int64]

class _Coloured(TypedDict):
    link: NDArray[np.int64]
    traffic_class: NDArray[np.int64]
    green: NDArray[np.int64]
    yellow: NDArray[np.int64]
    red: NDArray[np.int64]

class _Guarded(TypedDict):
    link: NDArray[np.int64]
    traffic_class: NDArray[np.int64]
    storms: NDArray[np.int64]
    restorations: NDArray[np.int64]

class Law:
    def __init__(self, name: str, values: dict[str, float]) -> None: ...

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
        pause_reaction_ps: int,
        seed: int,
        shift: int,
    ) -> None: ...
    def queues(
        self, link: NDArray[np.int32], strict: NDArray[np.int32], quantum_B: NDArray[np.int64],
        ramp: NDArray[np.float64], drops: NDArray[np.int32], limit_B: NDArray[np.int64], memory: NDArray[np.int32],
        account: NDArray[np.int32], behind: NDArray[np.int32], way_in: NDArray[np.int32], back: NDArray[np.int32],
        memories: Sequence[Memory],
    ) -> None: ...  # fmt: skip
    def mark_leaving(self, link: int, traffic_class: int) -> None: ...
    def shape(self, link: int, traffic_class: int, rate_bps: int, burst_B: int) -> None: ...
    def manage(self, link: int, traffic_class: int, by: TailDrop | Red | Wred | CoDel | Pie | FqCoDel) -> None: ...
    def colours(self, colour: NDArray[np.uint8]) -> None: ...
    def colour(self, link: int, traffic_class: int, by: SingleRate | TwoRate | Differential, aware: bool) -> None: ...
    def coloured(self) -> _Coloured: ...
    def schedule(
        self, link: int, scheduler: Fifo | Wrr | Wfq | Wf2qPlus | ClassBased | Htb | Cbq | Cbs, queue: Sequence[int]
    ) -> None: ...
    def pauses(self, quanta: int, patience_ps: int, check_ps: int) -> None: ...
    def storm(self, link: int, traffic_class: int, from_ps: int, to_ps: int, every_ps: int) -> None: ...
    def guard(self, link: int, traffic_class: int, every_ps: int, watchdog: Watchdog) -> None: ...
    def stuck(self) -> _Stuck: ...
    def guarded(self) -> _Guarded: ...
    def victims(self) -> NDArray[np.uint8]: ...
    def messages(
        self,
        connection: NDArray[np.int32],
        size_B: NDArray[np.int64],
        earliest_ps: NDArray[np.int64],
        delay_ps: NDArray[np.int64],
        duration_ps: NDArray[np.int64],
        ptr: NDArray[np.int64],
        idx: NDArray[np.int32],
    ) -> None: ...
    def done(self) -> _Done: ...
    def record(
        self,
        every_ps: int,
        sampled: NDArray[np.int32],
        group: NDArray[np.int32],
        groups: int,
        watch: NDArray[np.uint8],
        traced: NDArray[np.uint8],
        most_samples: int,
        most_sights: int,
        arrivals: bool,
    ) -> None: ...
    def save(self) -> bytes: ...
    def restore(self, data: bytes) -> None: ...
    def samples(self) -> _Samples: ...
    def sights(self) -> _Sights: ...
    def arrived(self) -> _Arrived: ...
    def depths(self) -> _Depths: ...
    @property
    def untold(self) -> int: ...
    def choices(
        self,
        ptr: NDArray[np.int64],
        member: NDArray[np.int64],
        weight: NDArray[np.float64],
        manner: NDArray[np.int32],
        table: NDArray[np.int32],
        pick: NDArray[np.int32],
        modulo: NDArray[np.int32],
        added: NDArray[np.int32],
        resilient: NDArray[np.int32],
        bits: NDArray[np.int32],
        seed: NDArray[np.uint64],
        gap_ps: NDArray[np.int64],
        name: NDArray[np.uint64],
        watched: bool,
    ) -> None: ...
    def ways(self, answers: bool) -> tuple[NDArray[np.int64], NDArray[np.int32]]: ...
    def picks(self) -> _Picks: ...
    def faults(
        self,
        at_ps: NDArray[np.int64],
        what: NDArray[np.int32],
        link: NDArray[np.int32],
        value: NDArray[np.float64],
        table_ptr: NDArray[np.int64],
        group: NDArray[np.int32],
        ptr: NDArray[np.int64],
        member: NDArray[np.int64],
        weight: NDArray[np.float64],
    ) -> None: ...
    def fates(self) -> _Fates: ...
    @property
    def without_way(self) -> int: ...
    def probe(self, flow: int, every_ps: int) -> None: ...
    def probed(self, flow: int) -> _Probed: ...
    def lose(self, link: int, first: int, every: int) -> None: ...
    def run(self, until_ps: int, most: int) -> bool: ...
    def flows(self) -> _Flows: ...
    def rates(self) -> _Rates: ...
    def delays(self) -> _Delays: ...
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
