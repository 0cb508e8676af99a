"""Signs: what can be seen of a slow job, in which values, and how it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats

LEAK = 0.05
"""Probability that a sign comes from something else than the cause."""
INSIDE = 19.0
"""Odds of being below the upper end of a range that holds nine values in ten."""


@dataclass(frozen=True, slots=True)
class Around:
    """A value that is expected, and the factor within which nine in ten are."""

    value: float
    factor: float


@dataclass(frozen=True, slots=True)
class Odds:
    """Weights of words; those that are not named have none."""

    weight: Mapping[str, float]


Expected = Around | Odds
FLAT = Around(1.0, float("inf"))
"""Any value is as likely as any other, by its logarithm."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that can be looked at.

    Attributes
    ----------
    name : str
    what : str
        In words.
    look : str
        How it is measured.
    usual : Around or Odds
        What is seen where nothing bears on it.
    words : tuple of str
        Its values; empty for numbers.
    low, high : float
        Range of numbers.
    bins : int
        Numbers in one of so many ranges, even by logarithm, are not told apart.
    """

    name: str
    what: str
    look: str
    usual: Expected
    words: tuple[str, ...] = ()
    low: float = 1.0
    high: float = 100.0
    bins: int = 48

    def bin_of(self, value: float | str) -> int:
        """Row of a value."""
        if isinstance(value, str):
            return self.words.index(value)
        at = min(max(value, self.low), self.high)
        return int(np.searchsorted(self.edges[1:-1], at, side="right"))

    @property
    def edges(self) -> FloatColumn:
        """Ends of the ranges."""
        ratio = np.full(self.bins + 1, self.high / self.low)
        return floats(self.low * maths.pow(floats(ratio), floats(np.linspace(0, 1, self.bins + 1))))

    def chances(self, expected: Expected) -> FloatColumn:
        """Probability of each word or range: what is expected, and a little of anything.

        Numbers are log-logistic around the value.
        """
        if isinstance(expected, Odds):
            made = np.array([expected.weight.get(word, 0.0) for word in self.words])
        elif np.isinf(expected.factor):
            made = np.ones(self.bins)
        else:
            made = self._around(expected)
        return floats((1 - LEAK) * made / made.sum() + LEAK / len(made))

    def _around(self, expected: Around) -> FloatColumn:
        inside = float(maths.log(floats([INSIDE]))[0]) / float(maths.log(floats([expected.factor]))[0])
        away = floats(self.edges[1:-1] / min(max(expected.value, self.low), self.high))
        below = 1 / (1 + 1 / maths.pow(away, floats(np.full(len(away), inside))))
        return floats(np.diff(np.concatenate([[0.0], below, [1.0]])))


LEVELS = ("none", "some", "many")
NONE, SOME, MANY = (Odds(dict(zip(LEVELS, row, strict=True))) for row in ((90, 8, 2), (15, 65, 20), (5, 30, 65)))
"""What is seen of a counter that a cause leaves alone, moves, and moves much."""
AT = ("leaf", "spine", "wan", "host")
ROLES = ("leaf", "spine", "super-spine", "wan")
ANYWHERE = Odds(dict.fromkeys(AT, 1.0))

WHEN, WHO = ("always", "sometimes", "periodic", "since"), ("all", "some", "one")
_LISTED = (
    Sign("bandwidth", "bandwidth reached, of what interfaces give",
         "nccl-tests: bus bandwidth over the rate of the interfaces; between two hosts alone, ib_write_bw",
         FLAT, low=0.01, high=1.0),
    Sign("slowdown", "median step over the normal one", "times of steps in the log of the job", FLAT),
    Sign("tail", "slow steps over the median", "p99 over p50 of the times of steps", FLAT, high=1000.0, bins=60),
    Sign("collective", "median time of the collective over the normal one",
         "nccl-tests at the size of the job, or its profiler", FLAT),
    Sign("compute_skew", "compute time of the slowest rank over the median",
         "profiler of the job, rank by rank, before the collective begins", Around(1.03, 1.05), high=20.0),
    Sign("imbalance", "highest over mean load of parallel links",
         "bytes of all uplinks of one switch over the same seconds", Around(1.15, 1.3), high=16.0),
    Sign("server_cpu", "processors of servers that are busy", "mpstat on the servers, soft interrupts included",
         Around(0.35, 2.0), low=0.02, high=1.0),
    Sign("host_cpu", "processors of workers that are busy", "mpstat on the workers, core by core",
         Around(0.3, 2.0), low=0.02, high=1.0),
    Sign("drops", "packets dropped by switches", "drop counters by queue, over a minute", NONE, LEVELS),
    Sign("drops_at", "where they are dropped", "the same counters, switch by switch", ANYWHERE, AT),
    Sign("pauses", "pauses of priorities", "PFC frames sent and received, by port and priority", NONE, LEVELS),
    Sign("marks", "packets marked for congestion", "ECN marks by queue, notifications at the interfaces", NONE,
         LEVELS),
    Sign("retransmissions", "packets sent again",
         "out-of-sequence and retransmit counters of the interfaces, ss -ti for TCP", NONE, LEVELS),
    Sign("errors", "frames with errors", "symbol and FCS errors, and the receive power of every optic", NONE, LEVELS),
    Sign("reordering", "packets out of order", "out-of-order counters of the receivers", NONE, LEVELS),
    Sign("down", "links that are down", "states of all links against the plan", Odds({"no": 95, "yes": 5}),
         ("no", "yes")),
    Sign("down_at", "the upper end of links that are down", "the same states", Odds(dict.fromkeys(ROLES, 1.0)), ROLES),
    Sign("when", "when steps are slow", "times of a thousand steps, drawn over time",
         Odds(dict(zip(WHEN, (4, 3, 1, 2), strict=True))), WHEN),
    Sign("who", "hosts that are late", "arrival of every rank at the collective", Odds(dict.fromkeys(WHO, 1.0)), WHO),
    Sign("restart", "after new connections", "restart the job on the same hosts: other ports, other hashes",
         Odds({"same": 7, "other": 3}), ("same", "other")),
)  # fmt: skip
SIGNS = {sign.name: sign for sign in _LISTED}
"""In the order in which they are shown."""
