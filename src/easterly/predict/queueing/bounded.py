"""Quantiles at an M/M/c/K: waits are mixtures of Erlang times, counted in phases of the rate at which places free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly._kernel import queue
from easterly.base.columns import FloatColumn
from easterly.predict.queueing.columns import exp, log

MOST_PHASES = 200_000
RAREST = -50.0
"""Logarithm of the share of states, next to the likeliest, that no quantile can tell from none."""
KNOWN, UNKNOWN = "exact", f"not known: of a law with more than {MOST_PHASES:,} phases"


@dataclass(frozen=True, slots=True)
class Phases:
    """P(more than m phases): 1 below `first`, then as listed, then none; each phase takes an exponential time."""

    first: int
    above: FloatColumn

    def beyond(self, x: float) -> float:
        """P(they take longer than x), in units of the mean of a phase: so many of a Poisson number of mean x."""
        last = self.first + self.above.size
        reach = 40 * (x**0.5 + 2)
        m = np.arange(max(self.first, int(x - reach)), min(last, int(x + reach) + 1), dtype=np.float64)
        sure = float(queue.gamma_tail(np.array([float(self.first)]), np.array([x]))[0]) if self.first else 0.0
        if not m.size:
            return sure
        return sure + float(queue.poisson(m, np.full(m.size, x)) @ self.above[m.astype(np.int64) - self.first])

    def quantile(self, share: float) -> float:
        """Least x that is exceeded with this probability at most, in units of the mean of a phase."""
        if self.beyond(0.0) <= share:
            return 0.0
        low, high = 0.0, float(self.first + self.above.size + 10)
        while self.beyond(high) > share:
            low, high = high, 2 * high
        while high - low > 1e-13 * high:
            middle = (low + high) / 2
            if not low < middle < high:
                break
            low, high = (middle, high) if self.beyond(middle) > share else (low, middle)
        return high


def quantiles(
    arrival: float, service: float, servers: int, places: int, levels: tuple[float, ...]
) -> tuple[FloatColumn, FloatColumn, bool]:
    """Quantiles of the wait and of the time in the system of those who enter, and whether they are known.

    Who finds n >= c inside waits for n - c + 1 departures at the rate c / service; its own service is as many more as a
    geometric number with mean c.

    Parameters
    ----------
    arrival, service : float
    servers, places : int
    levels : tuple of float

    Returns
    -------
    wait, time : (len(levels),) arrays
        NaN where they are not known.
    known : bool

    Examples
    --------
    >>> wait, time, known = quantiles(2.0, 1.0, 1, 3, (0.5, 0.99))
    >>> wait.round(6), time.round(6)
    (array([1.082156, 6.069709]), array([2.088491, 7.833975]))
    """
    lost = np.full(len(levels), np.nan), np.full(len(levels), np.nan), False
    found = None if servers > MOST_PHASES else _seen(arrival * service, servers, places)
    if found is None:
        return lost
    idle, first, waits = found
    wait = Phases(first, np.cumsum(waits[::-1])[::-1])
    time = _with_service(idle, first, waits, servers)
    if time is None:
        return lost
    each = service / servers
    made = [[law.quantile(1 - level) * each for level in levels] for law in (wait, time)]
    return np.array(made[0]), np.array(made[1]), True


def _seen(load: float, servers: int, places: int) -> tuple[float, int, FloatColumn] | None:
    """What one who enters sees: P(a server is idle), and by the customers in front of it P(first + 0, 1, ... wait).

    With j customers in front of it in the queue it waits for j + 1 departures, so that more than m are waited for by
    those who see m or more.
    """
    if load <= 0:
        return 1.0, 0, np.zeros(1)
    n = np.arange(1, servers, dtype=np.float64)
    idle = np.concatenate(([0.0], np.cumsum(log(load / n)))) if servers > 1 else np.zeros(1)
    step, room = float(log(load / servers)), places - servers  # states c .. K - 1
    if room == 0:
        return 1.0, 0, np.zeros(1)
    count = room if step == 0 else min(room, int(-RAREST / abs(step)) + 2)
    if step < 0 or room <= MOST_PHASES:
        count, first = min(room, count if step < 0 else room), 0
    else:
        first = room - count
    if count > MOST_PHASES:
        return None
    waits = idle[-1] + step * (1 + first + np.arange(count, dtype=np.float64))
    top = max(float(idle.max()), float(waits.max()))
    some, seen = exp(np.maximum(idle - top, -700.0)), exp(np.maximum(waits - top, -700.0))
    total = float(some.sum() + seen.sum())
    return float(some.sum()) / total, first, seen / total


def _with_service(idle: float, first: int, waits: FloatColumn, servers: int) -> Phases | None:
    """Waits and one service, in phases: with every one a service ends with probability 1 / c."""
    stay = 1 - 1 / servers
    more = 1 if servers == 1 else int(RAREST / float(log(stay))) + 2
    if first + waits.size + more > MOST_PHASES and first == 0:
        return None
    if first:  # nobody finds a server idle, as far as can be told
        idle = 0.0
    count = waits.size + more
    start = np.zeros(count + 1)  # services that begin after so many phases beyond `first`
    start[1 : waits.size + 1] = waits
    start[0] = idle
    above, serving, left = np.zeros(count + 1), 0.0, float(start.sum())
    for m in range(count + 1):  # who has not begun by phase m, and who has and is still there
        serving = serving * stay + start[m]
        left -= start[m]
        above[m] = max(left, 0.0) + serving
    return Phases(first, above)
