"""Classes of many ports by priority, all ports at once: Cobham's waits, with messages that come whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Classes:
    """Queues of ports, one row each.

    Attributes
    ----------
    port, level : (Q,) int
        Port, and its level of priority, 0 the highest; classes of one level share it by weights.
    rate : (Q,) float [1/s]
    load : (Q,) float [1]
    mean_s, own_s : (Q,) float [s]
        Mean service; mean of what is ahead of a packet in its own message.
    rest_s : (Q,) float [s]
        What is left of a service of it that is met: lambda E[S^2] / 2.
    same : (Q,) bool
        All services of the queue take the same time.
    """

    port: Rows
    level: Rows
    rate: Floats
    load: Floats
    mean_s: Floats
    own_s: Floats
    rest_s: Floats
    same: NDArray[np.bool_]

    @property
    def port_load(self) -> Floats:
        """(Q,) load of all classes of the port."""
        return summed(self.port, self.load, self.ports)[self.port]

    @property
    def ports(self) -> int:
        """Ports that there are."""
        return int(self.port.max(initial=-1)) + 1

    @property
    def peers(self) -> Rows:
        """(Q,) classes that share its level, itself included."""
        _, which, count = np.unique(self.port * 64 + self.level, return_inverse=True, return_counts=True)
        return np.asarray(count[which], dtype=np.int64)

    @property
    def met_s(self) -> Floats:
        """(P,) what is left of the service that is met [s]; lower classes of an overloaded port are served in part."""
        above, met = np.zeros(self.ports), np.zeros(self.ports)
        for level in np.unique(self.level).tolist():
            own = np.flatnonzero(self.level == level)
            load = summed(self.port[own], self.load[own], self.ports)
            part = np.clip(np.divide(1 - above, load, out=np.ones(self.ports), where=load > 0), 0, 1)
            met += part * summed(self.port[own], self.rest_s[own], self.ports)
            above += load
        return met


def summed(of: Rows, values: Floats, count: int) -> Floats:
    """(N,) sums of values by what they are of."""
    return np.asarray(np.bincount(of, values, count), dtype=np.float64)


def waits(of: Classes) -> tuple[Floats, Floats, Floats]:
    """(Q,) [s] mean waits: as if the classes of a level were one, and each the first and the last of its level.

    A packet waits for the service that it meets, for what is ahead of it, and for what overtakes it. In a level, who
    goes first changes who waits and not what waits: sum rho W is the same (Kleinrock 1965). So a class that shares its
    level in any way that knows no future waits no less than as the first of it, and no more than as the last (Coffman
    & Mitrani 1980).

    Parameters
    ----------
    of : Classes

    Returns
    -------
    (Q,), (Q,), (Q,) float [s]
        Infinite where more comes than is sent.
    """
    alike, first, last = (np.full(len(of.port), np.inf) for _ in range(3))
    ports = of.ports
    above, ahead = np.zeros(ports), of.met_s  # load of higher levels; what is met, and sum rho W above
    for level in np.unique(of.level).tolist():
        own = np.flatnonzero(of.level == level)
        at, load, own_s = of.port[own], of.load[own], of.own_s[own]
        level_load, level_own = summed(at, load, ports), summed(at, load * own_s, ports)
        before, met, all_load = above[at], ahead[at], level_load[at]
        one, own_one = _level(before, met, all_load, level_own[at], own_s)
        alike[own] = one + own_one
        first[own] = np.add(*_level(before, met, load, load * own_s, own_s))
        others, others_own = all_load - load, level_own[at] - load * own_s
        common, _ = _level(before, met, others, others_own, own_s)
        with np.errstate(invalid="ignore"):
            work = np.where(others > 0, others * common + others_own / np.maximum(1 - before, 0), 0.0)
        last[own] = np.add(*_level(before + others, met + work, load, load * own_s, own_s))
        above = above + level_load
        with np.errstate(invalid="ignore"):
            more = summed(at, np.where(load > 0, load * alike[own], 0.0), ports)
        ahead = ahead + np.nan_to_num(more, nan=np.inf, posinf=np.inf)
    return alike, first, last


def _level(before: Floats, met: Floats, load: Floats, own: Floats, own_s: Floats) -> tuple[Floats, Floats]:
    """[s] wait of the first of a message at a level that is first in, first out, and of one in it for the others."""
    free = 1 - before
    left = free - load
    with np.errstate(invalid="ignore", divide="ignore"):
        common = np.where(left > 0, (met + own / free) / left, np.inf)
        return common, np.where(free > 0, own_s / free, np.inf)


def fifo_wait(of: Rows, rate: Floats, each_s: Floats, more: Floats, count: int) -> Floats:
    """(N,) [s] mean wait of all that comes to each of `count` stations, first in, first out.

    Parameters
    ----------
    of : (H,) int
        Station of each stream.
    rate, each_s, more : (H,) float [1/s], [s], [1]
        Poisson streams: packets, their service, and how many are ahead of one in its own message in the mean.
    count : int
    """
    work = rate * each_s
    load, rest = summed(of, work, count), summed(of, work * each_s / 2, count)
    own, total = summed(of, work * more * each_s, count), summed(of, rate, count)
    ahead = summed(of, rate * more * each_s, count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(load < 1, (rest + own) / (1 - load) + np.where(total > 0, ahead / total, 0.0), np.inf)
