"""Queues that keep waiting times short: CoDel, FQ-CoDel, PIE."""

from __future__ import annotations

from dataclasses import dataclass, field

from easterly._kernel import aqm as _kernel
from easterly.qos.aqm.early import UNLIMITED, _limits, need
from easterly.qos.aqm.packets import NS_PER_S
from easterly.qos.aqm.queue import Algorithm, Core

MS = 1_000_000


@dataclass(frozen=True, slots=True)
class CoDel(Algorithm):
    """Controlled delay (RFC 8289): drops once packets have waited above `target_ns` for a whole interval.

    The next drop follows interval / sqrt(count) after the one before; a queue that came back within 16 intervals
    starts from the rate it had reached. All in integers: interval / sqrt(count) is rounded down exactly.

    Attributes
    ----------
    target_ns, interval_ns : int
        The interval is about the longest round trip, the target 5 % of it.
    mtu_B : int
        No drop while no more than this waits behind the packet.
    ecn : bool
        Mark packets that can be marked, instead of dropping them.
    limit_B, limit_packets : int
    """

    target_ns: int = 5 * MS
    interval_ns: int = 100 * MS
    mtu_B: int = 1514
    ecn: bool = False
    limit_B: int = UNLIMITED
    limit_packets: int = UNLIMITED

    def __post_init__(self) -> None:
        _limits(self.limit_B, self.limit_packets)
        need(self.interval_ns >= 1, f"interval_ns is {self.interval_ns}", "it is a round trip, above 0")
        right = 0 <= self.target_ns <= self.interval_ns
        need(right, f"target_ns is {self.target_ns}", f"it is at least 0 and at most the interval ({self.interval_ns})")
        need(self.mtu_B >= 0, f"mtu_B is {self.mtu_B}", "it is the size of a packet")

    def _start(self, seed: int, entity: int) -> Core:
        return _kernel.CoDel(self.target_ns, self.interval_ns, self.mtu_B, self.ecn, self.limit_B, self.limit_packets)


@dataclass(frozen=True, slots=True)
class FqCoDel(Algorithm):
    """Fair queueing of flows with CoDel in each (RFC 8290).

    Flows that have just become busy are served before the others for one quantum; past the limit, half of the fattest
    queue, at most `drop_batch` packets, is dropped from its head. Which packet belongs to which queue is for the
    caller to say: a hash of the flow, below `flows`.

    Attributes
    ----------
    flows, quantum_B, limit_packets, drop_batch : int
    codel : CoDel
        Its own limits are not used.
    """

    flows: int = 1024
    quantum_B: int = 1514
    limit_packets: int = 10_240
    drop_batch: int = 64
    codel: CoDel = field(default_factory=CoDel)

    def __post_init__(self) -> None:
        for name in ("flows", "quantum_B", "limit_packets", "drop_batch"):
            need(getattr(self, name) >= 1, f"{name} is {getattr(self, name)}", "it is at least 1")

    def _start(self, seed: int, entity: int) -> Core:
        each, sizes = self.codel, (self.flows, self.quantum_B, self.limit_packets, self.drop_batch)
        return _kernel.FqCoDel(*sizes, each.target_ns, each.interval_ns, each.mtu_B, each.ecn)


@dataclass(frozen=True, slots=True)
class Pie(Algorithm):
    """Proportional integral controller enhanced (RFC 8033): drops at arrival with a probability that follows the delay.

    Every `update_ns` the probability moves by alpha (delay - target) + beta (delay - delay before), in smaller steps
    while it is small. Updates start at the first packet.

    Attributes
    ----------
    target_ns, update_ns : int
    burst_ns : int
        No drop within this time after the queue has been quiet.
    alpha, beta : float [1/s]
    mtu_B : int
        No drop while two of these or fewer wait.
    drain_Bps : int
        Rate of the line, for the delay by Little's law; 0: from the time stamps of packets that leave. (The
        estimate of the departure rate, which RFC 8033 lets go, is not here.)
    ecn : bool
    most_marked : float
        Marks below this probability, drops from it on.
    capped : bool
        No step of more than 2 % from a probability of 10 % on.
    derandomised : bool
        No drop before the probabilities since the last add up to 0.85, one for certain at 8.5.
    limit_B, limit_packets : int
    """

    target_ns: int = 15 * MS
    update_ns: int = 15 * MS
    burst_ns: int = 150 * MS
    alpha: float = 0.125
    beta: float = 1.25
    mtu_B: int = 1514
    drain_Bps: int = 0
    ecn: bool = False
    most_marked: float = 0.1
    capped: bool = True
    derandomised: bool = False
    limit_B: int = UNLIMITED
    limit_packets: int = UNLIMITED

    def __post_init__(self) -> None:
        _limits(self.limit_B, self.limit_packets)
        for name in ("target_ns", "update_ns"):
            need(getattr(self, name) >= 1, f"{name} is {getattr(self, name)}", "it is a time above 0")
        for name in ("burst_ns", "alpha", "beta", "mtu_B", "drain_Bps"):
            need(getattr(self, name) >= 0, f"{name} is {getattr(self, name)}", "it cannot be negative")
        need(0 <= self.most_marked <= 1, f"most_marked is {self.most_marked:g}", "a probability is within 0..1")

    def _start(self, seed: int, entity: int) -> Core:
        return _kernel.Pie(
            target=self.target_ns,
            update=self.update_ns,
            burst=self.burst_ns,
            alpha=self.alpha,
            beta=self.beta,
            ticks_per_s=NS_PER_S,
            mtu_B=self.mtu_B,
            drain_Bps=self.drain_Bps,
            ecn=self.ecn,
            most_marked=self.most_marked,
            capped=self.capped,
            derandomised=self.derandomised,
            limit_B=self.limit_B,
            limit_packets=self.limit_packets,
            seed=seed,
            entity=entity,
        )
