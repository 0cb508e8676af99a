"""Limits of rates: a bucket of tokens for everybody who asks."""

from __future__ import annotations

import time
from collections.abc import Callable


class Buckets:
    """So many requests a second, and so many at once.

    Parameters
    ----------
    rate : float [1/s]
        0 for no limit.
    burst : float
    clock : callable
        Seconds.

    Examples
    --------
    >>> now = [0.0]
    >>> buckets = Buckets(1.0, 2.0, clock=lambda: now[0])
    >>> [buckets.wait_s("a") for _ in range(3)], buckets.wait_s("b")
    ([0.0, 0.0, 1.0], 0.0)
    >>> now[0] = 1.0
    >>> buckets.wait_s("a")
    0.0
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, max(burst, 1.0), clock
        self._full_at: dict[str, float] = {}

    def wait_s(self, who: str) -> float:
        """Take one; 0 where it was there, or the time until it will be."""
        if self._rate <= 0:
            return 0.0
        now = self._clock()
        full_at = max(self._full_at.get(who, now), now)
        wait = full_at + 1 / self._rate - (now + self._burst / self._rate)
        if wait > 1e-9:
            return wait
        self._full_at[who] = full_at + 1 / self._rate
        return 0.0
